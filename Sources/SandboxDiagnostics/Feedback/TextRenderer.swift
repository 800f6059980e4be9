/// Writes diagnostics for a person at a terminal, in the style of compilers.
///
/// Nothing that a program printed can drive the terminal or pass for a line of this renderer: control
/// characters, escape sequences and bidirectional overrides are made visible, and what follows a line end
/// in a message is indented.
public struct TextRenderer: Sendable {
  /// Whether to use colours.
  public var color: Bool

  /// Creates a renderer.
  public init(color: Bool = false) { self.color = color }

  /// The text for all of `diagnostics`, which ends in a line end unless there are none.
  public func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map { render($0) }.joined()
  }

  /// The text for one diagnostic.
  public func render(_ diagnostic: Diagnostic) -> String {
    var lines: [String] = []
    append(diagnostic, indentation: "", to: &lines)
    return lines.map { $0 + "\n" }.joined()
  }

  private func append(_ diagnostic: Diagnostic, indentation: String, to lines: inout [String]) {
    for part in [
      heading(diagnostic), excerpt(diagnostic), stack(diagnostic), values(diagnostic),
      fixIts(diagnostic),
    ] {
      lines += part.map { indentation + $0 }
    }
    for note in diagnostic.notes { append(note, indentation: indentation + "  ", to: &lines) }
  }

  /// The lines of the stack, without those that say nothing new.
  func stack(_ diagnostic: Diagnostic) -> [String] {
    // A stack of one call at the very place says nothing new.
    let isTrivial =
      diagnostic.stack.count == 1 && diagnostic.stack[0].file == diagnostic.file
      && diagnostic.stack[0].line == diagnostic.line && diagnostic.stack[0].repeats == nil
    if diagnostic.stack.isEmpty || isTrivial { return [] }
    return ["  stack, innermost call last:"] + diagnostic.stack.flatMap { frame($0) }
  }

  /// The lines of the values of variables.
  func values(_ diagnostic: Diagnostic) -> [String] {
    diagnostic.values.sorted { $0.key < $1.key }.map {
      "  \(VisibleText.line($0.key)) = \(VisibleText.line($0.value))"
    }
  }

  /// The lines of the changes that the compiler offers.
  func fixIts(_ diagnostic: Diagnostic) -> [String] {
    diagnostic.fixIts.map { "  fix: " + words($0) }
  }

  /// The lines of one note.
  func note(_ note: Diagnostic) -> [String] {
    var lines: [String] = []
    append(note, indentation: "  ", to: &lines)
    return lines
  }

  /// `main.py:3:9: error: ZeroDivisionError: division by zero`, and the message's further lines.
  func heading(_ diagnostic: Diagnostic) -> [String] {
    var head = ""
    if let place = place(diagnostic.file, diagnostic.line, diagnostic.column) {
      head = paint(place + ":", .bold) + " "
    }
    head += paint(diagnostic.severity.rawValue + ":", .of(diagnostic.severity)) + " "
    var message = VisibleText.lines(diagnostic.message)
    let code = diagnostic.code.map(VisibleText.line)
    if let code, code.hasPrefix("-") || code.hasPrefix("#") {
      message[0] += " [\(code)]"
    } else if let code, message[0] != code {
      message[0] = "\(code): \(message[0])"
    }
    return [head + paint(message[0], .bold)]
      + message.dropFirst().map { $0.isEmpty ? $0 : "    " + $0 }
  }

  /// The line with its number, and what is meant underlined.
  func excerpt(_ diagnostic: Diagnostic) -> [String] {
    guard let source = diagnostic.source else { return [] }
    let number = diagnostic.line.map(String.init) ?? ""
    let gutter = String(repeating: " ", count: max(0, 5 - number.count)) + number
    guard let column = diagnostic.column, (1..<Int.max).contains(column) else {
      return ["\(gutter) | \(SourceExcerpt(source, around: 1).text)"]
    }
    var end = column + 1
    if let endLine = diagnostic.endLine, let endColumn = diagnostic.endColumn {
      end = endLine == diagnostic.line ? max(end, endColumn) : .max
    }
    let excerpt = SourceExcerpt(source, around: column)
    let underline = excerpt.underline(column..<end)
    return [
      "\(gutter) | \(excerpt.text)",
      String(repeating: " ", count: gutter.count) + " | "
        + underline.blank + paint(underline.marks, .green),
    ]
  }

  private func frame(_ frame: Diagnostic.Frame) -> [String] {
    let place = place(frame.file, frame.line, frame.column) ?? "<unknown>"
    let function = frame.function.map { " in " + VisibleText.line($0) } ?? ""
    let source = frame.source.map { ["      " + SourceExcerpt(trimming: $0).text] } ?? []
    let repeats = frame.repeats.map { ["    ... \(words($0, of: frame))"] } ?? []
    return ["    " + place + function] + source + repeats
  }

  private func words(_ repeats: Int, of frame: Diagnostic.Frame) -> String {
    let calls = frame.repeatedCalls.map { "the last \($0) calls " } ?? ""
    let least = frame.isAtLeast == true ? "at least " : ""
    return "\(calls)\(least)\(repeats) more time\(repeats == 1 ? "" : "s")"
  }

  private func words(_ fixIt: Diagnostic.FixIt) -> String {
    if fixIt.column == 1, fixIt.line == fixIt.endLine, fixIt.endColumn == 1,
      fixIt.replacement.hasSuffix("\n")
    {
      return
        "insert the line '\(VisibleText.line(fixIt.replacement.dropLast()))' before line \(fixIt.line)"
    }
    let new = "'\(VisibleText.line(fixIt.replacement))'"
    let start = "\(fixIt.line):\(fixIt.column)"
    if fixIt.line == fixIt.endLine, fixIt.column == fixIt.endColumn {
      return "insert \(new) at \(start)"
    }
    let range = "\(start)-\(fixIt.endLine):\(fixIt.endColumn)"
    return fixIt.replacement.isEmpty ? "remove \(range)" : "replace \(range) with \(new)"
  }

  private func place(_ file: String?, _ line: Int?, _ column: Int?) -> String? {
    guard let file else { return nil }
    return
      ([Self.name(file)]
      + [line, line == nil ? nil : column].compactMap { $0.map(String.init) })
      .joined(separator: ":")
  }

  /// A file's name, in quotes where it has a character that names of files seldom have: a program can give its
  /// code any name, and a line begins with it.
  private static func name(_ file: String) -> String {
    let isPlain = file.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || $0.properties.numericType != nil
        || "._-/+<>@~=()".unicodeScalars.contains($0)
    }
    return isPlain ? file : "'\(VisibleText.line(file))'"
  }

  private enum Style: String {
    case bold = "1"
    case error = "1;31"
    case warning = "1;33"
    case note = "1;36"
    case green = "1;32"

    static func of(_ severity: Diagnostic.Severity) -> Style {
      switch severity {
      case .error: .error
      case .warning: .warning
      case .note: .note
      }
    }
  }

  private func paint(_ text: String, _ style: Style) -> String {
    color && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }
}
