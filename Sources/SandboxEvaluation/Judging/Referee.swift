internal import SandboxDiagnostics
internal import SandboxExecution
internal import SandboxLanguages

/// Decides about answers; a checker program is compiled once for all of them.
struct Referee {
  private let checker: Checker
  private let judge: Judge
  private let compiled: CompiledProgram?

  /// - Throws: ``LanguageError`` where the checker program does not compile.
  init(_ checker: Checker, of judge: Judge) async throws {
    self.checker = checker
    self.judge = judge
    guard case .program(let own) = checker else {
      compiled = nil
      return
    }
    let compiled = try await judge.testers.compile(
      own.program, in: own.language, under: judge.policy, stagePolicy: judge.stagePolicy)
    guard compiled.verdict == .ok else {
      throw LanguageError(
        "the checker does not compile:\n" + TextRenderer().render(compiled.diagnostics))
    }
    self.compiled = compiled
  }

  /// Completes the report of a case whose program ended well.
  func decide(
    _ test: TestCase, _ output: [UInt8], _ report: inout JudgeReport.Case
  ) async throws {
    var reason = ""
    if let isRight = checker.accepts(output, expected: test.expectedOutput) {
      if isRight { return }
    } else if let compiled {
      let attempt = try await judge.retrying {
        try await judge.testers.run(
          given(compiled, test, output), under: judge.policy, stagePolicy: judge.stagePolicy)
      }
      switch attempt {
      case .failure(let error):
        report = JudgeReport.Case(notJudged: test.name, because: error.description)
        return
      case .success(let result):
        switch result.run?.outcome {
        case .exited(code: 0): return
        case .exited(code: 1): reason = result.run?.standardOutput.text ?? ""
        default:
          report = JudgeReport.Case(
            notJudged: test.name,
            because: "the checker failed (\(result.verdict.rawValue)): \(result.feedback)")
          return
        }
      }
    }
    report.verdict = .wrongAnswer
    let difference = OutputDifference(expected: test.expectedOutput, actual: output)
    report.difference = difference.text
    var diagnostic = Diagnostic(
      severity: .error, stage: .run, code: "wrong answer",
      message: reason.isEmpty
        ? "case '\(test.name)': the output differs from the expected in line \(difference.line)"
        : "case '\(test.name)': \(reason.prefix(2000))")
    diagnostic.notes = [
      Diagnostic(
        severity: .note, stage: .run,
        message: "expected (-) and actual (+):\n\(difference.text.dropLast())")
    ]
    diagnostic.values = ["expected": report.expected ?? "", "actual": report.actual ?? ""]
    report.diagnostics = [diagnostic]
  }

  private func given(
    _ compiled: CompiledProgram, _ test: TestCase, _ output: [UInt8]
  ) -> CompiledProgram {
    var given = compiled
    given.program.files["input.txt"] = .bytes(test.standardInput)
    given.program.files["output.txt"] = .bytes(output)
    given.program.files["answer.txt"] = .bytes(test.expectedOutput)
    given.program.arguments = ["input.txt", "output.txt", "answer.txt"]
    return given
  }
}
