internal import FoundationEssentials
public import SandboxLanguages

/// A sample with its verdict.
public struct JudgedSample: Sendable, Hashable {
  /// What was judged.
  public let sample: Sample
  /// What became of it.
  public let verdict: SampleVerdict

  /// Creates one.
  public init(_ sample: Sample, _ verdict: SampleVerdict) {
    self.sample = sample
    self.verdict = verdict
  }
}

/// What the samples of a benchmark are worth.
public struct Score: Sendable {
  /// The benchmark.
  public let benchmark: Benchmark.Kind
  /// Every sample with its verdict, in the order of tasks and numbers.
  public let samples: [JudgedSample]
  /// pass@k by the base tests.
  public let base: [PassAtK]
  /// pass@k by base and further tests together; `nil` where the benchmark has none.
  public let plus: [PassAtK]?
  /// The tasks without a sample: they count neither as solved nor as not solved.
  public let missingTasks: [String]
  /// What it took on the clock, all runs of this evaluation together, in seconds.
  public let wallTime: Double

  /// The number of samples that the sandbox failed on: they count neither way.
  public var notJudged: Int { samples.count { !$0.verdict.isJudged } }
  /// The number of samples that shared a process with their tests.
  public var sharedProcess: Int { samples.count { $0.verdict.sharesProcess } }

  /// The last verdict of each sample, counted.
  public var verdicts: [Verdict: Int] {
    samples.reduce(into: [:]) { counts, item in
      if let verdict = item.verdict.plus ?? item.verdict.base { counts[verdict, default: 0] += 1 }
    }
  }

  /// Scores samples.
  ///
  /// - Parameters:
  ///   - benchmark: What was answered.
  ///   - samples: The answers with their verdicts.
  ///   - ks: The values of k; one beyond the number of samples of a task has no result.
  ///   - wallTime: What it took on the clock, in seconds.
  public init(
    _ benchmark: Benchmark, _ samples: [JudgedSample], ks: [Int] = [1, 10, 100], wallTime: Double
  ) {
    self.benchmark = benchmark.kind
    let order = Dictionary(
      benchmark.tasks.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    self.samples = samples.sorted {
      (order[$0.sample.task] ?? 0, $0.sample.number)
        < (order[$1.sample.task] ?? 0, $1.sample.number)
    }
    self.wallTime = wallTime
    let judged = Dictionary(grouping: samples.filter(\.verdict.isJudged), by: \.sample.task)
    func estimates(_ isRight: (SampleVerdict) -> Bool) -> [PassAtK] {
      let counts = judged.values.map { list in
        (samples: list.count, correct: list.count { isRight($0.verdict) })
      }
      return ks.compactMap { PassAtK($0, counts: counts) }
    }
    base = estimates { $0.base == .ok }
    plus = benchmark.kind.hasPlus ? estimates { $0.plus == .ok } : nil
    let answered = Set(samples.map(\.sample.task))
    missingTasks = benchmark.tasks.map(\.id).filter { !answered.contains($0) }
  }
}

extension Score: Encodable {
  private enum Key: String, CodingKey {
    case schema, benchmark, samples, verdicts, base, plus
    case notJudged = "not_judged"
    case missingTasks = "missing_tasks"
    case sharedProcess = "shared_process"
    case passAtK = "pass_at_k"
    case confidence = "confidence_95"
    case wallTime = "wall_time_seconds"
  }

  /// Encodes the document of `ocisandbox eval --json`, with `"schema": 1`.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(1, forKey: .schema)
    try object.encode(benchmark, forKey: .benchmark)
    try object.encode(samples.count, forKey: .samples)
    try object.encode(notJudged, forKey: .notJudged)
    try object.encode(missingTasks, forKey: .missingTasks)
    try object.encode(sharedProcess, forKey: .sharedProcess)
    var scores = object.nestedContainer(keyedBy: Key.self, forKey: .passAtK)
    var intervals = object.nestedContainer(keyedBy: Key.self, forKey: .confidence)
    for (key, list) in [(Key.base, Optional(base)), (.plus, plus)] {
      guard let list else { continue }
      try scores.encode(
        Dictionary(uniqueKeysWithValues: list.map { ("pass@\($0.k)", $0.value) }), forKey: key)
      try intervals.encode(
        Dictionary(
          uniqueKeysWithValues: list.map {
            ("pass@\($0.k)", [$0.interval.lowerBound, $0.interval.upperBound])
          }), forKey: key)
    }
    try object.encode(
      Dictionary(uniqueKeysWithValues: verdicts.map { ($0.rawValue, $1) }), forKey: .verdicts)
    try object.encode(wallTime, forKey: .wallTime)
  }

  /// The document as text.
  public func json() throws -> String { try Self.text(self) }

  static func text(_ document: some Encodable, pretty: Bool = true) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
  }
}
