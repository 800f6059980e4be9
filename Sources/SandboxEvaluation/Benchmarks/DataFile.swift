public import SandboxExecution

#if canImport(Glibc)
  import Glibc
#endif

/// Reads files of data, packed by gzip or not.
public struct DataFile: Sendable {
  private let executor: SandboxExecutor

  /// Creates a reader; packed files are unpacked by gzip(1) in the sandbox, for they come from anywhere.
  public init(executor: SandboxExecutor) { self.executor = executor }

  /// The most that a file may hold, unpacked.
  public static let mostBytes = ByteCount(mebibytes: 1024)

  /// Reads a file.
  ///
  /// - Parameter path: Its path; what is packed is known by its first bytes, not by its name.
  /// - Returns: Its bytes, unpacked.
  /// - Throws: ``EvaluationError``, which names it.
  public func read(_ path: String) async throws -> [UInt8] {
    let bytes = try Self.bytes(of: path)
    guard bytes.starts(with: [0x1F, 0x8B]) else { return bytes }
    var limits = Limits(cpuTime: .seconds(60), wallTime: .seconds(120), output: Self.mostBytes)
    limits.memory = ByteCount(mebibytes: 64)
    let unpacked = try await executor.run(
      Command(executable: "/bin/gzip", arguments: ["-dc"], standardInput: .bytes(bytes)),
      under: Policy(limits: limits))
    guard unpacked.outcome == .exited(code: 0) else {
      let words = unpacked.standardError.text.split(separator: "\n").first ?? "it holds too much"
      throw EvaluationError("\(path): cannot be unpacked: \(words)")
    }
    return unpacked.standardOutput.bytes
  }

  /// The first line of a file that is not packed; `nil` where it cannot be read, or is longer than `count` bytes.
  static func firstLine(of path: String, within count: Int) -> ArraySlice<UInt8>? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    let length = Glibc.read(descriptor, &bytes, count)
    return bytes.prefix(max(0, length)).firstIndex(of: 0x0A).map { bytes[..<$0] }
  }

  private static func bytes(of path: String) throws -> [UInt8] {
    func failure(_ code: Int32) -> EvaluationError {
      EvaluationError(
        "cannot read '\(path)': \(String(cString: strerror(code)))", kind: .unreadable)
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure(errno) }
      if count == 0 { return bytes }
      bytes += chunk.prefix(count)
      guard bytes.count <= mostBytes.bytes else {
        throw EvaluationError("'\(path)' holds more than \(mostBytes)", kind: .unreadable)
      }
    }
  }
}
