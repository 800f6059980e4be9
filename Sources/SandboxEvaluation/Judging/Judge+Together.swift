internal import SandboxDiagnostics
internal import SandboxExecution
internal import SandboxLanguages

extension Judge {
  /// Compiles tests together with the program, and runs both in one process.
  func judge(
    _ program: Program, in language: any LanguagePlugin, together tests: String
  ) async throws -> JudgeReport {
    let shared = try SharedProgram(program, tests: tests, language: language.id)
    let language = SharedProgram.language(language)
    let name = "tests"
    let attempt = try await retrying {
      try await candidates.compile(
        shared.program, in: language, under: policy, stagePolicy: stagePolicy)
    }
    let compiled: CompiledProgram
    switch attempt {
    case .success(let value): compiled = value
    case .failure(let error):
      return JudgeReport(
        language: language.id,
        cases: [JudgeReport.Case(notJudged: name, because: JudgeReport.Case.sandboxFailed(error))],
        caseCount: 1)
    }
    var cases: [JudgeReport.Case] = []
    if compiled.verdict == .ok {
      let attempt = try await retrying {
        try await candidates.run(compiled, under: policy, stagePolicy: stagePolicy)
      }
      switch attempt {
      case .success(let result):
        var report = JudgeReport.Case(
          name: name, verdict: shared.verdict(result),
          diagnostics: Array(
            shared.diagnostics(result).dropFirst(
              result.verdict == .ok ? 0 : compiled.diagnostics.count)))
        report.take(result.run)
        cases = [report]
      case .failure(let error):
        cases = [JudgeReport.Case(notJudged: name, because: JudgeReport.Case.sandboxFailed(error))]
      }
    }
    return JudgeReport(
      language: language.id, cases: cases, caseCount: 1, compilation: compiled,
      reading: shared.withoutHarness)
  }
}
