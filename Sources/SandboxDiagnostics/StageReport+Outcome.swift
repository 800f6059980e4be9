import SandboxExecution

extension StageReport {
  /// Whether the stage ended by itself with status 0.
  var succeeded: Bool { outcome == .exited(code: 0) }

  /// The signal that ended the stage, if one did.
  var signal: Signal? {
    if case .signalled(let number) = outcome { Signal(number) } else { nil }
  }

  /// How grave an error is that the stage itself printed: a warning where the stage succeeded, since the
  /// program then coped with it.
  var printedSeverity: Diagnostic.Severity { succeeded ? .warning : .error }
}
