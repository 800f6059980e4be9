internal import Synchronization

/// A number of slots that callers wait for in the order in which they came.
package final class SlotQueue: Sendable {
  private struct State {
    var free: Int
    var waiters: [(ticket: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
    var nextTicket: UInt64 = 0
    var cancelled: Set<UInt64> = []
  }

  private let count: Int
  private let state: Mutex<State>

  package init(count: Int) {
    self.count = count
    state = Mutex(State(free: count))
  }

  /// How many are taken.
  package var taken: Int { count - state.withLock { $0.free } }

  /// Waits for a slot; returns false where the task was cancelled before it got one.
  package func acquire() async -> Bool {
    if Task.isCancelled { return false }
    let ticket: UInt64? = state.withLock { state in
      if state.free > 0 {
        state.free -= 1
        return nil
      }
      state.nextTicket += 1
      return state.nextTicket
    }
    guard let ticket else { return true }
    defer { state.withLock { _ = $0.cancelled.remove(ticket) } }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: Bool? = state.withLock { state in
          if state.cancelled.remove(ticket) != nil { return false }
          if state.free > 0 {  // one was given back meanwhile
            state.free -= 1
            return true
          }
          state.waiters.append((ticket, continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let waiter = state.withLock { state -> CheckedContinuation<Bool, Never>? in
        guard let index = state.waiters.firstIndex(where: { $0.ticket == ticket }) else {
          state.cancelled.insert(ticket)  // it is not in the queue yet, or has its slot already
          return nil
        }
        return state.waiters.remove(at: index).continuation
      }
      waiter?.resume(returning: false)
    }
  }

  /// Gives a slot back.
  package func release() {
    let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      if state.waiters.isEmpty {
        state.free += 1
        return nil
      }
      return state.waiters.removeFirst().continuation
    }
    next?.resume(returning: true)
  }
}
