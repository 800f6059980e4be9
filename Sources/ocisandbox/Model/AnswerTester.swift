import OCISandbox
import SandboxEvaluation
import SandboxRefinement

/// Executes an answer's program, with its tests where there are some.
struct AnswerTester: Sendable {
  let tests: AnswerTests?
  let manifest: LanguageManifest
  let policy: Policy
  let sandbox: Sandbox
  let options: FeedbackOptions

  /// Executes it.
  ///
  /// - Parameters:
  ///   - code: The program.
  ///   - onOutput: Called with what it prints as it comes, and the mark in it that is not to be shown.
  /// - Returns: What became of it.
  /// - Throws: What the sandbox or the judge fails in.
  func execute(
    _ code: String, onOutput: @escaping @Sendable (OutputChunk, String?) -> Void
  ) async throws -> Execution {
    let language = ManifestLanguage(manifest)
    switch tests {
    case nil:
      var result = try await sandbox.run(
        Program(source: code, language: language), in: language, under: policy
      ) { onOutput($0, nil) }
      result.feedbackOptions = options
      return Execution(
        verdict: result.verdict, isPassed: result.verdict == .ok,
        feedback: try result.account.feedback(options), result: result)
    case .together(let tests):
      let shared = try tests.program(with: code)
      let result = try await sandbox.run(
        shared.program, in: SharedProgram.language(language), under: policy
      ) {
        onOutput($0, shared.mark)
      }
      return try tests.execution(result, of: shared, options)
    case .apart(let tests, let judge):
      let report = try await judge.judge(
        Program(source: code, language: language), in: language, with: tests, extent: .firstFailure)
      guard report.isJudged else { throw Failure(report.feedback, status: Failure.sandbox) }
      return Execution(
        verdict: report.verdict, isPassed: report.verdict == .ok,
        feedback: try report.account(of: tests).feedback(options))
    }
  }
}
