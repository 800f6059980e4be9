/// How a run ended. Decided from what the kernel and the launcher saw, never from what the program
/// printed, returned or raised.
public enum Outcome: Sendable, Hashable {
  /// The program ended by itself, with this status.
  case exited(code: Int32)
  /// A signal ended the program.
  case signalled(signal: Int32)
  /// The launcher's clock, or the kernel's account of CPU time, reached its limit.
  case timeLimitExceeded(TimeLimit)
  /// The run's processes together held more memory than its limit.
  case memoryLimitExceeded
  /// A stream passed its limit.
  case outputLimitExceeded

  /// Which time ran out.
  public enum TimeLimit: Sendable, Hashable {
    /// Time spent computing.
    case cpu
    /// Time on the clock.
    case wall
  }
}

/// One captured stream: its beginning up to the limit, and how much there was.
public struct CapturedOutput: Sendable, Hashable {
  /// The bytes kept.
  public let bytes: [UInt8]
  /// The number of bytes that were written in all.
  public let totalBytes: Int

  /// Whether more was written than was kept.
  public var isTruncated: Bool { totalBytes > bytes.count }
  /// The bytes kept, as UTF-8; what is not UTF-8 becomes U+FFFD.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// What one run did. The program's failure is a value in here; the sandbox's failure is a thrown
/// ``SandboxError``.
public struct ExecutionResult: Sendable, Hashable {
  /// How it ended.
  public let outcome: Outcome
  /// What it wrote to standard output.
  public let standardOutput: CapturedOutput
  /// What it wrote to standard error.
  public let standardError: CapturedOutput
  /// Time on the clock, sandbox made and removed included.
  public let wallTime: Duration
  /// CPU time of the run's processes; zero when the clock or the output limit stopped it.
  public let cpuTime: Duration
  /// The most memory that its processes held together, of samples taken every 10 ms; a shorter run may
  /// show zero.
  public let peakMemory: ByteCount
  /// The Landlock ABI that was enforced; 0 where the kernel has none.
  public let landlockABI: Int
}
