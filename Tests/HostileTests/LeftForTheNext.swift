import SandboxExecution
import Testing

/// What a run may try to leave in what is kept for the one after it: pid 1, the maker of its processes, the
/// namespaces, and the counts that the kernel keeps of a user.
@Suite("What is kept between two runs", .serialized, .timeLimit(.minutes(15)))
struct LeftForTheNext {
  /// One program changes something, another one looks; both run in a row, and as one program for the control.
  struct Attack: Sendable {
    var change: String
    /// Prints what is there.
    var look: String
    var policy = Policy()
    /// What the look prints of it where both are one program: that it can be seen. `nil` where it cannot be done
    /// at all.
    var sign: String?
  }

  private static let prelude = """
    import array, ctypes, errno, fcntl, mmap, os, resource, signal, socket, struct, sys, time
    libc = ctypes.CDLL(None, use_errno=True)
    def attempt(what):
      try: return what()
      except OSError as error: return errno.errorcode[error.errno]
    def give(channel, *descriptors):
      channel.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', descriptors))])

    """

  /// Descriptors that are on their way through a socket that is on its way itself: nobody has them, and the
  /// kernel finds that out later.
  private static func cycle(_ descriptor: String) -> String {
    """
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    give(one, other.fileno(), \(descriptor)); give(other, one.fileno())
    kept = \(descriptor)
    one.close(); other.close()

    """
  }

  private static let keys = Policy(
    systemCalls: SystemCallRules(allow: ["@default", "keyctl", "add_key"], refuse: []))

