import SandboxEvaluation
import Synchronization

/// How far an evaluation is, on a terminal.
final class EvalDisplay: Sendable {
  private struct State {
    var first: Evaluation.Progress?
    var last = ContinuousClock.Instant.now - .seconds(1)
    var isShown = false
  }

  private let start = ContinuousClock.now
  private let state = Mutex(State())

  /// Shows it, ten times a second at most; nothing where nobody looks.
  func show(_ progress: Evaluation.Progress) {
    guard Terminal.error.isInteractive else { return }
    let now = ContinuousClock.now
    let line: String? = state.withLock { state in
      let first = state.first ?? progress
      state.first = first
      guard progress.done == progress.total || now - state.last >= .milliseconds(100) else {
        return nil
      }
      state.last = now
      state.isShown = true
      let rate = Double(progress.done - first.done) / max((now - start) / .seconds(1), 0.001)
      return Self.line(progress, rate: rate)
    }
    if let line { Terminal.error.write("\r\u{1B}[K" + line) }
  }

  /// The line, without its end.
  static func line(_ progress: Evaluation.Progress, rate: Double) -> String {
    var words = "\(progress.done)/\(progress.total) judged, \(progress.passed) passed"
    if progress.notJudged > 0 { words += ", \(progress.notJudged) not judged" }
    if rate > 0 {
      let seconds = Int((Double(progress.total - progress.done) / rate).rounded(.up))
      let tenths = (rate * 10).rounded() / 10
      words += rate < 10 ? ", \(tenths)/s, " : ", \(Int(rate.rounded()))/s, "
      words += seconds < 60 ? "\(seconds) s left" : "\((seconds + 59) / 60) min left"
    }
    return words
  }

  /// Removes it.
  func end() {
    if state.withLock({ $0.isShown }) { Terminal.error.write("\r\u{1B}[K") }
  }
}
