import SandboxExecution

/// Reads why a Swift program trapped: the `swift-trap` of manifests.
///
/// The runtime's line `module/main.swift:6: Fatal error: ...` gives the message, and the frames of
/// `SWIFT_BACKTRACE`, where there are any, the place: best written to the stage's report, by
/// `output-to=/proc/self/fd/5`, else to standard error. Only a stage that a signal ended has trapped.
public struct SwiftTrapParser: DiagnosticParser {
  /// Creates the parser.
  public init() {}

  /// The diagnostic of the trap, or none.
  public func diagnostics(in report: StageReport) -> [Diagnostic] {
    guard let signal = report.signal else { return [] }
    // What the backtracer wrote into the report, which the program's prints do not reach.
    let text = report.driverReport?.text ?? ""
    let traced = text.isEmpty ? [] : OutputLines.split(text)
    let lines = OutputLines.split(report.standardError) + traced
    var files = ProgramFiles(report)
    let stack = backtrace(traced.isEmpty ? lines : traced, &files)
    var result =
      failure(lines, report, &files) ?? runtimeFailure(lines, report)
      ?? silent(signal, report)
    result.stack = stack
    if let innermost = stack.last {
      // The runtime names its own file for failures inside of the standard library.
      if result.file == nil { (result.file, result.line) = (innermost.file, innermost.line) }
      if result.file == innermost.file, result.line == innermost.line {
        result.column = innermost.column
      }
    }
    result.source = files.line(result.line, of: result.file)
    result.values = NotedOperands.read(traced)
    return [result]
  }

  /// The stack that the backtracer wrote at the stop signal.
  public func stoppedAt(in report: StageReport) -> [Diagnostic.Frame] {
    var files = ProgramFiles(report)
    return backtrace(OutputLines.split(report.driverReport?.text ?? ""), &files)
  }

  private static let kinds = ["Fatal error", "Precondition failed", "Assertion failed"]

  /// `module/main.swift:6: Fatal error: message`, whose message may have several lines.
  private func failure(
    _ lines: [Substring], _ report: StageReport, _ files: inout ProgramFiles
  ) -> Diagnostic? {
    for index in lines.indices.reversed() {
      let line = lines[index]
      for kind in Self.kinds {
        guard let start = line.firstByteIndex(of: ": \(kind)"),
          let place = PrintedPlace(line[..<start]), place.column == nil
        else { continue }
        var cursor = TextCursor(line[start...])
        guard cursor.skip(": \(kind)"), cursor.isAtEnd || cursor.skip(": ") else { continue }
        var message = [cursor.rest]
        for next in lines[(index + 1)...].prefix(ParserBounds.messageLines) {
          if next == "Current stack trace:" || next.startsWithBytes("*** ") { break }
          message.append(next)
        }
        var text = files.withoutWorkspace(OutputLines.message(message))
        if text.isEmpty {
          text =
            kind == "Fatal error"
            ? "the program stopped itself without a message" : "what it states is false"
        }
        let name = place.path.split(separator: "/").last ?? place.path
        let module = place.path.split(separator: "/").first
        let file = module == "Swift" ? nil : files.onlyFile(named: name)
        return Diagnostic(
          severity: .error, stage: report.stage, file: file, line: file == nil ? nil : place.line,
          code: kind, message: text)
      }
    }
    return nil
  }

  /// What has no `file:line`: a failed cast, and the failures that only the backtracer names.
  private func runtimeFailure(_ lines: [Substring], _ report: StageReport) -> Diagnostic? {
    let signal = report.signal?.name
    for line in lines.reversed() {
      var cursor = TextCursor(line)
      if cursor.skip("*** Swift runtime failure: "), let text = cursor.text(before: " ***") {
        return Diagnostic(
          severity: .error, stage: report.stage, code: "Swift runtime failure",
          message: String(text))
      }
      if signal == "SIGILL" || signal == "SIGTRAP", cursor.skip("exit with status ") {
        return Diagnostic(
          severity: .error, stage: report.stage, code: "exit", message: String(line))
      }
      if cursor.skip("Could not cast value of type '"), let from = cursor.text(before: "'"),
        cursor.text(before: " to '") != nil, let to = cursor.text(before: "'")
      {
        return Diagnostic(
          severity: .error, stage: report.stage, code: report.signal?.name,
          message: "could not cast a value of type '\(from)' to '\(to)'")
      }
    }
    return nil
  }

  /// A signal without a word from the runtime.
  private func silent(_ signal: Signal, _ report: StageReport) -> Diagnostic {
    let message =
      switch signal.name {
      case "SIGILL", "SIGTRAP":
        "the program trapped without a message, as Swift does for arithmetic overflow and for "
          + "values out of range"
      case "SIGSEGV", "SIGBUS":
        signal.meaning + ", in Swift most often recursion without an end"
      default: signal.meaning
      }
    return Diagnostic(severity: .error, stage: report.stage, code: signal.name, message: message)
  }

  /// The program's frames of the thread that crashed, innermost last.
  private func backtrace(
    _ lines: [Substring], _ files: inout ProgramFiles
  ) -> [Diagnostic.Frame] {
    guard
      let start = lines.lastIndex(where: {
        $0.startsWithBytes("Thread ") && $0.endsWithBytes(" crashed:")
      })
    else { return [] }
    var frames: [Diagnostic.Frame] = []
    var hasGap = false
    var isCut = false
    for line in lines[start...].dropFirst() {
      if line.startsWithBytes("Registers:") || line.startsWithBytes("Images (") { break }
      // In front of a call: those that it led to are missing.
      if line.allSatisfy({ $0 == " " || $0 == "." }), line.contains(".") { hasGap = true }
      if line.firstByteIndex(of: " ocisandbox_looks ") != nil {
        // Several looks at one call, by swift-driver.c.
        frames = StoppedStack.common(frames.map { [$0] }, &files)
        continue
      }
      guard let at = line.lastByteIndex(of: " at "), let image = line.lastByteIndex(of: " in "),
        image < at,
        let place = PrintedPlace(Substring(line[at...].utf8.dropFirst(4))),
        let file = files.relativePath(ofAbsolute: place.path)
      else { continue }
      isCut = isCut || hasGap
      let source = files.line(place.line, of: file)
      frames.append(
        Diagnostic.Frame(
          function: Self.function(line[..<image]), file: file, line: place.line,
          column: place.column.map { files.scalarColumn($0, .utf8, place.line, of: file) },
          source: source))
      if frames.count >= 4 * ParserBounds.frames { break }
    }
    var folded = Array(frames.reversed()).folded
    for index in folded.indices where isCut && folded[index].repeats != nil {
      folded[index].isAtLeast = true
    }
    return folded.boundedFrames
  }

  /// The name in `3 [ra] 0x0000560de7610400 idx(_:_:) + 47`.
  private static func function(_ text: Substring) -> String? {
    var cursor = TextCursor(text)
    guard cursor.text(before: " 0x") != nil, cursor.text(before: " ") != nil else { return nil }
    let name = cursor.rest
    return String(name.lastByteIndex(of: " + ").map { name[..<$0] } ?? name)
  }
}
