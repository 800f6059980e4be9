import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// All attacks on resources at once, beside a run that has nothing to do with them.
@Suite("Attacks together", .serialized, .timeLimit(.minutes(15)))
struct CombinedAttacks {
  /// Processes that end never, which take turns at memory, disk, output, descriptors, signals and the
  /// processor; whatever is refused is tried again.
  static let attack = HostileProgram.python(
    """
    import ctypes, mmap, os, signal, socket, threading
    libc = ctypes.CDLL(None)
    for number in range(1, 65):
      try: signal.signal(number, signal.SIG_IGN)
      except (OSError, ValueError): pass
    held = []
    def once(turn):
      if turn == 0: os.fork()
      elif turn == 1: held.append(bytearray(b'x') * (1 << 20))
      elif turn == 2:
        page = mmap.mmap(-1, 1 << 20); page.write(b'x' * (1 << 20)); held.append(page)
      elif turn == 3:
        with open('/tmp/%d-%d' % (os.getpid(), len(held)), 'wb') as file: file.write(bytes(1 << 20))
      elif turn == 4: open('f%d-%d' % (os.getpid(), len(held)), 'w').close()
      elif turn == 5: os.write(1 + os.getpid() % 2, b'x' * 4096)
      elif turn == 6: held.append(os.dup(0)); held.append(socket.socketpair())
      elif turn == 7: threading.Thread(target=lambda: [None for _ in range(10 ** 6)], daemon=True).start()
      elif turn == 8: held.append(os.memfd_create('x')); os.write(held[-1], bytes(1 << 20))
      elif turn == 9: libc.ptrace(-1, 0, 0, 0); os.setsid()
      else: sum(range(10 ** 5))
    turn = 0
    while True:
      turn += 1
      try: once((turn + os.getpid()) % 11)
      except Exception: pass
    """)

  /// Says what it was given to say, after computing and using a little of everything.
  private static func neighbour(_ word: Int) -> HostileProgram {
    .python(
      """
      import hashlib, os, subprocess, threading
      data = bytearray(b'x') * (8 << 20)
      open('/tmp/own', 'wb').write(data[:1 << 20]); open('own', 'w').write('\(word)')
      answers = []
      threads = [threading.Thread(target=lambda: answers.append(hashlib.sha256(data).hexdigest())) for _ in range(3)]
      [thread.start() for thread in threads]; [thread.join() for thread in threads]
      child = subprocess.run(['/usr/bin/python3', '-I', '-S', '-c', 'print(\(word))'], capture_output=True, text=True)
      print(len(set(answers)), child.stdout.strip(), open('own').read(), sorted(os.listdir('/tmp')))
      """)
  }

  /// What the workers of this process have beneath them: processes and threads, and their memory.
  private static func usage(beneath roots: Set<pid_t>) -> (processes: Int, memory: Int) {
    var (processes, memory) = (0, 0)
    var rest = Array(roots)
    while let process = rest.popLast(), processes < 10_000 {
      for thread in names(in: "/proc/\(process)/task") {
        let path = "/proc/\(process)/task/\(thread)/children"
        rest += HostProcesses.text(of: path).split(separator: " ").compactMap { pid_t($0) }
        if !roots.contains(process) { processes += 1 }
      }
      guard !roots.contains(process) else { continue }
      for line in HostProcesses.text(of: "/proc/\(process)/smaps_rollup").split(separator: "\n")
      where line.hasPrefix("Pss_Anon:") || line.hasPrefix("Pss_Shmem:") {
        memory += (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
      }
    }
    return (processes, memory)
  }

  @Test("the host stays bounded, a neighbour is not disturbed, and nothing is left")
  func together() async throws {
    // In a process of its own: its children are those of these runs alone.
    await #expect(processExitsWith: .success) {
      let limits = Limits(
        cpuTime: .seconds(4), wallTime: .seconds(60), memory: ByteCount(mebibytes: 96),
        output: ByteCount(mebibytes: 64), disk: ByteCount(mebibytes: 16), files: 500,
        processes: 32)
      let attackers = 2
      let executor = SandboxExecutor(maximumConcurrentRuns: attackers)
      let other = SandboxExecutor(maximumConcurrentRuns: 1)
      // Without the attack, so that what a neighbour says is known.
      let alone = try await Self.neighbour(0).run(on: other)
      try #require(alone.printed == "1 0 0 ['own']\n", "\(alone.story)")
      let attacks = Task {
        try await withThrowingTaskGroup(of: ExecutionResult.self) { group in
          for _ in 0..<attackers {
            group.addTask { try await Self.attack.run(under: Policy(limits: limits), on: executor) }
          }
          return try await group.reduce(into: []) { $0.append($1) }
        }
      }
      let watch = Task {
        var most = (processes: 0, memory: 0)
        while !Task.isCancelled {
          let now = Self.usage(beneath: HostProcesses.children())
          most = (max(most.processes, now.processes), max(most.memory, now.memory))
          try? await Task.sleep(for: .milliseconds(20))
        }
        return most
      }
      for word in 1...6 {
        let result = try await Self.neighbour(word).run(on: other)
        #expect(result.printed == "1 \(word) \(word) ['own']\n", "\(result.story)")
        #expect(result.outcome == .exited(code: 0))
        #expect(result.denied == [])
      }
      let results = try await attacks.value
      watch.cancel()
      let most = await watch.value
      // It was an attack: it met limits, more than one process of each was there.
      for result in results {
        #expect(
          [
            .memoryLimitExceeded, .timeLimitExceeded(.cpu), .timeLimitExceeded(.wall),
            .outputLimitExceeded,
          ].contains(result.outcome), "\(result.story)")
        #expect(result.peakProcesses > 1 && result.peakProcesses <= 32, "\(result.story)")
      }
      #expect(most.processes > 2)
      // The attackers' limits, the neighbour's own, and two processes of each worker.
      #expect(most.processes <= attackers * 32 + 64 + 8, "\(most)")
      #expect(most.memory <= attackers * 2 * (96 << 20) + (64 << 20), "\(most)")
      await executor.close()
      await other.close()
      #expect(await HostProcesses.eventually { HostProcesses.children().isEmpty })
    }
  }
}
