import OCISandbox
import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// What an executor could leave on the host.
private struct Remains: Equatable {
  var children: Set<pid_t>
  var descriptors: [String]
  var mounts: Int

  static func now() -> Remains {
    Remains(
      children: HostProcesses.children(),
      // One of them is that of the folder itself.
      descriptors: names(in: "/proc/self/fd").sorted(),
      mounts: HostProcesses.text(of: "/proc/self/mountinfo").split(separator: "\n").count)
  }
}

/// The cgroup folders of workers, wherever they are.
private func cgroupFolders(of processes: Set<pid_t>) -> [String] {
  var found: [String] = []
  func walk(_ folder: String, depth: Int) {
    for name in names(in: folder) {
      if processes.contains(where: { name == "ocisandbox-\($0)" }) {
        found.append(folder + "/" + name)
      }
      var status = stat()
      let path = folder + "/" + name
      guard depth < 6, unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        continue
      }
      walk(path, depth: depth + 1)
    }
  }
  walk("/sys/fs/cgroup", depth: 0)
  return found
}

/// The folder of this process in the version 1 hierarchy of pids, where it can be written.
private let ownCgroup: String? = {
  let line = HostProcesses.text(of: "/proc/self/cgroup").split(separator: "\n").first {
    $0.split(separator: ":").dropFirst().first == "pids"
  }
  guard let path = line?.split(separator: ":", maxSplits: 2).last else { return nil }
  let folder = "/sys/fs/cgroup/pids" + (path == "/" ? "" : path)
  return access(folder, W_OK) == 0 ? folder : nil
}()

