public import SandboxLanguages

/// The loop of generating, executing and refining, as a state machine without input or output.
///
/// ``start()`` gives the first thing to do; whoever does it tells ``next(_:)`` what came of it, and is given
/// the next, until that is ``Action/finish(_:)``. ``Solver`` does so.
public struct Refinement: Sendable {
  /// Something to do.
  public enum Action: Sendable, Hashable {
    /// Ask the model for the next message.
    case ask([ChatMessage])
    /// Execute a program, with its tests where there are some.
    case execute(code: String)
    /// Ask the critic, whose words the model gets in place of the execution's result.
    case criticize([ChatMessage])
    /// All is done.
    case finish(Ending)
  }

  /// What came of something that was done.
  public enum Event: Sendable {
    /// The model answered.
    case answered(ModelAnswer)
    /// The program was executed.
    case executed(Execution)
    /// The critic answered.
    case criticized(ModelAnswer)
    /// The model, or the critic, gave no answer.
    case modelFailed(ModelError)
    /// The sandbox could not do its work.
    case sandboxFailed(String)
  }

  /// Why it ended.
  public enum Ending: Sendable, Hashable {
    /// The tests passed; without tests, the program ran to its end.
    case passed
    /// The model answered without a program.
    case noCode
    /// As many answers were given as may be.
    case roundsSpent
    /// The budget is used up.
    case budgetSpent
    /// The model gave no answer.
    case modelFailed(ModelError)
    /// The sandbox could not do its work.
    case sandboxFailed(String)
    /// It was told to end.
    case interrupted

    /// The word in a transcript.
    public var word: String {
      switch self {
      case .passed: "passed"
      case .noCode: "no_code"
      case .roundsSpent: "rounds"
      case .budgetSpent: "budget"
      case .modelFailed: "model_error"
      case .sandboxFailed: "sandbox_error"
      case .interrupted: "interrupted"
      }
    }
  }

  /// What is asked for, and how.
  public let settings: RefinementSettings
  /// The rounds so far; the last one may not be at its end.
  public private(set) var rounds: [Round] = []
  /// What was spent so far, the critic included.
  public private(set) var usage = TokenUsage()
  /// Why it ended; `nil` as long as it has not.
  public private(set) var ending: Ending?

  private var history: History

  /// Creates a loop that has not begun.
  public init(_ settings: RefinementSettings) {
    self.settings = settings
    history = History(settings)
  }

  /// The first thing to do.
  public mutating func start() -> Action { ask() }

  /// What to do after `event`.
  public mutating func next(_ event: Event) -> Action {
    if let ending { return .finish(ending) }
    switch event {
    case .answered(let answer): return take(answer)
    case .executed(let execution): return take(execution)
    case .criticized(let answer): return take(critique: answer)
    case .modelFailed(.cancelled): return finish(.interrupted)
    case .modelFailed(let error): return finish(.modelFailed(error))
    case .sandboxFailed(let message): return finish(.sandboxFailed(message))
    }
  }

  /// Ends it before it is done.
  public mutating func interrupt() { _ = finish(.interrupted) }

  private mutating func ask() -> Action {
    let messages = history.messages()
    rounds.append(Round(messages: messages))
    return .ask(messages)
  }

  private mutating func take(_ answer: ModelAnswer) -> Action {
    usage = usage + (answer.usage ?? TokenUsage())
    update { $0.answer = answer }
    guard let code = settings.program(in: answer.text) else {
      return finish(.noCode)
    }
    update { $0.code = code }
    return .execute(code: code)
  }

  private mutating func take(_ execution: Execution) -> Action {
    update { $0.execution = execution }
    if execution.isPassed { return finish(.passed) }
    if rounds.count >= settings.maximumRounds { return finish(.roundsSpent) }
    if settings.budget.isSpent(by: usage) { return finish(.budgetSpent) }
    let round = rounds[rounds.count - 1]
    switch settings.feedback {
    case .none: return finish(.roundsSpent)
    case .execution: return refine(with: execution.feedback)
    case .human, .oracle:
      let template =
        settings.feedback == .human ? settings.prompts.critic : settings.prompts.oracle
      let text = Prompts.fill(
        template,
        [
          "task": settings.task, "code": round.code ?? "", "feedback": execution.feedback,
          "reference": settings.reference ?? "",
        ])
      let messages = [
        ChatMessage(.system, "You are a helpful assistant."), ChatMessage(.user, text),
      ]
      update { $0.critique = Round.Critique(messages: messages) }
      return .criticize(messages)
    }
  }

