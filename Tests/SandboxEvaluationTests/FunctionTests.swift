import OCISandbox
import SandboxEvaluation
import Testing

@Suite("Functions behind a proxy", .timeLimit(.minutes(10)))
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

  @Test("A function that is not there is told as such, to OpenCodeInterpreter in its own words")
  func missingFunction() async throws {
    let tests = calls(("bar_fn(1)", "2"))
    let report = try await JudgeFixture().report("def foo(x): return 2", tests)
    #expect(report.verdict == .runtimeError)
    #expect(report.feedback.contains("there is no function named bar_fn"), "\(report.feedback)")
    #expect(
      try report.account(of: tests).feedback(FeedbackOptions(profile: "oci"))
        == "Please rename your function to bar_fn as there is no function named bar_fn.")
    // A function of the program's that is missing is another matter.
    let inner = try await JudgeFixture().report("def bar_fn(x): return g(x)", tests)
    #expect(inner.feedback.contains("main.py:1:23: error: NameError: name 'g' is not defined"))
  }

  @Test("A column counts characters, and a class of the program's own has its own name")
  func places() async throws {
    let tests = calls(("f(1)", "2"))
    let wide = try await JudgeFixture().report("def f(x): s = 'äöü'; return s +* 2", tests)
    #expect(wide.feedback.contains("main.py:1:32: error: SyntaxError"), "\(wide.feedback)")
    let own = try await JudgeFixture().report(
      "class E(Exception): pass\ndef f(x): raise E(1)", tests)
    #expect(own.feedback.contains("main.py:2:11: error: E: 1"), "\(own.feedback)")
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
    #expect(raised.cases[2].expected == "KeyError" && raised.cases[2].actual == "Own: bad x")
    #expect(
      raised.cases[2].diagnostics.first?.notes.map(\.message) == [
        "in the call f(1), which should raise KeyError"
      ])
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

  @Test(
    "Each call has its verdict, also after one that ended the program or met a limit of its own")
  func eachCall() async throws {
    let source = """
      import os
      calls = []
      def f(x):
        calls.append(x)
        if x == 2: os._exit(0)
        if x == 3:
          while True: pass
        if x == 4: return len(b"x" * (200 << 20))
        return len(calls)
      """
    let tests = Tests.calls([
      FunctionCall(name: "a", call: "f(1)", expected: "1"),
      FunctionCall(name: "ends", call: "f(2)", expected: "2"),
      FunctionCall(name: "b", call: "f(1)", expected: "1"),
      FunctionCall(
        name: "endless", call: "f(3)", expected: "1",
        limits: CaseLimits(cpuTime: .milliseconds(300))),
      FunctionCall(
        name: "large", call: "f(4)", expected: "200 << 20",
        limits: CaseLimits(memory: ByteCount(mebibytes: 100))),
      FunctionCall(name: "c", call: "f(4)", expected: "200 << 20"),
      FunctionCall(name: "d", call: "f(1)", expected: "2"),
    ])
    let all = try await JudgeFixture().report(source, tests)
    #expect(
      all.cases.map(\.verdict) == [
        .ok, .runtimeError, .ok, .timeLimit, .memoryLimit, .ok, .ok,
      ], "\(all.cases.map(\.verdict))")
    #expect(all.cases.map(\.name) == ["a", "ends", "b", "endless", "large", "c", "d"])
    let first = try await JudgeFixture().report(source, tests, extent: .firstFailure)
    #expect(first.cases.map(\.verdict) == [.ok, .runtimeError])
    // What does not even start is not tried again for each call.
    let broken = try await JudgeFixture().report("import nothing_of_that_name", tests)
    #expect(broken.cases.count == 1 && broken.caseCount == 7)
  }

  @Test("What stands around a call is Python's own, unless the call has no other function")
  func pythonsOwn() async throws {
    let source = """
      def gen(): yield 1; yield 2
      def max(a, b): return a + b
      def list(x): return 'not the answer'
      def kind(x): return type(x).__name__
      """
    let report = try await JudgeFixture().report(
      source,
      calls(
        ("list(gen())", "[1, 2]"), ("[x + 1 for x in gen()]", "[2, 3]"), ("max(2, 3)", "5"),
        ("max(gen())", "2"),
        ("math.floor(sum(gen()) / 2)", "1"), ("kind(Decimal('1.5'))", "'Decimal'"),
        ("kind(collections.deque([1]))", "'deque'"), ("kind(1)", "max(['int'])")))
    #expect(
      report.cases.map(\.verdict) == Array(repeating: .ok, count: 8), "\(report.feedback)")
  }

  @Test("A program's function does not make what is expected of it")
  func expectedIsOfPython() async throws {
    let report = try await JudgeFixture().report(
      "def max(items): return 7", calls(("max([1, 2])", "max([1, 2])")))
    #expect(report.verdict == .wrongAnswer)
  }

  @Test(
    "Tests that make no sense are an error, and not the program's fault",
    arguments: [
      ("f(1", "1", "'call' is no expression in Python"), ("x = f(1)", "1", "'call' is no"),
      ("f(1)", "1 +", "'expected_expression' is no expression in Python"),
      ("f(1)", "1 / 0", "'expected_expression' has no value: ZeroDivisionError"),
      ("f(1)", "f(1)", "'expected_expression' has no value: NameError"),
      ("1", "1", "'call' calls no function"),
      ("f(object())", "1", "a value of type object cannot be given to the program"),
    ])
  func senseless(call: String, expected: String, message: String) async throws {
    let error = await #expect(throws: TestFileError.self) {
      try await JudgeFixture().report(
        "def f(x): return x", calls(("f(2)", "2"), (call, expected)))
    }
    #expect(error?.description.hasPrefix("case '2' of the tests: ") == true)
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test("A test program that does not parse is an error, and not the program's fault")
  func senselessProgram() async throws {
    await #expect(throws: TestFileError.self) {
      try await JudgeFixture().report(
        "def f(x): return x", .program(TestProgram(source: "assert f(1 == 1", functions: ["f"])))
    }
  }

  @Test("NaN is right where NaN is expected, and nowhere else")
  func notANumber() async throws {
    let nan = "float('nan')"
    let report = try await JudgeFixture().report(
      "def same(x): return x",
      calls(
        ("same(\(nan))", nan),
        ("same([1, (\(nan), {'a': \(nan)})])", "[1, (\(nan), {'a': \(nan)})]"),
        ("same(1.0)", nan), ("same(\(nan))", "1.0"), ("same([\(nan)])", "(\(nan),)"),
        ("same([\(nan), 1])", "[\(nan)]")))
    #expect(
      report.cases.map(\.verdict) == [.ok, .ok] + Array(repeating: .wrongAnswer, count: 4))
  }

  @Test("Tests with functions in another language are refused")
  func otherLanguage() async throws {
    await #expect(throws: LanguageError.self) {
      try await JudgeFixture().report("", calls(("f()", "1")), language: "c")
    }
  }
}