@Suite("A closed executor", .serialized, .timeLimit(.minutes(15)))
struct ExecutorRemains {
  // In a process of its own, for the other tests of this one come and go.
  @Test("leaves no process, cgroup, mount or descriptor")
  func close() async throws {
    await #expect(processExitsWith: .success) {
      // Descriptors that the process keeps, such as that of epoll, are made by the first run.
      let warm = SandboxExecutor(maximumConcurrentRuns: 1)
      _ = try await HostileProgram.python("print(1)").run(on: warm)
      await warm.close()
      let before = Remains.now()
      try #require(before.children.isEmpty)
      let executor = SandboxExecutor(maximumConcurrentRuns: 3)
      let sources = [
        "import os\nfor _ in range(3): os.fork()\nimport time; time.sleep(0.2)",
        "import os\nif os.fork() == 0: os.setsid(); import time; time.sleep(60)",
        "open('/tmp/x', 'wb').write(bytes(1 << 20))", "while True: print('x' * 1000)",
        "raise SystemExit(3)",
      ]
      let hasCgroup = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<20 {
          group.addTask {
            let result = try await HostileProgram.python(sources[number % sources.count]).run(
              under: Policy(
                limits: Limits(output: ByteCount(kibibytes: 64)),
                network: number % 3 == 0 ? .loopback : .none),
              keepsWorkspace: number % 2 == 0, on: executor)
            _ = result.workspace?.entries()
            return result.enforcement.cgroup != nil
          }
        }
        return try await group.reduce(false) { $0 || $1 }
      }
      let workers = HostProcesses.children()
      try #require(!workers.isEmpty)  // there is something to go
      try #require(cgroupFolders(of: workers).isEmpty == !hasCgroup)
      await executor.close()
      #expect(cgroupFolders(of: workers) == [])
      #expect(workers.allSatisfy { kill($0, 0) != 0 })
      let isSame = await HostProcesses.eventually { Remains.now() == before }
      #expect(isSame, "before \(before), after \(Remains.now())")
    }
  }

  @Test(
    "what a killed worker could not remove is removed by the next one",
    .enabled(if: ownCgroup != nil, "needs a cgroup that workers can make others in"))
  func staleCgroup() async throws {
    let home = try #require(ownCgroup)
    // Above every number that a process can have (PID_MAX_LIMIT in proc_sys_kernel(5)).
    let stale = home + "/ocisandbox-4194305"
    let foreign = home + "/ocisandbox-not-ours"
    try #require(mkdir(stale, 0o755) == 0 && mkdir(foreign, 0o755) == 0)
    defer {
      rmdir(stale)
      rmdir(foreign)
    }
    let result = try await HostileProgram.python("print(1)").run(on: SandboxExecutor())
    try #require(result.enforcement.cgroup != nil)
    #expect(access(stale, F_OK) != 0)
    #expect(access(foreign, F_OK) == 0)
  }

  @Test("64 runs through room for two all end, in their own right")
  func many() async throws {
    let executor = SandboxExecutor(maximumConcurrentRuns: 2)
    try await withThrowingTaskGroup(of: (Int, ExecutionResult).self) { group in
      for number in 0..<64 {
        group.addTask {
          (
            number,
            try await HostileProgram.python("print(\(number)); raise SystemExit(\(number))").run(
              on: executor)
          )
        }
      }
      var seen = Set<Int>()
      for try await (number, result) in group {
        #expect(result.outcome == .exited(code: Int32(number)))
        #expect(result.printed == "\(number)\n")
        seen.insert(number)
      }
      #expect(seen.count == 64)
    }
    await executor.close()
  }

  @Test("no more runs go on at once than was asked for")
  func bound() async throws {
    let marker = "hostile-bound-\(UInt32.random(in: 0 ... .max))"
    let executor = SandboxExecutor(maximumConcurrentRuns: 2)
    let runs = (0..<6).map { _ in
      Task {
        try await executor.run(
          Command(
            executable: "/usr/bin/python3",
            arguments: ["-I", "-S", "-c", "import time; time.sleep(0.4)", marker]))
      }
    }
    var most = 0
    for _ in 0..<60 {
      most = max(most, HostProcesses.with(marker: marker).count)
      try await Task.sleep(for: .milliseconds(20))
    }
    for run in runs { #expect(try await run.value.outcome == .exited(code: 0)) }
    #expect(most == 2)
    await executor.close()
  }

  @Test("a process that is killed takes its workers and their runs with it")
  func deathOfCaller() async throws {
    let marker = "hostile-orphan-\(UInt32.random(in: 0 ... .max))"
    setenv("HOSTILE_TESTS_MARKER", marker, 1)
    await #expect(processExitsWith: .signal(SIGKILL)) {
      let marker = try #require(unsafe getenv("HOSTILE_TESTS_MARKER"))
      let name = unsafe String(cString: marker)
      let run = Task {
        try await SandboxExecutor().run(
          Command(
            executable: "/usr/bin/python3",
            arguments: [
              "-I", "-S", "-c", "import os, time; os.fork() or os.setsid(); time.sleep(60)", name,
            ]), under: Policy(limits: Limits(wallTime: .seconds(60))))
      }
      if await HostProcesses.eventually({ HostProcesses.with(marker: name).count == 2 }) {
        kill(getpid(), SIGKILL)
      }
      _ = try await run.value
    }
    #expect(await HostProcesses.eventually { HostProcesses.with(marker: marker).isEmpty })
  }

  /// A process by its number and when it began, for numbers come again.
  private static func identities(of processes: [pid_t]) -> [String] {
    processes.compactMap { process in
      let fields = HostProcesses.text(of: "/proc/\(process)/stat").split(separator: ")").last?
        .split(separator: " ")
      guard let fields, fields.count > 19, fields[0] != "Z" else { return nil }
      return "\(process) \(fields[19])"
    }
  }

  @Test("what is kept between runs does not survive it either: workers, inits, spawners, parents")
  func deathWithWhatIsKept() async throws {
    let folder = try TemporaryFolder()
    setenv("HOSTILE_TESTS_FOLDER", folder.path, 1)
    await #expect(processExitsWith: .signal(SIGKILL)) {
      let path = unsafe String(cString: try #require(unsafe getenv("HOSTILE_TESTS_FOLDER")))
      let executor = SandboxExecutor(maximumConcurrentRuns: 3)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<6 {
          group.addTask {
            _ = try await HostileProgram.python("import time; time.sleep(0.2)").run(on: executor)
          }
        }
        try await group.waitForAll()
      }
      let runner = ProgramRunner(executor: executor, expectsMany: true)
      let catalog = Catalog.standard()
      let language = ManifestLanguage(try catalog.language(named: "python").value)
      for _ in 0..<3 {
        let result = try await runner.run(
          Program(source: "print(1)", language: language), in: language,
          under: try catalog.policy(named: "default").value,
          stagePolicy: { try catalog.policy(named: $0).value })
        try #require(result.run?.standardOutput.text == "1\n")
      }
      let kept = ExecutorRemains.identities(of: HostProcesses.descendants(of: getpid()))
      let file = open(path + "/kept", O_CREAT | O_WRONLY | O_CLOEXEC, 0o644)
      let text = Array(kept.joined(separator: "\n").utf8)
      try #require(unsafe Glibc.write(file, text, text.count) == text.count)
      kill(getpid(), SIGKILL)
    }
    let kept = HostProcesses.text(of: folder.path + "/kept").split(separator: "\n").map(String.init)
    // Three workers, each with an init; a spawner of cold runs, or a parent of warm ones.
    #expect(kept.count >= 6, "\(kept)")
    let isGone = await HostProcesses.eventually {
      Self.identities(of: kept.compactMap { pid_t($0.split(separator: " ")[0]) })
        .filter(kept.contains).isEmpty
    }
    #expect(isGone, "\(kept)")
  }

  @Test("nothing survives an executor killed in the middle of 100 runs")
  func deathInTheMiddle() async throws {
    let marker = "hostile-middle-\(UInt32.random(in: 0 ... .max))"
    setenv("HOSTILE_TESTS_MARKER", marker, 1)
    // Ten runs of each of ten executors of a process that is killed at another moment each time.
    for round in 0..<10 {
      setenv("HOSTILE_TESTS_ROUND", "\(round)", 1)
      await #expect(processExitsWith: .signal(SIGKILL)) {
        let name = unsafe String(cString: try #require(unsafe getenv("HOSTILE_TESTS_MARKER")))
        let round = unsafe Int(String(cString: try #require(unsafe getenv("HOSTILE_TESTS_ROUND"))))
        let executor = SandboxExecutor(maximumConcurrentRuns: 10)
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<10 {
            group.addTask {
              _ = try await executor.run(
                Command(
                  executable: "/usr/bin/python3",
                  arguments: [
                    "-I", "-S", "-c",
                    "import os, time; os.fork() or os.setsid(); open('x', 'w').write('x' * 4096); time.sleep(600)",
                    name,
                  ]), under: Policy(limits: Limits(wallTime: .seconds(600))))
            }
          }
          // At the first rounds while views are made, later when all runs go on.
          let wanted = (round ?? 0) * 2
          if await HostProcesses.eventually({ HostProcesses.with(marker: name).count >= wanted }) {
            kill(getpid(), SIGKILL)
          }
          try await group.waitForAll()
        }
      }
      let isGone = await HostProcesses.eventually { HostProcesses.with(marker: marker).isEmpty }
      #expect(isGone, "round \(round): \(HostProcesses.with(marker: marker))")
    }
    // The next start works, and what the kernel could not remove is gone with it.
    let result = try await HostileProgram.python("print(1)").run()
    #expect(result.printed == "1\n", "\(result.story)")
  }
}
