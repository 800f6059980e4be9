import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite("A cancelled run", .serialized, .timeLimit(.minutes(15)))
struct Cancellation {
  @Test("ends with everything that it had started")
  func running() async throws {
    let marker = "hostile-cancelled-\(UInt32.random(in: 0 ... .max))"
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    let run = Task {
      try await executor.run(
        Command(
          executable: "/usr/bin/python3",
          arguments: [
            "-I", "-S", "-c",
            """
            import os, signal, time
            for number in range(1, 32):
              try: signal.signal(number, signal.SIG_IGN)
              except (OSError, ValueError): pass
            for _ in range(2):
              if os.fork() == 0: os.setsid()
            time.sleep(60)
            """, marker,
          ]))
    }
    #expect(await HostProcesses.eventually { HostProcesses.with(marker: marker).count == 4 })
    run.cancel()
    await #expect(throws: SandboxError.cancelled) { try await run.value }
    #expect(HostProcesses.with(marker: marker).isEmpty)
    // The executor goes on.
    let next = try await HostileProgram.python("import os; print(os.listdir('/tmp'))").run(
      on: executor)
    #expect(next.printed == "[]\n")
    await executor.close()
  }

  @Test("gives its memory back")
  func memory() async throws {
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    let started = AsyncStream<Void>.makeStream()
    let run = Task {
      try await executor.run(
        Command(
          executable: "/usr/bin/python3",
          arguments: [
            "-I", "-S", "-c",
            "open('fill', 'wb').write(bytes(48 << 20)); print('full', flush=True); import time; time.sleep(60)",
          ], keepsWorkspace: true)
      ) { _ in started.continuation.yield() }
    }
    for await _ in started.stream { break }
    run.cancel()
    await #expect(throws: SandboxError.cancelled) { try await run.value }
    // What it had written would not leave room here, were it still there.
    let next = try await HostileProgram.python("data = bytearray(b'x') * (64 << 20); print('fits')")
      .run(under: Policy(limits: Limits(memory: ByteCount(mebibytes: 96))), on: executor)
    #expect(next.printed == "fits\n", "\(next.story)")
    await executor.close()
  }

  @Test("does not start where it waits for its turn, and does not lose the turn of others")
  func queued() async throws {
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    let first = Task {
      try await HostileProgram.python("import time; time.sleep(1.5); print('first')").run(
        on: executor)
    }
    try await Task.sleep(for: .milliseconds(300))
    let queued = (0..<4).map { number in
      Task { try await HostileProgram.python("print(\(number))").run(on: executor) }
    }
    try await Task.sleep(for: .milliseconds(300))
    queued[0].cancel()
    queued[2].cancel()
    await #expect(throws: SandboxError.cancelled) { try await queued[0].value }
    await #expect(throws: SandboxError.cancelled) { try await queued[2].value }
    #expect(try await first.value.printed == "first\n")
    #expect(try await queued[1].value.printed == "1\n")
    #expect(try await queued[3].value.printed == "3\n")
    await executor.close()
  }

  @Test("that was cancelled before it began does not start")
  func before() async throws {
    let run = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await HostileProgram.python("print(1)").run()
    }
    run.cancel()
    await #expect(throws: SandboxError.cancelled) { try await run.value }
  }

  @Test("is cancelled at any moment, and the executor goes on", arguments: 0..<40)
  func anyMoment(step: Int) async throws {
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    // With a worker ready, and without.
    if step % 2 == 0 { _ = try await HostileProgram.python("").run(on: executor) }
    let run = Task { try await HostileProgram.python("print('end')").run(on: executor) }
    try await Task.sleep(for: .microseconds(step / 2 * 700))
    run.cancel()
    do {
      #expect(try await run.value.printed == "end\n")
    } catch {
      #expect(error as? SandboxError == .cancelled)
    }
    #expect(try await HostileProgram.python("print('next')").run(on: executor).printed == "next\n")
    await executor.close()
  }
}
