internal import CSandboxLauncher

#if canImport(Glibc)
  import Glibc
#endif

extension SystemCallRules {
  /// What a call meets.
  public enum Answer: String, Sendable, Hashable, Codable {
    /// The kernel executes it.
    case allowed
    /// It fails with `EPERM`.
    case refused = "errno(EPERM)"
    /// It fails with `ENOSYS`.
    case unavailable = "errno(ENOSYS)"
    /// It ends the run.
    case kill
  }

  /// What the rules answer a call, by its name.
  ///
  /// `clone`, `fcntl`, `ioctl`, `prlimit64` and `socket` are answered by their arguments too: what is allowed here may be refused
  /// with other arguments.
  public func answer(to call: String) -> Answer {
    func names(_ list: [String]) -> Bool {
      list.contains { $0 == call || SystemCallGroup.calls(in: $0)?.contains(call) == true }
    }
    // The filter cannot see its flags, which are behind a pointer.
    if call == "clone3" { return .unavailable }
    if names(kill) { return .kill }
    if names(refuse) { return .refused }
    if names(allow) { return .allowed }
    switch unlisted {
    case .unavailable: return .unavailable
    case .refused: return .refused
    case .kill: return .kill
    }
  }

  /// Whether `clone` makes processes, not only threads: where `fork` is allowed too, which is a call of the
  /// same effect. So the rule holds on machines that have no `fork`.
  public var makesProcesses: Bool {
    answer(to: "clone") == .allowed && answer(to: "fork") == .allowed
  }

  /// The calls that are executed, groups expanded, sorted; those that this machine does not have are left
  /// out.
  public var allowedCalls: [String] {
    let named = allow.flatMap { SystemCallGroup.calls(in: $0) ?? [$0] }
    return Set(named).filter {
      answer(to: $0) == .allowed && Self.number(of: $0) != nil
    }.sorted()
  }

  /// The name of a call by its number, or `#` and the number where it has none.
  ///
  /// The corresponding C call is `seccomp_syscall_resolve_num_arch(3)`.
  static func name(
    of number: Int32, architecture: UInt32 = sandbox_native_architecture()
  ) -> String {
    unsafe String(unsafeUninitializedCapacity: 64) { buffer in
      unsafe buffer.withMemoryRebound(to: CChar.self) { buffer in
        guard let base = buffer.baseAddress else { return 0 }
        unsafe sandbox_system_call_name(number, architecture, base, buffer.count)
        return unsafe strlen(base)
      }
    }
  }

  /// The number of a call on this machine, `nil` where it has none of that name.
  ///
  /// The corresponding C call is `seccomp_syscall_resolve_name(3)`.
  public static func number(of call: String) -> Int? {
    let number = unsafe sandbox_system_call_number(call)
    return number < 0 ? nil : Int(number)
  }
}
