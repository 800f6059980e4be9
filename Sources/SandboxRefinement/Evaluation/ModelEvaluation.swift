internal import SandboxDiagnostics
public import SandboxEvaluation
internal import SandboxLanguages
internal import Synchronization

/// Has a model answer every task of a benchmark, tells it what the judge found, and lets it try again.
///
/// It is here and not in SandboxEvaluation so that who only judges programs needs no HTTP client.
public struct ModelEvaluation: Sendable {
  private let benchmark: Benchmark
  private let judge: SampleJudge
  private let solver: @Sendable (@escaping @Sendable (String) async throws -> Execution) -> Solver
  private let settings: ModelEvaluationSettings
  private let workers: Int

  /// Creates an evaluation.
  ///
  /// - Parameters:
  ///   - benchmark: The tasks.
  ///   - judge: What judges the answers.
  ///   - model: Who answers.
  ///   - critic: Who plays the person; by default the model itself.
  ///   - options: How they are to answer.
  ///   - settings: What is asked for, and what the model is told.
  ///   - workers: Tasks that are worked on at the same time, at least 1.
  public init(
    _ benchmark: Benchmark, judge: SampleJudge, model: any Model, critic: (any Model)? = nil,
    options: GenerationOptions = GenerationOptions(),
    settings: ModelEvaluationSettings = ModelEvaluationSettings(), workers: Int
  ) {
    precondition(workers >= 1, "an evaluation needs at least one worker")
    self.benchmark = benchmark
    self.judge = judge
    self.settings = settings
    self.workers = workers
    solver = { Solver(model: model, critic: critic, options: options, execute: $0) }
  }

  /// Asks for what is not in the journal.
  ///
  /// - Parameters:
  ///   - journal: Where the answers to a task go, all of its rounds at once. A task that the sandbox failed
  ///     on is not put there, and so tried again by the next evaluation.
  ///   - onProgress: Called after each task.
  /// - Returns: The answers, in the order of the tasks; without those that could not be judged.
  /// - Throws: ``ModelError`` where no answer can be had, `EvaluationError`, or `CancellationError`. A
  ///   conversation or an answer that is too long ends its task only.
  public func run(
    journal: Journal<ModelEvaluationSubject, TaskRounds>?,
    onProgress: @Sendable (Evaluation.Progress) -> Void = { _ in }
  ) async throws -> [TaskRounds] {
    var found = journal?.values ?? [:]
    var rest = benchmark.tasks.filter { found[$0.id] == nil }.makeIterator()
    found = found.filter { item in benchmark.tasks.contains { $0.id == item.key } }
    var progress = Evaluation.Progress(
      done: found.count, total: benchmark.tasks.count,
      passed: found.values.count { $0.ending == Refinement.Ending.passed.word }, notJudged: 0)
    onProgress(progress)
    try await withThrowingTaskGroup(of: TaskRounds?.self) { group in
      for _ in 0..<workers {
        if let task = rest.next() { group.addTask { try await answers(to: task) } }
      }
      while let item = try await group.next() {
        if let rounds = item {
          try journal?.append(rounds.task, rounds)
          found[rounds.task] = rounds
          progress.passed += rounds.ending == Refinement.Ending.passed.word ? 1 : 0
        } else {
          progress.notJudged += 1
        }
        progress.done += 1
        onProgress(progress)
        if let task = rest.next() { group.addTask { try await answers(to: task) } }
      }
    }
    return benchmark.tasks.compactMap { found[$0.id] }
  }

  /// The rounds of a task; `nil` where the sandbox failed.
  private func answers(to task: BenchmarkTask) async throws -> TaskRounds? {
    let keeper = Keeper()
    let feedback = settings.feedbackOptions
    let solver = solver { program in
      do {
        let sample = Sample(task: task.id, number: 0, text: .solution(program))
        let verdict = try await judge.verdict(on: sample, of: task)
        keeper.add(verdict)
        guard verdict.isJudged else { throw NotJudged(reason: verdict.feedback) }
        let text = try verdict.account?.feedback(feedback)
        return Execution(
          verdict: verdict.plus ?? verdict.base ?? .sandboxError, isPassed: verdict.isPassed,
          feedback: text ?? verdict.feedback)
      } catch let error where !(error is NotJudged) {
        keeper.fail(error)
        throw error
      }
    }
    let loop = await solver.solve(settings.refinement(of: task))
    if let error = keeper.error { throw error }
    switch loop.ending {
    case .interrupted: throw CancellationError()
    case .sandboxFailed: return nil
    case .modelFailed(.contextTooLong), .modelFailed(.answerTooLarge): break
    case .modelFailed(let error): throw error
    default: break
    }
    return TaskRounds(task, loop, keeper.verdicts)
  }

  private struct NotJudged: Error {
    let reason: String
  }

  /// What the judge said of one task, in order.
  private final class Keeper: Sendable {
    private let state = Mutex<(verdicts: [SampleVerdict], error: (any Error)?)>(([], nil))
    var verdicts: [SampleVerdict] { state.withLock { $0.verdicts } }
    var error: (any Error)? { state.withLock { $0.error } }
    func add(_ verdict: SampleVerdict) { state.withLock { $0.verdicts.append(verdict) } }
    func fail(_ error: any Error) { state.withLock { $0.error = error } }
  }
}

extension TaskRounds {
  /// What a loop came to.
  fileprivate init(_ task: BenchmarkTask, _ loop: Refinement, _ verdicts: [SampleVerdict]) {
    var given = verdicts.makeIterator()
    var rounds: [Round] = []
    for (index, round) in loop.rounds.enumerated() {
      guard let answer = round.answer else { break }
      var item = Round(
        answer: answer.text, program: round.code,
        verdict: round.execution == nil ? nil : given.next())
      item.feedback = index + 1 < loop.rounds.count ? round.feedback : nil
      item.leaks = round.critique?.leaks ?? 0
      item.promptTokens = answer.usage?.promptTokens
      item.completionTokens = answer.usage?.completionTokens
      rounds.append(item)
    }
    var error: String?
    if case .modelFailed(let failure)? = loop.ending { error = failure.description }
    self.init(
      task: task.id, rounds: rounds, ending: loop.ending?.word ?? "", error: error)
  }
}
