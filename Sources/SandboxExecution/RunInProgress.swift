internal import CSandboxLauncher
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// One run between its request and its report: gathers output, and ends it where the caller says so.
final class RunInProgress: Sendable {
  /// What came back.
  struct Finished: Sendable {
    var report: sandbox_report
    var workspace: OpenFile?
    var output: CapturedOutput
    var errors: CapturedOutput
    var wasCancelled: Bool
    /// Whether it was ended, after it was told so, because it wrote too much.
    var wasFlooding = false

    /// Whether the run was ended before its program had. Then init may have died while it still shared the
    /// worker's descriptors, the program's ends of the pipes among them: such a worker has to end.
    var wasKilled: Bool { Self.wasKilled(report) }

    static func wasKilled(_ report: sandbox_report) -> Bool {
      report.step == 0 && report.has_wait_status == 0
    }
  }

  private struct State {
    var streams: [OutputBuffer]
    /// Those that are watched.
    var watches: [Int: Reactor.Token] = [:]
    var hasEnded = false
    var wasStopped = false
    /// Whether it wrote so much that it is ended: what still comes is dropped.
    var isFlooding = false
    var wasCancelled = false
    var continuation: CheckedContinuation<Finished?, Never>?
  }

  private let worker: Worker
  private let outputLimit: Int
  private let endsAtOutputLimit: Bool
  private let onStart: (@Sendable (Int32) -> Void)?
  private let onOutput: (@Sendable (OutputChunk) -> Void)?
  private let state: Mutex<State>
  private let began = ContinuousClock.now

  /// - Parameters:
  ///   - worker: Who has its request.
  ///   - outputLimit: Bytes kept of each stream.
  ///   - endsAtOutputLimit: Whether one that writes many times more is ended.
  ///   - onStart: Is told the processor on which the program started, where the request asks for that.
  ///   - onOutput: Is given what comes.
  init(
    _ worker: Worker, outputLimit: Int, endsAtOutputLimit: Bool,
    onStart: (@Sendable (Int32) -> Void)?, onOutput: (@Sendable (OutputChunk) -> Void)?
  ) {
    self.worker = worker
    self.outputLimit = outputLimit
    self.endsAtOutputLimit = endsAtOutputLimit
    self.onStart = onStart
    self.onOutput = onOutput
    let buffer = OutputBuffer(limit: outputLimit)
    state = Mutex(State(streams: [buffer, buffer]))
  }

