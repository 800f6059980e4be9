import ArgumentParser
import OCISandbox
import SandboxRefinement

/// How often a model is asked, and what it is told between two answers.
struct RoundOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The most answers to a task.", valueName: "number"))
  var rounds = 2

  @Option(help: "What the model is told: execution, human (a critic's words), oracle, or none.")
  var feedback = FeedbackMode.execution

  @Option(
    help: ArgumentHelp(
      "The form of the feedback: \(FeedbackProfiles.names.joined(separator: ", ")).",
      valueName: "name"))
  var profile = "compiler"

  @Option(
    help: """
      What the feedback may show: none, verdict, public (not the tests' inputs and results), full (as the \
      paper did). It is recorded with the score.
      """)
  var exposure = Exposure.full

  @Option(
    help: ArgumentHelp(
      "How long the feedback may be: 400t for tokens (estimated), 2000c for characters.",
      valueName: "n"))
  var feedbackBudget: FeedbackBudget?

  @Option(help: ArgumentHelp("The critic; by default the model.", valueName: "name"))
  var critic: String?

  @Option(help: "How the conversation is sent: messages, or oci, as OpenCodeInterpreter did.")
  var history = HistoryForm.messages

  @Option(
    help: ArgumentHelp(
      "The most tokens of a conversation that is sent; older rounds are left out.",
      valueName: "number"))
  var context: Int?

  @Option(
    help: ArgumentHelp("A folder of prompts, as of 'ocisandbox solve'.", valueName: "dir"))
  var prompts: String?

  @Option(help: ArgumentHelp("Only the first tasks of the benchmark.", valueName: "number"))
  var limit: Int?

  @Option(
    help: ArgumentHelp(
      "A file that keeps every answer: what was asked before is not asked again.",
      valueName: "file"))
  var answerCache: String?

  func validate() throws {
    guard (1...100).contains(rounds) else {
      throw ValidationError("--rounds must be from 1 to 100")
    }
    guard (context ?? 1) >= 1 else { throw ValidationError("--context must be at least 1") }
    guard (limit ?? 1) >= 1 else { throw ValidationError("--limit must be at least 1") }
    if FeedbackProfiles.named(profile) == nil {
      throw ValidationError("\(UnknownProfileError(name: profile))")
    }
    if critic != nil, feedback != .human, feedback != .oracle {
      throw ValidationError("--critic is for --feedback human and oracle")
    }
  }

  func settings(facts: [String: String]) throws -> ModelEvaluationSettings {
    ModelEvaluationSettings(
      maximumRounds: rounds, feedback: feedback,
      feedbackOptions: FeedbackOptions(
        profile: profile, exposure: exposure, budget: feedbackBudget),
      history: history, contextTokens: context,
      prompts: try prompts.map { try Prompts(folder: $0) } ?? Prompts(), facts: facts)
  }
}
