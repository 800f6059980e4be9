import OCISandbox
import SandboxEvaluation
import Testing

@Suite("Functions behind a proxy", .timeLimit(.minutes(5)))
struct FunctionTests {
  private func calls(_ pairs: (String, String)...) -> Tests {
    .calls(pairs.enumerated().map { FunctionCall(name: "\($0 + 1)", call: $1.0, expected: $1.1) })
  }

  @Test(
    "Values of every plain kind cross both ways unchanged",
    arguments: [
      "None", "True", "7", "10**400", "-0.5", "float('inf')", "'caf\\u00e9\\ud800'",
      "b'\\x00\\xff'", "(1, [2, (3,)])",
      "{1: 'a', (2, 3): None}", "{1, 2}", "frozenset({3})", "1+2j", "range(3, 9, 2)", "[]",
      "[[1.5], {}]",
    ])
  func values(value: String) async throws {
    let report = try await JudgeFixture().report(
      "def same(x): return x\ndef kind(x): return type(x).__name__",
      calls(("same(\(value))", value), ("kind(\(value))", "type(\(value)).__name__")))
    #expect(report.cases.map(\.verdict) == [.ok, .ok], "\(report.feedback)")
  }

  @Test("A wrong answer is told with both values")
  func wrong() async throws {
    let report = try await JudgeFixture().report(
      "def add(a, b): return a - b", calls(("add(2, 3)", "5"), ("add(2, 0)", "2")))
    #expect(report.verdict == .wrongAnswer)
    #expect(report.cases.map(\.verdict) == [.wrongAnswer, .ok])
    #expect(report.cases[0].expected == "5" && report.cases[0].actual == "-1")
    #expect(report.feedback.contains("add(2, 3) gave -1, expected 5"))
  }

  @Test("An exception crosses by name and message, and is explained by its place in the program")
  func exceptions() async throws {
    let source =
      "class Own(ValueError): pass\ndef f(x):\n  if x: raise Own('bad x')\n  return [][0]"
    let raised = try await JudgeFixture().report(
      source,
      .calls([
        FunctionCall(name: "1", call: "f(1)", raises: "ValueError"),
        FunctionCall(name: "2", call: "f(1)", raises: "Own"),
        FunctionCall(name: "3", call: "f(1)", raises: "KeyError"),
        FunctionCall(name: "4", call: "f(0)", expected: "1"),
      ]))
    #expect(raised.cases.map(\.verdict) == [.ok, .ok, .runtimeError, .runtimeError])
    #expect(raised.cases[3].diagnostics.first?.code == "IndexError")
    #expect(raised.cases[3].diagnostics.first?.line == 4)
  }

  @Test("Arguments that the program changes come back, generators and closures work")
  func changes() async throws {
    let report = try await JudgeFixture().report(
      """
      def push(items, table): items.append(4); items[0].append(9); table['k'] = 1
      def order(items): items.sort()
      def count(n):
        for i in range(n): yield i
      def adder(n): return lambda x: x + n
      """,
      .program(
        TestProgram(
          source: """
            items, table = [[1]], {}
            assert push(items, table) is None
            assert items == [[1, 9], 4] and table == {'k': 1}
            plain = [3, 1, 2]
            order(plain)
            assert plain == [1, 2, 3]
            rows = [[2], [1]]
            right = sorted(rows)
            order(rows)
            assert rows == right
            assert list(count(3)) == [0, 1, 2]
            assert adder(2)(3) == 5
            """, functions: ["push", "order", "count", "adder"])))
    #expect(report.verdict == .ok, "\(report.feedback)")
  }

  @Test("A limit that the program meets is its verdict, and so is its own end")
  func limits() async throws {
    let fixture = try JudgeFixture { $0.cpuTime = .milliseconds(500) }
    let slow = try await fixture.report("def f():\n  while True: pass", calls(("f()", "1")))
    #expect(slow.verdict == .timeLimit)
    let missing = try await fixture.report("x = 1", calls(("f()", "1")))
    #expect(missing.verdict == .runtimeError)
    let broken = try await fixture.report("def f(:", calls(("f()", "1")))
    #expect(broken.verdict == .runtimeError)
    #expect(broken.diagnostics.first?.code == "SyntaxError")
  }

  @Test("Tests with functions in another language are refused")
  func otherLanguage() async throws {
    await #expect(throws: LanguageError.self) {
      try await JudgeFixture().report("", calls(("f()", "1")), language: "c")
    }
  }
}
