/// Reads `file:line:column: error: message` lines, as clang, swiftc, gcc and linkers print them.
enum CompilerTextReader {
  /// Adds the diagnostics in `text` to `list`; `columns` is what the compiler counts.
  static func read(
    _ text: some StringProtocol, columns: ColumnUnit, stage: Diagnostic.Stage,
    into list: inout CompilerDiagnosticList, _ files: inout ProgramFiles
  ) {
    let lines = OutputLines.split(String(text))
    // Said by the compiler of its linker, or of itself: only worth keeping when nothing else was said.
    var summary: Diagnostic?
    var linked = LinkerTextReader()
    for (index, line) in lines.enumerated() where !list.isFull {
      if let diagnostic = linked.read(line, stage: stage, &files) {
        list.append(diagnostic)
      } else if let message = CompilerMessage(line) {
        var diagnostic = message.diagnostic(columns: columns, stage: stage, &files)
        if message.place == nil, message.isSummary {
          summary = summary ?? diagnostic
          continue
        }
        let quoted = lines[(index + 1)...]
        readSource(of: &diagnostic, from: quoted.prefix(2), columns)
        quoted.dropFirst(2).first.map { readFixIt(of: &diagnostic, from: $0) }
        list.append(diagnostic)
      }
    }
    if let summary, !list.hasError { list.append(summary) }
  }

  /// Takes the line quoted under a message, and the end of what is underlined there.
  private static func readSource(
    of diagnostic: inout Diagnostic, from lines: ArraySlice<Substring>, _ columns: ColumnUnit
  ) {
    guard let line = diagnostic.line, let first = lines.first else { return }
    let marks = lines.dropFirst().first.flatMap(self.marks)
    let numbered = numberedLine(first, line)
    // Without its number or a caret below, the next line may be anything.
    if diagnostic.source == nil, numbered != nil || marks != nil {
      diagnostic.source = String(numbered ?? first)
      diagnostic.column = diagnostic.column.map { columns.scalarColumn($0, in: diagnostic.source) }
    }
    guard let marks, let column = diagnostic.column, let source = diagnostic.source else { return }
    let tail = marks.dropFirst().prefix { $0 == UInt8(ascii: "~") }.count
    guard tail > 0, column + tail <= source.unicodeScalars.count else { return }
    diagnostic.endLine = line
    diagnostic.endColumn = column + tail + 1
  }

  /// Takes the change that stands under the marks, where it is certain what it changes: what is underlined, if it
  /// begins there, or nothing, if the message says that something is missing.
  private static func readFixIt(of diagnostic: inout Diagnostic, from line: Substring) {
    guard let first = diagnostic.line, let column = diagnostic.column,
      let source = diagnostic.source,
      let text = line.firstIndex(where: { $0 != " " && $0 != "\t" }),
      !line.contains("<#"), CompilerMessage(line) == nil,
      // The marks stand under the columns, so that the change does.
      source.unicodeScalars.allSatisfy({ $0.isASCII && $0 != "\t" }),
      line[..<text].utf8.count == column - 1
    else { return }
    let replacement = String(line[text...])
    if let last = diagnostic.endLine, let end = diagnostic.endColumn, last == first {
      diagnostic.fixIts.append(
        Diagnostic.FixIt(
          line: first, column: column, endLine: last, endColumn: end, replacement: replacement))
    } else if diagnostic.message.hasPrefix("missing ") {
      diagnostic.fixIts.append(
        Diagnostic.FixIt(
          line: first, column: column, endLine: first, endColumn: column, replacement: replacement))
    }
  }

  /// The line behind the `  12 | ` that gcc and clang put before it; `nil` without that number.
  private static func numberedLine(_ text: Substring, _ line: Int) -> Substring? {
    var cursor = TextCursor(text)
    cursor.skipBlanks()
    guard cursor.number() == line else { return nil }
    cursor.skipBlanks()
    return cursor.skip("| ") ? cursor.rest : nil
  }

  /// From the caret on, what a line of markers holds; `nil` for another line.
  private static func marks(_ text: Substring) -> Substring.UTF8View? {
    var cursor = TextCursor(text)
    cursor.skipBlanks()
    _ = cursor.skip("| ")
    let marks = cursor.rest.utf8
    guard marks.allSatisfy({ [0x20, 0x09, 0x5E, 0x7E, 0x2D].contains($0) }),
      let caret = marks.firstIndex(of: UInt8(ascii: "^"))
    else { return nil }
    return marks[caret...]
  }
}

