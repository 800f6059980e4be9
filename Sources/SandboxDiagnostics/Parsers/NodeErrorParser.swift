/// Reads what node prints of an uncaught error, 18 and later: the `node-error` of manifests.
///
/// The place is where node says that the error was thrown, or, inside of node's own files, the
/// innermost call of the program. Causes and the members of an `AggregateError` are notes.
public struct NodeErrorParser: DiagnosticParser {
  /// Creates the parser.
  public init() {}

  /// The diagnostic of the uncaught error, of an abort, or none.
  public func diagnostics(in report: StageReport) -> [Diagnostic] {
    let lines = OutputLines.split(report.standardError)
    var files = ProgramFiles(report)
    let diagnostic =
      nativeFailure(lines, report, &files) ?? uncaught(lines, report, &files)
      ?? printed(lines, report, &files)
    return diagnostic.map { [$0] } ?? []
  }

  /// An error under the `file:line`, source and caret that node prints for what nobody caught.
  private func uncaught(
    _ lines: [Substring], _ report: StageReport, _ files: inout ProgramFiles
  ) -> Diagnostic? {
    guard let header = lines.indices.dropLast(2).last(where: { NodeHeader(lines, at: $0) != nil }),
      let place = NodeHeader(lines, at: header)
    else { return nil }
    var start = header + 3
    var isError = false
    while start < lines.count, lines[start].utf8.isEmpty {
      start += 1
      isError = true
    }
    guard start < lines.count else { return nil }
    let printed = PrintedNodeError(lines[start...], isError: isError, files)
    var diagnostic = printed.diagnostic(report, &files)
    if let file = files.relativePath(ofAbsolute: place.path) {
      diagnostic.file = file
      diagnostic.line = place.line
      let known = files.line(place.line, of: file)
      let source = known ?? String(lines[header + 1])
      diagnostic.source = source
      let columns = [place.carets.lowerBound + 1, place.carets.upperBound + 1].map {
        known == nil
          ? ColumnUnit.utf16.scalarColumn($0, in: source)
          : files.scalarColumn($0, .utf16, place.line, of: file)
      }
      diagnostic.column = columns[0]
      diagnostic.endLine = place.carets.count > 1 ? place.line : nil
      diagnostic.endColumn = place.carets.count > 1 ? columns[1] : nil
    }
    return diagnostic
  }

  /// An error that the program printed itself, with its stack, before it ended with a failure.
  private func printed(
    _ lines: [Substring], _ report: StageReport, _ files: inout ProgramFiles
  ) -> Diagnostic? {
    guard !report.succeeded,
      let call = lines.lastIndex(where: { $0.startsWithBytes("    at ") })
    else { return nil }
    var start = call
    var steps = 0
    while start > 0, lines[start].startsWithBytes("    at ") { start -= 1 }
    while start > 0, steps < ParserBounds.messageLines, !NodeErrorTitle(lines[start]).isTyped {
      start -= 1
      steps += 1
    }
    guard NodeErrorTitle(lines[start]).isTyped else { return nil }
    return PrintedNodeError(lines[start...], isError: true, files).diagnostic(report, &files)
  }

  /// `FATAL ERROR: Reached heap limit ...`, and the stack that `process.abort()` prints.
  private func nativeFailure(
    _ lines: [Substring], _ report: StageReport, _ files: inout ProgramFiles
  ) -> Diagnostic? {
    guard let signal = report.signal else { return nil }
    let fatal = lines.last { $0.startsWithBytes("FATAL ERROR: ") }
    let heading = lines.lastIndex { $0.startsWithBytes("----- JavaScript stack trace -----") }
    guard fatal != nil || heading != nil else { return nil }
    let frames = heading.map { lines[$0...].dropFirst().prefix(ParserBounds.frames * 2) } ?? []
    let stack = frames.compactMap { line -> Diagnostic.Frame? in
      var cursor = TextCursor(line)
      guard cursor.number() != nil, cursor.skip(": ") else { return nil }
      return Diagnostic.Frame(nodeCall: cursor.rest, &files)
    }
    let innermost = stack.first
    return Diagnostic(
      severity: .error, stage: report.stage, file: innermost?.file, line: innermost?.line,
      column: innermost?.column, code: fatal == nil ? signal.name : "FATAL ERROR",
      message: fatal.map { OutputLines.message([Substring($0.utf8.dropFirst(13))]) }
        ?? signal.meaning,
      source: innermost?.source, stack: Array(stack.reversed()).boundedFrames)
  }
}

/// The `file:line`, source line and carets over an uncaught error.
private struct NodeHeader {
  var path: Substring
  var line: Int
  /// What is marked, in UTF-16 units from 0.
  var carets: Range<Int>

  init?(_ lines: [Substring], at index: Int) {
    let first = lines[index]
    // Cheap tests first: every line of the output is asked.
    guard let byte = first.utf8.first, [0x2F, 0x66, 0x6E, 0x3C, 0x5B].contains(byte),
      let colon = first.utf8.lastIndex(of: UInt8(ascii: ":"))
    else { return nil }
    var cursor = TextCursor(Substring(first[colon...].utf8.dropFirst()))
    guard let line = cursor.number(), cursor.isAtEnd else { return nil }
    let marks = lines[index + 2].utf8
    guard let caret = marks.firstIndex(of: UInt8(ascii: "^")),
      marks.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x5E })
    else { return nil }
    path = first[..<colon]
    self.line = line
    let start = marks.distance(from: marks.startIndex, to: caret)
    carets = start..<(start + marks[caret...].prefix { $0 == 0x5E }.count)
  }
}
