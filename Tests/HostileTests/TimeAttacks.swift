import SandboxExecution
import Testing

@Suite("Attacks on time", .serialized, .timeLimit(.minutes(15)))
struct TimeAttacks {
  static let ignoringAll = """
    import ctypes, signal, time
    for number in range(1, 65):
      try: signal.signal(number, signal.SIG_IGN)
      except (OSError, ValueError): pass
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))

    """

  @Test(
    "the wall clock ends what waits, and a longer limit lets it end by itself",
    arguments: [
      "import time; time.sleep(2.5)",
      ignoringAll + "time.sleep(2.5)",
      // Stopped, it can run no handler; a child wakes it.
      """
      import os, signal, time
      if os.fork() == 0:
        time.sleep(2.5); os.kill(os.getppid(), signal.SIGCONT); os._exit(0)
      os.kill(os.getpid(), signal.SIGSTOP)
      """,
      // The program has ended, but what it waits for has not.
      "import threading, time; threading.Thread(target=time.sleep, args=(2.5,)).start()",
      // vfork holds the parent in the kernel, where only SIGKILL reaches it.
      """
      import subprocess
      subprocess.run(['/usr/bin/python3', '-I', '-S', '-c', 'import time; time.sleep(2.5)'])
      """,
    ])
  func wallTime(source: String) async throws {
    let program = HostileProgram.python(source)
    let short = try await program.run(limits: Limits(wallTime: .seconds(1)))
    #expect(short.outcome == .timeLimitExceeded(.wall), "\(short.story)")
    let long = try await program.run(limits: Limits(wallTime: .seconds(30)))
    #expect(long.outcome == .exited(code: 0), "\(long.story)")
  }

  @Test(
    "the CPU clock ends what computes, and a longer limit lets it end by itself",
    arguments: [
      "import time\nwhile time.process_time() < 1.5: pass",
      ignoringAll + "while time.process_time() < 1.5: pass",
      // By children one after the other.
      """
      import os, time
      for _ in range(10):
        if os.fork() == 0:
          while time.process_time() < 0.15: pass
          os._exit(0)
        os.wait()
      """,
      // By children at once, none of which reaches the limit by itself.
      """
      import os, time
      for _ in range(10):
        if os.fork() == 0:
          while time.process_time() < 0.15: pass
          os._exit(0)
      for _ in range(10): os.wait()
      """,
      // By orphans in sessions of their own.
      """
      import os, time
      for _ in range(10):
        if os.fork() == 0:
          os.setsid()
          if os.fork() == 0:
            while time.process_time() < 0.15: pass
          os._exit(0)
        os.wait()
      time.sleep(3)
      """,
      // By threads outside of the interpreter's lock.
      """
      import hashlib, threading, time
      def burn():
        while time.process_time() < 1.5: hashlib.pbkdf2_hmac('sha256', b'x', b'y', 10000)
      threads = [threading.Thread(target=burn) for _ in range(3)]
      for thread in threads: thread.start()
      for thread in threads: thread.join()
      """,
    ])
  func cpuTime(source: String) async throws {
    let program = HostileProgram.python(source)
    let short = try await program.run(
      limits: Limits(cpuTime: .milliseconds(800), wallTime: .seconds(300)))
    #expect(short.outcome == .timeLimitExceeded(.cpu), "\(short.story)")
    let long = try await program.run(limits: Limits(cpuTime: .seconds(20), wallTime: .seconds(60)))
    #expect(long.outcome == .exited(code: 0), "\(long.story)")
    #expect(long.cpuTime >= .milliseconds(1400), "\(long.story)")
  }

  @Test("a program that hides the CPU time of its dead children is bounded all the same")
  func hiddenChildren() async throws {
    let result = try await HostileProgram.python(
      """
      import os, signal, time
      signal.signal(signal.SIGCHLD, signal.SIG_IGN)
      while True:
        if os.fork() == 0:
          while time.process_time() < 0.05: pass
          os._exit(0)
        time.sleep(0.05)
      """
    ).run(limits: Limits(cpuTime: .milliseconds(500), wallTime: .seconds(20)))
    // Without a cgroup the time of a child that nobody waits for is counted nowhere: the clock is left.
    let expected: [Outcome] =
      result.enforcement.cgroup != nil
      ? [.timeLimitExceeded(.cpu)] : [.timeLimitExceeded(.cpu), .timeLimitExceeded(.wall)]
    #expect(expected.contains(result.outcome), "\(result.story)")
  }
}
