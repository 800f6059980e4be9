import OCISandbox
import SandboxEvaluation
import SandboxRefinement

/// A program that tests an answer of a model, in one process with it; see `SharedProgram`.
struct TestProgram: Sendable {
  /// Its text.
  let source: String
  private let language: LanguageManifest

  /// Reads the tests.
  init(file path: String, language: LanguageManifest) throws {
    guard SharedProgram.languages.contains(language.id) else {
      throw Failure(
        """
        --tests knows how to test Python, JavaScript, C and Swift, not \(language.name)
        hint: say in the task what the program must print or check, and leave --tests out
        """, status: Failure.usage)
    }
    source = String(decoding: try ProgramInput.read(path), as: UTF8.self)
    self.language = language
  }

  /// The program together with its tests.
  func program(with code: String) throws -> SharedProgram {
    try SharedProgram(
      Program(source: code, language: ManifestLanguage(language)), tests: source,
      language: language.id)
  }

  /// What a result says of the program.
  func execution(
    _ result: ProgramResult, of shared: SharedProgram, _ options: FeedbackOptions
  ) throws -> Execution {
    var result = result
    result.feedbackOptions = options
    let verdict = shared.verdict(result)
    return Execution(
      verdict: verdict, isPassed: verdict == .ok,
      feedback: try shared.account(result).feedback(options), result: result)
  }
}
