internal import CSandboxLauncher

/// How a run ended. Decided from what the kernel and the launcher saw, never from what the program
/// printed, returned or raised.
public enum Outcome: Sendable, Hashable {
  /// The program ended by itself, with this status.
  case exited(code: Int32)
  /// A signal ended the program, by its own doing.
  case signalled(signal: Int32)
  /// A clock reached its limit.
  case timeLimitExceeded(TimeLimit)
  /// The run's processes together needed more memory than their limit.
  case memoryLimitExceeded
  /// A stream passed its limit.
  case outputLimitExceeded
  /// The program failed after it was refused a process or thread.
  case processLimitExceeded
  /// The program failed after its workspace was full, or a file had reached its limit.
  case diskLimitExceeded
  /// The program made a call that the policy answers with the end of the run.
  case policyViolated

  /// Which time ran out.
  public enum TimeLimit: Sendable, Hashable {
    /// Time spent computing, by all processes together.
    case cpu
    /// Time on the clock.
    case wall
  }
}

/// One captured stream: its beginning and, past the limit, its end.
public struct CapturedOutput: Sendable, Hashable {
  /// The first bytes; all of them where the stream kept its limit.
  public let head: [UInt8]
  /// The last bytes of a stream that passed its limit; else empty.
  public let tail: [UInt8]
  /// The number of bytes that were written in all.
  public let totalBytes: Int

  /// Creates a captured stream.
  public init(head: [UInt8], tail: [UInt8] = [], totalBytes: Int? = nil) {
    self.head = head
    self.tail = tail
    self.totalBytes = totalBytes ?? head.count + tail.count
  }

  /// The number of bytes between head and tail that were not kept.
  public var droppedBytes: Int { totalBytes - head.count - tail.count }
  /// Whether more was written than was kept.
  public var isTruncated: Bool { droppedBytes > 0 }
  /// What was kept, with the place of the gap and its size said in between.
  public var bytes: [UInt8] {
    guard isTruncated else { return head + tail }
    return head + Array("\n[... \(droppedBytes) bytes dropped ...]\n".utf8) + tail
  }
  /// ``bytes`` as UTF-8; what is not UTF-8 becomes U+FFFD.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Which layers held during a run.
public struct Enforcement: Sendable, Hashable, Codable {
  /// The namespaces that the run had of its own.
  public var namespaces: [String]
  /// Whether the system call filter was installed.
  public var seccomp: Bool
  /// The Landlock ABI that was enforced; 0 where there was none.
  public var landlockABI: Int
  /// Whether all capabilities, the bounding set included, were dropped.
  public var capabilitiesDropped: Bool
  /// Whether `PR_SET_NO_NEW_PRIVS` was set.
  public var noNewPrivileges: Bool
  /// `v1`, `v2`, or `nil` where no cgroup could be had.
  public var cgroup: String?
  /// Whether resource limits were set.
  public var resourceLimits: Bool
  /// The layers that did not hold.
  public var missing: [IsolationLayer]

  /// Whether every layer held that cannot be replaced by the launcher's own accounting.
  public var isFull: Bool { missing.allSatisfy { $0 == .cgroup || $0 == .landlock } }
}

/// How a program came to run.
public enum Start: String, Sendable, Hashable, Codable {
  /// Its process was started.
  case cold
  /// Its process was forked from one that had been started before (``Command/parent``), or was itself started before there
  /// was a program to run, and has run nothing else (``Command/startsAhead``).
  case warm
}

extension Start {
  /// Why a run that could have been ``warm`` was not.
  public enum ColdReason: String, Sendable, Hashable, Codable {
    /// No program of its like had been run often enough: same executor, policy, toolchain, variables and preloads.
    case first = "no parent yet"
    /// The parent ended, or did not fork.
    case failed = "parent failed"
    /// Parents failed several times, and none is started any more.
    case broken = "parents failed repeatedly"
    /// There are no namespaces to put a forked process into.
    case namespaces = "no namespaces"
    /// The arguments have more bytes than the parent's own command.
    case arguments = "arguments too long"
    /// No process was started ahead, for no program of its like had been run often enough, and in short enough time, or
    /// there was no processor that other runs did not use.
    case noneAhead = "none started ahead"
    /// What was started ahead was for other arguments, variables, limits or drivers.
    case aheadDiffers = "started ahead for another"
    /// What was started ahead ended.
    case aheadFailed = "started ahead, failed"
    /// What was started ahead ended several times, and nothing is any more.
    case aheadBroken = "started ahead, failed repeatedly"

