import FoundationEssentials

/// Reads gcc's `-fdiagnostics-format=json`, gcc 9 and later, with whatever the driver and the linker print
/// around it: the `gcc-json` of manifests.
///
/// Plain `file:line:column: error:` lines are read too, so that a clang that is called `gcc`, or a gcc
/// without that option, still gives diagnostics.
public struct GCCJSONParser: DiagnosticParser {
  /// Creates the parser.
  public init() {}

  /// The compiler's and the linker's diagnostics.
  public func diagnostics(in report: StageReport) -> [Diagnostic] {
    var files = ProgramFiles(report)
    var list = CompilerDiagnosticList()
    for part in GCCOutputPart.split(report.standardError) {
      switch part {
      case .messages(let messages):
        for message in messages {
          list.append(message.diagnostic(stage: report.stage, &files))
        }
      case .text(let text):
        // gcc's own text counts terminal cells, and is all that it prints beside JSON.
        CompilerTextReader.read(text, columns: .cell, stage: report.stage, into: &list, &files)
      }
    }
    return list.diagnostics
  }
}

/// A piece of what gcc printed: decoded JSON, or the text between.
enum GCCOutputPart {
  case messages([GCCMessage])
  case text(Substring)

  /// Cuts `text` at JSON arrays that start a line.
  static func split(_ text: String) -> [GCCOutputPart] {
    var parts: [GCCOutputPart] = []
    let bytes = text.utf8
    var textStart = bytes.startIndex
    var lineStart = bytes.startIndex
    while lineStart < bytes.endIndex {
      if bytes[lineStart] == UInt8(ascii: "[") {
        // Looking for its end again from every later line would make the time quadratic.
        guard let end = arrayEnd(bytes, from: lineStart) else { break }
        if let messages = try? JSONDecoder().decode(
          [GCCMessage].self, from: Data(bytes[lineStart..<end]))
        {
          parts.append(.text(text[textStart..<lineStart]))
          parts.append(.messages(messages))
          textStart = end
        }
        lineStart = end
      }
      guard let lineEnd = bytes[lineStart...].firstIndex(of: UInt8(ascii: "\n")) else { break }
      lineStart = bytes.index(after: lineEnd)
    }
    parts.append(.text(text[textStart...]))
    return parts
  }

  private static func arrayEnd(_ bytes: String.UTF8View, from start: String.Index) -> String.Index?
  {
    var depth = 0
    var inString = false
    var isEscaped = false
    for index in bytes[start...].indices {
      let byte = bytes[index]
      if isEscaped {
        isEscaped = false
      } else if inString {
        if byte == UInt8(ascii: "\\") { isEscaped = true }
        if byte == UInt8(ascii: "\"") { inString = false }
      } else if byte == UInt8(ascii: "\"") {
        inString = true
      } else if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") {
        depth += 1
      } else if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") {
        depth -= 1
        if depth == 0 { return bytes.index(after: index) }
      }
    }
    return nil
  }
}

/// One diagnostic in gcc's JSON: "Diagnostic Message Formatting Options" in gcc's manual.
struct GCCMessage: Decodable {
  struct Point: Decodable {
    var file: String?
    var line: Int?
    /// Bytes in gcc 9 and 10; later cells, with the bytes in `byte-column`.
    var column: Int?
    var byteColumn: Int?

    private enum CodingKeys: String, CodingKey {
      case file, line, column
      case byteColumn = "byte-column"
    }

    func scalarColumn(in source: String?) -> Int? {
      guard let column = byteColumn ?? column, column > 0 else { return nil }
      return ColumnUnit.utf8.scalarColumn(column, in: source)
    }
  }

  struct Location: Decodable {
    var caret: Point
    var finish: Point?
  }

  struct FixIt: Decodable {
    var start, next: Point
    var string: String
  }

  var kind: String
  var message: String
  var option: String?
  var locations: [Location]?
  var children: [GCCMessage]?
  var fixits: [FixIt]?

  func diagnostic(stage: Diagnostic.Stage, _ files: inout ProgramFiles) -> Diagnostic {
    var result = Diagnostic(
      severity: Diagnostic.Severity(compilerWord: kind) ?? .error, stage: stage, code: option,
      message: files.withoutWorkspace(OutputLines.message([message[...]])))
    if let caret = locations?.first?.caret,
      let file = caret.file.flatMap({ files.relativePath(of: $0) }),
      let line = caret.line, line > 0
    {
      result.file = file
      result.line = line
      result.source = files.line(line, of: file)
      result.column = caret.scalarColumn(in: result.source)
      if let finish = locations?.first?.finish, finish.line == line, let column = result.column,
        let last = finish.scalarColumn(in: result.source), last >= column
      {
        result.endLine = line
        result.endColumn = last + 1
      }
      for fixIt in (fixits ?? []).prefix(ParserBounds.notes) where fixIt.start.file == caret.file {
        result.fixIts += fixIt.change(file, &files).map { [$0] } ?? []
      }
    }
    for child in (children ?? []).prefix(ParserBounds.notes) {
      var note = child.diagnostic(stage: stage, &files)
      note.severity = .note
      result.notes.append(note)
    }
    return result
  }
}

extension GCCMessage.FixIt {
  fileprivate func change(_ file: String, _ files: inout ProgramFiles) -> Diagnostic.FixIt? {
    guard let line = start.line, let endLine = next.line,
      let column = start.scalarColumn(in: files.line(line, of: file)),
      let endColumn = next.scalarColumn(in: files.line(endLine, of: file))
    else { return nil }
    return Diagnostic.FixIt(
      line: line, column: column, endLine: endLine, endColumn: endColumn, replacement: string)
  }
}
