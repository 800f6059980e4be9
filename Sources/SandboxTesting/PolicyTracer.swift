public import SandboxExecution
public import SandboxLanguages

#if canImport(Glibc)
  import Glibc
#endif

/// Watches a program run, and writes the smallest policy under which it does the same.
///
/// It runs under another policy, by which it is bounded as ever; what that lets through is noted. A second
/// run under what was found proves it, and adds what the first did not happen to need.
public struct PolicyTracer: Sendable {
  private let locator: ToolchainLocator

  /// Creates a tracer that finds toolchains with `locator`.
  public init(locator: ToolchainLocator = ToolchainLocator()) { self.locator = locator }

  /// What was found.
  public struct Proposal: Sendable {
    /// The policy.
    public let policy: Policy
    /// What became of the program under it.
    public let proof: Outcome
    /// What the base policy refused the program: the proposal refuses it too.
    public let refused: [Denial]
    /// How often the program ran.
    public let runs: Int
  }

  /// Traces a program of a language; the run stage, not the compiler.
  ///
  /// - Parameters:
  ///   - program: What is run.
  ///   - language: What it is written in.
  ///   - base: What it may do while it is watched; the proposal allows no more.
  ///   - id: The id of the proposal.
  ///   - stagePolicy: The policy of a stage that names one.
  /// - Returns: The policy, and the proof.
  /// - Throws: ``SandboxError`` and the like where the sandbox could not do its work, ``TraceError`` where
  ///   the program does not compile, or does not do the same under the proposal.
  public func trace(
    _ program: Program, in language: any LanguagePlugin, under base: Policy, id: String,
    stagePolicy: @escaping @Sendable (String) throws -> Policy
  ) async throws -> Proposal {
    let toolchain = try await locator.locate(language.toolchain)
    return try await trace(base, id: id, toolchainPaths: toolchain.paths) { executor, policy in
      let result = try await ProgramRunner(executor: executor, locator: locator).run(
        program, in: language, under: policy, stagePolicy: stagePolicy)
      guard let run = result.run else {
        throw TraceError("the program did not compile, so there is nothing to trace")
      }
      return run
    }
  }

  /// Traces a program of the host, which the base policy must show. As above.
  public func trace(_ command: Command, under base: Policy, id: String) async throws -> Proposal {
    try await trace(base, id: id, toolchainPaths: command.toolchainPaths) { executor, policy in
      try await executor.run(command, under: policy)
    }
  }

  private func trace(
    _ base: Policy, id: String, toolchainPaths: [String],
    _ run: (SandboxExecutor, Policy) async throws -> ExecutionResult
  ) async throws -> Proposal {
    let recorder = CallRecorder()
    let watched = try await run(SandboxExecutor(recorder: recorder), base)
    var policy = Self.proposal(
      for: recorder.calls, watched, base, id: id, toolchainPaths: toolchainPaths)
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    for runs in 2...12 {
      let proof = try await run(executor, policy)
      let missing = proof.denied.map(\.name).filter {
        !policy.systemCalls.allow.contains($0) && base.systemCalls.answer(to: $0) == .allowed
      }
      if missing.isEmpty {
        guard proof.outcome == watched.outcome else {
          throw TraceError(
            """
            under the policy that was found the program ended otherwise: \(proof.outcome.words) instead of \
            \(watched.outcome.words)
            """)
        }
        return Proposal(
          policy: policy, proof: proof.outcome, refused: watched.denied, runs: runs)
      }
      // What depends on time or chance: the next run may need yet another.
      policy.systemCalls.allow = Set(policy.systemCalls.allow + missing).sorted()
    }
    throw TraceError("the program needs other system calls at each run")
  }

  // MARK: The proposal

  /// Calls that a program makes or not by chance, when it waits, is interrupted or ends.
  private static let byChance = [
    "execve", "exit", "exit_group", "futex", "ioctl", "madvise", "mmap", "munmap",
    "restart_syscall",
    "rt_sigprocmask", "rt_sigreturn", "sched_yield",
  ]

