/// The first line of an error as node prints it: `TypeError [ERR_INVALID_ARG_TYPE]: message`.
struct NodeErrorTitle {
  /// The class; `nil` where the line does not start with one.
  var name: Substring?
  /// Node's own code.
  var code: Substring?
  /// The message's first line.
  var message: Substring

  /// Reads a line; one that is no title becomes the message.
  init(_ line: Substring) {
    var cursor = TextCursor(line)
    _ = cursor.skip("Uncaught ")
    let start = cursor.rest
    var head = cursor.text(before: ": ") ?? start
    message = head.endIndex == start.endIndex ? "" : cursor.rest
    if head.endsWithBytes("]"), let open = head.firstByteIndex(of: " [") {
      code = Substring(head[open...].utf8.dropFirst(2).dropLast())
      head = head[..<open]
    }
    let isName =
      head.unicodeScalars.first.map { $0.properties.isXIDStart || $0 == "_" || $0 == "$" } == true
      && head.unicodeScalars.allSatisfy {
        $0.properties.isXIDContinue || $0 == "$" || $0 == "."
      }
    if isName {
      name = head
    } else {
      (code, message) = (nil, line)
    }
  }

  /// Whether the class is surely one of an error.
  var isTyped: Bool {
    code != nil || name.map { $0.endsWithBytes("Error") || $0.endsWithBytes("Exception") } == true
  }
}

/// An error as `util.inspect` prints it: title, message, stack, and properties in braces.
struct PrintedNodeError {
  private var title: NodeErrorTitle?
  private var message: [Substring]
  private var calls: [Substring] = []
  private var errorCode: Substring?
  private var related: [(word: String, title: Substring, call: Substring?)] = []

  /// Reads an error that starts with the first of `lines`; `isError` says that it is known to be one,
  /// and not another value that was thrown.
  init(_ lines: ArraySlice<Substring>, isError: Bool, _ files: ProgramFiles) {
    let isCall = { (line: Substring) in line.startsWithBytes("    at ") }
    var rest = lines
    message = []
    while let line = rest.first, !isCall(line), !Self.isEnd(line) {
      if message.count < ParserBounds.messageLines { message.append(line) }
      rest = rest.dropFirst()
    }
    let hasCalls = rest.first.map(isCall) == true
    while let line = rest.first, isCall(line) || line.startsWithBytes("    ... ") {
      if isCall(line) { calls.append(Substring(line.utf8.dropFirst(7))) }
      rest = rest.dropFirst()
    }
    if calls.last?.endsWithBytes(" {") == true || message.last?.endsWithBytes(" {") == true {
      readProperties(rest, files)
    }
    if let first = message.first, isError || hasCalls {
      let title = NodeErrorTitle(first)
      if title.name != nil {
        self.title = title
        message[message.startIndex] = title.message
      }
    }
  }

  private static func isEnd(_ line: Substring) -> Bool {
    line.startsWithBytes("Node.js v") || line.startsWithBytes("(Use `node --trace-")
  }

  private mutating func readProperties(_ lines: ArraySlice<Substring>, _ files: ProgramFiles) {
    for (index, line) in zip(lines.indices, lines) {
      if line == "}" { return }
      var cursor = TextCursor(line)
      let indentation = cursor.skipBlanks()
      if indentation == 2, cursor.skip("code: '"), errorCode == nil {
        errorCode = cursor.text(before: "'")
      } else if related.count < ParserBounds.notes {
        let isCause = cursor.skip("[cause]: ")
        let next = index + 1 < lines.endIndex ? TextCursor(lines[index + 1]) : nil
        guard isCause || (NodeErrorTitle(cursor.rest).isTyped && next?.isCall == true) else {
          continue
        }
        let call = lines[(index + 1)...].prefix { TextCursor($0).isCall }
          .first { NodeCall($0).map { files.relativePath(ofAbsolute: $0.place.path) } != nil }
        related.append((isCause ? "caused by" : "one of the errors", cursor.rest, call))
      }
    }
  }

  /// The diagnostic, at the innermost call of the program.
  func diagnostic(_ report: StageReport, _ files: inout ProgramFiles) -> Diagnostic {
    var stack: [Diagnostic.Frame] = []
    for call in calls where stack.count < ParserBounds.frames {
      if let frame = Diagnostic.Frame(nodeCall: call, &files) { stack.append(frame) }
    }
    let innermost = stack.first
    var text = files.withoutWorkspace(OutputLines.message(message))
    let code = code
    // A system error says its code twice.
    if let code, text[...].startsWithBytes(code + ": ") {
      text = String(Substring(text.utf8.dropFirst(code.utf8.count + 2)))
    }
    if text.isEmpty { text = code ?? "an error without a message" }
    var result = Diagnostic(
      severity: report.printedSeverity, stage: report.stage, file: innermost?.file,
      line: innermost?.line, column: innermost?.column, code: code,
      message: title == nil ? "threw a value that is not an Error: " + text : text,
      source: innermost?.source, stack: stack.reversed())
    if let own = title?.code ?? errorCode, String(own) != code {
      result.notes.append(
        Diagnostic(severity: .note, stage: report.stage, message: "node's code for it is \(own)"))
    }
    for (word, title, call) in related {
      let frame = call.flatMap { Diagnostic.Frame(nodeCall: TextCursor($0).call, &files) }
      let text = title.endsWithBytes(" {") ? title.dropLast(2) : title
      result.notes.append(
        Diagnostic(
          severity: .note, stage: report.stage, file: frame?.file, line: frame?.line,
          column: frame?.column, message: "\(word): " + files.withoutWorkspace(text),
          source: frame?.source))
    }
    return result
  }

  /// The class, or, of a plain `Error`, node's code, which says more.
  private var code: String? {
    guard let name = title?.name else { return nil }
    return name == "Error" ? String(title?.code ?? errorCode ?? name) : String(name)
  }
}

/// A call in a stack of node: `f (/workspace/main.js:2:32)` or `/workspace/main.js:2:32`.
private struct NodeCall {
  var function: Substring?
  var place: PrintedPlace

  init?(_ text: Substring) {
    var text = TextCursor(text).call
    if text.endsWithBytes(" {") { text = Substring(text.utf8.dropLast(2)) }
    if text.endsWithBytes(",") { text = Substring(text.utf8.dropLast()) }
    if text.endsWithBytes(")"), let open = text.lastByteIndex(of: " (") {
      function = text[..<open]
      text = Substring(text[open...].utf8.dropFirst(2).dropLast())
    } else if text.startsWithBytes("async ") {
      text = Substring(text.utf8.dropFirst(6))
    }
    guard let place = PrintedPlace(text) else { return nil }
    self.place = place
  }
}

extension TextCursor {
  fileprivate var isCall: Bool {
    var cursor = self
    cursor.skipBlanks()
    return cursor.skip("at ")
  }

  /// What follows `at `; all of it where there is none.
  fileprivate var call: Substring {
    var cursor = self
    cursor.skipBlanks()
    return cursor.skip("at ") ? cursor.rest : rest
  }
}

extension Diagnostic.Frame {
  /// The frame of a call in a stack of node; `nil` outside of the program.
  init?(nodeCall text: Substring, _ files: inout ProgramFiles) {
    guard let call = NodeCall(text), let file = files.relativePath(ofAbsolute: call.place.path)
    else { return nil }
    let line = call.place.line
    self.init(
      function: call.function.map(String.init), file: file, line: line,
      column: call.place.column.map { files.scalarColumn($0, .utf16, line, of: file) },
      source: files.line(line, of: file))
  }
}
