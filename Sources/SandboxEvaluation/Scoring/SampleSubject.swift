internal import FoundationEssentials
internal import SandboxLanguages

/// The journal of samples that are judged: their verdicts, by ``Sample/key``.
public typealias SampleJournal = Journal<SampleSubject, SampleVerdict>

/// Which samples are judged, and how.
public struct SampleSubject: JournalSubject {
  /// The version of the format.
  public var schema = 2
  /// The benchmark's name.
  public var benchmark: String
  /// The SHA-256 of its file.
  public var data: String
  /// The SHA-256 of the samples.
  public var samples: String
  /// What samples may use.
  public var limits: SampleJudge.Limits
  /// The id of the policy.
  public var policy: String

  /// Creates one.
  public init(
    benchmark: Benchmark, samples: [Sample], limits: SampleJudge.Limits, policy: String
  ) {
    self.benchmark = benchmark.kind.rawValue
    data = benchmark.digest
    let parts = samples.flatMap { [$0.key, $0.text.isSolution ? "s" : "c", $0.text.characters] }
    self.samples = SHA256.digest(fields: parts.lazy.map(\.utf8))
    self.limits = limits
    self.policy = policy
  }

  /// Why a journal of `old` is another one.
  public func difference(from old: Self) -> String {
    if old.benchmark != benchmark { return "of \(old.benchmark), not of \(benchmark)" }
    if old.data != data { return "the benchmark's data is not the same" }
    if old.samples != samples { return "the samples are not the same" }
    return old.policy != policy ? "with the policy '\(old.policy)'" : "with other limits"
  }
}

extension Sample.Text {
  fileprivate var isSolution: Bool {
    if case .solution = self { true } else { false }
  }
}