  static func proposal(
    for calls: [CallRecorder.Call], _ watched: ExecutionResult, _ base: Policy, id: String,
    toolchainPaths: [String]
  ) -> Policy {
    var policy = base
    policy.id = id
    policy.summary = "Just what one program was seen to need."
    var names = Set(calls.map(\.name)).union(byChance)
    let clones = calls.filter { ["clone", "fork", "vfork"].contains($0.name) }
    let threadFlag: UInt64 = 0x10000
    if clones.contains(where: { $0.name != "clone" || $0.arguments[0] & threadFlag == 0 }) {
      names.formUnion(["clone", "fork"])
    }
    policy.systemCalls = SystemCallRules(
      unlisted: .unavailable,
      allow: names.filter { base.systemCalls.answer(to: $0) == .allowed }.sorted(),
      refuse: base.systemCalls.refuse, kill: base.systemCalls.kill)
    let sockets = calls.filter { $0.name == "socket" }
    if !sockets.contains(where: { [2, 10].contains($0.arguments[0] & 0xffff_ffff) }) {
      policy.network = .none
    }
    policy.fileSystem.read = readable(calls, base, toolchainPaths)
    policy.limits = limits(base.limits, watched, processes: clones.count + 1)
    policy.expectations = [
      .init(probe: "read-file", arguments: ["path": "/etc/shadow"], result: .denied),
      .init(probe: "connect", arguments: ["address": "127.0.0.1:80"], result: .denied),
      .init(probe: "system-call", arguments: ["name": "ptrace"], result: .denied),
    ]
    return policy
  }

  /// Twice what was used, and no more than before.
  private static func limits(
    _ base: Limits, _ watched: ExecutionResult, processes: Int
  ) -> Limits {
    var limits = base
    let seconds = max(1, (watched.cpuTime / .seconds(1)).rounded(.up) * 2)
    limits.cpuTime = min(base.cpuTime, .seconds(seconds))
    let wall = max(2, (watched.wallTime / .seconds(1)).rounded(.up) * 2)
    limits.wallTime = min(base.wallTime, .seconds(wall))
    let mebibytes = max(16, (watched.peakMemory.bytes * 2) >> 20)
    limits.memory = min(base.memory, ByteCount(mebibytes: mebibytes))
    limits.processes = min(base.processes, 2 * max(processes, watched.peakProcesses))
    return limits
  }

  /// The folders of the host that hold what was opened, three names deep, so that the list stays short.
  private static func readable(
    _ calls: [CallRecorder.Call], _ base: Policy, _ toolchainPaths: [String]
  ) -> [String] {
    let placeholder = FileSystemAccess.toolchainPrefix
    let shown = base.fileSystem.read.filter { $0 != placeholder }
    func isBeneath(_ path: String, _ folders: [String]) -> Bool {
      folders.contains { path == $0 || path.hasPrefix($0 + "/") }
    }
    // What the kernel opens by itself: the loader; and links, which cost nothing.
    var read = Set(shown.filter { isLink($0) })
    let loaders = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"]
    let opened = Set(calls.compactMap(\.path)).filter { $0.hasPrefix("/") } + loaders
    // A toolchain of the system's is where other things are too.
    let covered = toolchainPaths.filter { !isBeneath($0, ["/usr", "/bin", "/lib", "/lib64"]) }
    for path in opened where isBeneath(path, shown) {
      for place in places(of: path) where isBeneath(place, shown) && !isBeneath(place, covered) {
        read.insert("/" + place.split(separator: "/").prefix(3).joined(separator: "/"))
      }
    }
    // A folder makes what is in it needless.
    let whole = read.filter { path in
      !read.contains { $0 != path && !isLink($0) && path.hasPrefix($0 + "/") }
    }
    return whole.sorted() + (base.fileSystem.read.contains(placeholder) ? [placeholder] : [])
  }

  private static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// Where a path leads: each link on the way as a path without links above it, and the end.
  private static func places(of path: String) -> [String] {
    var places: [String] = []
    var next = path
    for _ in 0..<16 {
      guard let slash = next.lastIndex(of: "/"),
        let folder = resolved(slash == next.startIndex ? "/" : String(next[..<slash]))
      else { return places }
      let place = (folder == "/" ? "" : folder) + next[slash...]
      guard access(place, F_OK) == 0 else { return places }
      places.append(place)
      var target = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = readlink(place, &target, target.count - 1)
      guard count > 0 else { return places }
      let text = String(decoding: target.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
      next = text.hasPrefix("/") ? text : folder + "/" + text
    }
    return places
  }

  private static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}

/// Why no policy could be proposed.
public struct TraceError: Error, CustomStringConvertible {
  /// What is wrong.
  public let description: String

  init(_ description: String) { self.description = description }
}
