internal import CSandboxLauncher
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A worker process: this same executable, started again, with one view. It executes one run at a time.
/// It ends when the last reference goes.
final class Worker: Sendable {
  let view: View
  /// Which layers it has.
  let ready: sandbox_ready
  let control: OpenFile
  private let process: Int32
  /// The kills at its memory limit that its reports have told of.
  private let toldMemoryKills = Atomic<Int64>(0)
  private let parent = Mutex<ParentWords?>(nil)

  private init(_ view: View, _ started: Started, _ ready: sandbox_ready) {
    self.view = view
    control = started.control
    process = started.process
    self.ready = ready
  }

  /// The parent of the latest run that had one, as the worker was told of it.
  var latestParent: ParentWords? {
    get { parent.withLock(\.self) }
    set { parent.withLock { $0 = newValue } }
  }

  func noteMemoryKills(_ kills: Int64) {
    toldMemoryKills.add(kills, ordering: .relaxed)
  }

  /// Whether the kernel has killed something at the memory limit that no report has told of. To be asked when the
  /// worker is lost.
  var hasUntoldMemoryKills: Bool {
    ready.cgroup != 0
      && sandbox_count_memory_kills(process) > toldMemoryKills.load(ordering: .relaxed)
  }

  /// A worker that was told of its view.
  struct Starting: Sendable {
    fileprivate let view: View
    fileprivate let started: Started
    /// What it has answered already.
    fileprivate var known: sandbox_ready?

    /// What it reads when its view is made.
    var control: OpenFile { started.control }

    /// Waits until its view is made.
    func ready() async throws(SandboxError) -> Worker {
      let answer = if let known { known } else { await answer() }
      guard let ready = answer else { throw .stepFailed(.spawn, errorNumber: ECHILD) }
      switch SandboxError.Step(rawValue: ready.step) {
      case nil: return Worker(view, started, ready)
      case .namespaces?: throw .namespacesUnavailable(.namespaces, ready.error_number)
      case .userMap?: throw .namespacesUnavailable(.userMap, ready.error_number)
      case .mounts?: throw .namespacesUnavailable(.mounts, ready.error_number)
      case let step?: throw .stepFailed(step, errorNumber: ready.error_number)
      }
    }

    private func answer() async -> sandbox_ready? {
      let control = started.control
      return await withCheckedContinuation { continuation in
        let isWatched = Reactor.shared.watch(control.descriptor) {
          var ready = sandbox_ready()
          var descriptor: Int32 = -1
          let length = unsafe sandbox_receive(
            control.descriptor, &ready, MemoryLayout<sandbox_ready>.size, &descriptor)
          if length == -Int(EAGAIN) { return .again }
          let answer = length == MemoryLayout<sandbox_ready>.size ? ready : nil
          return .done { continuation.resume(returning: answer) }
        }
        if isWatched == nil { continuation.resume(returning: nil) }
      }
    }
  }

  /// Starts a worker and tells it of its view.
  static func start(
    _ view: View, ended: @escaping @Sendable () -> Void
  ) throws(SandboxError) -> Starting {
    let started: Started
    do throws(SandboxError) {
      if let early = try takeEarly(for: view) {
        started = early
      } else {
        started = try startProcess(keepsNetwork: view.network == .host)
      }
    } catch {
      ended()
      throw error
    }
    reap(started.process, ended)
    if started.view == nil { try send(view.message(), to: started.control) }
    return Starting(view: view, started: started)
  }

  private static func send(_ message: [UInt8], to control: OpenFile) throws(SandboxError) {
    let sent = unsafe sandbox_send(control.descriptor, message, message.count, nil, 0)
    guard sent == 0 else { throw .stepFailed(.spawn, errorNumber: -sent) }
  }

  fileprivate struct Started: Sendable {
    var process: Int32
    var control: OpenFile
    /// What it was told to make.
    var view: View?
  }

  /// The worker that this process was given before it was there, until somebody has it.
  private static let startedEarly = Mutex<EarlyWorker?>(EarlyWorker())