/// A line such as `main.c:3:5: warning: unused variable 'x' [-Wunused-variable]`.
struct CompilerMessage {
  /// Where; `nil` where the line names no place in a file.
  var place: PrintedPlace?
  /// How grave.
  var severity: Diagnostic.Severity
  /// The warning's option or group.
  var code: Substring?
  /// The message, without place, severity and code.
  var message: Substring

  /// The words of severities, each with the separator that follows it.
  private static let words = [
    "error: ", "fatal error: ", "warning: ", "note: ", "remark: ", "internal compiler error: ",
    "sorry, unimplemented: ",
    // Those of an assembler, about what stands in `asm`.
    "Error: ", "Warning: ",
  ]

  private static let firstLetters = Set(words.compactMap(\.utf8.first))

  /// Reads a line; `nil` where it is no message of a compiler.
  init?(_ line: Substring) {
    guard let (start, word) = Self.firstWord(in: line),
      let severity = Diagnostic.Severity(compilerWord: word.dropLast(2))
    else { return nil }
    self.severity = severity
    var head = line[..<start]
    // clang's -fdiagnostics-print-source-range-info puts `:{4:13-4:16}` behind the place.
    if head.endsWithBytes("}"), let open = head.firstByteIndex(of: ":{") { head = head[..<open] }
    place = PrintedPlace(head)
    let lead = (start == line.startIndex ? 0 : 2) + word.utf8.count
    message = Substring(line[start...].utf8.dropFirst(lead))
    // swiftc prints `<unknown>:0: error: error opening input file`, and tools put their own name first.
    if place == nil {
      guard word != "Error: ", word != "Warning: " else { return nil }
      guard head.isEmpty || head == "<unknown>:0" || !head.utf8.contains(0x20) else { return nil }
      if message.startsWithBytes("error: ") { message = Substring(message.utf8.dropFirst(7)) }
    }
    readCode()
  }

  /// The first `: error: ` in one pass, whichever severity it is; at the line's start without the colon.
  private static func firstWord(in line: Substring) -> (start: Substring.Index, word: String)? {
    var lead = line.startIndex
    var rest = line
    while true {
      if let first = rest.utf8.first, Self.firstLetters.contains(first),
        let word = words.first(where: { rest.startsWithBytes($0) })
      {
        return (lead, word)
      }
      var cursor = TextCursor(rest)
      guard let passed = cursor.text(before: ": ") else { return nil }
      lead = passed.endIndex
      rest = cursor.rest
    }
  }

  /// Whether it only says that another tool, whose messages are there too, has failed.
  var isSummary: Bool {
    message.startsWithBytes("link command failed")
      || message.startsWithBytes("linker command failed")
      || message.startsWithBytes("ld returned ") || message.startsWithBytes("fatalError")
      || message.startsWithBytes("emit-module command failed")
      || message.startsWithBytes("compile command failed")
  }

  private mutating func readCode() {
    guard message.endsWithBytes("]"), let open = message.lastByteIndex(of: " [") else { return }
    let code = Substring(message[open...].utf8.dropFirst(2).dropLast())
    guard code.startsWithBytes("-W") || code.startsWithBytes("#"), !code.utf8.contains(0x20) else {
      return
    }
    self.code = code.split(separator: ",").last { $0 != "-Werror" } ?? code
    message = message[..<open]
  }

  /// The diagnostic, as far as this line tells it.
  func diagnostic(
    columns: ColumnUnit, stage: Diagnostic.Stage, _ files: inout ProgramFiles
  ) -> Diagnostic {
    var result = Diagnostic(
      severity: severity, stage: stage, code: code.map(String.init),
      message: files.withoutWorkspace(OutputLines.message([message])))
    if let place, let file = files.relativePath(of: place.path) {
      result.file = file
      result.line = place.line
      result.source = files.line(place.line, of: file)
      result.column = place.column.map {
        files.scalarColumn($0, columns, place.line, of: file)
      }
    }
    return result
  }
}
