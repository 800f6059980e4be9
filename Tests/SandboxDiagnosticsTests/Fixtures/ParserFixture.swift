import FoundationEssentials
import SandboxDiagnostics
import SandboxExecution
import Testing

/// What a real tool printed about a program, and what is to become of it.
struct ParserFixture: Sendable, CustomTestStringConvertible {
  var parser: String
  var name: String
  var stage: Diagnostic.Stage
  var outcome: Outcome
  var sources: [String: String]
  var standardError: String
  /// The diagnostics as ``TextRenderer`` writes them.
  var text: String
  /// The diagnostics as JSON.
  var json: String

  static let all =
    pythonTraceback + gccJSON + llvmStyle + nodeError + swiftTrap + nativeCrash

  var testDescription: String { "\(parser): \(name)" }

  var report: StageReport {
    StageReport(
      stage: stage, outcome: outcome, standardError: standardError, sources: sources,
      workspace: "/workspace")
  }
}

/// Diagnostics as JSON with one field a line, for a readable difference.
func json(_ diagnostics: [Diagnostic]) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(diagnostics), as: UTF8.self)
}
