internal import SandboxDiagnostics
internal import SandboxExecution
internal import SandboxLanguages

extension Judge {
  /// Compiles once, and runs each case in a fresh sandbox.
  func judge(
    _ program: Program, in language: any LanguagePlugin, with cases: [TestCase], checker: Checker,
    extent: Extent
  ) async throws -> JudgeReport {
    for test in cases {
      // The program that is judged would be another one.
      if let path = test.files.keys.sorted().first(where: { program.files[$0] != nil }) {
        throw TestFileError(
          "case '\(test.name)': its file '\(path)' has the name of one of the program's own; rename it"
        )
      }
    }
    let attempt = try await retrying {
      try await candidates.compile(program, in: language, under: policy, stagePolicy: stagePolicy)
    }
    let compiled: CompiledProgram
    switch attempt {
    case .success(let value): compiled = value
    case .failure(let error):
      let unjudged = JudgeReport.Case(
        notJudged: "compile", because: JudgeReport.Case.sandboxFailed(error))
      return JudgeReport(language: language.id, cases: [unjudged], caseCount: cases.count)
    }
    var done: [JudgeReport.Case] = []
    if compiled.verdict == .ok {
      let referee = try await Referee(checker, of: self)
      for test in cases {
        // The report as a whole tells of the first failure: no other needs a second run to explain it.
        let isFirst = done.allSatisfy { $0.verdict == .ok }
        let report = try await judge(compiled, by: test, referee, investigates: isFirst)
        done.append(report)
        if extent == .firstFailure, report.verdict != .ok { break }
      }
    }
    return JudgeReport(
      language: language.id, cases: done, caseCount: cases.count, compilation: compiled)
  }

  private func judge(
    _ compiled: CompiledProgram, by test: TestCase, _ referee: Referee, investigates: Bool
  ) async throws -> JudgeReport.Case {
    var given = compiled
    given.program.standardInput = .bytes(test.standardInput)
    given.program.arguments = test.arguments
    given.program.files.merge(test.files) { $1 }
    var own = policy
    own.limits = test.limits.resolved(policy.limits)
    let attempt = try await retrying {
      try await candidates.run(
        given, under: own, stagePolicy: stagePolicy, investigates: investigates)
    }
    switch attempt {
    case .failure(let error):
      return JudgeReport.Case(notJudged: test.name, because: JudgeReport.Case.sandboxFailed(error))
    case .success(let result):
      var report = JudgeReport.Case(
        name: test.name, verdict: result.verdict,
        // What the compiler found is told once, by the report as a whole.
        diagnostics: Array(result.diagnostics.dropFirst(compiled.diagnostics.count)))
      report.take(result.run)
      let output = result.run?.standardOutput.bytes ?? []
      report.expected = OutputDifference.excerpt(test.expectedOutput)
      report.actual = OutputDifference.excerpt(output)
      if result.verdict == .ok { try await referee.decide(test, output, &report) }
      return report
    }
  }
}

extension JudgeReport.Case {
  /// A case of which nothing is known.
  init(notJudged name: String, because reason: String) {
    self.init(
      name: name, verdict: .sandboxError,
      diagnostics: [
        Diagnostic(
          severity: .error, stage: .run,
          message: "not judged, for \(reason)")
      ])
    sandboxError = reason
  }

  /// Why nothing is known, where the sandbox failed.
  static func sandboxFailed(_ error: SandboxError) -> String {
    "the sandbox could not do its work: \(error.description)"
  }
}
