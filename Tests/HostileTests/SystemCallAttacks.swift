import CSandboxLauncher
import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The number of a system call on this machine.
func number(of name: String) throws -> Int32 {
  let number = unsafe sandbox_system_call_number(name)
  try #require(number >= 0, "this machine has no \(name)")
  return number
}

@Suite("Attacks on the kernel", .serialized, .timeLimit(.minutes(15)))
struct SystemCallAttacks {
  /// Calls that are refused with EPERM and reported.
  static let refused = [
    "ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "mount", "umount2",
    "pivot_root", "chroot", "move_mount", "fsopen", "fsmount", "open_tree", "mount_setattr",
    "unshare",
    "setns", "bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key",
    "open_by_handle_at", "name_to_handle_at", "init_module", "finit_module", "delete_module",
    "kexec_load",
    "reboot", "swapon", "sethostname", "setdomainname", "settimeofday", "clock_settime", "adjtimex",
    "acct",
    "quotactl", "syslog", "personality", "seccomp", "fanotify_init", "vhangup",
  ]
  /// Calls that look as if the kernel did not have them.
  static let absent = ["io_uring_setup", "io_uring_enter", "io_uring_register", "clone3"]

  private static func call(_ name: String) throws -> HostileProgram {
    .python(
      """
      import ctypes
      libc = ctypes.CDLL(None, use_errno=True)
      arguments = [ctypes.c_long(-1)] * 6
      print(libc.syscall(ctypes.c_long(\(try number(of: name))), *arguments), ctypes.get_errno())
      """)
  }