  static let attacks: [String: Attack] = [
    "how pid 1 is scheduled, and its limits": Attack(
      change: """
        for who in (1, 0):
          attempt(lambda: os.setpriority(os.PRIO_PROCESS, who, 19))
          attempt(lambda: os.sched_setaffinity(who, {0}))
          attempt(lambda: os.sched_setscheduler(who, os.SCHED_IDLE, os.sched_param(0)))
          for which in (resource.RLIMIT_CPU, resource.RLIMIT_NOFILE, resource.RLIMIT_AS):
            attempt(lambda: resource.prlimit(who, which, (9, resource.prlimit(who, which)[1])) if who else None)
          libc.syscall(251, 1, who, 3 << 13)  # ioprio_set: idle
        """,
      look: """
        for who in (1, 0):
          print(attempt(lambda: os.getpriority(os.PRIO_PROCESS, who)), attempt(lambda: os.sched_getscheduler(who)),
            attempt(lambda: sorted(os.sched_getaffinity(who))), libc.syscall(252, 1, who),
            attempt(lambda: resource.prlimit(who, resource.RLIMIT_NOFILE)))
        """, sign: "\n19 5 [0]"),
    "signals for pid 1 and all others": Attack(
      change: """
        for who in (1, 0, -1, os.getppid()):
          for number in list(range(1, 65)):
            if who in (0, -1) and number in (9, 17, 19, 20, 21, 22) or number in (32, 33): continue
            if who in (0, -1): signal.signal(number, signal.SIG_IGN)
            for _ in range(50): attempt(lambda: os.kill(who, number))
        for number in (9, 19): attempt(lambda: os.kill(1, number))
        """,
      look: """
        child = os.fork()
        if child == 0: os._exit(7)
        print(os.getpid(), child, os.waitpid(child, 0)[1] >> 8, signal.sigpending(), signal.getsignal(10))
        """, sign: " set() 1\n"),
    "as many processes as there may be, stopped, waiting and unreaped": Attack(
      change: """
        def wait_for_child():
          # CLONE_VFORK: not to be interrupted until its child ends, which has stopped.
          if libc.syscall(56, 0x4000 | 17, 0, 0, 0, 0) == 0: os.kill(os.getpid(), 19)
          os._exit(0)
        def stop(): os.kill(os.getpid(), 19); os._exit(0)
        def end(): os._exit(0)
        def wait(): signal.pause(); os._exit(0)
        for flags, act in [(17, wait_for_child), (17, stop), (0x8000 | 17, wait), (17, end), (0x8000 | 17, stop)] * 12:
          if libc.syscall(56, flags, 0, 0, 0, 0) == 0: act()
        """,
      look: """
        made = 0
        while made < 200:
          try: child = os.fork()
          except OSError: break
          if child == 0: signal.pause(); os._exit(0)
          made += 1
        print('made', made, flush=True)
        """, policy: Policy(limits: Limits(processes: 40)), sign: "made 0\n"),
    "a listener that is on its way": Attack(
      change: """
        listener = socket.socket(socket.AF_UNIX); listener.bind('\\0underway'); listener.listen()
        """ + "\n" + cycle("listener.fileno()") + "listener.close()",
      look: """
        print(attempt(lambda: socket.socket(socket.AF_UNIX).bind('\\0underway')))
        """, sign: "EADDRINUSE"),
    "memory that is on its way": Attack(
      change: """
        file = os.memfd_create('x'); data = b'x' * (1 << 20)
        for _ in range(40): os.write(file, data)
        """ + "\n" + cycle("file") + "os.close(file)",
      look: """
        file = os.memfd_create('y'); data = b'x' * (1 << 20)
        for _ in range(40): os.write(file, data)
        print('fits', os.fstat(file).st_size >> 20)
        """,
      policy: Policy(limits: Limits(memory: ByteCount(mebibytes: 96)))),
    "a lock on a file that is shared": Attack(
      change: """
        lock = os.open('/usr/bin/env', os.O_RDONLY); fcntl.flock(lock, fcntl.LOCK_EX)
        """ + "\n" + cycle("lock"),
      look: """
        print(attempt(lambda: fcntl.flock(os.open('/usr/bin/env', os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)))
        """, sign: "EAGAIN"),
    "a key of the user, where the policy lets keys be made": Attack(
      change: """
        for ring in (-3, -4, -5):  # of the session, the user, the user's session
          libc.syscall(248, b'user', b'left', b'over', 4, ring)
        """,
      look: """
        print([libc.syscall(250, 10, ring, b'user', b'left', 0) > 0 for ring in (-3, -4, -5)])
        """, policy: keys, sign: "[True, True, True]"),
    "timers and signals that wait": Attack(
      change: """
        signal.pthread_sigmask(signal.SIG_BLOCK, range(34, 64))
        for _ in range(20000): libc.sigqueue(os.getpid(), 40, 0)
        """,
      look: """
        made, timer = 0, ctypes.c_int()
        while made < 600 and libc.syscall(222, 1, None, ctypes.byref(timer)) == 0: made += 1
        print('made', made)
        """, sign: "made 0"),
    "the call that a new program's process waits in": Attack(
      change: """
        for _ in range(30):
          if os.fork() == 0:
            while True: libc.syscall(0x3ffffff0, 0, 0, 0, 0, 0)
        time.sleep(0.05)
        """,
      look: "print(os.getpid(), libc.syscall(0x3ffffff0), ctypes.get_errno())"),
    "a working folder, a root and files without a name": Attack(
      change: """
        os.mkdir('d'); os.chdir('d'); held = os.open('.', os.O_RDONLY)
        os.rmdir('../d'); unnamed = os.open('/tmp', os.O_TMPFILE | os.O_RDWR); os.write(unnamed, b'x' * 9999)
        """ + "\n" + cycle("held") + cycle("unnamed"),
      look: "print(attempt(os.getcwd), os.statvfs('/tmp').f_ffree, os.statvfs('/tmp').f_bfree)",
      sign: "ENOENT"),
  ]

  @Test("is as if each run were the first", arguments: attacks.keys.sorted())
  func following(name: String) async throws {
    let attack = try #require(Self.attacks[name])
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    let look = HostileProgram.python(Self.prelude + attack.look)
    let change = HostileProgram.python(
      Self.prelude + attack.change + "\nprint('done', flush=True); os._exit(0)")
    let first = try await look.run(under: attack.policy, on: executor)
    #expect(first.outcome == .exited(code: 0), "\(first.story)")
    for _ in 0..<5 {
      let changed = try await change.run(under: attack.policy, on: executor)
      #expect(changed.printed.hasSuffix("done\n"), "\(changed.story)")
      let next = try await look.run(under: attack.policy, on: executor)
      #expect(next.outcome == first.outcome && next.printed == first.printed, "\(next.story)")
    }
    await executor.close()
    guard let sign = attack.sign else { return }
    let both = try await HostileProgram.python(Self.prelude + attack.change + "\n" + attack.look)
      .run(
        under: attack.policy)
    #expect(both.printed.contains(sign) && !first.printed.contains(sign), "\(both.story)")
  }
}
