internal import CSandboxLauncher
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A piece of a stream, as it came.
public struct OutputChunk: Sendable, Hashable {
  /// Which stream.
  public enum Stream: Sendable, Hashable {
    /// Descriptor 1.
    case standardOutput
    /// Descriptor 2.
    case standardError
  }

  /// Which stream.
  public let stream: Stream
  /// The bytes.
  public let bytes: [UInt8]
}

/// Runs commands, each in a sandbox of its own, and says what happened.
///
/// An executor keeps worker processes between runs, for what is dear to make: namespaces and the
/// read-only root. Workspace, processes, cgroup counters and descriptors are a run's own. So make one and
/// keep it; ``close()`` waits until its workers are gone, and they end by themselves with the last
/// reference to it, or with this process.
public final class SandboxExecutor: Sendable {
  private struct Workers {
    var idle: [Worker] = []  // the longest unused first
    var alive = 0
    var closers: [CheckedContinuation<Void, Never>] = []
  }

  private static let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  private let slots: SlotQueue
  private let mostIdle: Int
  private let workers = Mutex(Workers())
  private let recorder: CallRecorder?
  private let adopted = Atomic<Bool>(false)

  /// Whether one of its runs had been asked for before this process was there (`sandbox_begin_run`).
  package var hasAdoptedRun: Bool { adopted.load(ordering: .relaxed) }

  /// Creates an executor.
  ///
  /// - Parameter maximumConcurrentRuns: How many runs go on at once; more wait, in the order in which
  ///   they came. The default is the number of processors.
  public convenience init(maximumConcurrentRuns: Int? = nil) {
    self.init(maximumConcurrentRuns: maximumConcurrentRuns, recorder: nil)
  }

  /// Creates an executor that notes what its latest run did, for one run at a time.
  package convenience init(recorder: CallRecorder) {
    self.init(maximumConcurrentRuns: 1, recorder: recorder)
  }

  private init(maximumConcurrentRuns: Int?, recorder: CallRecorder?) {
    self.recorder = recorder
    let count = maximumConcurrentRuns ?? Self.processors
    precondition(count > 0, "an executor needs room for one run")
    slots = SlotQueue(count: count)
    mostIdle = 2 * count  // one for compiling, one for running
  }

  /// Runs `command` under `policy`.
  ///
  /// When this returns, no process and no file of the run is left, but what
  /// ``ExecutionResult/workspace`` holds.
  ///
  /// - Parameters:
  ///   - command: What is run, and what it is given.
  ///   - policy: What it may do and use.
  ///   - onOutput: Called with each piece of output as it comes, in order, on a thread of the executor's
  ///     that serves all runs: it must not wait.
  /// - Returns: What happened to it.
  /// - Throws: ``SandboxError`` when the sandbox could not do its work, or the task was cancelled. A
  ///   program that fails does not throw.
  @concurrent
  public func run(
    _ command: Command, under policy: Policy = Policy(),
    onOutput: (@Sendable (OutputChunk) -> Void)? = nil
  ) async throws(SandboxError) -> ExecutionResult {
    try await run(command, under: policy, onStart: nil, onOutput: onOutput)
  }

