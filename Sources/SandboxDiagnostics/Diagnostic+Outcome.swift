public import SandboxExecution

extension Diagnostic {
  /// Explains how a stage ended, from what the executor knows; `nil` for a stage that succeeded.
  ///
  /// - Parameters:
  ///   - outcome: How it ended.
  ///   - stage: Which stage it was.
  ///   - limits: The limits that it had.
  ///   - denied: What the policy refused it.
  public init?(
    explaining outcome: Outcome, of stage: Stage, limits: Limits, denied: [Denial] = []
  ) {
    let subject = stage == .compile ? "the compiler" : "the program"
    let code: String?
    let message: String
    switch outcome {
    case .exited(code: 0): return nil
    case .exited(let status):
      code = nil
      message = "\(subject) exited with status \(status)"
    case .signalled(let number):
      let signal = Signal(number)
      code = signal.name
      message = "\(subject) was ended by \(signal.name): \(signal.meaning)"
    case .timeLimitExceeded(.cpu):
      code = "time_limit"
      message = "\(subject) used all of its CPU time, \(limits.cpuTime.words)"
    case .timeLimitExceeded(.wall):
      code = "time_limit"
      message = "\(subject) was still running after \(limits.wallTime.words)"
    case .memoryLimitExceeded:
      code = "memory_limit"
      message = "\(subject) needed more memory than \(limits.memory)"
    case .outputLimitExceeded:
      code = "output_limit"
      message = "\(subject) wrote more than \(limits.output) to standard output or standard error"
    case .processLimitExceeded:
      code = "process_limit"
      message =
        "\(subject) failed after it was refused a process or thread; \(limits.processes) may be "
        + "alive at once"
    case .diskLimitExceeded:
      code = "disk_limit"
      message =
        "\(subject) failed after its disk was full: \(limits.disk) and \(limits.files) files in "
        + "all, \(limits.fileSize) a file"
    case .policyViolated:
      code = "policy_violation"
      let fatal = denied.filter(\.endsTheRun).map(\.words)
      message =
        "\(subject) was ended by its policy"
        + (fatal.isEmpty ? "" : ": " + fatal.prefix(5).joined(separator: "; "))
    }
    self.init(severity: .error, stage: stage, code: code, message: message)
    notes = Self.notes(on: denied, stage: stage)
  }

  /// One note for each thing that the policy refused without ending the run.
  ///
  /// A call that is answered as if the kernel lacked it is left out: runtimes probe for such calls and do
  /// without.
  static func notes(on denied: [Denial], stage: Stage) -> [Diagnostic] {
    denied.filter { !$0.endsTheRun && $0.action != "errno(ENOSYS)" }.prefix(ParserBounds.notes).map
    {
      Diagnostic(severity: .note, stage: stage, message: "the policy refused \($0.words)")
    }
  }
}

