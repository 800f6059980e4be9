import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite("Attacks by processes", .serialized, .timeLimit(.minutes(15)))
struct ProcessAttacks {
  @Test(
    "a bomb of forks or threads is held to the limit, and the verdict says so",
    arguments: [
      HostileProgram.python("import os\nwhile True: os.fork()"),
      .python(
        """
        import threading, time
        while True: threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
        """),
      .c(
        """
        #include <unistd.h>
        #include <stdlib.h>
        int main(void) { for (;;) if (vfork() < 0) _exit(1); else if (fork() == 0) pause(); }
        """),
      .c(
        """
        #include <pthread.h>
        #include <unistd.h>
        static void *wait_long(void *x) { pause(); return x; }
        int main(void) {
          pthread_t thread;
          for (;;) if (pthread_create(&thread, 0, wait_long, 0)) return 1;
        }
        """),
    ])
  func bomb(program: HostileProgram) async throws {
    let result = try await program.run(limits: Limits(wallTime: .seconds(60), processes: 24))
    #expect(result.peakProcesses <= 24)
    // Without a cgroup a refusal is counted nowhere: it may be seen by sampling only.
    if result.enforcement.cgroup != nil {
      #expect(result.outcome == .processLimitExceeded, "\(result.story)")
    } else {
      #expect(
        [.processLimitExceeded, .exited(code: 1)].contains(result.outcome), "\(result.story)")
    }
  }

  @Test("a bomb that never gives up is ended by a clock, with all its processes")
  func stubbornBomb() async throws {
    let result = try await HostileProgram.c(
      "#include <unistd.h>\nint main(void) { for (;;) fork(); }"
    )
    .run(limits: Limits(cpuTime: .seconds(1), wallTime: .seconds(600), processes: 24))
    #expect(result.outcome == .timeLimitExceeded(.cpu), "\(result.story)")
    #expect(result.peakProcesses <= 24)
  }

  @Test("as many processes as a bomb wants are made where the limit leaves room")
  func roomForBomb() async throws {
    let program = HostileProgram.python(
      """
      import os, time
      made = 0
      try:
        while made < 40:
          if os.fork() == 0: time.sleep(30); os._exit(0)
          made += 1
      except OSError: pass
      print(made)
      """)
    #expect(try await program.run(limits: Limits(processes: 24)).printed == "23\n")
    #expect(try await program.run(limits: Limits(processes: 60)).printed == "40\n")
  }

  /// Each leaves a process named by the marker that sleeps for at most 20 seconds.
  static let daemons = [
    // Twice forked, with a session of its own.
    """
    import os
    if os.fork() == 0:
      os.setsid()
      if os.fork() == 0: become_daemon()
      os._exit(0)
    os.wait()
    """,
    // Its parent's death is hidden from it, and every signal is ignored.
    """
    import ctypes, os, signal
    if os.fork() == 0:
      ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
      for number in range(1, 32):
        try: signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError): pass
      os.setpgid(0, 0)
      become_daemon()
    """,
    // A chain: each process makes the next one and ends.
    """
    import os, time
    for step in range(50):
      if os.fork() > 0:
        if step == 0: break
        os._exit(0)
      os.setsid()
    else: become_daemon()
    """,
  ]

  @Test("a daemon does not outlive its run", arguments: daemons)
  func daemon(source: String) async throws {
    let marker = "hostile-daemon-\(UInt32.random(in: 0 ... .max))"
    let program = HostileProgram.python(
      """
      def become_daemon():
        import os
        null = os.open('/dev/null', os.O_RDWR)
        for number in range(3): os.dup2(null, number)
        os.execv('/usr/bin/python3', ['\(marker)', '-I', '-S', '-c', 'import time; time.sleep(20)'])
      \(source)
      import os, time
      for _ in range(500):
        time.sleep(0.01)
        lines = []
        for name in os.listdir('/proc'):
          try:
            if name.isdigit(): lines.append(open('/proc/%s/cmdline' % name).read())
          except OSError: pass
        if any(line.startswith('\(marker)') for line in lines): print('alive'); break
      """)
    // Without the sandbox it stays.
    let printed = try await program.runUnprotected()
    let left = HostProcesses.with(marker: marker).filter { pid in pid > 1 }
    for process in left { kill(process, SIGKILL) }
    #expect(printed == "alive\n")
    #expect(left.count == 1)
    #expect(await HostProcesses.eventually { HostProcesses.with(marker: marker).isEmpty })

    let result = try await program.run()
    #expect(result.outcome == .exited(code: 0), "\(result.story)")
    #expect(result.printed == "alive\n")  // it was there
    #expect(HostProcesses.with(marker: marker).isEmpty)
  }

  @Test("processes cannot see or signal those of the host")
  func hostProcesses() async throws {
    let marker = "hostile-victim-\(UInt32.random(in: 0 ... .max))"
    // The victim writes once it got the signal.
    let folder = try TemporaryFolder()
    let found = folder.path + "/found"
    async let victim = askHost(
      "/usr/bin/python3",
      [
        "-I", "-S", "-c",
        """
        import signal
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
        open('\(found)', 'w').close()
        print('signalled' if signal.sigtimedwait([signal.SIGUSR1], 50) else 'in peace')
        """, marker,
      ], within: .seconds(60))
    _ = await HostProcesses.eventually { access(found, F_OK) == 0 }
    let victims = HostProcesses.with(marker: marker)
    try #require(victims.count == 1)
    let program = HostileProgram.python(
      """
      import os, signal
      seen = []
      for name in os.listdir('/proc'):
        try:
          if name.isdigit() and '\(marker)' in open('/proc/%s/cmdline' % name).read().split(chr(0)): seen.append(int(name))
        except OSError: pass
      try: os.kill(\(victims[0]), signal.SIGUSR1); reached = True
      except OSError: reached = False
      print(bool(seen), reached)
      """)
    let result = try await program.run()
    #expect(result.printed == "False False\n", "\(result.story)")
    // The attack itself works, and the victim had not been reached before.
    #expect(try await program.runUnprotected() == "True True\n")
    #expect(await victim == "signalled\n")
  }

  @Test("pid 1 survives every signal and opens nothing of itself")
  func initProcess() async throws {
    let result = try await HostileProgram.python(
      """
      import os
      for signal in range(1, 65):
        try: os.kill(1, signal)
        except OSError: pass
      for name in ('mem', 'maps', 'environ', 'fd', 'fd/3', 'root', 'cwd', 'exe', 'ns/mnt', 'task/1/mem'):
        for act in (lambda p: open(p, 'rb').read(1), lambda p: open(p, 'r+b'), os.listdir, os.readlink):
          try: act('/proc/1/' + name); print('opened', name)
          except OSError: pass
      print('alive')
      """
    ).run()
    #expect(result.outcome == .exited(code: 0), "\(result.story)")
    #expect(result.printed == "alive\n")
    // What is refused above is open for a process of one's own.
    let own = try await HostileProgram.python(
      """
      import os, signal
      if (child := os.fork()) == 0: signal.pause()
      for name in ('mem', 'maps', 'environ'): open('/proc/%d/%s' % (child, name), 'rb')
      print(os.readlink('/proc/%d/cwd' % child))
      os.kill(child, 15)
      print(os.waitstatus_to_exitcode(os.wait()[1]))
      """
    ).run()
    #expect(own.printed == "/workspace\n-15\n", "\(own.story)")
  }

  @Test("a signal to every process reaches none but the run's own")
  func signalToAll() async throws {
    let result = try await HostileProgram.python(
      """
      import os, signal, time
      if os.fork() == 0: time.sleep(30); os._exit(0)
      os.kill(-1, signal.SIGKILL)
      print(os.WTERMSIG(os.wait()[1]))
      """
    ).run()
    #expect(result.printed == "9\n", "\(result.story)")
  }
}
