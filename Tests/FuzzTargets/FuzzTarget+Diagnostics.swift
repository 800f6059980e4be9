import FoundationEssentials
import SandboxDiagnostics
import SandboxExecution

private let sources = [
  "main.c": "int main(void) {\n  return x;\n}\n", "main.py": "def f():\n  return 1 / 0\nf()\n",
  "main.js": "throw new Error('x')\n", "main.swift": "print(1)\nfatalError()\n",
]

extension FuzzTarget {
  /// What a compiler, an interpreter or the program printed. First byte: the parser; second: how it ended.
  static func diagnostics(_ bytes: [UInt8]) -> Broken? {
    var choices = Choices(bytes)
    guard let parser = DiagnosticParsers.named(choices.pick(DiagnosticParsers.names)) else {
      return Broken("a parser is missing")
    }
    let outcome = choices.outcome()
    let report = StageReport(
      stage: .run, outcome: outcome, standardOutput: String(choices.text.prefix(100)),
      standardError: choices.text, sources: sources, readablePaths: ["/usr"])
    let explained = parser.explanation(of: report, limits: Limits())
    // The text of a program too, as one whose assertion failed.
    let noted = AssertedOperands(in: "assert(" + choices.text, line: 1, column: nil, note: "n")
    return first(
      broken(
        "few operands",
        unless: noted.map { $0.source.utf8.count < 2 * choices.text.utf8.count + 4096 } ?? true),
      bounds(parser.diagnostics(in: report)), bounds(explained),
      broken("few frames", unless: parser.stoppedAt(in: report).count <= 200),
      rendering(explained, outcome, output: choices.text))
  }

  /// What a driver reported, or the program in its place. First byte: the parser; second: how it ended.
  static func driverReports(_ bytes: [UInt8]) -> Broken? {
    var choices = Choices(bytes)
    let parser: any DiagnosticParser =
      choices.byte() % 2 == 0 ? PythonTracebackParser() : NodeErrorParser()
    let outcome = choices.outcome()
    let records = choices.text.split(separator: "\n").map(String.init)
    let report = StageReport(
      stage: .run, outcome: outcome, standardError: choices.text, sources: sources,
      driverReport: DriverReport(records: records, text: choices.text, isTaken: true),
      readablePaths: ["/usr"])
    let explained = parser.explanation(of: report, limits: Limits())
    let denials = report.denials([], kind: "view")
    return first(
      bounds(explained), broken("few frames", unless: parser.stoppedAt(in: report).count <= 200),
      broken("few denials", unless: denials.count <= 32),
      broken(
        "no control character in a denial",
        unless: denials.allSatisfy { denial in
          !(denial.name + denial.detail).unicodeScalars.contains { isControl($0) }
        }), rendering(explained, outcome, output: ""))
  }

  /// What clang and swiftc serialize.
  static func serialized(_ bytes: [UInt8]) -> Broken? {
    let text = Data(bytes).base64EncodedString()
    for parser in [CCompilerParser(), LLVMStyleParser()] as [any DiagnosticParser] {
      let report = StageReport(
        stage: .compile, outcome: .exited(code: 1), standardError: "", sources: sources,
        driverReport: DriverReport(text: text, isTaken: true), readablePaths: ["/usr"])
      let found = parser.diagnostics(in: report)
      if let broken = first(bounds(found), rendering(found, .exited(code: 1), output: "")) {
        return broken
      }
    }
    return nil
  }

  /// What holds of diagnostics whatever was printed.
  private static func bounds(_ found: [Diagnostic]) -> Broken? {
    first(
      broken("few diagnostics", unless: found.count <= 101),
      broken(
        "few notes and frames",
        unless: found.allSatisfy { $0.notes.count <= 40 && $0.stack.count <= 50 }),
      broken("a bounded message", unless: found.allSatisfy { $0.message.utf8.count <= 8192 }),
      broken(
        "places from 1 on",
        unless: found.allSatisfy { ($0.line ?? 1) > 0 && ($0.column ?? 1) > 0 }),
      broken(
        "no file out of the workspace",
        // `a..b` is a name like any other.
        unless: found.allSatisfy {
          $0.file?.split(separator: "/").contains("..") != true && $0.file?.hasPrefix("/") != true
        }))
  }

  /// What holds of every form that a person, a terminal, a model or a tool reads.
  static func rendering(
    _ diagnostics: [Diagnostic], _ outcome: Outcome, output: String
  ) -> Broken? {
    let account = RunAccount(
      verdict: "runtime_error", language: "python", entry: "main.py", stage: .run,
      outcome: outcome, diagnostics: diagnostics, standardOutput: output, standardError: output,
      rawStandardError: output)
    for name in FeedbackProfiles.names where name != "raw" && name != "oci" {
      guard let profile = FeedbackProfiles.named(name) else { continue }
      for budget in [nil, FeedbackBudget.characters(200)] {
        guard let text = try? profile.render(account, within: budget) else {
          return Broken("\(name) can be written")
        }
        if text.unicodeScalars.contains(where: { isControl($0) }) {
          return Broken("no control character in \(name)")
        }
        if ["json", "lsp", "sarif"].contains(name),
          (try? JSONDecoder().decode(AnyJSON.self, from: Data(text.utf8))) == nil
        {
          return Broken("\(name) is JSON")
        }
      }
    }
    return broken(
      "no control character on a terminal",
      unless: !TextRenderer().render(diagnostics).unicodeScalars.contains { isControl($0) })
  }

  /// What moves a terminal's cursor, changes its colours or sends it back input.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: false
    case 0..<0x20, 0x7F..<0xA0: true
    default: false
    }
  }
}

/// Accepts every JSON document.
struct AnyJSON: Decodable {
  init(from decoder: any Decoder) throws {
    _ = try? decoder.singleValueContainer()
  }
}

extension Choices {
  mutating func outcome() -> Outcome {
    pick([
      .exited(code: 1), .exited(code: 0), .signalled(signal: 11), .signalled(signal: 6),
      .timeLimitExceeded(.cpu), .timeLimitExceeded(.wall), .memoryLimitExceeded,
      .outputLimitExceeded, .processLimitExceeded, .diskLimitExceeded, .policyViolated,
    ])
  }
}
