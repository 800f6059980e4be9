/// Reads the reports of AddressSanitizer, UndefinedBehaviorSanitizer and their relatives.
enum SanitizerReader {
  /// How many calls of a stack sanitizers tell of at most: 256 less some of their own.
  private static let mostCalls = 240

  /// The diagnostics in `lines`, in the order in which they were printed.
  static func read(
    _ lines: [Substring], _ report: StageReport, _ files: inout ProgramFiles
  ) -> [Diagnostic] {
    var found: [Diagnostic] = []
    for index in lines.indices where found.count < ParserBounds.diagnostics {
      if let start = lines[index].firstByteIndex(of: ": runtime error: ") {
        undefinedBehavior(lines[index...], start, report, &files).map { found.append($0) }
      } else if let start = lines[index].firstByteIndex(of: "Sanitizer: "),
        lines[index].startsWithBytes("=="), lines[index].firstByteIndex(of: "==ERROR: ") != nil
      {
        found.append(memoryError(lines[index...], start, report, &files))
      }
    }
    return found
  }

  /// `main.c:5:19: runtime error: index 5 out of bounds for type 'int [4]'`, and the stack behind it, if there is one.
  private static func undefinedBehavior(
    _ lines: ArraySlice<Substring>, _ start: Substring.Index, _ report: StageReport,
    _ files: inout ProgramFiles
  ) -> Diagnostic? {
    guard let line = lines.first, let place = PrintedPlace(line[..<start]),
      let file = files.relativePath(of: place.path)
    else { return nil }
    // The memory around a pointer may stand between.
    let calls =
      lines.dropFirst().prefix(6).firstIndex { $0.startsWithBytes("    #0 ") }
      .map { lines[$0...].prefix { $0.startsWithBytes("    #") } } ?? []
    let stack = Array(calls.compactMap { frame($0, &files) }.reversed())
    let source = files.line(place.line, of: file)
    return Diagnostic(
      severity: report.printedSeverity, stage: report.stage, file: file, line: place.line,
      column: place.column.map { ColumnUnit.utf8.scalarColumn($0, in: source) },
      code: "undefined-behavior",
      message: withoutAddress(
        OutputLines.message([Substring(line[start...].utf8.dropFirst(17))])), source: source,
      stack: (calls.count < mostCalls ? stack.folded : stack.folded.withoutStart).boundedFrames)
  }

  /// `load of address 0x7ffd816e6f6c with ...` without the number, which is another one each time.
  private static func withoutAddress(_ message: String) -> String {
    var cursor = TextCursor(message[...])
    guard let before = cursor.text(before: "address 0x") else { return message }
    let rest = cursor.rest.utf8.drop {
      (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
    }
    return "\(before)address\(Substring(rest))"
  }

  /// `==7==ERROR: AddressSanitizer: heap-use-after-free on address ...`, its stack and those after it.
  private static func memoryError(
    _ lines: ArraySlice<Substring>, _ start: Substring.Index, _ report: StageReport,
    _ files: inout ProgramFiles
  ) -> Diagnostic {
    var cursor = TextCursor(Substring(lines[lines.startIndex][start...].utf8.dropFirst(11)))
    _ = cursor.skip("attempting ")
    let words = cursor.rest
    let kind = cursor.text(before: " ") ?? words
    let (code, message) =
      switch kind {
      case "exit": ("exit", String(words))
      case "SEGV": ("SEGV", "invalid memory access")
      case "double-free": ("double-free", "what is freed was freed before")
      case "free": ("bad-free", "what is freed is not what an allocation gave")
      default: (String(kind), String(kind).replacing("-", with: " "))
      }
    var result = Diagnostic(
      severity: report.printedSeverity, stage: report.stage, code: code, message: message)
    var heading: Substring?
    var stack: [Diagnostic.Frame] = []
    var calls = 0
    var isFirst = true

    func finishStack() {
      guard let innermost = stack.first else { return }
      if isFirst {
        let isCut = calls >= mostCalls
        let all = Array(stack.reversed())
        let recursion = code == "stack-overflow" ? all.recursion(isCut: isCut, &files) : nil
        let place = recursion?.last ?? innermost
        (result.file, result.line) = (place.file, place.line)
        (result.column, result.source) = (place.column, place.source)
        result.stack =
          recursion ?? (isCut ? all.folded.withoutStart : all.folded).boundedFrames
        isFirst = false
      } else if let heading, result.notes.count < ParserBounds.notes {
        result.notes.append(
          Diagnostic(
            severity: .note, stage: report.stage, file: innermost.file, line: innermost.line,
            column: innermost.column, message: String(heading), source: innermost.source))
      }
      stack = []
      calls = 0
    }

    for line in lines.dropFirst().prefix(1000) {
      if line.startsWithBytes("SUMMARY: ") { break }
      if line.startsWithBytes("    #") {
        calls += 1
        if let frame = self.frame(line, &files) {
          stack.append(frame)
        }
        continue
      }
      finishStack()
      if line.startsWithBytes("READ of size ") || line.startsWithBytes("WRITE of size ") {
        var access = TextCursor(line)
        access.text(before: " at ").map { result.message = String($0) }
      } else if line.startsWithBytes("0x"), let words = place(in: line) {
        result.message += ", " + words
      } else if line.startsWithBytes("    ["), let variable = variable(in: line) {
        result.message += ", past the end of the variable '\(variable)'"
      } else if line.firstByteIndex(of: "==The signal is caused by a ") != nil {
        var access = TextCursor(line)
        if access.text(before: " caused by a ") != nil, let way = access.text(before: " ") {
          result.message =
            way == "WRITE"
            ? "a write to memory that cannot be written"
            : "a \(way.lowercased()) of memory that is not there"
        }
      } else if line.endsWithBytes("==Hint: address points to the zero page.") {
        result.message += ": a null pointer, or an offset from one"
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

  /// `0x502000000038 is located 0 bytes after 40-byte region [...`, without addresses.
  private static func place(in line: Substring) -> String? {
    var cursor = TextCursor(line)
    guard cursor.text(before: " is located ") != nil, let words = cursor.text(before: " ["),
      words.endsWithBytes(" region") || words.endsWithBytes("-byte region")
    else { return nil }
    return String(words)
  }

  /// The variable in `    [32, 40) 'buf' (line 4) <== Memory access at offset 40 overflows this variable`.
  private static func variable(in line: Substring) -> String? {
    guard line.endsWithBytes(" overflows this variable") else { return nil }
    var cursor = TextCursor(line)
    guard cursor.text(before: "'") != nil, let name = cursor.text(before: "'") else { return nil }
    return String(name)
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
