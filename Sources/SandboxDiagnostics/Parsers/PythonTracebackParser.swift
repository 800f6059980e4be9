import SandboxExecution

/// Reads CPython's tracebacks, 3.9 and later: the `python-traceback` of manifests.
///
/// The last uncaught exception is the diagnostic. The exceptions that led to it, and those inside of an
/// `ExceptionGroup`, are its notes. Columns come from the `~~^~~` markers of 3.11 and later, and need the
/// file's text in ``StageReport/sources``, because Python prints its lines without indentation.
public struct PythonTracebackParser: DiagnosticParser {
  /// Creates the parser.
  public init() {}

  /// The diagnostic of the last traceback on standard error, or none.
  public func diagnostics(in report: StageReport) -> [Diagnostic] {
    let exceptions = PythonExceptionReader.read(OutputLines.split(report.standardError))
    // Depth 0 is an ordinary traceback, 1 that of a group; what is deeper is a member of the group.
    guard let last = exceptions.lastIndex(where: { $0.depth <= 1 }) else { return [] }
    var files = ProgramFiles(report)
    var diagnostic = describe(exceptions[last], in: report, &files)

    var notes: [Diagnostic] = []
    for member in exceptions[(last + 1)...].prefix(ParserBounds.notes) {
      notes.append(note("in the group:", member, report, &files))
    }
    var later = last
    while later > 0, let relation = exceptions[later].relation, notes.count < ParserBounds.notes {
      guard let earlier = exceptions[..<later].lastIndex(where: { $0.depth <= 1 }) else { break }
      notes.append(note(relation.rawValue, exceptions[earlier], report, &files))
      later = earlier
    }
    diagnostic.notes += notes
    return [diagnostic]
  }

  /// The stack of the thread that ran, as `faulthandler` writes it: innermost call first.
  public func stoppedAt(in report: StageReport) -> [Diagnostic.Frame] {
    guard let text = report.driverReport?.text else { return [] }
    var files = ProgramFiles(report)
    var frames: [Diagnostic.Frame] = []
    var isCurrent = false
    for line in OutputLines.split(text) {
      if line.endsWithBytes("(most recent call first):") {
        // The main thread comes last, and counts where the running one is not in the program.
        if isCurrent, !frames.isEmpty { break }
        isCurrent = line.startsWithBytes("Current thread ") || isCurrent
        frames = []
        continue
      }
      var cursor = TextCursor(line)
      guard cursor.skip("  File \""), let path = cursor.text(before: "\", line "),
        let number = cursor.number(), cursor.skip(" in "),
        let file = files.relativePath(ofAbsolute: path)
      else { continue }
      frames.append(
        Diagnostic.Frame(
          function: String(cursor.rest), file: file, line: number,
          source: files.line(number, of: file)))
    }
    return Array(frames.reversed()).folded.boundedFrames
  }

  private func note(
    _ relation: String, _ exception: PythonException, _ report: StageReport,
    _ files: inout ProgramFiles
  ) -> Diagnostic {
    var note = describe(exception, in: report, &files)
    note.severity = .note
    let name = note.code.map { $0 == note.message ? $0 : "\($0): \(note.message)" } ?? note.message
    note.code = nil
    note.message = "\(relation) \(name)"
    return note
  }

  private func describe(
    _ exception: PythonException, in report: StageReport, _ files: inout ProgramFiles
  ) -> Diagnostic {
    var places: [LocatedPythonFrame] = []
    // Bounded before the lines are looked up: a traceback can have as many frames as it likes.
    let own = exception.frames.filter { files.relativePath(of: $0.path) != nil }
    for frame in own.boundedFrames {
      guard var place = LocatedPythonFrame(frame, &files) else { continue }
      if let repeats = frame.repeats {
        // CPython prints three calls of a recursion before it counts.
        let printed = places.reversed().prefix { $0.isSameCall(as: place) }.count
        places.removeLast(printed)
        place.frame.repeats = repeats + printed
      }
      places.append(place)
    }
    let stack = places.filter { !$0.isSyntaxError }.map(\.frame).folded
    let place = places.last
    var message = files.withoutWorkspace(OutputLines.message(exception.message))
    if message.isEmpty { message = exception.name ?? "the program failed without a message" }
    return Diagnostic(
      severity: report.printedSeverity, stage: report.stage, file: place?.file,
      line: place?.frame.line, column: place?.frame.column, endLine: place?.endLine,
      endColumn: place?.endColumn, code: exception.name, message: message,
      source: place?.frame.source, stack: stack)
  }
}

/// A frame of a traceback that lies in the program's own files.
private struct LocatedPythonFrame {
  var file: String
  var frame: Diagnostic.Frame
  var endLine: Int?
  var endColumn: Int?
  var isSyntaxError: Bool

  init?(_ printed: PythonFrame, _ files: inout ProgramFiles) {
    guard let file = files.relativePath(of: printed.path) else { return nil }
    self.file = file
    isSyntaxError = printed.function == nil
    let whole = files.line(printed.line, of: file)
    frame = Diagnostic.Frame(
      function: printed.function.map(String.init), file: file, line: printed.line,
      source: whole ?? printed.source.map(String.init))
    guard let shown = printed.source, let markers = printed.markers,
      let indentation = Self.indentation(of: shown, in: whole)
    else { return }
    frame.column = indentation + markers.lowerBound + 1
    // One caret under a syntax error is a point, not a range.
    if !isSyntaxError || markers.count > 1 {
      endLine = printed.line
      endColumn = indentation + markers.upperBound + 1
    }
  }

  func isSameCall(as other: LocatedPythonFrame) -> Bool {
    file == other.file && frame.line == other.frame.line && frame.function == other.frame.function
      && frame.repeats == nil
  }

  /// The scalars before `shown` in the file's own line; `nil` where the two differ.
  private static func indentation(of shown: Substring, in whole: String?) -> Int? {
    guard let whole else { return nil }
    let line = trimmedEnd(Substring(whole).unicodeScalars)
    let part = trimmedEnd(shown.unicodeScalars)
    guard line.reversed().starts(with: part.reversed()) else { return nil }
    return line.count - part.count
  }

  private static func trimmedEnd(_ text: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView
  {
    var text = text
    while let last = text.last, last.properties.isWhitespace { text.removeLast() }
    return text
  }
}
