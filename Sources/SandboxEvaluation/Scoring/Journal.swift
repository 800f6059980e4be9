internal import FoundationEssentials
internal import SandboxExecution

#if canImport(Glibc)
  import Glibc
#endif

/// What a journal is of. One that is of something else is not gone on with.
public protocol JournalSubject: Codable, Hashable, Sendable {
  /// Why a journal of `old` is another one, in words that follow "the journal of another evaluation:".
  func difference(from old: Self) -> String
}

/// What was found out so far, in a file that only grows, so that an evaluation which was killed goes on where
/// it was.
///
/// The first line says what is evaluated; each that follows has a key and a value. A line is written by one
/// call, so that a kill leaves it whole or cut off; the next start removes one that is cut off. Only one
/// process at a time has it.
public final class Journal<Subject: JournalSubject, Value: Codable & Sendable>: Sendable {
  private struct Entry: Codable {
    let key: String
    let value: Value
  }

  /// What was there when it was opened, by its key.
  public let values: [String: Value]
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
    var found: [String: Value] = [:]
    var lines = bytes[..<whole].split(separator: 0x0A)
    if lines.isEmpty {
      guard Array(#"{"#.utf8).starts(with: bytes.prefix(1)) else { throw Self.foreign(path) }
      values = [:]
      guard ftruncate(descriptor, 0) == 0 else { throw Self.failure(path) }
      try append(subject)
      return
    }
    guard let before = try? JSONDecoder().decode(Subject.self, from: Data(lines.removeFirst()))
    else { throw Self.foreign(path) }
    guard before == subject else {
      throw EvaluationError(
        """
        '\(path)' is the journal of another evaluation: \(subject.difference(from: before))
        hint: give another --output, or remove it
        """)
    }
    for line in lines {
      guard let entry = try? JSONDecoder().decode(Entry.self, from: Data(line)) else {
        throw Self.foreign(path)
      }
      found[entry.key] = entry.value
    }
    values = found
    guard ftruncate(descriptor, off_t(whole)) == 0 else { throw Self.failure(path) }
  }

  /// Adds a value.
  public func append(_ key: String, _ value: Value) throws {
    try append(Entry(key: key, value: value))
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
