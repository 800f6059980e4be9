import OCISandbox
import SandboxRefinement
import Synchronization

/// Shows what goes on, as it goes on.
final class SolveDisplay: Sendable {
  private struct State {
    var filter = TerminalFilter()
    var isAtLineStart = true
    var round = 0
    /// The end of what the program printed that may be the beginning of the mark after its tests.
    var held: [UInt8] = []
  }
  private let state = Mutex(State())
  private let isQuiet: Bool
  private let terminal: Terminal

  init(isQuiet: Bool, terminal: Terminal = .error) {
    self.isQuiet = isQuiet
    self.terminal = terminal
  }

  /// Shows what happens in the loop.
  func show(_ event: Solver.Event) {
    switch event {
    case .round(let number, _):
      state.withLock { $0.round = number }
      heading("answer \(number)")
    case .model(let event): show(event)
    case .critic(let event):
      show(event)
    case .executing: heading("execution \(state.withLock { $0.round })")
    case .executed(let execution):
      write(
        state.withLock { state in
          defer { state.held = [] }
          return state.held
        })
      // What it printed was shown as it came; the rest of the feedback says what was wrong.
      if !execution.isPassed { write(Array(execution.feedback.utf8)) }
      line("=> \(execution.verdict.rawValue)")
    }
  }

  /// Shows what the program prints, but for the mark that says that its tests are done.
  func show(_ chunk: OutputChunk, hiding mark: String?) {
    guard let mark, chunk.stream == .standardOutput else { return write(chunk.bytes) }
    let hidden = Array("\n\(mark)\n".utf8)
    let shown = state.withLock { state -> [UInt8] in
      var bytes = state.held + chunk.bytes
      if let range = bytes.firstRange(of: hidden) { bytes.removeSubrange(range) }
      let count = (1..<hidden.count).last { bytes.suffix($0).elementsEqual(hidden.prefix($0)) } ?? 0
      state.held = Array(bytes.suffix(count))
      return Array(bytes.dropLast(count))
    }
    write(shown)
  }

  /// Says how it ended.
  func end(_ refinement: Refinement, tests: Bool) {
    switch refinement.ending {
    case .passed:
      let what = tests ? "the tests passed" : "the program ran to its end"
      line("\(what) with answer \(refinement.rounds.count)")
    case .noCode: line("the model answered without a program")
    case .roundsSpent: line("not solved in \(refinement.rounds.count) answers")
    case .budgetSpent:
      line("not solved: the budget is spent (\(refinement.usage.totalTokens) tokens)")
    case .interrupted: line("interrupted")
    case .modelFailed, .sandboxFailed, nil: line("")
    }
  }

  /// Shows what a model says.
  func show(_ event: ModelEvent) {
    switch event {
    case .text(let text): write(Array(text.utf8))
    case .retrying(let delay, let error):
      line("\(error)")
      line("asking again in \(Duration.milliseconds(Int64(delay / .milliseconds(1))).words)")
    }
  }

  private func heading(_ text: String) { line("--- \(text) ---") }

  /// Ends the line that was begun.
  func endLine() { line("") }

  /// Writes a line of its own.
  func line(_ text: String) {
    let isAtLineStart = state.withLock { $0.isAtLineStart }
    let start = isAtLineStart ? "" : "\n"
    write(Array((text.isEmpty ? start : start + text + "\n").utf8))
  }

  private func write(_ bytes: [UInt8]) {
    guard !isQuiet, let last = bytes.last else { return }
    let shown = state.withLock { state in
      state.isAtLineStart = last == UInt8(ascii: "\n")
      return state.filter.visible(bytes)
    }
    terminal.write(shown)
  }
}
