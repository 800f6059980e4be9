internal import FoundationEssentials

/// Reads the diagnostics that clang and swiftc serialize, as base64 in a driver's report: with fix-its, and ranges, which
/// their text shows of some lines only.
enum SerializedDiagnostics {
  /// What the text starts with: `DIAG`, the magic number.
  private static let magic = "RElBR"
  private static let diagnosticBlock: UInt64 = 9

  /// The diagnostics in `text`, each with its notes; none where it is something else.
  static func read(
    _ text: String, stage: Diagnostic.Stage, _ files: inout ProgramFiles
  ) -> [Diagnostic] {
    guard text[...].startsWithBytes(magic),
      let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters)
    else { return [] }
    let bytes = Array(data)
    var stream = Bitstream(bytes.dropFirst(4))
    var paths: [UInt64: String] = [:]
    var list = CompilerDiagnosticList()
    // Those that are being read, the outer one first; `nil` for a block of something else.
    var open: [Diagnostic?] = []
    while !list.isFull, let item = stream.next() {
      switch item {
      case .start(let block):
        open.append(
          block == diagnosticBlock ? Diagnostic(severity: .note, stage: stage, message: "") : nil)
      case .end:
        guard let finished = open.popLast() else { return list.diagnostics }
        guard var finished, !finished.message.isEmpty else { continue }
        // What only an editor can fill in is no change.
        if finished.fixIts.contains(where: { $0.replacement.contains("<#") }) {
          finished.fixIts = []
        }
        finished.underlineReplaced()
        if open.isEmpty {
          list.append(finished)
        } else if let count = open[open.count - 1]?.notes.count, count < ParserBounds.notes {
          finished.severity = .note
          open[open.count - 1]?.notes.append(finished)
        }
      case .record(let code, let values, let blob):
        let words = String(decoding: blob, as: UTF8.self)
        if code == 6, let number = values.first { paths[number] = words }
        guard let last = open.indices.last, let diagnostic = open[last] else { continue }
        var reader = Reader(diagnostic: diagnostic, paths: paths)
        reader.read(code, values, words, &files)
        open[last] = reader.diagnostic
      }
    }
    return list.diagnostics
  }

  private struct Reader {
    var diagnostic: Diagnostic
    let paths: [UInt64: String]

    mutating func read(
      _ code: UInt64, _ values: [UInt64], _ words: String, _ files: inout ProgramFiles
    ) {
      switch code {
      case 2:
        guard values.count > 5 else { return }
        diagnostic.severity =
          switch values[0] {
          case 3, 4: .error
          case 2: .warning
          default: .note
          }
        diagnostic.message = files.withoutWorkspace(OutputLines.message([words[...]]))
        guard let place = place(values[1...], &files) else { return }
        (diagnostic.file, diagnostic.line) = (place.file, place.line)
        diagnostic.source = files.line(place.line, of: place.file)
        diagnostic.column = place.column
      case 3:
        guard let range = range(values, &files), let column = diagnostic.column,
          diagnostic.endLine == nil, range.start.line == diagnostic.line,
          range.end.line == diagnostic.line, range.start.column <= column,
          column + 1 < range.end.column
        else { return }
        (diagnostic.endLine, diagnostic.endColumn) = (range.end.line, range.end.column)
      case 7:
        guard let range = range(values, &files), diagnostic.fixIts.count < ParserBounds.notes else {
          return
        }
        diagnostic.fixIts.append(
          Diagnostic.FixIt(
            line: range.start.line, column: range.start.column, endLine: range.end.line,
            endColumn: range.end.column, replacement: words))
      default: return
      }
    }

    private typealias Place = (file: String, line: Int, column: Int)

    /// A place as file, line, column and offset.
    private func place(_ values: ArraySlice<UInt64>, _ files: inout ProgramFiles) -> Place? {
      guard values.count >= 4, let path = paths[values[values.startIndex]],
        let file = files.relativePath(of: path),
        let line = Int(exactly: values[values.startIndex + 1]), line > 0,
        let column = Int(exactly: values[values.startIndex + 2]), column > 0
      else { return nil }
      return (file, line, files.scalarColumn(column, .utf8, line, of: file))
    }

    private func range(
      _ values: [UInt64], _ files: inout ProgramFiles
    ) -> (start: Place, end: Place)? {
      guard values.count >= 8, let start = place(values[0..<4], &files),
        let end = place(values[4..<8], &files), start.file == diagnostic.file,
        end.file == start.file
      else { return nil }
      return (start, end)
    }
  }
}

extension Diagnostic {
  /// Takes what a fix-it replaces there as the range, where there is none.
  fileprivate mutating func underlineReplaced() {
    guard endLine == nil, let line, let column else { return }
    for fixIt in fixIts where fixIt.line == line && fixIt.endLine == line && fixIt.column <= column
    {
      guard fixIt.endColumn > column + 1 else { continue }
      (endLine, endColumn) = (line, fixIt.endColumn)
      return
    }
  }
}