  /// The same; `onStart` is called when the program has run for a millisecond, with the number of the processor that it is on
  /// then, or -1.
  @concurrent
  package func run(
    _ command: Command, under policy: Policy, onStart: (@Sendable (Int32) -> Void)?,
    onOutput: (@Sendable (OutputChunk) -> Void)?
  ) async throws(SandboxError) -> ExecutionResult {
    try command.validate()
    try policy.limits.validate()
    guard await slots.acquire() else { throw .cancelled }
    defer { slots.release() }
    let view = View(
      policy, for: command, isRecording: recorder != nil)
    let record = try recorder?.start()
    let asked = try await ask(
      command, policy, view, record: record, tellsStart: onStart != nil)
    let (worker, request, place) = (asked.worker, asked.request, asked.place)
    if let processor = asked.processor { onStart?(processor) }
    if let parent = request.parent { worker.latestParent = parent }
    let run = RunInProgress(
      worker, outputLimit: Int(policy.limits.output.bytes),
      endsAtOutputLimit: command.endsAtOutputLimit, onStart: onStart, onOutput: onOutput)
    let finished = await run.finish(output: request.output)
    request.pump?.stop()
    guard let finished = finished ?? run.lostToMemoryLimit(policy.limits) else {
      if let folder = place.folder { Workspace.removeFolder(folder) }
      throw .stepFailed(.spawn, errorNumber: ECHILD)
    }
    worker.noteMemoryKills(finished.report.memory_kills)
    if worker.view.isReusable && !finished.wasKilled { giveBack(worker) }
    // Before anything is thrown: from here on the folder is removed with it.
    let workspace = finished.workspace.map { Workspace(root: $0, removing: place.folder) }
    if finished.wasCancelled { throw .cancelled }
    if let step = SandboxError.Step(rawValue: finished.report.step) {
      throw .stepFailed(step, errorNumber: finished.report.error_number)
    }
    var result = ExecutionResult(
      finished, request.pump?.copied, workspace, place, worker.ready, policy.limits,
      keepsWorkspace: command.keepsWorkspace)
    // One that ended by itself after it wrote too much was asked nothing.
    let wasTold = result.outcome != .outputLimitExceeded || finished.wasFlooding
    result.driverReport = asked.report?.read(
      textFrom: wasTold ? Int(finished.report.reported_before_stop) : .max,
      hasDriver: !command.drivers.isEmpty)
    return result
  }

  /// A run of which a worker has the request.
  private struct Asked {
    let worker: Worker
    let request: RunRequest
    let report: ReportFile?
    let place: Place
    /// The processor on which the program started, or -1, where that is known already.
    var processor: Int32?
  }

  private func ask(
    _ command: Command, _ policy: Policy, _ view: View, record: OpenFile?, tellsStart: Bool
  ) async throws(SandboxError) -> Asked {
    let isBusy = command.mayBeAhead && slots.taken >= max(2, Self.processors)
    func makeRequest(
      in place: Place, known: ParentWords? = nil
    ) throws(SandboxError) -> RunRequest {
      try RunRequest(
        command, policy.limits, policy.environment, place, known: known, records: record != nil,
        tellsStart: tellsStart, isBusy: isBusy)
    }
    if let begun = Worker.takeBegun() {
      if policy.isServedByAnyWorker, (try? view.message()) == begun.view,
        var request = try? makeRequest(in: .inNamespaces),
        request.adopt(begun, command.standardInput)
      {
        adopted.store(true, ordering: .relaxed)
        workers.withLock { $0.alive += 1 }
        let starting = begun.worker(view) { [weak self] in self?.workerEnded() }
        return Asked(
          worker: try await starting.ready(), request: request, report: begun.report,
          place: .inNamespaces, processor: begun.processor)
      }
      begun.end()
    }
    let report = command.reports ? try ReportFile() : nil
    switch try nextWorker(for: view) {
    case .starting(let starting) where policy.isServedByAnyWorker:
      // Nothing in it depends on what the host can enforce, so it is there as soon as the view is made. Where there is none
      // it cannot be sent, and the worker says why.
      var request = try makeRequest(in: .inNamespaces)
      try request.makeFiles(command.standardInput, report: report?.file, record: record)
      let failure = request.send(to: starting.control)
      do throws(SandboxError) {
        let worker = try await starting.ready()
        if let failure { throw failure }
        return Asked(worker: worker, request: request, report: report, place: .inNamespaces)
      } catch {
        request.pump?.stop()
        throw error
      }
    case let next:
      let worker = try await next.ready()
      try Self.check(worker.ready, against: policy)
      let place = Place(worker.ready)
      var request = try makeRequest(in: place, known: worker.latestParent)
      try request.makeFiles(command.standardInput, report: report?.file, record: record)
      if let failure = request.send(to: worker.control) {
        request.pump?.stop()
        throw failure
      }
      return Asked(worker: worker, request: request, report: report, place: place)
    }
  }

  /// Tells the worker that this process was given before its main (`sandbox_fork_worker`) what its run will be, as far as it is
  /// known. Where there is none nothing is done; where the guess was wrong the run has another worker, and nothing else
  /// is different.
  ///
  /// - Parameters:
  ///   - policy: The policy of the first run.
  ///   - toolchainPaths: As those of its command.
  package static func guessFirstRun(under policy: Policy, toolchainPaths: [String]) {
    Worker.makeEarly(
      View(policy, for: Command(executable: "", toolchainPaths: toolchainPaths)))
  }

