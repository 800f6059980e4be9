/// Reads what GNU ld, gold and lld say about symbols: undefined, defined twice, and missing libraries.
struct LinkerTextReader {
  /// From the last `in function` line of GNU ld.
  private var function: String?
  /// lld names the symbol first, and the place below it.
  private var symbols: Set<String> = []

  /// The diagnostic in a line of a linker; `nil` where it holds none.
  ///
  /// One symbol is reported once: a linker repeats it for every use.
  mutating func read(
    _ line: Substring, stage: Diagnostic.Stage, _ files: inout ProgramFiles
  ) -> Diagnostic? {
    if let start = line.firstByteIndex(of: ": in function `"), line.endsWithBytes("':") {
      var cursor = TextCursor(line[start...])
      guard cursor.skip(": in function `") else { return nil }
      function = String(Substring(cursor.rest.utf8.dropLast(2)))
      return nil
    }
    for phrase in ["undefined reference to ", "undefined symbol: ", "multiple definition of "] {
      guard let start = line.firstByteIndex(of: phrase), isBeginning(line[..<start]) else {
        continue
      }
      return diagnostic(line[..<start], message: line[start...], stage, &files)
    }
    if let start = line.firstByteIndex(of: ": cannot find -l") {
      return diagnostic(
        line[..<start], message: Substring(line[start...].utf8.dropFirst(2)), stage, &files)
    }
    return nil
  }

  /// Whether what stands before a message is a place or a tool's name, not prose.
  private func isBeginning(_ head: Substring) -> Bool {
    head.utf8.isEmpty || head.endsWithBytes(": ") || head.endsWithBytes(":")
  }

  private mutating func diagnostic(
    _ head: Substring, message: Substring, _ stage: Diagnostic.Stage, _ files: inout ProgramFiles
  ) -> Diagnostic? {
    // GNU ld adds where the other definition is; those names are of temporary files.
    let text = message.firstByteIndex(of: "; ").map { message[..<$0] } ?? message
    guard symbols.count < ParserBounds.diagnostics, symbols.insert(String(text)).inserted else {
      return nil
    }
    var result = Diagnostic(severity: .error, stage: stage, message: String(text))
    for place in head.utf8.split(separator: 0x20).map({ Substring($0) }) {
      readPlace(place, into: &result, files)
    }
    result.source = files.line(result.line, of: result.file)
    if let function, result.file != nil {
      result.notes.append(
        Diagnostic(severity: .note, stage: stage, message: "in function '\(function)'"))
    }
    return result
  }

  /// Reads `main.c:3:`, `main.c:(.text+0x5):` or `object.o:main.c:function main:`.
  private func readPlace(_ text: Substring, into result: inout Diagnostic, _ files: ProgramFiles) {
    var text = text
    while text.endsWithBytes(":") { text = Substring(text.utf8.dropLast()) }
    if let open = text.firstByteIndex(of: ":(.") { text = text[..<open] }
    let place = PrintedPlace(text)
    // gold and lld print `object:file:line`; the object is a temporary file.
    let path = place?.path ?? text
    for part in [path, path.split(separator: ":").last ?? path] {
      guard let file = files.relativePath(of: part), files.isSource(file) else { continue }
      result.file = file
      result.line = place?.line
    }
  }
}
