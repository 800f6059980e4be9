/// Reads the reports of AddressSanitizer, UndefinedBehaviorSanitizer and their relatives.
enum SanitizerReader {
  /// The diagnostics in `lines`, in the order in which they were printed.
  static func read(
    _ lines: [Substring], _ report: StageReport, _ files: inout ProgramFiles
  ) -> [Diagnostic] {
    var found: [Diagnostic] = []
    for index in lines.indices where found.count < ParserBounds.diagnostics {
      if let start = lines[index].firstByteIndex(of: ": runtime error: ") {
        undefinedBehavior(lines[index], start, report, &files).map { found.append($0) }
      } else if let start = lines[index].firstByteIndex(of: "Sanitizer: "),
        lines[index].startsWithBytes("=="), lines[index].firstByteIndex(of: "==ERROR: ") != nil
      {
        found.append(memoryError(lines[index...], start, report, &files))
      }
    }
    return found
  }

  /// `main.c:5:19: runtime error: index 5 out of bounds for type 'int [4]'`
  private static func undefinedBehavior(
    _ line: Substring, _ start: Substring.Index, _ report: StageReport,
    _ files: inout ProgramFiles
  ) -> Diagnostic? {
    guard let place = PrintedPlace(line[..<start]), let file = files.relativePath(of: place.path)
    else { return nil }
    let source = files.line(place.line, of: file)
    return Diagnostic(
      severity: report.printedSeverity, stage: report.stage, file: file, line: place.line,
      column: place.column.map { ColumnUnit.utf8.scalarColumn($0, in: source) },
      code: "undefined-behavior",
      message: OutputLines.message([Substring(line[start...].utf8.dropFirst(17))]), source: source)
  }

  /// `==7==ERROR: AddressSanitizer: heap-use-after-free on address ...`, its stack and those after it.
  private static func memoryError(
    _ lines: ArraySlice<Substring>, _ start: Substring.Index, _ report: StageReport,
    _ files: inout ProgramFiles
  ) -> Diagnostic {
    var cursor = TextCursor(Substring(lines[lines.startIndex][start...].utf8.dropFirst(11)))
    _ = cursor.skip("attempting ")
    let kind = cursor.text(before: " ") ?? cursor.rest
    var result = Diagnostic(
      severity: report.printedSeverity, stage: report.stage, code: String(kind),
      message: kind == "SEGV" ? "invalid memory access" : String(kind).replacing("-", with: " "))
    var heading: Substring?
    var stack: [Diagnostic.Frame] = []
    var isFirst = true

    func finishStack() {
      guard let innermost = stack.first else { return }
      if isFirst {
        (result.file, result.line) = (innermost.file, innermost.line)
        (result.column, result.source) = (innermost.column, innermost.source)
        result.stack = Array(stack.reversed()).folded.boundedFrames
        isFirst = false
      } else if let heading, result.notes.count < ParserBounds.notes {
        result.notes.append(
          Diagnostic(
            severity: .note, stage: report.stage, file: innermost.file, line: innermost.line,
            column: innermost.column, message: String(heading), source: innermost.source))
      }
      stack = []
    }

    for line in lines.dropFirst().prefix(1000) {
      if line.startsWithBytes("SUMMARY: ") { break }
      if line.startsWithBytes("    #") {
        if let frame = self.frame(line, &files) {
          stack.append(frame)
        }
        continue
      }
      finishStack()
      if line.startsWithBytes("READ of size ") || line.startsWithBytes("WRITE of size ") {
        var access = TextCursor(line)
        access.text(before: " at ").map { result.message = String($0) }
      } else if line.startsWithBytes("freed by ") {
        heading = "freed here"
      } else if line.startsWithBytes("previously allocated by ")
        || line.startsWithBytes("allocated by ")
      {
        heading = "allocated here"
      } else if !line.utf8.isEmpty {
        heading = nil
      }
    }
    finishStack()
    return result
  }

  /// `    #0 0x56315f1fa4ec in main /workspace/main.c:5:3`
  private static func frame(
    _ line: Substring, _ files: inout ProgramFiles
  ) -> Diagnostic.Frame? {
    var cursor = TextCursor(line)
    guard cursor.text(before: " in ") != nil, let space = cursor.rest.lastByteIndex(of: " "),
      let place = PrintedPlace(Substring(cursor.rest[space...].utf8.dropFirst())),
      let file = files.relativePath(ofAbsolute: place.path)
    else { return nil }
    let source = files.line(place.line, of: file)
    return Diagnostic.Frame(
      function: String(cursor.rest[..<space]), file: file, line: place.line,
      column: place.column.map { ColumnUnit.utf8.scalarColumn($0, in: source) }, source: source)
  }
}
