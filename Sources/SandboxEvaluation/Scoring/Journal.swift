internal import FoundationEssentials
internal import SandboxExecution
internal import SandboxLanguages

#if canImport(Glibc)
  import Glibc
#endif

/// The verdicts so far, in a file that only grows, so that an evaluation which was killed goes on where it was.
///
/// The first line says what is evaluated; each that follows is a verdict. A line is written by one call, so
/// that a kill leaves it whole or cut off; the next start removes one that is cut off. Only one process
/// at a time has it.
public final class Journal: Sendable {
  /// What is evaluated; a journal of something else is not gone on with.
  public struct Subject: Sendable, Hashable, Codable {
    /// The version of the format.
    public var schema = 1
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
      self.samples = SHA256.digest(
        parts.reduce(into: []) { $0 += Array("\($1.utf8.count) ".utf8) + Array($1.utf8) })
      self.limits = limits
      self.policy = policy
    }
  }

  private struct Entry: Codable {
    let key: String
    let verdict: SampleVerdict
  }

  /// The verdicts that were there when it was opened, by ``Sample/key``.
  public let verdicts: [String: SampleVerdict]
  private let path: String
  private let file: OpenFile

  /// Opens or makes a journal.
  ///
  /// - Throws: ``EvaluationError`` where it cannot be written, is of something else, or in use.
  public init(_ path: String, for subject: Subject) throws {
    let descriptor = open(path, O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure(path) }
    self.path = path
    file = OpenFile(owning: descriptor)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw EvaluationError(
        """
        '\(path)' is in use: another evaluation writes it
        hint: wait for it, or give another --output
        """, kind: .unwritable)
    }
    let bytes = try Self.bytes(of: descriptor, path)
    let whole = bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    var found: [String: SampleVerdict] = [:]
    var lines = bytes[..<whole].split(separator: 0x0A)
    if lines.isEmpty {
      guard Array(#"{"#.utf8).starts(with: bytes.prefix(1)) else { throw Self.foreign(path) }
      verdicts = [:]
      guard ftruncate(descriptor, 0) == 0 else { throw Self.failure(path) }
      try append(subject)
      return
    }
    guard let before = try? JSONDecoder().decode(Subject.self, from: Data(lines.removeFirst()))
    else { throw Self.foreign(path) }
    guard before == subject else {
      throw EvaluationError(
        """
        '\(path)' is the journal of another evaluation: \(Self.difference(before, subject))
        hint: give another --output, or remove it
        """)
    }
    for line in lines {
      guard let entry = try? JSONDecoder().decode(Entry.self, from: Data(line)) else {
        throw Self.foreign(path)
      }
      found[entry.key] = entry.verdict
    }
    verdicts = found
    guard ftruncate(descriptor, off_t(whole)) == 0 else { throw Self.failure(path) }
  }

  /// Adds a verdict.
  public func append(_ sample: Sample, _ verdict: SampleVerdict) throws {
    try append(Entry(key: sample.key, verdict: verdict))
  }

  private func append(_ value: some Encodable) throws {
    let bytes = Array(try Score.text(value, pretty: false).utf8)
    let count = bytes.withUnsafeBytes { Glibc.write(file.descriptor, $0.baseAddress, $0.count) }
    guard count == bytes.count else { throw Self.failure(path) }
  }

  private static func bytes(of descriptor: Int32, _ path: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = pread(descriptor, &chunk, chunk.count, off_t(bytes.count))
      guard count >= 0 else { throw failure(path) }
      if count == 0 { return bytes }
      bytes += chunk.prefix(count)
    }
  }

  private static func difference(_ old: Subject, _ new: Subject) -> String {
    if old.benchmark != new.benchmark { return "of \(old.benchmark), not of \(new.benchmark)" }
    if old.data != new.data { return "the benchmark's data is not the same" }
    if old.samples != new.samples { return "the samples are not the same" }
    return old.policy != new.policy ? "with the policy '\(old.policy)'" : "with other limits"
  }

  private static func foreign(_ path: String) -> EvaluationError {
    EvaluationError(
      """
      '\(path)' is no journal of an evaluation, and is left as it is
      hint: give another --output, or remove it
      """)
  }

  private static func failure(_ path: String) -> EvaluationError {
    EvaluationError(
      "cannot write '\(path)': \(String(cString: strerror(errno)))", kind: .unwritable)
  }
}

extension Sample.Text {
  var isSolution: Bool {
    if case .solution = self { true } else { false }
  }
}
