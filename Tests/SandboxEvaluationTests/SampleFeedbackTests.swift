import OCISandbox
import SandboxEvaluation
import Testing

@Suite("Feedback on samples", .timeLimit(.minutes(10)))
struct SampleFeedbackTests {
  private static let task = BenchmarkTask(
    id: "Own/0", prompt: "", entryPoint: "total", reference: "def total(xs):\n    return sum(xs)\n",
    opening: "",
    tests: .functions(
      "def check(f):\n    assert f([40]) == 40\n    assert f([1, 2]) == 3\ncheck(total)\n"))

  private static func account(_ source: String) async throws -> RunAccount {
    let sandbox = Sandbox(executor: SandboxExecutor(maximumConcurrentRuns: 1))
    var limits = SampleJudge.Limits()
    limits.minimumTime = 1
    let judge = SampleJudge(
      executor: sandbox.runner.executor, policy: try sandbox.policy(), limits: limits,
      cacheFolder: nil
    ) { try await sandbox.run($0, language: $1, under: $2) }
    let verdict = try await judge.judge(
      Sample(task: "Own/0", number: 0, text: .solution(source)), of: task)
    return try #require(verdict.account)
  }

  private static func feedback(
    _ account: RunAccount, _ profile: String, _ exposure: Exposure = .full
  ) throws -> String {
    try account.feedback(FeedbackOptions(profile: profile, exposure: exposure))
  }

  @Test("A wrong answer has input, expected and actual, in each form")
  func wrongAnswer() async throws {
    let account = try await Self.account("def total(xs):\n    return max(xs)\n")
    #expect(
      try Self.feedback(account, "compiler") == """
        test of the benchmark failed: (hidden)
          call:
            | total([1, 2])
          expected:
            | 3
          actual:
            | 2
        wrong_answer

        """)
    #expect(
      try Self.feedback(account, "oci")
        == "The results aren't as expected.\nInput: [[1, 2]]\nExpected Output: 3\nActual Output: 2")
    let raw = try Self.feedback(account, "raw")
    #expect(raw.hasPrefix("Traceback (most recent call last):\n"))
    #expect(raw.contains("    assert f([1, 2]) == 3\n"))
    #expect(raw.hasSuffix("AssertionError\n"))
    // Where the tests are not to be seen, none of their data is there.
    let hidden = try Self.feedback(account, "compiler", .public)
    #expect(!hidden.contains("3") && !hidden.contains("[1, 2]"), "\(hidden)")
    #expect(hidden.contains("wrong_answer"))
    #expect(try Self.feedback(account, "raw", .public) == "")
  }

  @Test("A group of exceptions is an exception too; so is one that wants more than words")
  func group() async throws {
    let source = """
      class Own(ExceptionGroup):
          pass
      def total(xs):
          try:
              [][1]
          except IndexError as error:
              raise Own('many', [error, ValueError('one')])

      """
    let account = try await Self.account(source)
    #expect(account.verdict == "runtime_error")
    let text = try Self.feedback(account, "compiler")
    #expect(text.hasPrefix("solution.py:7: error: Own: many (2 sub-exceptions)"), "\(text)")
    #expect(text.contains("IndexError: list index out of range"))
    #expect(text.contains("ValueError: one") && text.contains("in the call total([40])"))
    let other = try await Self.account("def total(xs):\n    return b'\\xff'.decode()\n")
    #expect(other.verdict == "runtime_error")
    #expect(try Self.feedback(other, "compiler").contains("UnicodeDecodeError: 'utf-8' codec"))
  }

  @Test("An exception has its line in the program, and the call that it came from")
  func exception() async throws {
    let account = try await Self.account("def total(xs):\n    return xs[len(xs)]\n")
    let text = try Self.feedback(account, "compiler")
    #expect(text.hasPrefix("solution.py:2"), "\(text)")
    #expect(text.contains("IndexError: list index out of range"))
    #expect(text.contains("in the call total([40])"))
    #expect(
      try Self.feedback(account, "oci").hasSuffix("IndexError: list index out of range"))
    let hidden = try Self.feedback(account, "compiler", .public)
    #expect(!hidden.contains("40"), "\(hidden)")
    #expect(hidden.contains("solution.py:2") && hidden.contains("IndexError"))
  }

  @Test(
    "What keeps the calls from being made is told without the judge's own frames",
    arguments: [
      ("def total(xs)\n    return 1\n", "expected ':'"),
      ("import nothing_of_that_name\n", "nothing_of_that_name"),
      ("def other(xs): return 1\n", "there is no function named total"),
      ("def total(xs):\n    while True: pass\n", "all of its CPU time"),
      ("import os\nos._exit(0)\n", "ended by itself"),
    ])
  func setup(source: String, words: String) async throws {
    let account = try await Self.account(source)
    let text = try Self.feedback(account, "compiler")
    #expect(text.contains(words), "\(text)")
    #expect(!text.contains("main.py"), "\(text)")
  }

  @Test("A function that is not there, in the original's words")
  func missing() async throws {
    let account = try await Self.account("def other(xs): return 1\n")
    #expect(
      try Self.feedback(account, "oci")
        == "Please rename your function to total as there is no function named total.")
  }

  @Test("A deep recursion is counted, as the original's was")
  func recursion() async throws {
    let account = try await Self.account("def total(xs):\n    return total(xs + [1])\n")
    let lines = try Self.feedback(account, "oci").split(separator: "\n").map(String.init)
    #expect(lines.count == 5)
    #expect(lines.first == "File \"<string>\", line 2, in total")
    #expect(
      lines.dropFirst().prefix(2).allSatisfy { $0 == "  File \"<string>\", line 2, in total" })
    #expect(
      lines.dropFirst(3).first?.wholeMatch(of: /\ \ \[Previous line repeated 9\d\d more times\]/)
        != nil)
    #expect(lines.last == "RecursionError: maximum recursion depth exceeded")
    let text = try Self.feedback(account, "compiler")
    #expect(text.contains(/\.\.\. 9\d\d more times/), "\(text)")
  }

  @Test(
    "What the original printed, it printed without quotation marks, and without what is blank at the end",
    arguments: [
      ("'it\\'s'", "it's"), ("'a\\n\\x1b\\u2028'", "a\n\u{1B}"), ("''", ""), ("['a']", "['a']"),
      ("'\\ud800'", "'\\ud800'"), ("1.5", "1.5"),
    ])
  func printed(literal: String, shown: String) async throws {
    let account = try await Self.account("def total(xs):\n    return \(literal)\n")
    let head = "The results aren't as expected.\nInput: [[40]]\nExpected Output: 40\nActual Output:"
    #expect(try Self.feedback(account, "oci") == (shown.isEmpty ? head : head + " " + shown))
    #expect(try Self.feedback(account, "compiler").contains("  actual:\n    | "))
  }

  @Test("A class of the program's own, and an error that came without its line, as in the original")
  func ownClass() async throws {
    let own = try await Self.account(
      "class E(Exception): pass\ndef total(xs):\n    raise E('x', 1)\n")
    #expect(
      try Self.feedback(own, "oci") == "File \"<string>\", line 3, in total\nE: ('x', 1)")
    let late = try await Self.account("def total(xs):\n    nonlocal y\n    return y\n")
    #expect(
      try Self.feedback(late, "oci")
        == "File \"<string>\", line 2\nSyntaxError: no binding for nonlocal 'y' found")
  }
}
