internal import SandboxExecution
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Passes bytes on to a run's standard input as they come, without ever making the sender wait.
final class Relay: Sendable {
  private struct State {
    var pending: [UInt8] = []
    var isDraining = false
    var isFinished = false
    var isClosed = false
  }

  /// What the run reads from. Open until the last reference to the relay goes.
  let reader: OpenFile
  private let writer: OpenFile
  private let state = Mutex(State())

  /// - Throws: ``SandboxError`` where there is no descriptor left.
  init() throws(SandboxError) {
    var ends: [Int32] = [-1, -1]
    // Sockets and not a pipe: writing to a pipe without a reader sends SIGPIPE to the whole process.
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw .stepFailed(.spawn, errorNumber: errno)
    }
    reader = OpenFile(owning: ends[0])
    writer = OpenFile(owning: ends[1])
  }

  /// Passes bytes on.
  func send(_ bytes: [UInt8]) {
    let mustStart = state.withLock { state in
      guard !state.isClosed, !state.isFinished else { return false }
      if state.pending.isEmpty {
        let count = write(bytes[...])
        state.pending = Array(bytes.dropFirst(count))
      } else {
        state.pending += bytes
      }
      guard !state.pending.isEmpty, !state.isDraining else { return false }
      state.isDraining = true
      return true
    }
    // A reader that is busy with something else is waited for elsewhere.
    if mustStart, !startThread({ self.drain() }) { close() }
  }

  /// Says that nothing more will come, once all has been passed on.
  func finish() {
    let isDone = state.withLock { state in
      state.isFinished = true
      return state.pending.isEmpty
    }
    if isDone { close() }
  }

  /// Says so at once. What has not been passed on is dropped.
  func close() {
    let isFirst = state.withLock { state in
      defer { state.isClosed = true }
      return !state.isClosed
    }
    // Also wakes the thread that waits for room.
    if isFirst { shutdown(writer.descriptor, Int32(SHUT_WR)) }
  }

  private func write(_ bytes: ArraySlice<UInt8>) -> Int {
    var written = 0
    while written < bytes.count {
      let count = bytes.dropFirst(written).withUnsafeBytes {
        Glibc.send(
          writer.descriptor, $0.baseAddress, $0.count,
          Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return written }
      written += count
    }
    return written
  }

  private func drain() {
    while true {
      var wait = pollfd(fd: writer.descriptor, events: Int16(POLLOUT), revents: 0)
      _ = poll(&wait, 1, -1)
      let (isEmpty, isFinished) = state.withLock { state -> (Bool, Bool) in
        if state.isClosed || wait.revents & Int16(POLLERR | POLLHUP) != 0 { state.pending = [] }
        let count = write(state.pending[...])
        state.pending.removeFirst(count)
        if state.pending.isEmpty { state.isDraining = false }
        return (state.pending.isEmpty, state.isFinished)
      }
      if isEmpty {
        if isFinished { close() }
        return
      }
    }
  }
}
