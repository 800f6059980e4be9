internal import CSandboxLauncher
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Copies a descriptor of the caller into the pipe that the program reads, as it comes.
///
/// The program never gets the caller's own descriptor: it could open it again for writing through
/// `/proc/self/fd`, or push input into the caller's terminal (CVE-2017-5226).
struct InputPump: Sendable {
  /// The most that is kept of what was copied.
  private static let mostKept = 4 << 20

  private let stopSignal: OpenFile
  private let kept = Kept()

  /// What was copied so far; `nil` where that is more than is kept.
  var copied: [UInt8]? { kept.bytes.withLock { $0 } }

  private final class Kept: Sendable {
    let bytes = Mutex<[UInt8]?>([])
  }

  /// Starts copying on a thread of its own. `target` is closed at the end of `source`. Returns `nil`, with
  /// `errno` set, where there is no descriptor or no thread left.
  init?(from source: Int32, into target: OpenFile) {
    let signal = eventfd(0, Int32(EFD_CLOEXEC))
    guard signal >= 0 else { return nil }
    let stopSignal = OpenFile(owning: signal)
    self.stopSignal = stopSignal
    let kept = kept
    let isStarted = startThread {
      Self.copy(source, target.descriptor, stopSignal.descriptor, kept)
      _ = (target, stopSignal)
    }
    guard isStarted else { return nil }
  }

  /// Ends the copying, also where it waits for input that never comes.
  func stop() {
    var one: UInt64 = 1
    _ = unsafe write(stopSignal.descriptor, &one, 8)
  }

  private static func copy(_ source: Int32, _ target: Int32, _ stop: Int32, _ kept: Kept) {
    var buffer = [UInt8](repeating: 0, count: 65536)
    while isReady(source, POLLIN, stop) {
      let count = unsafe read(source, &buffer, buffer.count)
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      guard count > 0 else { return }
      kept.bytes.withLock { bytes in
        if bytes.map({ $0.count + count > mostKept }) != false {
          bytes = nil
        } else {
          bytes?.append(contentsOf: buffer[..<count])
        }
      }
      var written = 0
      while written < count {
        guard isReady(target, POLLOUT, stop) else { return }
        // Never more than a pipe takes at once when it is writable, so that this cannot wait.
        let size = min(count - written, Int(PIPE_BUF))
        let result = unsafe buffer[written..<written + size].withUnsafeBytes {
          unsafe write(target, $0.baseAddress, $0.count)
        }
        if result < 0 && (errno == EINTR || errno == EAGAIN) { continue }
        guard result > 0 else { return }
        written += result
      }
    }
  }

  /// Waits until `descriptor` is ready; false when the run has ended.
  private static func isReady(_ descriptor: Int32, _ events: Int32, _ stop: Int32) -> Bool {
    var waits = [
      pollfd(fd: descriptor, events: Int16(events), revents: 0),
      pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
    ]
    while unsafe poll(&waits, 2, -1) < 0 { guard errno == EINTR else { return false } }
    return waits[1].revents == 0
  }
}
