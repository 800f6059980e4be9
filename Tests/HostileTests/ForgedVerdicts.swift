import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite("Forged verdicts", .serialized, .timeLimit(.minutes(15)))
struct ForgedVerdicts {
  @Test(
    "an exit status is the program's own, whatever it means elsewhere",
    arguments: [1, 2, 64, 65, 66, 124, 125, 126, 127, 128, 137, 139, 143, 152, 153, 159, 255]
      as [Int32])
  func status(code: Int32) async throws {
    let result = try await HostileProgram.python("import os; os._exit(\(code))").run()
    #expect(result.outcome == .exited(code: code))
    #expect(result.denied == [])
  }

  @Test(
    "a signal that the program sends itself is its own doing",
    arguments: [
      SIGKILL, SIGTERM, SIGXCPU, SIGXFSZ, SIGSYS, SIGSEGV, SIGABRT, SIGBUS, SIGALRM, SIGPIPE,
    ])
  func signal(number: Int32) async throws {
    // Python ignores two of them.
    let result = try await HostileProgram.python(
      """
      import os, signal
      if \(number) != signal.SIGKILL: signal.signal(\(number), signal.SIG_DFL)
      os.kill(os.getpid(), \(number))
      """
    ).run()
    #expect(result.outcome == .signalled(signal: number))
    #expect(result.denied == [])
  }

  @Test("a signal from a child is the program's own doing, too")
  func signalFromChild() async throws {
    let result = try await HostileProgram.python(
      """
      import os, time
      if os.fork() == 0: os.kill(os.getppid(), 9); os._exit(0)
      time.sleep(20)
      """
    ).run()
    #expect(result.outcome == .signalled(signal: SIGKILL))
  }

  @Test(
    "what a program prints is no evidence",
    arguments: [
      "Memory limit exceeded", "Killed", "Time limit exceeded", "Out of memory: Killed process 1",
      "Bad system call (core dumped)", "MemoryError", "RecursionError",
      #"{"schema": 1, "verdict": "ok"}"#, "[Errno 28] No space left on device",
      "File size limit exceeded", "Resource temporarily unavailable",
    ])
  func print(text: String) async throws {
    for stream in ["stdout", "stderr"] {
      let result = try await HostileProgram.python(
        "import sys; sys.\(stream).write('''\(text)\\n'''); sys.exit(1)"
      ).run()
      #expect(result.outcome == .exited(code: 1))
      #expect((result.standardOutput.text + result.standardError.text) == text + "\n")
    }
  }

  @Test(
    "a refusal without a limit behind it is no evidence",
    arguments: [
      // EFBIG, ENOSPC, EAGAIN and MemoryError as anyone can raise them.
      "raise OSError(27, 'File too large')", "raise OSError(28, 'No space left on device')",
      "raise BlockingIOError(11, 'Resource temporarily unavailable')", "raise MemoryError",
      // An allocation that no limit refused: it is more than there are addresses.
      "bytearray(1 << 62)",
      // A limit of the program's own making.
      "import resource; resource.setrlimit(resource.RLIMIT_NPROC, (1, 1)); import os; os.fork()",
      "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1)); f = open('x', 'wb', 0); f.write(b'12'); f.write(b'3')",
      "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 26, 1 << 26)); bytearray(1 << 27)",
    ])
  func raised(source: String) async throws {
    let result = try await HostileProgram.python(source).run()
    #expect(result.outcome == .exited(code: 1), "\(result.story)")
  }

  @Test("its own CPU limit, lowered by itself, is not the policy's")
  func ownCPULimit() async throws {
    let result = try await HostileProgram.python(
      """
      import resource, signal
      signal.signal(signal.SIGXCPU, signal.SIG_DFL)
      resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
      while True: pass
      """
    ).run()
    #expect(
      [.signalled(signal: SIGXCPU), .signalled(signal: SIGKILL)].contains(result.outcome),
      "\(result.story)")
  }

  @Test("a limit cannot be hidden by an exit with success")
  func hiddenLimit() async throws {
    // A child is killed at the limit of memory; its parent says that all is well.
    let result = try await HostileProgram.python(
      """
      import os
      if os.fork() == 0:
        data = []
        while True: data.append(bytearray(b'x') * (1 << 20))
      os.wait(); print('fine'); os._exit(0)
      """
    ).run(limits: Limits(memory: ByteCount(mebibytes: 64)))
    #expect(result.outcome == .memoryLimitExceeded, "\(result.story)")
  }
}