extension DiagnosticParser {
  /// The diagnostics of a stage, with every failure explained.
  ///
  /// A limit or the policy comes first, since it is what ended the stage. Otherwise the outcome is
  /// explained only where the parser found no error, with the last line of standard error as a note.
  ///
  /// - Parameters:
  ///   - report: What the stage left.
  ///   - limits: The limits that it had.
  ///   - denied: What the policy refused it.
  /// - Returns: None for a stage that succeeded without a word, else at least one.
  public func explanation(
    of report: StageReport, limits: Limits, denied: [Denial] = []
  ) -> [Diagnostic] {
    var found = diagnostics(of: report)
    guard
      var outcome = Diagnostic(
        explaining: report.outcome, of: report.stage, limits: limits, denied: denied)
    else { return found }
    switch report.outcome {
    case .exited, .signalled:
      if let first = found.firstIndex(where: { $0.severity == .error }) {
        // What a compiler was refused has nothing to do with what it found.
        if report.stage == .run { found[first].notes += outcome.notes }
        found[first].notes += found[first].callsOfAssertion(in: report.sources)
        found[first].notes += report.surroundings(of: found[first])
        return found
      }
      // Ended by what had read where it was.
      if report.driverRecord?.kind == .stack { outcome.locate(at: stopped(report)) }
      let lines = OutputLines.split(report.standardError)
      if let last = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) {
        let text = ProgramFiles(report).withoutWorkspace(OutputLines.message([last]))
        outcome.notes.append(
          Diagnostic(
            severity: .note, stage: report.stage,
            message: Diagnostic.lastLine + text))
      }
      return [outcome] + found
    case .timeLimitExceeded, .memoryLimitExceeded, .outputLimitExceeded:
      outcome.locate(at: stopped(report))
      return [outcome] + found
    case .processLimitExceeded, .diskLimitExceeded:
      // The error that it failed with, by the driver's word, is where it was refused something, or what came of that.
      guard let record = report.driverRecord,
        let first = found.firstIndex(where: { $0.severity == .error })
      else { return [outcome] + found }
      outcome.locate(asFailing: found.remove(at: first), by: record.kind == .exit)
      return [outcome] + found
    default: return [outcome] + found
    }
  }

  /// Where the program was at a limit.
  private func stopped(_ report: StageReport) -> [Diagnostic.Frame] {
    var files = ProgramFiles(report)
    let record = report.driverRecord
    let recorded = record?.stack(&files) ?? []
    let frames = recorded.isEmpty ? stoppedAt(in: report) : recorded
    guard let line = frames.last?.line else { return [] }
    switch (record?.isLooping, report.outcome) {
    case (true?, _): return frames.withoutColumn
    case (false?, _): return (frames.withoutDepth(&files) ?? frames).withoutColumn
    // Who waits is where he is, and who needs memory is seen best where that was.
    case (nil, .timeLimitExceeded(.wall)), (nil, .memoryLimitExceeded): return frames.withoutColumn
    case (nil, _):
      guard record?.isForMemory != true else { return frames.withoutColumn }
      // An interpreter stops at the beginning of a statement, unless in one that takes long.
      let isMoving = !recorded.isEmpty && frames.last?.isAtStatement == true
      return frames.inLoop(around: line...line, isMoving: isMoving, &files).withoutColumn
    }
  }

  /// What the driver recorded, or, where it could not watch the program, what was printed.
  private func diagnostics(of report: StageReport) -> [Diagnostic] {
    guard report.driverReport?.isTaken == true else { return diagnostics(in: report) }
    var files = ProgramFiles(report)
    let warnings = report.driverWarnings(&files)
    guard let record = report.driverRecord, record.kind != .stack else { return warnings }
    var diagnostic = record.diagnostic(report, &files)
    // A thrown value that is no error knows no place, but the interpreter does.
    if record.kind == .exception, diagnostic.file == nil,
      let printed = diagnostics(in: report).last(where: { $0.file != nil })
    {
      (diagnostic.file, diagnostic.line, diagnostic.column, diagnostic.source) =
        (printed.file, printed.line, printed.column, printed.source)
    }
    // Its words would have to be asked of the program's own code, which has printed them by now.
    if record.kind == .exception, record.message == nil,
      // Python prints the module too.
      let printed = diagnostics(in: report).last(where: {
        $0.code == diagnostic.code
          || $0.code?.split(separator: ".").last.map(String.init) == diagnostic.code
      }), printed.message != printed.code
    {
      diagnostic.message = printed.message
    }
    return [diagnostic] + warnings
  }
}

extension Diagnostic {
  fileprivate static let lastLine = "the last line of standard error was: "

  /// Whether it only quotes the last line of standard error.
  var isLastLine: Bool { message.hasPrefix(Self.lastLine) }

  /// Takes the place of the error, or of the exit, that ended a program at a limit, and tells of that in a note.
  fileprivate mutating func locate(asFailing failure: Diagnostic, by isExit: Bool) {
    (file, line, column, source) = (failure.file, failure.line, failure.column, failure.source)
    (endLine, endColumn) = (failure.endLine, failure.endColumn)
    (stack, values) = (failure.stack, failure.values)
    let code = failure.code.map { $0 == failure.message ? "" : "\($0): " } ?? ""
    let note = Diagnostic(
      severity: .note, stage: stage,
      message: isExit ? failure.message : "it failed with \(code)\(failure.message)")
    notes = [note] + failure.notes + notes
  }

  /// Says where it is: at the innermost of `frames`.
  fileprivate mutating func locate(at frames: [Frame]) {
    guard let innermost = frames.last else { return }
    (file, line, column, source) =
      (innermost.file, innermost.line, innermost.column, innermost.source)
    stack = frames
  }
}

extension Denial {
  fileprivate var endsTheRun: Bool { action == "kill" }

  /// `the system call socket (AF_INET, SOCK_STREAM), 3 times`
  package var words: String {
    (kind == "syscall" || name != "path" ? "the system call \(name)" : "a call")
      + (detail.isEmpty ? "" : " (\(detail))") + (count > 1 ? ", \(count) times" : "")
  }
}
