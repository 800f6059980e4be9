internal import CSandboxLauncher
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// One thread that waits with epoll(7) for everything that the executors of this process wait for.
///
/// Neither libdispatch, whose sources crash on Linux when they are made and torn down concurrently
/// (swift-corelibs-libdispatch#949), nor the cooperative pool, which must not be held up.
final class Reactor: Sendable {
  /// The process's own.
  static let shared = Reactor()

  /// What a handler wants next.
  enum Next: Sendable {
    /// To be called again.
    case again
    /// No more. The closure is called once the descriptor is not watched any longer: from then on it
    /// may be closed, or watched anew.
    case done(@Sendable () -> Void)
  }

  /// Called on the reactor's thread when its descriptor is ready.
  typealias Handler = @Sendable () -> Next

  /// One watch. None is used twice, so an event of a closed descriptor cannot reach its successor.
  typealias Token = UInt64

  private struct Watch {
    var descriptor: Int32
    var handler: Handler
  }
  private struct State {
    var watches: [Token: Watch] = [:]
    var nextToken: Token = 0
  }

  private let epoll: OpenFile
  private let state = Mutex(State())

  private init() {
    let descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    precondition(descriptor >= 0, "epoll_create1: no descriptor left")
    epoll = OpenFile(owning: descriptor)
    precondition(startThread { self.loop() }, "pthread_create: no thread left")
  }

  /// Watches `descriptor` for input, an end or an error until `handler` is done. It must stay open until
  /// then, or until it is ended by ``unwatch(_:)`` with what this returns. `nil` where it cannot be watched.
  @discardableResult
  func watch(_ descriptor: Int32, _ handler: @escaping Handler) -> Token? {
    let token = state.withLock { state in
      state.nextToken += 1
      state.watches[state.nextToken] = Watch(descriptor: descriptor, handler: handler)
      return state.nextToken
    }
    var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: token))
    guard unsafe epoll_ctl(epoll.descriptor, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
      state.withLock { _ = $0.watches.removeValue(forKey: token) }
      return nil
    }
    return token
  }

  /// Ends a watch whose handler is not done, from the handler of another: on the reactor's thread, where no
  /// handler can be on its way.
  func unwatch(_ token: Token) {
    guard let watch = state.withLock({ $0.watches.removeValue(forKey: token) }) else { return }
    _ = epoll_ctl(epoll.descriptor, EPOLL_CTL_DEL, watch.descriptor, nil)
  }

  private func loop() {
    var events = [epoll_event](repeating: epoll_event(), count: 64)
    while true {
      let count = unsafe epoll_wait(epoll.descriptor, &events, Int32(events.count), -1)
      for index in 0..<max(0, Int(count)) {
        handle(unsafe events[index].data.u64)?()
      }
    }
  }

  /// Calls the handler of `token`; returns what is to be called where it is done.
  ///
  /// A function of its own, so that all that the handler holds is gone before anybody hears of its end:
  /// who waits for it may count descriptors.
  private func handle(_ token: Token) -> (@Sendable () -> Void)? {
    guard let watch = state.withLock({ $0.watches[token] }) else { return nil }
    guard case .done(let then) = watch.handler() else { return nil }
    _ = epoll_ctl(epoll.descriptor, EPOLL_CTL_DEL, watch.descriptor, nil)
    state.withLock { _ = $0.watches.removeValue(forKey: token) }
    return then
  }
}

private final class ThreadBody: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// Runs `body` on a thread of its own, with every signal blocked. Returns false, with `errno` set, where
/// there is no thread left.
package func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
  var thread = pthread_t()
  let context = unsafe Unmanaged.passRetained(ThreadBody(body))
  let status = unsafe pthread_create(
    &thread, nil,
    { context in
      var all = sigset_t()
      unsafe sigfillset(&all)
      unsafe pthread_sigmask(SIG_SETMASK, &all, nil)
      if let context { unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().body() }
      return nil
    }, context.toOpaque())
  guard status == 0 else {
    unsafe context.release()
    errno = status
    return false
  }
  pthread_detach(thread)
  return true
}
