internal import SandboxExecution
internal import SandboxLanguages

/// Judges all samples of a benchmark, several at once, each once.
public struct Evaluation: Sendable {
  /// How far it is.
  public struct Progress: Sendable {
    /// Samples with a verdict, those of before an interruption included.
    public var done: Int
    /// Samples in all.
    public var total: Int
    /// Samples that passed all tests.
    public var passed: Int
    /// Samples that the sandbox failed on.
    public var notJudged: Int

    /// Creates one.
    public init(done: Int, total: Int, passed: Int, notJudged: Int) {
      self.done = done
      self.total = total
      self.passed = passed
      self.notJudged = notJudged
    }
  }

  private let benchmark: Benchmark
  private let samples: [Sample]
  private let judge: SampleJudge
  private let workers: Int

  /// Creates an evaluation.
  ///
  /// - Parameters:
  ///   - benchmark: What was answered.
  ///   - samples: The answers.
  ///   - judge: What judges them.
  ///   - workers: Samples that are judged at the same time, at least 1.
  public init(_ benchmark: Benchmark, _ samples: [Sample], judge: SampleJudge, workers: Int) {
    precondition(workers >= 1, "an evaluation needs at least one worker")
    self.benchmark = benchmark
    self.samples = samples
    self.judge = judge
    self.workers = workers
  }

  /// Judges what has no verdict yet.
  ///
  /// - Parameters:
  ///   - journal: Where verdicts go as they come. What could not be judged is not put there, and so tried again by
  ///     the next evaluation.
  ///   - onProgress: Called after each sample.
  /// - Returns: Every sample with its verdict.
  /// - Throws: ``EvaluationError``, or what the judge throws other than a failure of the sandbox;
  ///   `CancellationError`.
  public func run(
    journal: SampleJournal?, onProgress: @Sendable (Progress) -> Void = { _ in }
  ) async throws -> [JudgedSample] {
    let tasks = Dictionary(benchmark.tasks.map { ($0.id, $0) }) { first, _ in first }
    let before = journal?.values ?? [:]
    var judged: [JudgedSample] = []
    var waiting: [(Sample, BenchmarkTask)] = []
    for sample in samples {
      if let verdict = before[sample.key] {
        judged.append(JudgedSample(sample, verdict))
      } else if let task = tasks[sample.task] {
        waiting.append((sample, task))
      }
    }
    var progress = Progress(
      done: judged.count, total: samples.count, passed: judged.count { $0.verdict.isPassed },
      notJudged: 0)
    onProgress(progress)
    let isApart = waiting.contains { $0.1.isJudgedApart }
    if isApart { await judge.startWorkers(min(workers, waiting.count)) }
    let order = await longestFirst(waiting, before)
    try await withThrowingTaskGroup(of: JudgedSample.self) { group in
      var rest = order.makeIterator()
      for _ in 0..<workers {
        if let (sample, task) = rest.next() {
          group.addTask { JudgedSample(sample, try await judge.verdict(on: sample, of: task)) }
        }
      }
      while let item = try await group.next() {
        if item.verdict.isJudged { try journal?.append(item.sample.key, item.verdict) }
        judged.append(item)
        progress.done += 1
        progress.passed += item.verdict.isPassed ? 1 : 0
        progress.notJudged += item.verdict.isJudged ? 0 : 1
        onProgress(progress)
        if let (sample, task) = rest.next() {
          group.addTask { JudgedSample(sample, try await judge.verdict(on: sample, of: task)) }
        }
      }
    }
    return judged
  }

  /// Has what takes longest begun first, so that no worker is left alone with it at the end. How long a task's samples
  /// take is told by those that have a verdict, or by what its own solution took. Of what nothing is known comes before
  /// all else, where anything is known; in other respects the order stays.
  private func longestFirst(
    _ waiting: [(Sample, BenchmarkTask)], _ before: [String: SampleVerdict]
  ) async -> [(Sample, BenchmarkTask)] {
    guard waiting.count > workers, workers > 1 else { return waiting }
    var times: [String: Double] = [:]
    let done = samples.filter { before[$0.key]?.isJudged == true }
    for (task, samples) in Dictionary(grouping: done, by: \.task) {
      times[task] =
        samples.reduce(0) { $0 + (before[$1.key]?.wallTime ?? 0) } / Double(samples.count)
    }
    for (_, task) in waiting where times[task.id] == nil {
      times[task.id] = await judge.keptTime(of: task) ?? .infinity
    }
    // The sort that there is does not say whether it keeps the order of what is equal.
    return waiting.indices.sorted { a, b in
      let (first, second) = (
        times[waiting[a].1.id] ?? .infinity, times[waiting[b].1.id] ?? .infinity
      )
      return first == second ? a < b : first > second
    }.map { waiting[$0] }
  }
}

extension SampleJudge {
  /// Judges a sample; a failure of the sandbox is no verdict, and it is tried once more.
  ///
  /// - Returns: The verdict; one that is not judged where the sandbox failed twice, or the task's own solution fails.
  /// - Throws: ``EvaluationError``, or what the judge throws other than a failure of the sandbox;
  ///   `CancellationError`.
  public func verdict(
    on sample: Sample, of task: BenchmarkTask
  ) async throws -> SampleVerdict {
    do {
      return try await judge(sample, of: task)
    } catch let error as EvaluationError where error.kind == .reference {
      return SampleVerdict(base: nil, feedback: error.description)
    } catch SandboxError.cancelled {
      throw CancellationError()
    } catch is SandboxError {
      do {
        return try await judge(sample, of: task)
      } catch let error as EvaluationError where error.kind == .reference {
        return SampleVerdict(base: nil, feedback: error.description)
      } catch SandboxError.cancelled {
        throw CancellationError()
      } catch let error as SandboxError {
        return SampleVerdict(base: nil, feedback: error.description)
      }
    }
  }
}

extension SampleVerdict {
  /// Whether it passed all tests there are.
  public var isPassed: Bool { base == .ok && (plus ?? .ok) == .ok }
}