  /// Waits for the end of a run whose request was sent; `nil` where the worker was lost.
  func finish(output: [OpenFile]) async -> Finished? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        state.withLock { $0.continuation = continuation }
        for (index, pipe) in output.enumerated() {
          // Held meanwhile: otherwise its handler could come first, and leave a watch that has ended.
          state.withLock { state in
            state.watches[index] = Reactor.shared.watch(pipe.descriptor) {
              self.read(pipe, index).isOpen ? .again : .done {}
            }
          }
        }
        let isWatched = Reactor.shared.watch(worker.control.descriptor) { self.receive(output) }
        if isWatched == nil { end(with: nil) }
      }
    } onCancel: {
      let isFirst = state.withLock { state in
        defer { (state.wasCancelled, state.wasStopped) = (true, true) }
        // One that is told because of its output has two seconds, unless this comes.
        return (!state.wasStopped || state.isFlooding && !state.wasCancelled) && !state.hasEnded
      }
      if isFirst { stop(isTold: false) }
    }
  }

  /// What is known of a run whose worker was lost, where the kernel killed it at the run's memory limit; else `nil`.
  func lostToMemoryLimit(_ limits: Limits) -> Finished? {
    guard worker.hasUntoldMemoryKills else { return nil }
    var report = sandbox_report()
    report.end = Int32(sandbox_end_memory.rawValue)
    report.memory_kills = 1
    report.peak_memory_bytes = limits.memory.bytes
    report.peak_processes = 1
    report.wall_microseconds = Int64((ContinuousClock.now - began) / .microseconds(1))
    report.disk_free_bytes = -1
    report.inodes_free = -1
    report.reported_before_stop = .max
    return state.withLock { state in
      Finished(
        report: report, workspace: nil, output: state.streams[0].captured,
        errors: state.streams[1].captured, wasCancelled: state.wasCancelled)
    }
  }

  /// Ends the run; its report still comes.
  private func stop(isTold: Bool) {
    var request = sandbox_stop_request(is_told: isTold ? 1 : 0)
    _ = unsafe sandbox_send(
      worker.control.descriptor, &request, MemoryLayout<sandbox_stop_request>.size, nil, 0)
  }

  /// Takes a piece of what is in the pipe.
  private func read(_ pipe: OpenFile, _ index: Int) -> (isOpen: Bool, isEmpty: Bool) {
    var isOpen = true
    let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
      let length = unsafe Glibc.read(pipe.descriptor, buffer.baseAddress, buffer.count)
      if length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR) { isOpen = false }
      count = max(0, length)
    }
    let (isKept, isFlood) = state.withLock { state in
      if !isOpen { state.watches[index] = nil }
      guard !state.isFlooding else { return (false, false) }
      state.streams[index].append(chunk)
      // A flood is not read to its end. Up to here the program may still end by itself, which tells
      // more about it.
      guard endsAtOutputLimit, state.streams[index].total > 8 * outputLimit, !state.wasStopped,
        !state.hasEnded
      else { return (true, false) }
      (state.isFlooding, state.wasStopped) = (true, true)
      return (true, true)
    }
    if isKept, !chunk.isEmpty {
      onOutput?(OutputChunk(stream: index == 0 ? .standardOutput : .standardError, bytes: chunk))
    }
    if isFlood { stop(isTold: true) }
    return (isOpen, chunk.isEmpty)
  }

  private func receive(_ output: [OpenFile]) -> Reactor.Next {
    var report = sandbox_report()
    var descriptor: Int32 = -1
    let length = unsafe sandbox_receive(
      worker.control.descriptor, &report, MemoryLayout<sandbox_report>.size, &descriptor)
    if length == -Int(EAGAIN) { return .again }
    if length == MemoryLayout<sandbox_started>.size {
      let started = unsafe withUnsafeBytes(of: report) { unsafe $0.load(as: sandbox_started.self) }
      onStart?(started.processor)
      return .again
    }
    let workspace = descriptor >= 0 ? OpenFile(owning: descriptor) : nil
    let watches = state.withLock { state in
      state.hasEnded = true
      return state.watches
    }
    // No process of the run is left, so what the pipes hold is all: their ends are not waited for, and the
    // worker closes them after its report. Each would be one more change of process before a run is over.
    for (index, watch) in watches {
      Reactor.shared.unwatch(watch)
      while length > 0, !read(output[index], index).isEmpty {}
    }
    guard length > 0 else { return .done { self.end(with: nil) } }
    if Finished.wasKilled(report) { shutdown(worker.control.descriptor, Int32(SHUT_RDWR)) }
    let finished = state.withLock { state in
      Finished(
        report: report, workspace: workspace, output: state.streams[0].captured,
        errors: state.streams[1].captured, wasCancelled: state.wasCancelled,
        wasFlooding: state.isFlooding)
    }
    return .done { self.end(with: finished) }
  }

  private func end(with finished: Finished?) {
    state.withLock { $0.continuation.take() }?.resume(returning: finished)
  }
}

/// The beginning of a stream up to a limit, and its last part.
struct OutputBuffer: Sendable {
  private let limit: Int
  private var head: [UInt8] = []
  private var tail: [UInt8] = []
  private(set) var total = 0

  init(limit: Int) { self.limit = limit }

  mutating func append(_ chunk: [UInt8]) {
    total += chunk.count
    let room = max(0, limit - head.count)
    head += chunk.prefix(room)
    tail += chunk.dropFirst(room)
    // Cut seldom, for each cut moves what stays.
    if tail.count > limit + 65536 { tail.removeFirst(tail.count - limit / 2) }
  }

  /// All where the stream kept its limit; else its first and its last half of it, never cut inside a
  /// character.
  var captured: CapturedOutput {
    guard total > limit else { return CapturedOutput(head: head, totalBytes: total) }
    let kept = Self.withoutCutCharacter(head.prefix(limit - limit / 2))
    let end = (head.dropFirst(kept.count) + tail).suffix(limit / 2)
    let start = end.prefix(4).firstIndex { $0 & 0xC0 != 0x80 } ?? end.startIndex
    return CapturedOutput(head: Array(kept), tail: Array(end[start...]), totalBytes: total)
  }

  /// Takes off the beginning of a UTF-8 sequence at the end of `bytes` that has no end.
  private static func withoutCutCharacter(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let start = bytes.suffix(4).lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return bytes }
    let length = bytes[start] >= 0xF0 ? 4 : bytes[start] >= 0xE0 ? 3 : bytes[start] >= 0xC0 ? 2 : 1
    return bytes.endIndex - start < length ? bytes[..<start] : bytes
  }
}

extension CapturedOutput {
  /// What is kept of a stream that comes in these parts.
  package init(gathering chunks: [[UInt8]], limit: Int) {
    var buffer = OutputBuffer(limit: limit)
    for chunk in chunks { buffer.append(chunk) }
    self = buffer.captured
  }
}
