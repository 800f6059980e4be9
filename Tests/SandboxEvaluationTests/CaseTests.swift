import OCISandbox
import SandboxEvaluation
import Testing

@Suite("Cases with input and output", .timeLimit(.minutes(10)))
struct CaseTests {
  private let cases = [
    TestCase("1", "1 2\n", "3\n"), TestCase("2", "5 5\n", "10\n"), TestCase("3", "0 0\n", "0\n"),
  ]

  @Test(
    "A right program is right in every case, compiled or not",
    arguments: [
      ("python", "print(sum(map(int, input().split())))"),
      (
        "c",
        "#include <stdio.h>\nint main(void){int a,b;scanf(\"%d%d\",&a,&b);printf(\"%d\\n\",a+b);}"
      ),
    ])
  func right(language: String, source: String) async throws {
    let report = try await JudgeFixture().report(source, .cases(cases), language: language)
    #expect(report.verdict == .ok)
    #expect(report.cases.map(\.verdict) == [.ok, .ok, .ok])
    #expect(report.diagnostics == [])
  }

  @Test("A wrong answer says where it parts from the right one, and the judge goes on or stops")
  func wrong() async throws {
    let source = "a, b = map(int, input().split())\nprint(a * b if a == 5 else a + b)"
    let all = try await JudgeFixture().report(source, .cases(cases))
    #expect(all.verdict == .wrongAnswer)
    #expect(all.cases.map(\.verdict) == [.ok, .wrongAnswer, .ok])
    #expect(all.cases[1].difference == "- 10\n+ 25\n")
    #expect(
      all.feedback.contains("case '2': the output first differs from what is expected in line 1"))
    let first = try await JudgeFixture().report(source, .cases(cases), extent: .firstFailure)
    #expect(first.cases.map(\.verdict) == [.ok, .wrongAnswer])
    #expect(first.caseCount == 3)
  }

  @Test("A program that does not compile has that verdict, and no case")
  func compileError() async throws {
    let report = try await JudgeFixture().report("int main(void){", .cases(cases), language: "c")
    #expect(report.verdict == .compileError)
    #expect(report.cases.isEmpty)
    #expect(!report.diagnostics.isEmpty)
  }

  @Test("An exception and a limit of one case keep their verdicts")
  func failures() async throws {
    var slow = TestCase("slow", "slow", "")
    slow.limits.cpuTime = .milliseconds(300)
    let report = try await JudgeFixture().report(
      "if input() == 'slow':\n  while True: pass\nraise ValueError('no')",
      .cases([TestCase("bad", "x", ""), slow]))
    #expect(report.cases.map(\.verdict) == [.runtimeError, .timeLimit])
    #expect(report.cases[0].diagnostics.first?.code == "ValueError")
  }

  @Test(
    "Checkers",
    arguments: [
      (Checker.exact, "1\n", "1\n", true), (.exact, "1", "1\n", false),
      (.trailingSpace, "1  \n2\n\n", "1\n2", true), (.trailingSpace, " 1\n", "1\n", false),
      (.tokens, "1\n 2", "1 2\n", true), (.tokens, "12", "1 2", false),
      (.float(), "0.3000000001 x", "0.3 x", true), (.float(), "0.31", "0.3", false),
      (.float(relative: 0, absolute: 0.1), "0.35", "0.3", true), (.float(), "nan", "1", false),
      (.float(), "1", "nan", false), (.float(), "inf", "1", false), (.float(), "1 2", "1", false),
      (.unordered, "b\na\n", "a\nb\n", true), (.unordered, "a\na\n", "a\nb\n", false),
    ] as [(Checker, String, String, Bool)])
  func checkers(checker: Checker, actual: String, expected: String, isRight: Bool) async throws {
    let report = try await JudgeFixture().report(
      "import sys\nsys.stdout.write(sys.stdin.read())",
      .cases([TestCase("1", actual, expected)], checker: checker))
    #expect(report.verdict == (isRight ? .ok : .wrongAnswer))
  }

  /// A checker in Python.
  private func checker(_ source: String) throws -> Checker {
    let python = ManifestLanguage(try Catalog.standard().language(named: "python").value)
    return .program(
      CheckerProgram(program: Program(source: source, language: python), language: python))
  }

  /// Reads its input, the output and the right answer.
  private static let reading =
    "import sys\ngiven, output, answer = (open(name).read().strip() for name in sys.argv[1:])\n"

  @Test("A checker program decides in a sandbox of its own, by the statuses of testlib")
  func checkerProgram() async throws {
    let own = try checker(
      Self.reading + """
        if given in '248': print('no good', file=sys.stderr); sys.exit(int(given))
        if given == '3': sys.exit(3)
        if abs(int(output)) != int(answer): print('too far away'); sys.exit(1)
        """)
    let cases =
      [TestCase("right", "-5", "5"), TestCase("wrong", "5", "4")]
      + ["2", "4", "8", "3"].map { TestCase($0, $0, $0) }
    let report = try await JudgeFixture().report("print(input())", .cases(cases, checker: own))
    #expect(
      report.cases.map(\.verdict) == [
        .ok, .wrongAnswer, .wrongAnswer, .wrongAnswer, .wrongAnswer, .sandboxError,
      ])
    #expect(report.cases[1].diagnostics.first?.message.contains("too far away") == true)
    #expect(report.cases[2].diagnostics.first?.message.contains("no good") == true)
    #expect(
      report.cases[5].sandboxError?.contains("the checker program says that it failed") == true)
    #expect(report.verdict == .wrongAnswer && report.notJudged == 1)
  }

  @Test(
    "An output that breaks the checker is wrong, where the right answer does not",
    arguments: [
      "import os\nint(output) if output != 'kill' else os.kill(os.getpid(), 9)",
      "while output != answer: pass",
    ])
  func brokenByOutput(source: String) async throws {
    let tests = Tests.cases(
      [TestCase("1", "no number", "4"), TestCase("2", "kill", "4"), TestCase("3", "4", "4")],
      checker: try checker(Self.reading + source))
    let report = try await JudgeFixture { $0.cpuTime = .seconds(2) }.report("print(input())", tests)
    #expect(report.cases.map(\.verdict) == [.wrongAnswer, .wrongAnswer, .ok])
    #expect(
      report.cases[0].diagnostics.first?.message.contains(
        "the checker program could not read the output") == true)
  }

  @Test(
    "A checker that fails on the right answer too is an error of the checker's",
    arguments: ["import nothing_of_that_name", "sys.exit(77)", "if True print(1)"])
  func brokenChecker(source: String) async throws {
    let own = try checker(Self.reading + source)
    let error = await #expect(throws: TestFileError.self) {
      try await JudgeFixture().report(
        "print(input())", .cases([TestCase("1", "1", "1")], checker: own))
    }
    #expect(error?.description.contains("the checker program fails") == true)
    #expect(error?.description.contains("case '1'") == true)
  }

  @Test("A file of a case cannot take the place of the program")
  func ownFiles() async throws {
    var test = TestCase("1", "", "right\n")
    test.files["main.py"] = .bytes(Array("print('right')".utf8))
    let tests = Tests.cases([test])
    let error = await #expect(throws: TestFileError.self) {
      try await JudgeFixture().report("print('wrong')", tests)
    }
    #expect(error?.description.contains("'main.py'") == true)
    test.files = ["data.txt": .bytes(Array("right".utf8))]
    let report = try await JudgeFixture().report(
      "print(open('data.txt').read())", .cases([test]))
    #expect(report.verdict == .ok)
  }

  @Test("What a program is judged by is nowhere in its sandbox")
  func nothingToSteal() async throws {
    let report = try await JudgeFixture().report(
      """
      import os
      found = [os.path.join(d, f) for d, _, fs in os.walk('.') for f in fs]
      print(found, 'SECRET' in str(dict(os.environ)))
      """, .cases([TestCase("1", "", "['./main.py'] False\n")]))
    #expect(report.verdict == .ok, "\(report.feedback)")
  }
}
