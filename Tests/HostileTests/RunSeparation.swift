import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

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

  /// A workspace is put there until it is taken down, which goes on while the next run does.
  @Test("that follow each other: the second cannot enter where the first one's workspace is put")
  func workspacePutAside() async throws {
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    let program = HostileProgram.python(
      """
      import errno, os
      def attempt(body):
        try: print(body())
        except OSError as error: print(errno.errorcode[error.errno])
      print(oct(os.stat('/old').st_mode & 0o7777))
      attempt(lambda: os.listdir('/old'))
      attempt(lambda: os.stat('/old/box'))
      attempt(lambda: open('/old/box/workspace/main.py').read())
      attempt(lambda: os.chdir('/old'))
      attempt(lambda: os.chmod('/old', 0o777))
      # As it would be in a folder that may be entered.
      os.mkdir('old'); os.mkdir('old/box'); os.chmod('old', 0); attempt(lambda: os.stat('old/box'))
      os.chmod('old', 0o700); print(os.listdir('old'))
      """)
    for _ in 0..<5 {
      let result = try await program.run(on: executor)
      #expect(
        result.printed == "0o0\nEACCES\nEACCES\nEACCES\nEACCES\nEROFS\nEACCES\n['box']\n",
        "\(result.story)")
    }
    await executor.close()
  }

  /// Until the first program starts, a worker and what it makes stay on one processor.
  @Test("may use all processors, and so may what they start, the first one too")
  func processors() async throws {
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    let program = HostileProgram.python(
      """
      import os
      read, write = os.pipe()
      if os.fork() == 0:
        os.write(write, b'%d' % len(os.sched_getaffinity(0)))
        os._exit(0)
      print(len(os.sched_getaffinity(0)), len(os.sched_getaffinity(1)), os.read(read, 9).decode())
      """)
    let count = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    for _ in 0..<3 {
      let result = try await program.run(on: executor)
      #expect(result.printed == "\(count) \(count) \(count)\n", "\(result.story)")
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

  /// Prints the numbers that count on from run to run where something is kept that should not be.
  private static let count = HostileProgram.python(
    """
    import os, sys
    child = os.fork()
    if not child: os._exit(0)
    os.waitpid(child, 0)
    open('file', 'w').close(); os.mkdir('/tmp/folder')
    disk = os.statvfs('.')
    print(os.getpid(), child, os.stat('file').st_ino, os.stat('/tmp/folder').st_ino, disk.f_bfree, disk.f_ffree,
      oct(os.stat('.').st_mode), os.listxattr('.'), os.nice(0), sorted(os.sched_getaffinity(0)),
      os.getpriority(os.PRIO_PROCESS, 0), open('/proc/self/oom_score_adj').read().strip(),
      [name for name in os.listdir('/proc') if name.isdigit()], os.listdir('.'), os.listdir('/tmp'))
    """)

  /// Changes what it can: itself, its like by user, and what may have made it.
  private static let change = HostileProgram.python(
    """
    import ctypes, os, resource, signal
    libc = ctypes.CDLL(None, use_errno=True)
    for who in (1, os.getppid(), 0):
      for change in (lambda: os.setpriority(os.PRIO_PROCESS, who, 19), lambda: os.sched_setaffinity(who, {0}),
                     lambda: resource.prlimit(who, resource.RLIMIT_NOFILE, (50, 50)),
                     lambda: resource.prlimit(who, resource.RLIMIT_FSIZE, (10, 10)) if who else None,
                     lambda: os.kill(who, signal.SIGSTOP) if who else None,
                     lambda: os.kill(who, signal.SIGUSR1) if who else None):
        try: change()
        except OSError: pass
    try: os.setpriority(os.PRIO_USER, os.getuid(), 19)
    except OSError: pass
    libc.syscall(251, 3, os.getuid(), 3 << 13)  # ioprio_set of the user's: idle
    os.chmod('.', 0o700); os.utime('.', (1, 1))
    try: os.setxattr('.', 'user.leftover', b'1')
    except OSError: pass
    for i in range(50): open('f%d' % i, 'w').write('x' * 5000)
    clone_parent, sigchld = 0x8000, 17
    for _ in range(3):
      # A child of its parent's.
      if libc.syscall(56, clone_parent | sigchld, 0, 0, 0, 0) == 0:
        signal.pause(); os._exit(0)
    for _ in range(5):
      if os.fork() == 0:
        os.setsid(); signal.pause(); os._exit(0)
    print('changed', flush=True)
    os._exit(0)
    """)

  @Test("follow each other as if each were the first")
  func numbers() async throws {
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    let first = try await Self.count.run(on: executor)
    #expect(first.printed.hasPrefix("2 3 "), "\(first.story)")
    for _ in 0..<3 {
      let change = try await Self.change.run(on: executor)
      #expect(change.printed == "changed\n", "\(change.story)")
      let next = try await Self.count.run(on: executor)
      #expect(next.printed == first.printed, "\(next.story)")
    }
    await executor.close()
    // In one and the same run all of it is seen.
    guard case .python(let look) = Self.count, case .python(let change) = Self.change else {
      return
    }
    let both = try await HostileProgram.python(String(change.dropLast("os._exit(0)".count)) + look)
      .run()
    for sign in ["0o40700", " 19 ", "'f49'", " [0] "] {
      #expect(both.printed.contains(sign) && !first.printed.contains(sign), "\(both.story)")
    }
  }
}
