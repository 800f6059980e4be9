import OCISandbox
import Testing

/// What OpenCodeInterpreter's evaluation and its demo told their model: recorded from runs of that code, on CPython 3.11.
@Suite("The oci profile on real runs", .timeLimit(.minutes(10)))
struct OriginalFeedbackTests {
  private func feedback(_ source: String, _ limits: (inout Limits) -> Void = { _ in }) async throws
    -> String
  {
    let sandbox = Sandbox()
    let policy = try sandbox.policy(named: "default", adjustLimits: limits)
    let program = Program(
      source: source,
      language: ManifestLanguage(try sandbox.catalog.language(named: "python").value))
    let result = try await sandbox.run(program, language: "python", under: policy)
    return try result.account.feedback(FeedbackOptions(profile: "oci"))
  }

  @Test("an exception, but for the line of the program's own that calls")
  func exception() async throws {
    let text = try await feedback("def g(x):\n    return [][x]\ndef f(x):\n    return g(x)\nf(1)\n")
    #expect(
      text == "File \"<string>\", line 5, in <module>\n  File \"<string>\", line 4, in f\n"
        + "  File \"<string>\", line 2, in g\nIndexError: list index out of range")
  }

  @Test("a syntax error")
  func syntaxError() async throws {
    let text = try await feedback("def f(x)\n    return x\n")
    #expect(
      text == "File \"<string>\", line 1\n    def f(x)\n            ^\nSyntaxError: expected ':'")
  }

  @Test("a missing import")
  func missingImport() async throws {
    let text = try await feedback("def f(x: List[int]):\n    return x\n")
    #expect(
      text == "File \"<string>\", line 1, in <module>\nNameError: name 'List' is not defined")
  }

  @Test("a deep recursion, whose depth is the interpreter's affair")
  func recursion() async throws {
    let text = try await feedback("def f(n):\n    return f(n + 1)\nf(0)\n")
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.count == 6)
    #expect(lines.first == "File \"<string>\", line 3, in <module>")
    #expect(lines[1...3].allSatisfy { $0 == "  File \"<string>\", line 2, in f" })
    #expect(lines[4].hasPrefix("  [Previous line repeated 9") && lines[4].hasSuffix(" more times]"))
    #expect(lines.last == "RecursionError: maximum recursion depth exceeded")
  }

  @Test("a time limit")
  func timeLimit() async throws {
    #expect(
      try await feedback("while True: pass\n") { $0.cpuTime = .seconds(1) }
        == "Execution timed out.")
  }

  @Test("the demo's words for a program without output, and its cut")
  func demo() async throws {
    #expect(
      try await feedback("x = 1\n")
        == "Code is executed, but result is empty. Please make sure that you include test case in your code."
    )
    let text = try await feedback("print('a' * 600 + 'b' * 600)\n")
    #expect(
      text == String(repeating: "a", count: 200) + "\n...(truncated due to length)...\n"
        + String(repeating: "b", count: 199) + "\n")
  }
}
