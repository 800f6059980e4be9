import OCISandbox

#if canImport(Glibc)
  import Glibc
#endif

/// Work that Ctrl-C and SIGTERM end in good order: what runs is killed and removed first.
enum Interruptible {
  /// The pipe that the signal handler writes to; a handler may do little else (signal-safety(7)).
  nonisolated(unsafe) private static var wakeUp: Int32 = -1

  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  /// Runs `body`; on SIGINT or SIGTERM cancels it, waits for its end, and exits with 128 + the signal.
  static func run<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let (result, signal) = await attempting(body)
    do {
      return try result.get()
    } catch SandboxError.cancelled {
      throw Failure(
        "interrupted; the program was ended", status: 128 + (signal > 0 ? signal : SIGINT))
    }
  }

  /// As ``finishing(_:)``, for what may throw.
  static func attempting<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value
  ) async -> (Result<Value, any Error>, Int32) {
    await finishing {
      do { return .success(try await body()) } catch { return .failure(error) }
    }
  }

  /// Runs `body`; on SIGINT or SIGTERM cancels it. Returns what it gives nevertheless, and the signal, or 0.
  static func finishing<Value: Sendable>(
    _ body: @escaping @Sendable () async -> Value
  ) async -> (Value, Int32) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return (await body(), 0) }
    _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
    _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
    wakeUp = ends[1]
    let task = Task { await body() }
    let reading = ends[0]
    var thread = pthread_t()
    let watcher = Watcher(reading: reading) { task.cancel() }
    pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Watcher>.fromOpaque(context).takeRetainedValue().wait() }
        return nil
      }, Unmanaged.passRetained(watcher).toOpaque())
    pthread_detach(thread)
    var previous: [(number: Int32, action: sighandler_t?)] = []
    for number in signals {
      let before = signal(number) { number in
        var byte = UInt8(truncatingIfNeeded: number)
        write(Interruptible.wakeUp, &byte, 1)
      }
      // What the caller has ignored stays so: nohup(1), and a shell's job in the background.
      if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
        signal(number, SIG_IGN)
      }
      previous.append((number, before))
    }
    let value = await task.value
    // As it was before; the watcher ends with its pipe.
    for item in previous { signal(item.number, item.action) }
    wakeUp = -1
    close(ends[1])
    return (value, watcher.signal)
  }

  private final class Watcher: @unchecked Sendable {
    private let reading: Int32
    private let action: @Sendable () -> Void
    // Written before the task is cancelled, read after it has ended.
    private(set) var signal: Int32 = 0

    init(reading: Int32, _ action: @escaping @Sendable () -> Void) {
      self.reading = reading
      self.action = action
    }

    func wait() {
      // A parent may have blocked them by mistake: libdispatch's threads block all, and a child that is
      // started on one inherits that. The command would then not end when it is told to.
      var mask = sigset_t()
      sigemptyset(&mask)
      for number in Interruptible.signals { sigaddset(&mask, number) }
      pthread_sigmask(SIG_UNBLOCK, &mask, nil)
      var byte: UInt8 = 0
      while true {
        let count = read(reading, &byte, 1)
        if count < 0 && errno == EINTR { continue }
        guard count == 1 else {
          close(reading)
          return
        }
        // Asked twice: the worker sees the end of its socket, and ends the run by itself.
        if signal != 0 { _exit(128 + Int32(byte)) }
        signal = Int32(byte)
        action()
      }
    }
  }
}
