import Foundation
import SandboxDiagnostics
import SandboxExecution
import Testing

@Suite("SARIF's schema")
struct SARIFSchemaTests {
  private func log(_ change: (inout [String: Any]) -> Void = { _ in }) throws -> [String] {
    var object: [String: Any] = [
      "version": "2.1.0",
      "runs": [
        [
          "tool": ["driver": ["name": "x"]],
          "results": [
            ["message": ["text": "m"], "level": "error", "ruleId": "r"] as [String: Any]
          ],
        ] as [String: Any]
      ],
    ]
    change(&object)
    return try JSONSchema.sarif.problems(of: JSONSerialization.data(withJSONObject: object))
  }

  @Test("finds what is wrong")
  func wrong() throws {
    #expect(try log().isEmpty)
    #expect(try !log { $0["version"] = "2.0" }.isEmpty)
    #expect(try !log { $0["version"] = nil }.isEmpty)
    #expect(try !log { $0["unheardOf"] = 1 }.isEmpty)
    #expect(try !log { $0["runs"] = [["results": []]] }.isEmpty)
    #expect(
      try !log {
        $0["runs"] = [
          [
            "tool": ["driver": ["name": "x"]],
            "results": [["message": ["text": "m"], "level": "grave"]],
          ]
        ]
      }.isEmpty)
    #expect(
      try !log {
        $0["runs"] = [["tool": ["driver": ["name": "x"]], "columnKind": "bytes"]]
      }.isEmpty)
  }

  @Test("holds for an account with all that one can have")
  func whole() throws {
    var diagnostic = Diagnostic(
      severity: .warning, stage: .compile, file: "a b/é.c", line: 2, column: 3, endLine: 2,
      endColumn: 9,
      code: "-Wx", message: "m\n\u{1B}", source: "\tint x;",
      notes: [
        Diagnostic(severity: .note, stage: .compile, message: "no place"),
        Diagnostic(severity: .note, stage: .compile, file: "b.c", line: 1, message: "with one"),
      ],
      stack: [
        Diagnostic.Frame(function: "f", file: "b.c", line: 1, repeats: 3),
        Diagnostic.Frame(function: "g"),
      ],
      values: ["a": "1"],
      fixIts: [Diagnostic.FixIt(line: 2, column: 3, endLine: 2, endColumn: 4, replacement: "y")])
    var account = RunAccount(
      verdict: "compile_error", language: "c", entry: "a b/é.c", stage: .compile,
      outcome: .exited(code: 1),
      diagnostics: [diagnostic], failedTests: [FailedTest(name: "1", expected: "2", actual: "3")])
    diagnostic.severity = .error
    account.diagnostics += [
      diagnostic, diagnostic, Diagnostic(severity: .error, stage: .run, message: ""),
    ]
    let text = try account.feedback(FeedbackOptions(profile: "sarif"))
    let problems = try JSONSchema.sarif.problems(of: Data(text.utf8))
    #expect(problems.isEmpty, "\(problems)")
  }
}
