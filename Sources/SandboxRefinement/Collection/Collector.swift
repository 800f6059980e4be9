public import SandboxLanguages

/// Makes dialogues: a model answers, its program is executed, it is told what happened and mends it; where
/// the program runs, a simulated person may ask for more.
public struct Collector: Sendable {
  /// Who answers.
  public var model: any Model
  /// Who plays the person.
  public var critic: any Model
  /// How they are to answer.
  public var options: GenerationOptions
  /// The method.
  public var method: CollectionMethod
  /// The name of the language, and the labels of its code blocks.
  public var language: (name: String, labels: Set<String>)
  /// What the system prompt says of the sandbox.
  public var facts: [String: String]
  /// The most answers to each question.
  public var maximumRounds: Int
  /// How often a person asks for more after a program that runs.
  public var humanTurns: Int
  /// What the kinds of the person's feedback are drawn with.
  public var seed: Int
  /// Executes a program. What it throws is the sandbox's failure.
  public var execute: @Sendable (String) async throws -> Execution

  /// Creates a collector.
  public init(
    model: any Model, critic: (any Model)? = nil, options: GenerationOptions = GenerationOptions(),
    method: CollectionMethod = .simulation, language: (name: String, labels: Set<String>),
    facts: [String: String] = [:], maximumRounds: Int = 3, humanTurns: Int = 0, seed: Int = 0,
    execute: @escaping @Sendable (String) async throws -> Execution
  ) {
    self.model = model
    self.critic = critic ?? model
    self.options = options
    self.method = method
    self.language = language
    self.facts = facts
    self.maximumRounds = max(1, maximumRounds)
    self.humanTurns = max(0, humanTurns)
    self.seed = seed
    self.execute = execute
  }

  /// What came of a query.
  public struct Result: Sendable {
    /// What was said, the prompts around it left out.
    public var messages: [ChatMessage] = []
    /// What became of each execution.
    public var verdicts: [Verdict] = []
    /// The kinds of the person's feedback.
    public var kinds: [HumanFeedbackKind] = []
    /// Whether each question's last program ran to its end.
    public var isSolved = true

    /// Creates one of nothing.
    public init() {}
  }

  /// Makes the dialogue of one or several questions in turn.
  ///
  /// - Parameters:
  ///   - id: What tells it apart; the kinds of feedback are drawn with it.
  ///   - questions: What is asked. The next one is asked where the last one is solved.
  /// - Returns: What came of it.
  /// - Throws: ``ModelError``, or what `execute` throws; `CancellationError`.
  public func dialogue(_ id: String, _ questions: [String]) async throws -> Result {
    let prompts = method.prompts
    let values = ["language": language.name, "label": language.name.lowercased(), "tests": ""]
    let system = Prompts.fill(
      prompts.system,
      ["toolchain": language.name, "limits": "limited time and memory", "packages": ""]
        .merging(values) { $1 }.merging(facts) { $1 })
    var sent = [ChatMessage(.system, system)]
    var result = Result()
    for (index, question) in questions.enumerated() {
      let task = index == 0 ? prompts.task : Prompts.builtIn.task
      sent.append(
        ChatMessage(.user, Prompts.fill(task, values.merging(["task": question]) { $1 })))
      result.messages.append(ChatMessage(.user, question))
      guard try await answer(id, question, &sent, &result) else {
        result.isSolved = false
        return result
      }
    }
    return result
  }

  /// Returns whether the last program ran to its end.
  private func answer(
    _ id: String, _ question: String, _ sent: inout [ChatMessage], _ result: inout Result
  ) async throws -> Bool {
    var askedFor = 0
    var rounds = 0
    while rounds < maximumRounds {
      try Task.checkCancellation()
      rounds += 1
      let answer = try await model.answer(to: sent, options: options).text
      sent.append(ChatMessage(.assistant, answer))
      result.messages.append(ChatMessage(.assistant, answer))
      guard let code = CodeBlock.program(in: answer, labels: language.labels) else { return false }
      let execution = try await execute(code)
      result.verdicts.append(execution.verdict)
      guard execution.isPassed else {
        guard rounds < maximumRounds else { return false }
        say(
          "Execution result: \n" + execution.feedback,
          as: Prompts.fill(
            Prompts.builtIn.feedback,
            ["feedback": execution.feedback, "verdict": execution.verdict.rawValue]),
          &sent, &result)
        continue
      }
      guard askedFor < humanTurns else { return true }
      let kind = HumanFeedbackKind.drawn(seed: seed, query: id + question, turn: askedFor)
      let words = try await person(question, code, execution, kind)
      // A person who has nothing to say is content.
      guard words.contains(where: { !$0.isWhitespace }) else { return true }
      askedFor += 1
      rounds = 0
      result.kinds.append(kind)
      say(words, as: words, &sent, &result)
    }
    return false
  }

  private func say(
    _ words: String, as message: String, _ sent: inout [ChatMessage], _ result: inout Result
  ) {
    sent.append(ChatMessage(.user, message))
    result.messages.append(ChatMessage(.user, words))
  }

  private func person(
    _ question: String, _ code: String, _ execution: Execution, _ kind: HumanFeedbackKind
  ) async throws -> String {
    let text = """
      You play a person who asked for a program and was given the one below, which runs. In one or two \
      sentences, \(kind.instruction). Speak to the programmer. Do not write code.

      @@Problem
      \(question)

      @@Existing Code
      \(code)

      @@Execution Result
      \(execution.feedback)

      @@Guidance

      """
    return try await critic.answer(to: [ChatMessage(.user, text)], options: options).text
  }
}
