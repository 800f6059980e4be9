internal import CSandboxLauncher
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// What a worker makes once and keeps: runs that differ in it need different workers.
struct View: Sendable, Hashable {
  var readable: [String]
  var network: NetworkAccess
  var systemCalls: SystemCallRules
  var isDegradedAllowed: Bool
  /// Whether the calls that are let through are noted too, which makes each many times slower.
  var isRecording: Bool
  /// Whether runs may be started ahead in it. Others have another worker, for which nothing that waits is thrown away.
  var startsAhead: Bool

  init(_ policy: Policy, for command: Command, isRecording: Bool = false) {
    self.isRecording = isRecording
    startsAhead = command.mayBeAhead
    readable = policy.fileSystem.readablePaths(with: command.toolchainPaths)
    network = policy.network
    systemCalls = policy.systemCalls
    isDegradedAllowed = policy.enforcement[.namespaces] != .required
  }

  /// What outlives its process cannot be shared by two runs: a loopback interface has connections that
  /// linger (RFC 9293, TIME-WAIT), and keys are a user's.
  var isReusable: Bool { network != .loopback && !hasKeys }

  private var hasKeys: Bool {
    ["add_key", "keyctl", "request_key"].contains { systemCalls.answer(to: $0) == .allowed }
  }

  /// The message that tells a worker what to make: `struct sandbox_view_request` and what follows it.
  func message() throws(SandboxError) -> [UInt8] {
    let allowed = try Self.numbers(of: systemCalls.allow)
    let refused = try Self.numbers(of: systemCalls.refuse)
    let fatal = try Self.numbers(of: systemCalls.kill)
    guard allowed.contains(unsafe sandbox_system_call_number("execve")) else {
      throw .invalidRequest("the policy must allow execve: without it no program starts")
    }
    // A call that two lists name has the stricter answer.
    let passed = allowed.subtracting(refused).subtracting(fatal)
    // The worker cannot tell the requests of ioctl(2) apart; they and what ends a signal handler go straight on.
    let silent = try Self.numbers(of: ["ioctl", "rt_sigreturn", "restart_syscall"])
    let recorded = isRecording ? passed.subtracting(silent) : []
    let filter = try Self.filter(
      passed.subtracting(recorded).sorted(), network, makesProcesses: systemCalls.makesProcesses)
    // The filter puts them to the worker where they are about another process, and where a driver waits.
    let judged = recorded.union(
      passed.intersection(try Self.numbers(of: ["prlimit64", "kill"])))
    let objectsThatOutlive = try Self.numbers(of: ["@ipc"])
    let unlisted: Int32
    switch systemCalls.unlisted {
    case .unavailable: unlisted = ENOSYS
    case .refused: unlisted = EPERM
    case .kill: unlisted = 0
    }
    let header = sandbox_view_request(
      network: network == .none ? 0 : network == .loopback ? 1 : 2,
      degraded: isDegradedAllowed ? 1 : 0,
      fresh_ipc: passed.isDisjoint(with: objectsThatOutlive) ? 0 : 1,
      has_keys: hasKeys ? 1 : 0,
      filter_length: UInt32(filter.count / 8), refused: UInt32(refused.count),
      fatal: UInt32(fatal.count), readable: UInt32(readable.count),
      recorded: UInt32(judged.count), only_threads: systemCalls.makesProcesses ? 0 : 1,
      unlisted_errno: UInt32(unlisted))
    var message = RequestBytes(header)
    message.bytes += filter
    for number in refused.sorted() + fatal.sorted() + judged.sorted() { message.append(number) }
    for path in readable { message.append(path) }
    return message.bytes
  }

  private static func numbers(of names: [String]) throws(SandboxError) -> Set<Int32> {
    var numbers: Set<Int32> = []
    for name in names {
      guard let calls = name.hasPrefix("@") ? SystemCallGroup.calls(in: name) : [name] else {
        throw .invalidRequest("there is no system call group \(name)")
      }
      for call in calls {
        let number = unsafe sandbox_system_call_number(call)
        // libseccomp may be older than the name: groups name calls that not every version knows.
        if number == -1 && !name.hasPrefix("@") {
          throw .invalidRequest("there is no system call \(call)")
        }
        if number >= 0 { numbers.insert(number) }
      }
    }
    return numbers
  }

  private struct FilterKey: Hashable {
    var allowed: [Int32]
    var network: NetworkAccess
    var makesProcesses: Bool
  }
  private static let filters = Mutex<[FilterKey: [UInt8]]>([:])

  private static func filter(
    _ allowed: [Int32], _ network: NetworkAccess, makesProcesses: Bool
  ) throws(SandboxError) -> [UInt8] {
    let key = FilterKey(allowed: allowed, network: network, makesProcesses: makesProcesses)
    // Compiled under the lock: who comes second waits, which takes less than compiling it again.
    let result = filters.withLock { filters -> Result<[UInt8], SandboxError> in
      if let known = filters[key] { return .success(known) }
      let compiled = Result { () throws(SandboxError) in try compile(key) }
      if filters.count > 64 { filters.removeAll() }
      filters[key] = try? compiled.get()
      return compiled
    }
    return try result.get()
  }

  private static func compile(
    _ key: FilterKey
  ) throws(SandboxError) -> [UInt8] {
    var instructions: UnsafeMutableRawPointer?
    let length = unsafe sandbox_compile_filter(
      sandbox_native_architecture(), key.allowed, key.allowed.count, key.network == .none ? 0 : 1,
      key.makesProcesses ? 0 : 1, &instructions)
    defer { unsafe free(instructions) }
    guard length > 0, let instructions = unsafe instructions else {
      throw .stepFailed(.filter, errorNumber: Int32(-length))
    }
    return unsafe [UInt8](UnsafeRawBufferPointer(start: instructions, count: length * 8))
  }
}

/// A message under construction: a C structure, then numbers and NUL-ended strings.
struct RequestBytes {
  var bytes: [UInt8] = []

  init() {}

  init<Header: BitwiseCopyable>(_ header: Header) {
    bytes = unsafe withUnsafeBytes(of: header) { unsafe Array($0) }
  }

  mutating func append(_ number: Int32) {
    unsafe withUnsafeBytes(of: number) { unsafe bytes += $0 }
  }

  mutating func append(_ number: Int64) {
    unsafe withUnsafeBytes(of: number) { unsafe bytes += $0 }
  }

  mutating func append(_ text: String) {
    bytes += text.utf8
    bytes.append(0)
  }
}
