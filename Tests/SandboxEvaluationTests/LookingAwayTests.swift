import OCISandbox
import SandboxEvaluation
import Testing

/// Programs that answer nothing wrong, but make the tests look away, and answers that only seem to be values.
@Suite("Tests that are made to look away", .timeLimit(.minutes(10)))
struct LookingAwayTests {
  /// A program that is wrong by the tests, though they fail nowhere, and one that is right.
  struct Cheat: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let tests: String
    let source: String
    let right: String
  }

  private static let map =
    "cases = [(3, 6), (4, 8)]\nassert all(map(lambda k: f(k[0]) == k[1], cases))\n"
  private static let caught = """
    for x in (1, 2):
        try:
            assert f(x) == 2 * x
        except AssertionError: raise
        except: pass

    """
  private static let double = "def f(x): return 2 * x\n"

  static let cheats = [
    Cheat(
      testDescription: "StopIteration ends a map", tests: map,
      source: "def f(x): raise StopIteration\n", right: double),
    Cheat(
      testDescription: "a subclass of StopIteration ends a map", tests: map,
      source: "class Own(StopIteration): pass\ndef f(x): raise Own\n", right: double),
    Cheat(
      testDescription: "StopIteration ends a zip",
      tests: "assert not [1 for a, b in zip(map(f, [3, 4]), [6, 8]) if a != b]\n",
      source: "def f(x): raise StopIteration\n", right: double),
    Cheat(
      testDescription: "a value whose encoding stops the iteration", tests: map,
      source: """
        class Own(str):
          def __str__(self): raise StopIteration
        def f(x): return Own()
        """, right: double),
    Cheat(
      testDescription: "an object that is false", tests: "assert f(3)\nassert not f(-3)\n",
      source: """
        class Own:
          def __init__(self, x): self.x = x
          def __bool__(self): return self.x < 0
        def f(x): return Own(x)
        """,
      right: """
        class Own:
          def __init__(self, x): self.x = x
          def __bool__(self): return self.x > 0
        def f(x): return Own(x)
        """),
    Cheat(
      testDescription: "a number of the library that is not taken for one",
      tests: "assert f(3) != 4 and f(4) == 4\n",
      source: "from decimal import Decimal\ndef f(x): return Decimal(4)\n",
      right: "from fractions import Fraction\ndef f(x): return Fraction(x, 1)\n"),
    Cheat(
      testDescription: "an end within tests that catch everything", tests: caught,
      source: "import os\ndef f(x): os._exit(0)\n", right: double),
    Cheat(
      testDescription: "an end at the second call, within tests that catch everything",
      tests: caught,
      source: "import os\ndef f(x): return 2 if x == 1 else os._exit(0)\n", right: double),
  ]

  @Test("None passes, and a right program does", arguments: cheats)
  func functions(cheat: Cheat) async throws {
    let tests = Tests.program(TestProgram(source: cheat.tests, functions: ["f"]))
    let report = try await JudgeFixture().report(cheat.source, tests)
    #expect([.wrongAnswer, .runtimeError].contains(report.verdict), "\(report.verdict)")
    let right = try await JudgeFixture().report(cheat.right, tests)
    #expect(right.verdict == .ok, "\(right.feedback)")
  }

  @Test("Nor as a sample of a benchmark", arguments: cheats)
  func samples(cheat: Cheat) async throws {
    // The reference is one that the tests can tell apart from the cheat.
    let reference = cheat.tests.contains("not f(-3)") ? "def f(x): return x > 0\n" : cheat.right
    let task = BenchmarkTask(
      id: "Own/0", prompt: "", entryPoint: "f", reference: reference, opening: "",
      tests: .functions(cheat.tests))
    let verdict = try await SampleJudgeTests.judge(cheat.source, task)
    #expect([.wrongAnswer, .runtimeError].contains(verdict.base), "\(verdict)")
    let right = try await SampleJudgeTests.judge(cheat.right, task)
    #expect(right.base == .ok && !right.sharesProcess, "\(right)")
  }

  @Test("Tests that know of StopIteration get it")
  func knownStop() async throws {
    let tests =
      "try:\n    f(0)\n    assert False\nexcept StopIteration:\n    pass\nassert f(1) == 1\n"
    let source = "def f(x):\n  if x: return x\n  raise StopIteration\n"
    let report = try await JudgeFixture().report(
      source, .program(TestProgram(source: tests, functions: ["f"])))
    #expect(report.verdict == .ok, "\(report.feedback)")
    let call = try await JudgeFixture().report(
      source, .calls([FunctionCall(name: "1", call: "f(0)", raises: "StopIteration")]))
    #expect(call.verdict == .ok, "\(call.feedback)")
    let task = BenchmarkTask(
      id: "Own/0", prompt: "", entryPoint: "f", reference: source, opening: "",
      tests: .functions(tests))
    #expect(try await SampleJudgeTests.judge(source, task).base == .ok)
  }

  @Test("An object of the program's own can be gone through, whatever it is")
  func iterable() async throws {
    let report = try await JudgeFixture().report(
      """
      class Own:
        def __iter__(self): yield 1; yield 2
      class Plain:
        def __iter__(self): return iter([1, 2])
      def f(x): return Own() if x else Plain()
      """,
      .program(
        TestProgram(
          source:
            "for x in (0, 1):\n    own = f(x)\n    assert list(own) == [1, 2] and sum(own) == 3\n",
          functions: ["f"])))
    #expect(report.verdict == .ok, "\(report.feedback)")
  }

  @Test(
    "Tests that ask the program for nothing are an error, and no right answer",
    arguments: [
      ("def test_f():\n    assert f(1) == 2\n", "it calls none of the functions"),
      ("if __name__ == '__main__':\n    assert f(1) == 2\n", "it calls none of the functions"),
      ("from main import f\nassert f(1) == 2\n", "before it called any function of the program"),
    ])
  func nothingAsked(tests: String, message: String) async throws {
    let error = await #expect(throws: TestFileError.self) {
      try await JudgeFixture().report(
        "def f(x): return x", .program(TestProgram(source: tests, functions: ["f"])))
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test("No number is near to Infinity, and NaN is right only where NaN is expected")
  func infinity() async throws {
    let task = BenchmarkTask(
      id: "HumanEval/900", prompt: "", entryPoint: "f", reference: "def f(x): return [x * 2.0]\n",
      opening: "",
      tests: .inputs(
        record: Array(
          #"{"base_input": [[1.0]], "plus_input": [[Infinity], [-Infinity], [NaN], [0.1]]}"#.utf8),
        atol: 0))
    let wrong = try await SampleJudgeTests.judge(
      "def f(x): return [x + x] if -9 < x < 9 else [5.0]\n", task)
    #expect(wrong.base == .ok && wrong.failedPlus == [0, 1, 2], "\(wrong)")
    let right = try await SampleJudgeTests.judge("def f(x): return [x + x + 1e-9]\n", task)
    #expect(right.plus == .ok, "\(right)")
  }

  @Test("An argument that is the word of a value that does not cross does cross")
  func word() async throws {
    let source = "def f(x): return x\n"
    let task = BenchmarkTask(
      id: "Own/0", prompt: "", entryPoint: "f", reference: source, opening: "",
      tests: .functions("assert f('other') == 'other'\nassert f({'other': 1}) == {'other': 1}\n"))
    let verdict = try await SampleJudgeTests.judge(source, task)
    #expect(verdict.base == .ok && !verdict.sharesProcess)
  }
}
