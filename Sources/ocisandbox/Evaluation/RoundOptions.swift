import ArgumentParser
import OCISandbox
import SandboxRefinement

/// How a model is evaluated: the loop, and what only an evaluation has.
struct RoundOptions: ParsableArguments {
  @OptionGroup var loop: LoopOptions

  @Option(
    help: ArgumentHelp(
      "How long the feedback may be: 400t for tokens (estimated), 2000c for characters.",
      valueName: "n"))
  var feedbackBudget: FeedbackBudget?

  @Option(help: ArgumentHelp("Only the first tasks of the benchmark.", valueName: "number"))
  var limit: Int?

  @Option(
    help: ArgumentHelp(
      "A file that keeps every answer: what was asked before is not asked again.",
      valueName: "file"))
  var answerCache: String?

  @Option(
    help: ArgumentHelp(
      "The --output of another evaluation of the benchmark, for the table of models in the report. Repeatable.",
      valueName: "dir"))
  var beside: [String] = []

  func validate() throws {
    guard (limit ?? 1) >= 1 else { throw ValidationError("--limit must be at least 1") }
  }

  func settings(facts: [String: String]) throws -> ModelEvaluationSettings {
    ModelEvaluationSettings(
      maximumRounds: loop.rounds, feedback: loop.feedback,
      feedbackOptions: FeedbackOptions(
        profile: loop.profile, exposure: loop.exposure, budget: feedbackBudget),
      history: loop.history, contextTokens: loop.context, prompts: try loop.prompts(), facts: facts)
  }
}
