import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

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
    /// Whether there is a file beside the program, in the folder that is its argument.
    var hasDriver = false
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

  private static let attributes = Policy(
    systemCalls: SystemCallRules(allow: ["@default", "setxattr"], refuse: []))

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
    "files that are gone": Attack(
      change: """
        for place in ('/workspace', '/tmp'):
          for _ in range(300): open(place + '/gone', 'w').close(); os.unlink(place + '/gone')
        """,
      look: number, sign: "many"),
    "a file without a name": Attack(
      change: "for _ in range(300): os.close(os.open('/tmp', os.O_TMPFILE | os.O_RDWR))",
      look: number, sign: "many"),
    "names that are taken back": Attack(
      change: """
        for _ in range(300):
          os.link('main.py', 'other'); os.unlink('other'); os.rename('main.py', 'other'); os.rename('other', 'main.py')
        """,
      look: offset, sign: "far"),
    "another name of the program": Attack(
      change: "os.rename('main.py', 'other.py')",
      look: "print(sorted(os.listdir('/workspace')), os.listdir('/tmp'))", sign: "other.py"),
    "a mode of a folder": Attack(
      change: "os.chmod('/workspace', 0o2777); os.chmod('/tmp', 0o1700)",
      look:
        "for place in ('/workspace', '/tmp'): print(oct(os.stat(place).st_mode), os.stat(place).st_uid)",
      sign: "0o42777"),
    // A program with a user of its own cannot: one that has its worker's can.
    "a mode and times of the folders around it": Attack(
      change: """
        for place in ('/box', '/box/drivers', '/workspace/..'):
          attempt(lambda: os.chmod(place, 0)); attempt(lambda: os.utime(place, (1, 1)))
        """,
      look: """
        print(oct(os.stat('/box').st_mode), [abs(time.time() - when) < 600 for when in (os.stat('/box').st_atime, os.stat('/box').st_mtime)])
        """),
    "times of a folder": Attack(
      change: "for place in ('/workspace', '/tmp'): os.listdir(place); os.utime(place, (1, 1))",
      look: """
        for place in ('/workspace', '/tmp'):
          print([abs(time.time() - when) < 60 for when in (os.stat(place).st_atime, os.stat(place).st_mtime)])
        """, sign: "[False, False]"),
    "when the links of /proc were followed": Attack(
      change: "for name in ('self', 'thread-self'): time.sleep(0.02); os.listdir('/proc/' + name)",
      look: """
        for name in ('self', 'thread-self'):
          link = os.lstat('/proc/' + name); print(link.st_atime_ns != link.st_mtime_ns)
        """),
    "when a driver was read, and their folder": Attack(
      change: """
        time.sleep(0.02); os.listdir(sys.argv[1]); open(sys.argv[1] + '/driver').read()
        """,
      look: """
        for place in (sys.argv[1], sys.argv[1] + '/driver'):
          print(os.stat(place).st_atime_ns > os.stat(place).st_mtime_ns)
        """, hasDriver: true),
    "what is written to the program's own file": Attack(
      change: """
        open('main.py', 'a').write('# x' * 9999); os.chmod('main.py', 0o600); os.utime('main.py', (1, 1))
        """,
      look: """
        print('# ' + 'x# x' in open('main.py').read(), oct(os.stat('main.py').st_mode), os.statvfs('.').f_bfree)
        """, sign: "True 0o100600"),
    // Which tmpfs takes since Linux 6.6.
    "an attribute of a folder, where the policy lets it be given": Attack(
      change:
        "for place in ('/workspace', '/tmp'): attempt(lambda: os.setxattr(place, 'user.left', b'over'))",
      look: "for place in ('/workspace', '/tmp'): print(attempt(lambda: os.listxattr(place)))",
      policy: attributes),
  ]

  /// Makes a file and says what is to be seen of how many there were: tmpfs numbers them.
  private static let number = """
    open('/tmp/new', 'w').close(); print('many' if os.stat('/tmp/new').st_ino > 300 else 'few')
    """
  /// Makes a file and says what is to be seen of how many names its folder had (getdents64(2), d_off).
  private static let offset = """
    open('/workspace/new', 'w').close(); buffer = ctypes.create_string_buffer(4096)
    size, at, offsets = libc.syscall(217, os.open('/workspace', os.O_RDONLY), buffer, 4096), 0, []
    while at < size:
      offset, length = struct.unpack_from('qH', buffer.raw, at + 8); offsets.append(offset); at += length
    print('far' if sorted(offsets)[-2] > 300 else 'near')
    """

  @Test("is as if each run were the first", arguments: attacks.keys.sorted())
  func following(name: String) async throws {
    let attack = try #require(Self.attacks[name])
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    let look = HostileProgram.python(Self.prelude + attack.look)
    let change = HostileProgram.python(
      Self.prelude + attack.change + "\nprint('done', flush=True); os._exit(0)")
    let drivers = attack.hasDriver ? ["driver": Array("#".utf8)] : [:]
    let first = try await look.run(under: attack.policy, drivers: drivers, on: executor)
    #expect(first.outcome == .exited(code: 0), "\(first.story)")
    for _ in 0..<5 {
      let changed = try await change.run(under: attack.policy, drivers: drivers, on: executor)
      #expect(changed.printed.hasSuffix("done\n"), "\(changed.story)")
      let next = try await look.run(under: attack.policy, drivers: drivers, on: executor)
      #expect(next.outcome == first.outcome && next.printed == first.printed, "\(next.story)")
    }
    await executor.close()
    guard let sign = attack.sign else { return }
    let both = try await HostileProgram.python(Self.prelude + attack.change + "\n" + attack.look)
      .run(
        under: attack.policy)
    #expect(both.printed.contains(sign) && !first.printed.contains(sign), "\(both.story)")
  }

  /// A mount notes such times where it is not told not to (mount(8), relatime).
  @Test("elsewhere it is told when a link of /proc was followed, and a file read")
  func readingIsTold() async throws {
    let source = """
      import os, tempfile, time
      file = tempfile.NamedTemporaryFile(dir='/dev/shm')
      time.sleep(0.02); os.listdir('/proc/self'); open(file.name).read()
      for status in (os.lstat('/proc/self'), os.stat(file.name)): print(status.st_atime_ns > status.st_mtime_ns)
      """
    #expect(try await HostileProgram.python(source).runUnprotected() == "True\nTrue\n")
  }

  /// Else what is held to leave nothing behind would not be there.
  @Test(
    "the workspace of a run that changed nothing in it is the next one's, where programs have a user of their own",
    .enabled(if: geteuid() == 0))
  func handedOn() async throws {
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    let look = HostileProgram.python(
      "import os; print(os.stat('/tmp').st_dev, os.stat('.').st_dev)")
    let change = HostileProgram.python(
      "import os; print(os.stat('/tmp').st_dev); open('/tmp/x', 'w')")
    var seen: [String] = []
    // The second is the first that is made ready.
    for program in [look, look, look, look, change, look, look] {
      seen.append(try await program.run(on: executor).printed)
    }
    await executor.close()
    #expect(
      seen[1] == seen[2] && seen[2] == seen[3] && seen[3].hasPrefix(seen[4].dropLast()), "\(seen)")
    #expect(seen[5] != seen[3] && seen[5] == seen[6], "\(seen)")
  }
}
