import SandboxExecution
import Testing

/// A child has calls refused without end, each of which wakes the worker, while its parent goes on.
///
/// A worker that looked at the limits only when nothing else wakes it would never look.
enum RefusalFlood {
  static let beginning = """
    import ctypes, os, time
    libc = ctypes.CDLL(None)
    if os.fork() == 0:
      end = time.monotonic() + 12
      while time.monotonic() < end: libc.ptrace(-1, 0, 0, 0)
      os._exit(0)
    time.sleep(0.3)

    """
  /// No process of these reaches RLIMIT_CPU by itself.
  static let computing = HostileProgram.python(
    beginning + """
      for _ in range(20):
        if os.fork() == 0:
          while time.process_time() < 0.2: pass
          os._exit(0)
        os.wait()
      print('had four seconds')
      """)
  static let taking = HostileProgram.python(
    beginning + "data = bytearray(b'x') * (96 << 20); time.sleep(1)")
}

@Suite("A flood of refused calls", .serialized, .timeLimit(.minutes(15)))
struct RefusalFloodAttacks {
  @Test("does not keep the CPU clock from ending the run")
  func computing() async throws {
    let short = try await RefusalFlood.computing.run(limits: Limits(cpuTime: .seconds(1)))
    #expect(short.outcome == .timeLimitExceeded(.cpu), "\(short.story)")
    // Not only by its account in the end: it was stopped on its way.
    #expect(short.printed == "", "\(short.story)")
    #expect((short.denied.first { $0.name == "ptrace" }?.count ?? 0) > 100, "\(short.story)")
    // With room the same program ends well: it is the limit that stops it.
    let long = try await RefusalFlood.computing.run(
      limits: Limits(cpuTime: .seconds(60), wallTime: .seconds(60)))
    #expect(long.outcome == .exited(code: 0), "\(long.story)")
    #expect(long.printed == "had four seconds\n", "\(long.story)")
  }

  @Test("does not keep the memory limit from ending the run")
  func taking() async throws {
    let small = try await RefusalFlood.taking.run(
      limits: Limits(cpuTime: .seconds(60), memory: ByteCount(mebibytes: 64)))
    #expect(small.outcome == .memoryLimitExceeded, "\(small.story)")
    let large = try await RefusalFlood.taking.run(limits: Limits(cpuTime: .seconds(60)))
    #expect(large.outcome == .exited(code: 0), "\(large.story)")
  }
}
