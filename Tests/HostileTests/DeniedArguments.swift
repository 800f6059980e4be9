import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite("What was refused is told with its arguments", .timeLimit(.minutes(15)))
struct DeniedArguments {
  /// Python's own, with calls of libc's.
  private static let preamble = """
    import ctypes, os, socket
    libc = ctypes.CDLL(None, use_errno=True)

    """

  static let calls: [(refused: String, source: String, detail: String)] = [
    ("chdir", "os.chdir('/usr')", #""/usr""#),
    ("mkdir", "os.mkdir('a\\u202eb\"c\\n')", #""a\u{202e}b\"c\u{a}""#),
    ("truncate", "os.truncate('/usr/bin/env', 0)", #""/usr/bin/env""#),
    ("umount2", "libc.umount2(b'/proc', 2)", #""/proc""#),
    ("mount", "libc.mount(b'none', b'/tmp', b'tmpfs', 0, b'')", #""/tmp""#),
    ("unshare", "libc.unshare(0x10020000)", "CLONE_NEWNS | CLONE_NEWUSER"),
    ("ptrace", "libc.ptrace(16, 1, 0, 0)", "PTRACE_ATTACH"),
    (
      "connect", "socket.socket(socket.AF_INET).connect(('192.0.2.7', 443))",
      "AF_INET 192.0.2.7:443"
    ),
    (
      "connect", "socket.socket(socket.AF_INET6).connect(('2001:db8::7', 443))",
      "AF_INET6 [2001:db8::7]:443"
    ),
    ("connect", "socket.socket(socket.AF_UNIX).connect('/run/x.sock')", #"AF_UNIX "/run/x.sock""#),
    ("connect", "socket.socket(socket.AF_UNIX).connect('\\0name')", #"AF_UNIX "@name""#),
    ("bind", "socket.socket(socket.AF_INET).bind(('127.0.0.1', 8080))", "AF_INET 127.0.0.1:8080"),
    (
      "sendto", "socket.socket(socket.AF_INET, 2).sendto(b'x', ('192.0.2.9', 53))",
      "AF_INET 192.0.2.9:53"
    ),
    // A pointer to nothing, and a text that ends where its page does.
    ("chdir", "libc.chdir(ctypes.c_void_p(1))", ""),
    (
      "chdir",
      """
      import mmap
      area = mmap.mmap(-1, 8192); start = ctypes.addressof(ctypes.c_char.from_buffer(area))
      libc.munmap(ctypes.c_void_p(start + 4096), 4096)
      ctypes.memmove(start + 4092, b'abc', 4)
      libc.chdir(ctypes.c_void_p(start + 4092))
      os._exit(0)
      """, #""abc""#
    ),
    ("chdir", "os.chdir('x' * 200)", "\"" + String(repeating: "x", count: 119) + "...\""),
  ]

  @Test("each of them", arguments: calls.indices)
  func arguments(index: Int) async throws {
    let (call, source, detail) = Self.calls[index]
    let policy = Policy(
      network: .loopback,
      systemCalls: SystemCallRules(allow: ["@default"], refuse: ["@privileged", call]))
    let result = try await HostileProgram.python(Self.preamble + source).run(under: policy)
    let denied = result.denied.filter { $0.name == call }
    #expect(denied.map(\.detail) == [detail], "\(result.story)")
    #expect(denied.first?.action == "errno(EPERM)")
  }

  @Test(
    "calls about different things are kept apart, the same one is counted, the rest is told too")
  func counts() async throws {
    let result = try await HostileProgram.python(
      """
      import os
      for _ in range(3):
        for number in range(40):
          try: os.chdir('/%02d' % number)
          except PermissionError: pass
      """
    ).run(
      under: Policy(systemCalls: SystemCallRules(allow: ["@default"], refuse: ["chdir"])))
    #expect(result.outcome == .exited(code: 0), "\(result.story)")
    let chdir = result.denied.filter { $0.name == "chdir" && $0.detail != "" }
    #expect(chdir.count == 32 && chdir.allSatisfy { $0.count == 3 }, "\(result.story)")
    #expect(result.deniedUnlisted == 24)
  }

  @Test("a program without processes has threads, and is refused the others")
  func threadsOnly() async throws {
    let program = HostileProgram.python(
      """
      import os, threading
      done = []
      threads = [threading.Thread(target=done.append, args=(1,)) for _ in range(3)]
      [t.start() for t in threads]; [t.join() for t in threads]
      print(len(done))
      for make in os.fork, lambda: os.posix_spawn('/bin/true', ['true'], {}):
        try: print(make())
        except OSError as error: print('refused')
      """)
    var policy = Policy()
    policy.systemCalls.allow = SystemCallGroup.names.filter {
      !["@default", "@processes", "@ipc", "@privileged"].contains($0)
    }
    policy.systemCalls.unlisted = .refused
    let result = try await program.run(under: policy)
    #expect(result.printed == "3\nrefused\nrefused\n", "\(result.story)")
    #expect(result.peakProcesses <= 4)
    let free = try await program.run()
    #expect(!free.printed.contains("refused"), "\(free.story)")
  }
}
