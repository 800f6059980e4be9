import OCISandbox
import SandboxEvaluation
import Testing

@Suite("Cases with input and output", .timeLimit(.minutes(5)))
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
    #expect(all.feedback.contains("case '2': the output differs from the expected in line 1"))
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
    slow.cpuTime = .milliseconds(300)
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

  @Test("A checker program decides in a sandbox of its own; where it fails, nothing is judged")
  func checkerProgram() async throws {
    let python = ManifestLanguage(try Catalog.standard().language(named: "python").value)
    let checker = Checker.program(
      CheckerProgram(
        program: Program(
          source: """
            import sys
            given, output, answer = (open(name).read().strip() for name in sys.argv[1:])
            if given == 'broken': raise SystemExit(7)
            if abs(int(output)) != int(answer): print('too far away'); sys.exit(1)
            """, language: python), language: python))
    let tests = Tests.cases(
      [TestCase("1", "-4", "4"), TestCase("2", "5", "4"), TestCase("3", "broken", "")],
      checker: checker)
    let report = try await JudgeFixture().report("print(input())", tests)
    #expect(report.cases.map(\.verdict) == [.ok, .wrongAnswer, .sandboxError])
    #expect(report.cases[1].diagnostics.first?.message.contains("too far away") == true)
    #expect(report.verdict == .wrongAnswer && report.notJudged == 1)
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