    init?(_ cold: UInt32) {
      switch sandbox_cold(cold) {
      case sandbox_cold_first: self = .first
      case sandbox_cold_failed: self = .failed
      case sandbox_cold_broken: self = .broken
      case sandbox_cold_namespaces: self = .namespaces
      case sandbox_cold_arguments: self = .arguments
      case sandbox_cold_none_ahead: self = .noneAhead
      case sandbox_cold_ahead_differs: self = .aheadDiffers
      case sandbox_cold_ahead_failed: self = .aheadFailed
      case sandbox_cold_ahead_broken: self = .aheadBroken
      default: return nil
      }
    }
  }
}

/// What happened to one run. The program's failure is in here; the sandbox's failure is a thrown
/// ``SandboxError``.
public struct ExecutionResult: Sendable {
  /// How it ended.
  public let outcome: Outcome
  /// What it wrote to standard output.
  public let standardOutput: CapturedOutput
  /// What it wrote to standard error.
  public let standardError: CapturedOutput
  /// Time on the clock from the program's start to the end of everything it left.
  public let wallTime: Duration
  /// CPU time of all the run's processes.
  public let cpuTime: Duration
  /// The most memory that the run held.
  public let peakMemory: ByteCount
  /// The most processes and threads alive at once that were seen.
  public let peakProcesses: Int
  /// What the policy refused; at most 32 different calls.
  public let denied: [Denial]
  /// How many refused calls are not in ``denied``, for it was full.
  public let deniedUnlisted: Int
  /// Which layers held.
  public let enforcement: Enforcement
  /// How it came to run. Isolation, limits and result are the same.
  public let start: Start
  /// Why it was not ``Start/warm``; `nil` where it was, or its command is for neither.
  public let coldReason: Start.ColdReason?
  /// What the driver reported; `nil` where the command had none that reports.
  public internal(set) var driverReport: DriverReport?
  /// What was copied to the program from a descriptor of the caller; `nil` where there was none, or where
  /// it was more than 4 MiB.
  package let copiedInput: [UInt8]?
  /// What the program left; `nil` unless the command asked to keep it.
  public private(set) var workspace: Workspace?
  /// The path of the workspace as the program saw it: `/workspace`, but where there was no mount
  /// namespace a folder of the host that nobody needs to know of.
  public let workspacePath: String

  /// Creates the result of a run that left no workspace.
  package init(
    outcome: Outcome, standardOutput: CapturedOutput, standardError: CapturedOutput,
    wallTime: Duration, cpuTime: Duration, peakMemory: ByteCount, peakProcesses: Int,
    denied: [Denial], deniedUnlisted: Int, enforcement: Enforcement, workspacePath: String,
    driverReport: DriverReport? = nil
  ) {
    self.outcome = outcome
    self.standardOutput = standardOutput
    self.standardError = standardError
    self.wallTime = wallTime
    self.cpuTime = cpuTime
    self.peakMemory = peakMemory
    self.peakProcesses = peakProcesses
    self.denied = denied
    self.deniedUnlisted = deniedUnlisted
    self.enforcement = enforcement
    self.workspacePath = workspacePath
    start = .cold
    coldReason = nil
    self.driverReport = driverReport
    copiedInput = nil
    workspace = nil
  }

  /// The same, without hold on the workspace, whose memory is given back with the last hold on it.
  public func droppingWorkspace() -> ExecutionResult {
    var result = self
    result.workspace = nil
    return result
  }
}

extension ExecutionResult {
  /// Decides the outcome.
  ///
  /// Killed by a limit is always that limit's outcome. Refused by a limit is so only where the program
  /// then failed *and* the evidence is there. What the program can do itself, such as raising a signal,
  /// is no evidence.
  init(
    _ finished: RunInProgress.Finished, _ copiedInput: [UInt8]?, _ workspace: Workspace?,
    _ place: Place, _ ready: sandbox_ready, _ limits: Limits, keepsWorkspace: Bool
  ) {
    let report = finished.report
    standardOutput = finished.output
    standardError = finished.errors
    wallTime = .microseconds(report.wall_microseconds)
    cpuTime = .microseconds(report.cpu_microseconds)
    peakMemory = ByteCount(bytes: max(0, report.peak_memory_bytes))
    peakProcesses = Int(report.peak_processes)
    denied = Denial.list(report)
    deniedUnlisted = Int(report.denials_dropped)
    enforcement = Enforcement(ready)
    start = report.is_warm == 0 ? .cold : .warm
    coldReason = Start.ColdReason(report.cold)
    self.copiedInput = copiedInput
    self.workspace = keepsWorkspace ? workspace : nil
    workspacePath = place.workspace

    let mostOutput = max(finished.output.totalBytes, finished.errors.totalBytes)
    let code = report.wait_status >> 8 & 0xff
    let signal = report.wait_status & 0x7f
    if report.end == sandbox_end_policy.rawValue {
      outcome = .policyViolated
    } else if report.end == sandbox_end_memory.rawValue || report.memory_kills > 0 {
      outcome = .memoryLimitExceeded
    } else if cpuTime >= limits.cpuTime {
      outcome = .timeLimitExceeded(.cpu)
    } else if report.end == sandbox_end_wall_time.rawValue {
      outcome = .timeLimitExceeded(.wall)
    } else if mostOutput > limits.output.bytes || report.has_wait_status == 0 {
      outcome = .outputLimitExceeded
    } else if report.wait_status == 0 {
      outcome = .exited(code: 0)
    } else if report.forks_refused > 0
      || (ready.cgroup == 0 && report.peak_processes >= limits.processes)
    {
      outcome = .processLimitExceeded
    } else if (0..<4096).contains(report.disk_free_bytes) || report.inodes_free == 0
      || workspace?.entries().contains(where: { $0.size >= limits.fileSize }) == true
    {
      outcome = .diskLimitExceeded
    } else {
      outcome = signal == 0 ? .exited(code: code) : .signalled(signal: signal)
    }
  }
}

extension Enforcement {
  init(_ ready: sandbox_ready) {
    let hasNamespaces = ready.namespaces != 0
    namespaces = hasNamespaces ? ["user", "pid", "mount", "net", "ipc", "uts", "cgroup"] : []
    seccomp = true
    landlockABI = Int(ready.landlock_abi)
    capabilitiesDropped = true
    noNewPrivileges = true
    cgroup = ready.cgroup == 0 ? nil : "v\(ready.cgroup)"
    resourceLimits = true
    missing = []
    if !hasNamespaces { missing.append(.namespaces) }
    if landlockABI == 0 { missing.append(.landlock) }
    if cgroup == nil { missing.append(.cgroup) }
  }
}