  private mutating func take(critique answer: ModelAnswer) -> Action {
    usage = usage + (answer.usage ?? TokenUsage())
    var text = answer.text
    var leaks = 0
    if settings.feedback == .oracle, let reference = settings.reference {
      (text, leaks) = LeakFilter(reference: reference, task: settings.task).filter(text)
    }
    update {
      $0.critique?.answer = answer
      $0.critique?.leaks = leaks
    }
    if settings.budget.isSpent(by: usage) { return finish(.budgetSpent) }
    return refine(with: text)
  }

  private mutating func refine(with feedback: String) -> Action {
    guard let last = rounds.last, let answer = last.answer else { return finish(.noCode) }
    update { $0.feedback = feedback }
    history.add(
      answer: answer.text, feedback: feedback,
      verdict: last.execution?.verdict.rawValue ?? "")
    return ask()
  }

  private mutating func finish(_ ending: Ending) -> Action {
    self.ending = self.ending ?? ending
    if let execution = rounds.last?.execution, rounds.last?.feedback == nil {
      update { $0.feedback = execution.feedback }
    }
    return .finish(self.ending ?? ending)
  }

  private mutating func update(_ change: (inout Round) -> Void) {
    guard !rounds.isEmpty else { return }
    change(&rounds[rounds.count - 1])
  }
}

/// What the model is told after an execution that failed, as the paper tells them apart.
public enum FeedbackMode: String, Sendable, Hashable, CaseIterable {
  /// Nothing: there is one answer only.
  case none
  /// What the execution gave.
  case execution
  /// What a critic says of it.
  case human
  /// What a critic says of it that knows a right answer.
  case oracle
}

/// What is asked for, and how.
public struct RefinementSettings: Sendable {
  /// The task, in words.
  public var task: String
  /// Tests that are shown with the task; `nil` where there are none to show.
  public var shownTests: String?
  /// A right answer, which only the critic of ``FeedbackMode/oracle`` is shown.
  public var reference: String?
  /// The name of the language, for the model.
  public var language: String
  /// The labels of code blocks that are of the language, in lowercase.
  public var labels: Set<String>
  /// Takes the program out of an answer, `nil` where there is none; where this is not set,
  /// `CodeBlock.program(in:labels:)` does.
  public var extraction: (@Sendable (String) -> String?)?
  /// What the system prompt says of the sandbox: `toolchain`, `limits`, `packages`.
  public var facts: [String: String]
  /// The most answers; by default 2, as in the paper.
  public var maximumRounds: Int
  /// What answers may cost together.
  public var budget: Budget
  /// What the model is told.
  public var feedback: FeedbackMode
  /// How the conversation is sent.
  public var history: HistoryForm
  /// The most tokens of a conversation that is sent, as estimated; `nil` for no limit.
  public var contextTokens: Int?
  /// The texts.
  public var prompts: Prompts

  /// Creates settings.
  public init(
    task: String, language: String, labels: Set<String>, shownTests: String? = nil,
    reference: String? = nil, facts: [String: String] = [:], maximumRounds: Int = 2,
    budget: Budget = Budget(), feedback: FeedbackMode = .execution,
    history: HistoryForm = .messages, contextTokens: Int? = nil, prompts: Prompts = Prompts()
  ) {
    self.task = task
    self.language = language
    self.labels = labels
    self.shownTests = shownTests
    self.reference = reference
    self.facts = facts
    self.maximumRounds = max(1, maximumRounds)
    self.budget = budget
    self.feedback = feedback
    self.history = history
    self.contextTokens = contextTokens
    self.prompts = prompts
  }
}

extension RefinementSettings {
  func program(in answer: String) -> String? {
    if let extraction { return extraction(answer) }
    return CodeBlock.program(in: answer, labels: labels)
  }
}

/// What became of an answer's program, as far as the loop needs to know.
public struct Execution: Sendable {
  /// What became of it.
  public var verdict: Verdict
  /// Whether that is what was asked for: the tests passed; without tests, it ran to its end.
  public var isPassed: Bool
  /// What a model is told of it.
  public var feedback: String
  /// The whole result; `nil` where there is none.
  public var result: ProgramResult?

  /// Creates an execution.
  public init(verdict: Verdict, isPassed: Bool, feedback: String, result: ProgramResult? = nil) {
    self.verdict = verdict
    self.isPassed = isPassed
    self.feedback = feedback
    self.result = result
  }

  /// That of a program without tests: it has passed where it ran to its end.
  public init(_ result: ProgramResult) {
    self.init(
      verdict: result.verdict, isPassed: result.verdict == .ok, feedback: result.feedback,
      result: result)
  }
}

extension LanguageManifest {
  /// The labels of code blocks that are of the language, in lowercase.
  public var blockLabels: Set<String> {
    Set(([id] + aliases + extensions).map { $0.lowercased() })
  }
}
