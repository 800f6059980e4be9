internal import CSandboxLauncher

#if canImport(Glibc)
  import Glibc
#endif

/// A piece of a stream, as it came.
public struct OutputChunk: Sendable, Hashable {
  /// Which stream.
  public enum Stream: Sendable, Hashable {
    /// Descriptor 1.
    case standardOutput
    /// Descriptor 2.
    case standardError
  }

  /// Which stream.
  public let stream: Stream
  /// The bytes.
  public let bytes: [UInt8]
}

/// Runs one command in a sandbox of its own and says what happened.
public struct SandboxExecutor: Sendable {
  /// Creates an executor.
  public init() {}

  /// Runs `command` under `limits`, with empty standard input.
  ///
  /// Each run has its own user, pid, mount, net, ipc, uts and cgroup namespaces, a read-only root, a
  /// workspace of its own, no capabilities, Landlock, rlimits and a system call filter. When this
  /// returns, no process and no file of it is left.
  ///
  /// - Throws: ``SandboxError`` when the sandbox could not do its work. A program that fails does not
  ///   throw.
  @concurrent
  public func run(
    _ command: Command, under policy: Policy = Policy(),
    onOutput: (@Sendable (OutputChunk) -> Void)? = nil
  ) async throws(SandboxError) -> ExecutionResult {
    let limits = policy.limits
    try Self.validate(command, limits)
    let request = Self.encode(command, policy)
    let outputLimit = Int(limits.output.bytes)
    // The wait blocks, so it has a thread of its own: the cooperative pool must not be held up.
    let run = await withCheckedContinuation { (continuation: CheckedContinuation<Run, Never>) in
      onNewThread { continuation.resume(returning: Run(request, outputLimit)) }
    }
    guard run.error == 0 else { throw SandboxError(step: .spawn, errorNumber: run.error) }
    if let step = SandboxError.Step(rawValue: run.report.step) {
      throw SandboxError(step: step, errorNumber: run.report.error_number)
    }
    return try Self.result(of: run, under: limits)
  }

  private static func result(
    of run: Run, under limits: Limits
  ) throws(SandboxError) -> ExecutionResult {
    let report = run.report
    let status = report.wait_status
    let cpuTime = Duration.microseconds(report.cpu_microseconds)
    let outcome: Outcome
    if run.output.totalBytes > limits.output.bytes || run.errors.totalBytes > limits.output.bytes {
      outcome = .outputLimitExceeded
    } else if report.memory_limit_hit != 0 {
      outcome = .memoryLimitExceeded
    } else if report.cpu_limit_hit != 0 {
      outcome = .timeLimitExceeded(.cpu)
    } else if report.wall_limit_hit != 0 {
      outcome = .timeLimitExceeded(.wall)
    } else if report.has_wait_status == 0 {
      throw SandboxError(step: .spawn, errorNumber: ECHILD)
    } else if status & 0x7f == 0 {
      outcome = .exited(code: (status >> 8) & 0xff)
    } else if status & 0x7f == SIGXCPU, cpuTime >= limits.cpuTime {
      // The signal alone proves nothing, for the program can raise it: the time used does.
      outcome = .timeLimitExceeded(.cpu)
    } else {
      outcome = .signalled(signal: status & 0x7f)
    }
    return ExecutionResult(
      outcome: outcome, standardOutput: run.output, standardError: run.errors,
      wallTime: .microseconds(report.wall_microseconds), cpuTime: cpuTime,
      peakMemory: ByteCount(bytes: report.peak_memory_bytes), peakProcesses: 1, denied: [],
      enforcement: Enforcement(
        namespaces: ["user", "pid", "mount", "net", "ipc", "uts", "cgroup"], seccomp: true,
        landlockABI: Int(report.landlock_abi), capabilitiesDropped: true, noNewPrivileges: true,
        cgroup: nil, resourceLimits: true, missing: []),
      workspace: nil)
  }

