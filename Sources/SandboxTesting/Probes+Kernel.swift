internal import SandboxExecution

#if canImport(Glibc)
  import Glibc
#endif

extension Probe {
  private static let namespaceFlags: [(name: String, flag: Int)] = [
    ("user", 0x1000_0000), ("mount", 0x0002_0000), ("pid", 0x2000_0000), ("net", 0x4000_0000),
    ("ipc", 0x0800_0000), ("uts", 0x0400_0000), ("cgroup", 0x0200_0000),
  ]

  /// Every call that makes or enters a namespace.
  static func namespaces(_ policy: Policy) -> [Probe] {
    var probes: [Probe] = []
    for (name, flag) in namespaceFlags {
      // Refused by its flags, also where the policy allows the call.
      probes.append(
        Probe(
          category: .namespaces, name: "clone a process into a new \(name) namespace",
          arguments: ["clone", "\(flag)"], expected: .denied))
      guard !policy.allows("unshare") else { continue }
      probes.append(
        Probe(
          category: .namespaces, name: "unshare the \(name) namespace",
          arguments: ["unshare", "\(flag)"], expected: .denied))
    }
    if !policy.allows("unshare") {
      probes.append(
        Probe(
          category: .namespaces, name: "unshare the time namespace", arguments: ["unshare", "128"],
          expected: .denied))
    }
    return probes
  }

  /// What a program does to others.
  static func processes(_ policy: Policy) -> [Probe] {
    var probes = [
      Probe(
        category: .processes, name: "make a process", arguments: ["fork"],
        expected: policy.makesProcesses && policy.allows("wait4") ? .allowed : .denied)
    ]
    let caller = getpid()
    // A small number could be one of the run's own.
    if caller > 64 {
      probes.append(
        Probe(
          category: .processes, name: "signal the caller", arguments: ["signal", "\(caller)"],
          expected: .denied))
    }
    for (name, request) in [("TIOCSTI", 0x5412), ("TIOCLINUX", 0x541c)] {
      probes.append(
        Probe(
          category: .processes, name: "push input into a terminal: \(name)",
          arguments: ["terminal-input", "\(request)"], expected: .denied))
      probes.append(
        Probe(
          category: .processes, name: "push input into a terminal: \(name), upper bits set",
          arguments: ["terminal-input", "\(0x1_0000_0000 | request)"], expected: .denied))
    }
    return probes
  }

  /// Calls that no group allows by default, or that a sandbox is known to have been left with.
  private static let dangerous =
    ["@privileged", "@ipc", "@watch"].flatMap { SystemCallGroup.calls(in: $0) ?? [] } + [
      "io_setup", "io_uring_setup", "io_uring_enter", "io_uring_register", "clone3", "pidfd_getfd",
      "process_mrelease", "memfd_secret", "remap_file_pages", "_sysctl", "create_module",
      "open_tree_attr", "statmount", "listmount", "lsm_set_self_attr", "rseq_slice_yield",
    ]

  /// Each call with arguments that do no harm, and the entries of other architectures.
  static func systemCalls(_ policy: Policy) -> [Probe] {
    var probes = Set(dangerous).sorted().compactMap { call in
      systemCall(call, expected: policy.allows(call) ? .allowed : .denied, .systemCalls)
    }
    #if arch(x86_64)
      for (name, entry) in [("x32", "x32"), ("i386", "i386")] {
        probes.append(
          Probe(
            category: .systemCalls, name: "enter the kernel as \(name)", arguments: [entry],
            expected: .denied))
      }
    #endif
    return probes
  }

  /// What a policy executes, call by call.
  static func allowedCalls(_ policy: Policy) -> [Probe] {
    // These wait for ever, or end what would print the answer.
    let silent = ["pause", "rt_sigsuspend", "rt_sigreturn", "exit", "exit_group"]
    return policy.systemCalls.allowedCalls.filter {
      !silent.contains($0) && !dangerous.contains($0)
    }.compactMap {
      // Allowed with other arguments than the probe's.
      systemCall(
        $0, expected: ["socket", "clone"].contains($0) ? .denied : .allowed, .systemCalls)
    }
  }

  /// A call by its name; `nil` where this machine does not have it.
  static func systemCall(
    _ call: String, expected: Expectation.Result, _ category: ProbeResult.Category
  ) -> Probe? {
    guard let number = SystemCallRules.number(of: call) else { return nil }
    return Probe(
      category: category, name: "call \(call)", arguments: ["system-call", "\(number)"],
      expected: expected, observe: { $0.reach(of: call) })
  }
}

extension Policy {
  /// Whether a program may make processes, not only threads.
  var makesProcesses: Bool { systemCalls.makesProcesses && limits.processes > 1 }
}
