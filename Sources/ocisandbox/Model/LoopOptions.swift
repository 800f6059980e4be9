import ArgumentParser
import OCISandbox
import SandboxRefinement

/// How often a model is asked, and what it is told between two answers; the same for `solve` and `eval`.
struct LoopOptions: ParsableArguments {
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
      paper did). It is recorded.
      """)
  var exposure = Exposure.full

  @Option(help: ArgumentHelp("The critic; by default the model.", valueName: "name"))
  var critic: String?

  @Option(help: "How the conversation is sent: messages, or oci, as OpenCodeInterpreter did.")
  var history = HistoryForm.messages

  @Option(
    help: ArgumentHelp(
      "The most tokens of a conversation that is sent; older rounds are left out.",
      valueName: "number"))
  var context: Int?

  @OptionGroup var promptOptions: PromptOptions

  func validate() throws {
    guard (1...100).contains(rounds) else {
      throw ValidationError("--rounds must be from 1 to 100")
    }
    guard (context ?? 1) >= 1 else { throw ValidationError("--context must be at least 1") }
    if FeedbackProfiles.named(profile) == nil {
      throw ValidationError("\(UnknownProfileError(name: profile))")
    }
    if critic != nil, !usesCritic {
      throw ValidationError("--critic is for --feedback human and oracle")
    }
  }

  /// Whether a critic speaks.
  var usesCritic: Bool { [.human, .oracle].contains(feedback) }

  /// The built-in prompts, with those of the folder.
  func prompts() throws -> Prompts { try promptOptions.prompts() }
}