  /// Makes what a run of `command` under `policy` needs that is kept, unless it is there already. What
  /// fails here fails again, and is told, at the run.
  @concurrent
  public func prepare(for command: Command, under policy: Policy) async {
    let view = View(
      policy, for: command, isRecording: recorder != nil)
    guard view.isReusable, !workers.withLock({ $0.idle.contains { $0.view == view } }),
      let worker = try? await nextWorker(for: view).ready()
    else { return }
    giveBack(worker)
  }

  /// Whether one worker serves runs of both commands, each under its policy.
  package static func haveSameView(_ a: (Command, Policy), _ b: (Command, Policy)) -> Bool {
    View(a.1, for: a.0) == View(b.1, for: b.0)
  }

  /// Waits until every worker of this executor has ended. To be called when no run is going on.
  public func close() async {
    await withCheckedContinuation { continuation in
      let isDone = workers.withLock { workers in
        workers.idle.removeAll()
        if workers.alive > 0 { workers.closers.append(continuation) }
        return workers.alive == 0
      }
      if isDone { continuation.resume() }
    }
  }

  private enum NextWorker {
    case idle(Worker)
    case starting(Worker.Starting)

    func ready() async throws(SandboxError) -> Worker {
      switch self {
      case .idle(let worker): worker
      case .starting(let starting): try await starting.ready()
      }
    }
  }

  private func nextWorker(for view: View) throws(SandboxError) -> NextWorker {
    let idle = workers.withLock { workers -> Worker? in
      guard let index = workers.idle.lastIndex(where: { $0.view == view }) else {
        workers.alive += 1
        return nil
      }
      return workers.idle.remove(at: index)
    }
    if let idle { return .idle(idle) }
    return .starting(try Worker.start(view) { [weak self] in self?.workerEnded() })
  }

  private func workerEnded() {
    let closers = workers.withLock { workers -> [CheckedContinuation<Void, Never>] in
      workers.alive -= 1
      guard workers.alive == 0 else { return [] }
      defer { workers.closers = [] }
      return workers.closers
    }
    closers.forEach { $0.resume() }
  }

  private func giveBack(_ worker: Worker) {
    // The one that is let go is released outside of the lock.
    let surplus = workers.withLock { workers -> Worker? in
      workers.idle.append(worker)
      return workers.idle.count > mostIdle ? workers.idle.removeFirst() : nil
    }
    _ = surplus
  }

  private static func check(
    _ ready: sandbox_ready, against policy: Policy
  ) throws(SandboxError) {
    if policy.enforcement[.landlock] == .required, ready.landlock_abi == 0 {
      throw .landlockUnavailable(ready.landlock_error)
    }
    if policy.enforcement[.cgroup] == .required, ready.cgroup == 0 {
      throw .layerUnavailable(
        .cgroup, reason: unsafe String(cString: strerror(ready.cgroup_error)),
        fix: "run in a delegated cgroup: systemd-run --user --scope -p Delegate=yes ocisandbox ...")
    }
  }
}

extension Policy {
  /// Whether a worker that has a view at all has what this requires of the host, and a mount namespace.
  var isServedByAnyWorker: Bool {
    enforcement[.namespaces] == .required && enforcement[.landlock] != .required
      && enforcement[.cgroup] != .required
  }
}

/// Where a run's folders are, as the program sees them.
struct Place: Sendable {
  static let inNamespaces = Place()

  /// The folder on the host that holds both, where there is no mount namespace.
  var folder: String?
  var workspace = "/workspace"
  var temporary = "/tmp"
  var drivers = "/box/drivers"

  private init() {}

  init(_ ready: sandbox_ready) {
    guard ready.namespaces == 0 else { return }
    // Not to be guessed: others may write in /tmp too.
    let folder = "/tmp/ocisandbox-" + String(UInt64.random(in: 0 ... .max), radix: 36)
    self.folder = folder
    workspace = folder + "/workspace"
    temporary = folder + "/tmp"
    drivers = folder + "/drivers"
  }
}