  @Test(
    "a call that reaches the kernel's administration is refused and reported", arguments: refused)
  func refusedCall(name: String) async throws {
    let program = try Self.call(name)
    let result = try await program.run()
    #expect(result.printed == "-1 \(EPERM)\n", "\(result.story)")
    #expect(
      result.denied.map { [$0.kind, $0.name, $0.action] } == [["syscall", name, "errno(EPERM)"]],
      "\(result.story)")
    // Where the policy kills for it, the run ends.
    let killing = Policy(systemCalls: SystemCallRules(kill: [name]))
    let killed = try await program.run(under: killing)
    #expect(killed.outcome == .policyViolated && killed.printed == "", "\(killed.story)")
    #expect(killed.denied.map { [$0.name, $0.action] } == [[name, "kill"]])
  }

  @Test("a call with a way around the filter is absent", arguments: absent)
  func absentCall(name: String) async throws {
    let result = try await Self.call(name).run()
    #expect(result.printed == "-1 \(ENOSYS)\n", "\(result.story)")
  }

  /// Attacks that work where the policy lets the call through, and must not under the default one.
  static let working: [String: (source: String, calls: [String], isDenied: String)] = [
    "attach to a child": (
      """
      child = os.fork()
      if child == 0: time.sleep(5); os._exit(0)
      print(libc.ptrace(0x4206, child, 0, 0) == 0)  # PTRACE_SEIZE
      os.kill(child, 9)
      """, ["ptrace"], "ptrace"
    ),
    "read a child's memory": (
      """
      class Part(ctypes.Structure): _fields_ = [('base', ctypes.c_void_p), ('length', ctypes.c_size_t)]
      secret = ctypes.create_string_buffer(b'secret')
      child = os.fork()
      if child == 0: time.sleep(5); os._exit(0)
      copy = ctypes.create_string_buffer(6)
      mine, other = Part(ctypes.addressof(copy), 6), Part(ctypes.addressof(secret), 6)
      print(libc.process_vm_readv(child, ctypes.byref(mine), 1, ctypes.byref(other), 1, 0) == 6)
      os.kill(child, 9)
      """, ["process_vm_readv"], "process_vm_readv"
    ),
    "a user namespace of one's own": (
      "print(libc.unshare(0x10000000) == 0)", ["unshare"], "unshare"
    ),
    "a key that outlives the run": (
      "print(libc.syscall(\(numbers("keyctl")), 0, -2, 1) > 0)", ["keyctl"], "keyctl"
    ),
    "a ring of io_uring": (
      """
      parameters = ctypes.create_string_buffer(256)
      print(libc.syscall(\(numbers("io_uring_setup")), 4, parameters) >= 0)
      """, ["io_uring_setup"], "io_uring_setup"
    ),
    "a filter of one's own that lies": (
      """
      class Program(ctypes.Structure): _fields_ = [('length', ctypes.c_ushort), ('code', ctypes.c_void_p)]
      code = ctypes.create_string_buffer((6).to_bytes(2, 'little') + bytes(2) + (0x7fff0000).to_bytes(4, 'little'))
      program = Program(1, ctypes.addressof(code))
      print(libc.syscall(\(numbers("seccomp")), 1, 0, ctypes.byref(program)) == 0)
      """, ["seccomp"], "seccomp"
    ),
    // ADDR_NO_RANDOMIZE.
    "another personality": (
      "print(libc.personality(0x0040000) >= 0)", ["personality"], "personality"
    ),
  ]

  private static func numbers(_ name: String) -> Int32 { unsafe sandbox_system_call_number(name) }

  @Test(
    "an attack that the kernel would let work is stopped by the filter",
    arguments: working.keys.sorted())
  func workingAttack(name: String) async throws {
    let attack = try #require(Self.working[name])
    let program = HostileProgram.python(
      "import ctypes, os, time\nlibc = ctypes.CDLL(None, use_errno=True)\n" + attack.source)
    let result = try await program.run()
    #expect(result.printed == "False\n", "\(result.story)")
    #expect(result.deniedNames == [attack.isDenied], "\(result.story)")
    let open = Policy(systemCalls: SystemCallRules(allow: ["@default"] + attack.calls, refuse: []))
    let allowed = try await program.run(under: open)
    #expect(allowed.printed == "True\n", "\(allowed.story)")
  }

  @Test(
    "administration stays closed where a policy lets the calls through: there is no capability for it",
    arguments: [
      ("mount", "libc.mount(b'none', b'/tmp', b'tmpfs', 0, b'')"),
      ("mount", "libc.mount(None, b'/usr', None, 0x1020, None)"),  // MS_REMOUNT | MS_BIND, writable
      ("umount2", "libc.umount2(b'/proc', 2)"),
      ("sethostname", "libc.sethostname(b'x', 1)"),
      ("unshare", "libc.unshare(0x20000)"),
      ("chroot", "libc.chroot(b'/tmp')"),
      ("reboot", "libc.reboot(0)"),
    ])
  func withoutCapability(name: String, call: String) async throws {
    let program = HostileProgram.python(
      """
      import ctypes
      libc = ctypes.CDLL(None, use_errno=True)
      print(\(call), ctypes.get_errno() in (1, 13, 22))
      """)
    let open = Policy(systemCalls: SystemCallRules(allow: ["@default", name], refuse: []))
    let result = try await program.run(under: open)
    #expect(result.printed == "-1 True\n", "\(result.story)")
    #expect(result.denied == [])
  }

  @Test("mounts stay closed to a program that made a user namespace, where a policy lets it")
  func nestedNamespace() async throws {
    let result = try await HostileProgram.python(
      """
      import ctypes
      libc = ctypes.CDLL(None, use_errno=True)
      print(libc.unshare(0x10000000), libc.unshare(0x20000))  # CLONE_NEWUSER, CLONE_NEWNS
      for source, target, kind, flags in (
          (None, b'/usr', None, 0x1020), (b'/', b'/tmp', None, 0x1000), (b'proc', b'/tmp', b'proc', 0),
          (b'sysfs', b'/tmp', b'sysfs', 0)):
        status = libc.mount(source, target, kind, flags, None)
        try: open('/usr/planted', 'w'); print('written')
        except OSError: pass
      for _ in range(3): libc.umount2(b'/proc', 2)
      import os
      print(os.path.exists('/proc/sys'), os.path.exists('/etc/shadow'))
      """
    ).run(
      under: Policy(
        systemCalls: SystemCallRules(
          allow: ["@default", "unshare", "mount", "umount2"], refuse: [])))
    #expect(result.printed.hasSuffix("False False\n"), "\(result.story)")
    #expect(!result.printed.contains("written"))
  }

  @Test("clone makes no namespace")
  func cloneFlags() async throws {
    for (flag, name) in [
      (0x1000_0000, "USER"), (0x2000_0000, "PID"), (0x2_0000, "NS"), (0x4000_0000, "NET"),
      (0x0800_0000, "IPC"), (0x0400_0000, "UTS"), (0x0200_0000, "CGROUP"),
    ] {
      let result = try await HostileProgram.python(
        """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        child = libc.syscall(\(try number(of: "clone")), ctypes.c_ulong(\(flag) | 17), 0, 0, 0, 0)
        if child == 0: os._exit(0)
        print(child, ctypes.get_errno())
        """
      ).run()
      #expect(result.printed == "-1 \(EPERM)\n", "\(flag): \(result.story)")
      #expect(result.denied.map(\.detail) == ["CLONE_NEW\(name)"])
    }
  }

  #if arch(x86_64)
    static let foreignCalls = [
      // x32 getpid.
      "import ctypes; print(ctypes.CDLL(None).syscall(0x40000000 | 39) > 0)",
      // x32 ptrace, by its number there.
      "import ctypes; print(ctypes.CDLL(None).syscall(0x40000000 | 521, 0, 0, 0, 0) == 0)",
      // i386 getpid: mov eax, 20; int 0x80; ret.
      """
      import ctypes, mmap
      page = mmap.mmap(-1, 4096, prot=7)
      page.write(b'\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3')
      print(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))() > 0)
      """,
      // i386 sysenter number, through the same entry: unshare is 310 there.
      """
      import ctypes, mmap
      page = mmap.mmap(-1, 4096, prot=7)
      page.write(b'\\xb8\\x36\\x01\\x00\\x00\\x31\\xdb\\xcd\\x80\\xc3')
      print(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))() == 0)
      """,
    ]

    @Test("a foreign ABI ends the run", arguments: foreignCalls)
    func foreignABI(source: String) async throws {
      let result = try await HostileProgram.python(source).run()
      #expect(result.outcome == .policyViolated, "\(result.story)")
      #expect(result.printed == "")
      #expect(result.denied.count == 1 && result.denied.first?.action == "kill")
      #expect(result.denied.first?.detail.contains("entry") == true, "\(result.story)")
    }

    @Test("a foreign ABI works without the filter, where the kernel has it")
    func foreignABIOnTheHost() async throws {
      // The kernel answers both or, built without them, ENOSYS or SIGSEGV; never as the filter does.
      let old = try await HostileProgram.python(Self.foreignCalls[2]).runUnprotected()
      #expect(["True\n", ""].contains(old))
      let x32 = try await HostileProgram.python(Self.foreignCalls[0]).runUnprotected()
      #expect(["True\n", "False\n"].contains(x32))
    }
  #endif

  @Test("input cannot be pushed into a terminal, whatever the upper bits of the request are")
  func terminal() async throws {
    let source = """
      import ctypes, os
      libc = ctypes.CDLL(None, use_errno=True)
      try: terminal = os.open('/dev/ptmx', os.O_RDWR)
      except OSError: terminal = 0
      for request in (0x5412, 0x1_0000_5412, 0xffff_ffff_0000_5412, 0x541c, 0x1_0000_541c, 0x5413):
        status = libc.syscall(ctypes.c_long(\(try number(of: "ioctl"))), terminal, ctypes.c_ulong(request), b'\\x07')
        print(hex(request), status, ctypes.get_errno() if status else 0)
      """
    let result = try await HostileProgram.python(source).run()
    let lines = result.printed.split(separator: "\n")
    try #require(lines.count == 6, "\(result.story)")
    #expect(lines.prefix(5).allSatisfy { $0.hasSuffix(" -1 \(EPERM)") }, "\(result.story)")
    // Its neighbour reaches the kernel, which knows that this is no terminal.
    #expect(lines[5].hasSuffix(" -1 \(ENOTTY)"), "\(result.story)")
    #expect(
      result.denied.map(\.detail) == [
        "request 0x5412", "request 0x100005412", "request 0xffffffff00005412", "request 0x541c",
        "request 0x10000541c",
      ], "\(result.story)")
  }

  @Test(
    "input is pushed into a terminal without the filter, upper bits set or not",
    .enabled(if: geteuid() == 0, "needs root: other users must have the terminal as their own"))
  func terminalOnTheHost() async throws {
    let printed = try await HostileProgram.python(
      """
      import ctypes, os, pty, tty
      libc = ctypes.CDLL(None, use_errno=True)
      master, slave = pty.openpty(); tty.setraw(slave)
      for request in (0x5412, 0x1_0000_5412):
        libc.syscall(ctypes.c_long(\(try number(of: "ioctl"))), slave, ctypes.c_ulong(request), b'x')
      print(os.read(slave, 9))
      """
    ).runUnprotected()
    #expect(printed == "b'xx'\n")
  }
}