  /// Has the early worker make `view`, unless somebody has it by now.
  static func makeEarly(_ view: View) {
    guard view.network != .host, let message = try? view.message() else { return }
    startedEarly.withLock { early in
      guard var own = early, own.begun == nil, own.started.view == nil else { return }
      if (try? send(message, to: own.started.control)) != nil {
        own.started.view = view
        early = own
      }
    }
  }

  /// What the early worker was asked for already, for the first run of this process; `nil` where there is nothing, or no more.
  static func takeBegun() -> BegunRun? {
    startedEarly.withLock { early in
      guard let own = early, let begun = own.begun else { return nil }
      early = nil
      return begun
    }
  }

  private static func takeEarly(for view: View) throws(SandboxError) -> Started? {
    guard view.network != .host, let early = startedEarly.withLock({ $0.take() }) else {
      return nil
    }
    let started = early.started
    if early.begun == nil, started.view == nil || started.view == view { return started }
    reap(started.process) {}  // it makes what nobody asked for, and ends with its socket
    return nil
  }

  /// A worker that was forked before the runtime of this process was there.
  private struct EarlyWorker {
    var started: Started
    var begun: BegunRun?

    init?() {
      guard let first = unsafe sandbox_take_first_run()?.pointee else { return nil }
      started = Started(process: first.worker, control: OpenFile(owning: first.control))
      begun = unsafe BegunRun(first, started)
    }
  }

  /// A run that was asked for before it was known whether anybody would: who asks for the same has it.
  struct BegunRun: Sendable {
    fileprivate let started: Started
    /// The message of its view.
    let view: [UInt8]
    /// Its request, with all that follows.
    let request: [UInt8]
    /// The reading ends of standard output and error.
    let output: [OpenFile]
    let report: ReportFile?
    private let ready: sandbox_ready?
    /// The processor on which the program started, or -1, where that is known.
    let processor: Int32?

    fileprivate init?(_ first: sandbox_first_run, _ started: Started) {
      guard first.is_asked != 0, let view = unsafe first.view, let request = unsafe first.request
      else { return nil }
      self.started = started
      unsafe self.view = [UInt8](UnsafeRawBufferPointer(start: view, count: first.view_size))
      unsafe self.request = [UInt8](
        UnsafeRawBufferPointer(start: request, count: first.request_size))
      output = [first.output, first.errors].map(OpenFile.init(owning:))
      ready = first.has_ready == 0 ? nil : first.ready
      processor = first.has_started == 0 ? nil : first.processor
      guard first.report >= 0 else {
        report = nil
        return
      }
      let key = unsafe withUnsafeBytes(of: first.report_key) { unsafe Array($0) }
      report = ReportFile(OpenFile(owning: first.report), key: key)
    }

    /// Its worker, for `view`, which its message is of.
    func worker(_ view: View, ended: @escaping @Sendable () -> Void) -> Starting {
      Worker.reap(started.process, ended)
      return Starting(view: view, started: started, known: ready)
    }

    /// Ends it: somebody asks for something else.
    func end() { Worker.reap(started.process) {} }
  }

  private static func startProcess(keepsNetwork: Bool) throws(SandboxError) -> Started {
    let (control, other) = try makeControl()
    let process = sandbox_start_worker(other, keepsNetwork ? 1 : 0)
    close(other)
    guard process > 0 else { throw .stepFailed(.spawn, errorNumber: -process) }
    return Started(process: process, control: control)
  }

  /// A socket to a worker, and the worker's end of it.
  private static func makeControl() throws(SandboxError) -> (OpenFile, Int32) {
    var pair: [Int32] = [-1, -1]
    guard
      unsafe socketpair(
        AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0, &pair) == 0
    else { throw .stepFailed(.spawn, errorNumber: errno) }
    return (OpenFile(owning: pair[0]), pair[1])
  }

  /// Waits for the end of the process, so that it does not stay as a zombie.
  fileprivate static func reap(_ process: Int32, _ ended: @escaping @Sendable () -> Void) {
    let descriptor = sandbox_process_descriptor(process)
    let file = OpenFile(owning: descriptor)
    let isWatched =
      descriptor >= 0
      && Reactor.shared.watch(file.descriptor) {
        _ = file
        waitpid(process, nil, WNOHANG)
        return .done(ended)
      } != nil
    if !isWatched { ended() }
  }
}