  /// Strings travel to the launcher ended by a NUL, so one inside a string would move what follows,
  /// the list of allowed calls included.
  private static func validate(_ command: Command, _ limits: Limits) throws(SandboxError) {
    let strings =
      [command.executable] + command.arguments + command.toolchainPaths + Array(command.files.keys)
      + command.environment.flatMap { [$0.key, $0.value] }
    guard strings.allSatisfy({ !$0.utf8.contains(0) }),
      command.files.keys.allSatisfy({ !$0.isEmpty && !$0.contains("/") && $0 != "." && $0 != ".." }
      ),
      command.toolchainPaths.allSatisfy({ $0.hasPrefix("/") && !$0.contains("..") })
    else { throw SandboxError(step: .files, errorNumber: EINVAL) }
    let day = Duration.seconds(86_400)
    guard limits.wallTime > .zero, limits.wallTime <= day, limits.cpuTime > .zero,
      limits.cpuTime <= day, limits.processes > 0, limits.processes <= 500, limits.openFiles > 3,
      limits.files > 0,
      limits.output.bytes > 0, limits.output.bytes <= 1 << 30
    else { throw SandboxError(step: .limits, errorNumber: EINVAL) }
  }

  /// The layout is that of `struct sandbox_request` in `sandbox_launcher.h`.
  private static func encode(_ command: Command, _ policy: Policy) -> [UInt8] {
    let limits = policy.limits
    let readable = policy.fileSystem.read.flatMap {
      $0 == FileSystemAccess.toolchainPrefix ? command.toolchainPaths : [$0]
    }
    let allowed = SystemCallGroup.calls(in: "@default") ?? []
    let refused = SystemCallGroup.calls(in: "@privileged") ?? []
    let environment = policy.environment.set.mapValues { $0 == "{workspace}" ? "/workspace" : $0 }
      .merging(command.environment) { $1 }.map { "\($0.key)=\($0.value)" }.sorted()
    let header = sandbox_request(
      arguments: UInt32(command.arguments.count + 1), environment: UInt32(environment.count),
      readable: UInt32(readable.count), allowed: UInt32(allowed.count),
      refused: UInt32(refused.count), files: UInt32(command.files.count),
      wall_milliseconds: UInt64(limits.wallTime / .milliseconds(1)),
      cpu_milliseconds: UInt64(limits.cpuTime / .milliseconds(1)),
      memory_bytes: UInt64(limits.memory.bytes), file_size_bytes: UInt64(limits.fileSize.bytes),
      disk_bytes: UInt64(limits.disk.bytes),
      inodes: UInt64(limits.files), processes: UInt64(limits.processes),
      open_files: UInt64(limits.openFiles), stack_bytes: UInt64(limits.stack.bytes))
    var bytes = unsafe withUnsafeBytes(of: header) { unsafe Array($0) }
    func append(_ text: String) {
      bytes += text.utf8
      bytes.append(0)
    }
    append(command.executable)
    append(command.executable)
    for list in [
      command.arguments, environment, readable, allowed, refused,
    ] {
      list.forEach(append)
    }
    for (name, content) in command.files.sorted(by: { $0.key < $1.key }) {
      guard case .bytes(let content) = content else { continue }
      append(name)
      unsafe withUnsafeBytes(of: UInt64(content.count)) { unsafe bytes += $0 }
      bytes += content
    }
    return bytes
  }
}

/// The values of one finished call of `sandbox_run`.
private struct Run: Sendable {
  let report: sandbox_report
  let output: CapturedOutput
  let errors: CapturedOutput
  let error: Int32

  init(_ request: [UInt8], _ outputLimit: Int) {
    var report = sandbox_report()
    var output = unsafe sandbox_stream()
    var errors = unsafe sandbox_stream()
    self.error = unsafe request.withUnsafeBytes { request in
      guard let base = request.baseAddress else { return EINVAL }
      return unsafe sandbox_run(base, request.count, outputLimit, &output, &errors, &report)
    }
    self.report = report
    self.output = unsafe Self.take(output)
    self.errors = unsafe Self.take(errors)
  }

  private static func take(_ stream: sandbox_stream) -> CapturedOutput {
    defer { unsafe free(stream.bytes) }
    let bytes = unsafe Array(UnsafeBufferPointer(start: stream.bytes, count: stream.kept))
    return CapturedOutput(head: bytes, totalBytes: Int(stream.total))
  }
}

private final class ThreadBody: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func onNewThread(_ body: @escaping @Sendable () -> Void) {
  var thread = pthread_t()
  let context = unsafe Unmanaged.passRetained(ThreadBody(body))
  let status = unsafe pthread_create(
    &thread, nil,
    { context in
      if let context { unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().body() }
      return nil
    }, context.toOpaque())
  if status == 0 {
    pthread_detach(thread)
  } else {
    unsafe context.release()
    body()
  }
}
