import SandboxExecution
import Testing

@Suite("Two runs", .serialized, .timeLimit(.minutes(15)))
struct RunSeparation {
  /// Prints what it finds of another run.
  private static let look = HostileProgram.python(
    """
    import os, resource, socket
    found = []
    for place in ('/tmp', '/dev/shm', '/workspace', '/var/tmp'):
      found += [place + '/' + name for name in (os.listdir(place) if os.path.isdir(place) else []) if name != 'main.py']
    try: socket.socket(socket.AF_UNIX).connect('\\0leftover'); found.append('abstract socket')
    except OSError: pass
    try: socket.socket(socket.AF_UNIX).connect('/tmp/leftover.sock'); found.append('socket')
    except OSError: pass
    found += [name for name in os.listdir('/proc') if name.isdigit() and int(name) not in (1, os.getpid())]
    for name in os.listdir('/proc/self/fd'):
      if int(name) > 3: found.append('descriptor ' + name)
    print(found, os.umask(0) == 0o022 or 'umask', resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    """)
  private static let nothing = "[] True 256\n"

  private static func leave(staying: String) -> HostileProgram {
    .python(
      """
      import os, resource, socket, time
      for place in ('/tmp', '/dev/shm', '.'): open(place + '/leftover', 'w').write('leftover')
      a = socket.socket(socket.AF_UNIX); a.bind('\\0leftover'); a.listen()
      b = socket.socket(socket.AF_UNIX); b.bind('/tmp/leftover.sock'); b.listen()
      if os.fork() == 0:
        os.setsid(); time.sleep(20)
      os.umask(0o077); resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))
      print('left', flush=True)
      \(staying)
      """)
  }

  @Test("that follow each other in one worker do not meet")
  func following() async throws {
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    for _ in 0..<3 {
      let first = try await Self.leave(staying: "os._exit(0)").run(on: executor)
      #expect(first.printed == "left\n", "\(first.story)")
      let second = try await Self.look.run(on: executor)
      #expect(second.printed == Self.nothing, "\(second.story)")
    }
    await executor.close()
  }

  @Test("at the same time do not meet")
  func simultaneous() async throws {
    let executor = SandboxExecutor(maximumConcurrentRuns: 2)
    let first = Task {
      try await Self.leave(staying: "time.sleep(2)").run(on: executor)
    }
    try await Task.sleep(for: .milliseconds(700))
    let second = try await Self.look.run(on: executor)
    #expect(second.printed == Self.nothing, "\(second.story)")
    #expect(try await first.value.printed == "left\n")
    await executor.close()
  }

  @Test("would meet if they were one: what is looked for can be found")
  func control() async throws {
    // The one looks while the other is its child.
    guard case .python(let look) = Self.look else { return }
    let result = try await Self.leave(staying: look).run()
    for thing in [
      "/tmp/leftover", "/dev/shm/leftover", "/workspace/leftover", "abstract socket", "'socket'",
    ] {
      #expect(result.printed.contains(thing), "\(thing): \(result.story)")
    }
    #expect(result.printed.hasSuffix("umask 99\n"))
  }

  @Test("share no System V object, also where the policy allows them")
  func systemV() async throws {
    let policy = Policy(systemCalls: SystemCallRules(allow: ["@default", "@ipc"]))
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    let program = HostileProgram.python(
      """
      import ctypes
      libc = ctypes.CDLL(None, use_errno=True)
      found = libc.shmget(0x4f4349, 4096, 0) >= 0
      print(found, libc.shmget(0x4f4349, 4096, 0o1600) >= 0, libc.shmget(0x4f4349, 4096, 0) >= 0)
      """)
    for _ in 0..<2 {
      let result = try await program.run(under: policy, on: executor)
      #expect(result.printed == "False True True\n", "\(result.story)")
    }
    await executor.close()
  }
}
