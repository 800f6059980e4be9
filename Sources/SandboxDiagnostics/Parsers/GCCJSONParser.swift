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
    for part in PrintedDocument<[GCCMessage]>.split(report.standardError, at: "[") {
      switch part {
      case .document(let messages):
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
