internal import SandboxDiagnostics
public import SandboxEvaluation
internal import SandboxLanguages

/// Which model is evaluated, on what, and how: all that its score depends on.
public struct ModelEvaluationSubject: JournalSubject {
  /// The version of the format.
  public var schema = 1
  /// The benchmark's name.
  public var benchmark: String
  /// The SHA-256 of its file.
  public var data: String
  /// Who answers.
  public var model: String
  /// Who plays the person; `nil` where nobody does.
  public var critic: String?
  /// The sampling temperature.
  public var temperature: Double
  /// The most tokens of an answer.
  public var maximumTokens: Int
  /// The sampling seed.
  public var seed: Int?
  /// The most answers to a task.
  public var rounds: Int
  /// What the model is told.
  public var feedback: String
  /// The form of it.
  public var profile: String
  /// How much of it.
  public var exposure: String
  /// How long it may be.
  public var budget: String?
  /// How the conversation is sent.
  public var history: String
  /// The most tokens of a conversation.
  public var contextTokens: Int?
  /// The SHA-256 of the prompts.
  public var prompts: String
  /// What the system prompt says of the sandbox.
  public var facts: [String: String]
  /// What programs may use.
  public var limits: SampleJudge.Limits
  /// The id of the policy.
  public var policy: String

  private enum CodingKeys: String, CodingKey {
    case schema, benchmark, data, model, critic, temperature, seed, rounds, feedback, profile
    case exposure, budget, history, prompts, facts, limits, policy
    case maximumTokens = "max_tokens"
    case contextTokens = "context_tokens"
  }

  /// Creates one.
  public init(
    benchmark: Benchmark, model: String, critic: String?, options: GenerationOptions,
    settings: ModelEvaluationSettings, limits: SampleJudge.Limits, policy: String
  ) {
    self.benchmark = benchmark.kind.rawValue
    data = benchmark.digest
    self.model = model
    self.critic = critic
    temperature = options.temperature
    maximumTokens = options.maximumTokens
    seed = options.seed
    rounds = settings.maximumRounds
    feedback = settings.feedback.rawValue
    profile = settings.feedbackOptions.profile
    exposure = settings.feedbackOptions.exposure.rawValue
    budget = settings.feedbackOptions.budget.map { "\($0)" }
    history = settings.history.rawValue
    contextTokens = settings.contextTokens
    // Nobody chats here.
    let texts = Prompts.files.filter { $0.text != \Prompts.chat }
      .map { settings.prompts[keyPath: $0.text] }
    prompts = SHA256.digest(fields: texts.lazy.map(\.utf8))
    facts = settings.facts
    self.limits = limits
    self.policy = policy
  }

  /// Why a journal of `old` is another one.
  public func difference(from old: Self) -> String {
    func words(_ value: some CustomStringConvertible) -> String { value.description }
    let pairs: [(name: String, old: String, new: String)] = [
      ("the benchmark", old.benchmark, benchmark), ("the model", old.model, model),
      ("the critic", old.critic ?? "none", critic ?? "none"),
      ("--temperature", words(old.temperature), words(temperature)),
      ("--max-tokens", words(old.maximumTokens), words(maximumTokens)),
      ("--seed", old.seed.map(words) ?? "none", seed.map(words) ?? "none"),
      ("--rounds", words(old.rounds), words(rounds)), ("--feedback", old.feedback, feedback),
      ("--profile", old.profile, profile), ("--exposure", old.exposure, exposure),
      ("--history", old.history, history), ("the policy", old.policy, policy),
    ]
    if let pair = pairs.first(where: { $0.old != $0.new }) {
      return "\(pair.name) is '\(pair.old)' there and '\(pair.new)' here"
    }
    if old.data != data { return "the benchmark's data is not the same" }
    if old.prompts != prompts { return "the prompts are not the same" }
    return "limits, budget or toolchain are not the same"
  }
}
