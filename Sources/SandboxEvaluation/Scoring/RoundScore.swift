internal import SandboxLanguages

/// What a model scores with each further answer.
///
/// After the first round that is the single-turn score; each that follows counts the last answer of every
/// task by then. A task that passed is not asked again, so with base and plus tests it is asked again until
/// it passes both, and a later answer may break the base tests: `broken` counts that.
public struct RoundScore: Sendable, Hashable {
  /// One kind of tests after one round.
  public struct Standing: Sendable, Hashable {
    /// Tasks that pass.
    public var passed: Int
    /// The share of them: pass@1.
    public var share: PassAtK
    /// Tasks that did not pass after the round before, and do now.
    public var fixed: Int
    /// Tasks that passed after the round before, and do not now.
    public var broken: Int
    /// All others.
    public var unchanged: Int
  }

  /// What is known after a round.
  public struct Round: Sendable, Hashable {
    /// Its number, from 1.
    public var number: Int
    /// Tasks that were answered in it.
    public var answers: Int
    /// By the base tests.
    public var base: Standing
    /// By base and further tests together; `nil` where the benchmark has none.
    public var plus: Standing?
  }

  /// How many tasks.
  public let tasks: Int
  /// The rounds.
  public let rounds: [Round]
  /// Lines of critics that gave a reference away, and were taken out.
  public let leaks: Int
  /// Tasks whose last answer held no program.
  public let withoutProgram: Int
  /// Tasks that the model failed in, as where the conversation did not fit.
  public let failures: Int
  /// Tokens read by the model, as far as the server says.
  public let promptTokens: Int
  /// Tokens written.
  public let completionTokens: Int

  /// Scores what a model answered; `nil` where there is no task.
  ///
  /// - Parameters:
  ///   - tasks: The answers, a task each.
  ///   - rounds: How many answers there could be, at least 1.
  ///   - hasPlus: Whether the benchmark has further tests.
  public init?(_ tasks: [TaskRounds], rounds: Int, hasPlus: Bool) {
    let count = rounds
    precondition(count >= 1, "there is at least one round")
    func standing(_ number: Int, _ isRight: (SampleVerdict) -> Bool) -> Standing? {
      let now = tasks.map { $0.verdict(afterRound: number).map(isRight) ?? false }
      guard let share = PassAtK(1, counts: now.map { (samples: 1, correct: $0 ? 1 : 0) }) else {
        return nil
      }
      let before =
        number == 1 ? now : tasks.map { $0.verdict(afterRound: number - 1).map(isRight) ?? false }
      let pairs = Array(zip(before, now))
      let fixed = pairs.count { !$0 && $1 }
      let broken = pairs.count { $0 && !$1 }
      return Standing(
        passed: now.count { $0 }, share: share, fixed: fixed, broken: broken,
        unchanged: pairs.count - fixed - broken)
    }
    var list: [Round] = []
    for number in 1...count {
      guard let base = standing(number, { $0.base == .ok }) else { return nil }
      list.append(
        Round(
          number: number, answers: tasks.count { $0.rounds.count >= number }, base: base,
          plus: hasPlus ? standing(number) { $0.plus == .ok } : nil))
    }
    let all = tasks.flatMap(\.rounds)
    self.tasks = tasks.count
    self.rounds = list
    leaks = all.reduce(0) { $0 + $1.leaks }
    withoutProgram = tasks.count { $0.rounds.last.map { $0.program == nil } ?? false }
    failures = tasks.count { $0.error != nil }
    promptTokens = all.reduce(0) { $0 + ($1.promptTokens ?? 0) }
    completionTokens = all.reduce(0) { $0 + ($1.completionTokens ?? 0) }
  }
}

extension RoundScore: Encodable {
  private enum Key: String, CodingKey {
    case tasks, rounds, leaks, failures, usage
    case withoutProgram = "without_program"
    case promptTokens = "prompt_tokens"
    case completionTokens = "completion_tokens"
  }

  /// Encodes the part `rounds` of a result document.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(tasks, forKey: .tasks)
    try object.encode(rounds, forKey: .rounds)
    try object.encode(leaks, forKey: .leaks)
    try object.encode(withoutProgram, forKey: .withoutProgram)
    try object.encode(failures, forKey: .failures)
    var usage = object.nestedContainer(keyedBy: Key.self, forKey: .usage)
    try usage.encode(promptTokens, forKey: .promptTokens)
    try usage.encode(completionTokens, forKey: .completionTokens)
  }
}

extension RoundScore.Round: Encodable {
  private enum CodingKeys: String, CodingKey {
    case answers, base, plus
    case number = "round"
  }
}

extension RoundScore.Standing: Encodable {
  private enum Key: String, CodingKey {
    case passed, fixed, broken, unchanged
    case share = "pass@1"
    case confidence = "confidence_95"
  }

  /// Encodes the counts, the share, and its confidence interval.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(passed, forKey: .passed)
    try object.encode(share.value, forKey: .share)
    try object.encode([share.interval.lowerBound, share.interval.upperBound], forKey: .confidence)
    try object.encode(fixed, forKey: .fixed)
    try object.encode(broken, forKey: .broken)
    try object.encode(unchanged, forKey: .unchanged)
  }
}
