internal import SandboxLanguages

/// The answers that a model gave to one task, and what became of each.
public struct TaskRounds: Sendable, Hashable, Codable {
  /// One answer.
  public struct Round: Sendable, Hashable, Codable {
    /// What the model said.
    public var answer: String
    /// The program in it; `nil` where there was none.
    public var program: String?
    /// What the judge says of the program; `nil` where there was none.
    public var verdict: SampleVerdict?
    /// What the model was told of it; `nil` where it was told nothing, for it was not asked again.
    public var feedback: String?
    /// How many lines of a critic gave the reference away, and were taken out.
    public var leaks = 0
    /// Tokens of the conversation that was sent, where the server says them.
    public var promptTokens: Int?
    /// Tokens of the answer.
    public var completionTokens: Int?

    /// Creates a round.
    public init(answer: String, program: String?, verdict: SampleVerdict?) {
      self.answer = answer
      self.program = program
      self.verdict = verdict
    }
  }

  /// The id of the task.
  public var task: String
  /// The answers, in their order; none where the model could not answer at all.
  public var rounds: [Round]
  /// Why it ended: the word of a transcript, such as `passed` or `rounds`.
  public var ending: String
  /// What the model failed in; `nil` where it did not.
  public var error: String?

  /// Creates the answers to a task.
  public init(task: String, rounds: [Round], ending: String, error: String? = nil) {
    self.task = task
    self.rounds = rounds
    self.ending = ending
    self.error = error
  }

  /// What was known after so many rounds: the last verdict by then; `nil` where there was no program yet.
  public func verdict(afterRound count: Int) -> SampleVerdict? {
    rounds.prefix(count).last { $0.verdict != nil }?.verdict
  }

  /// The last program.
  public var program: String? { rounds.last { $0.program != nil }?.program }
}

extension [TaskRounds] {
  /// The last program of each task, with its verdict; of a task without a program, an empty one that failed.
  public var lastSamples: [JudgedSample] {
    map { item in
      let round = item.rounds.last { $0.verdict != nil }
      return JudgedSample(
        Sample(task: item.task, number: 0, text: .solution(round?.program ?? "")),
        round?.verdict
          ?? SampleVerdict(base: .runtimeError, feedback: item.error ?? "There is no program.\n"))
    }
  }
}
