/// The program's files as a parser sees them: what is inside of the workspace, and the lines to quote.
struct ProgramFiles {
  private let workspace: String
  private let sources: [String: String]
  private var lines: [String: [Substring.UTF8View]] = [:]
  private var loops: [String: Loops] = [:]

  /// Creates the files of a stage.
  init(_ report: StageReport) {
    var workspace = report.workspace
    while workspace.count > 1, workspace.last == "/" { workspace.removeLast() }
    self.workspace = workspace
    sources = report.sources
  }

  /// The path relative to the workspace of what a tool printed as `path`; `nil` outside of it.
  ///
  /// Pseudo files such as `<string>`, `[eval]` and `node:fs` are outside.
  func relativePath(of path: some StringProtocol) -> String? {
    var rest = Substring(path)
    if rest.startsWithBytes("file://") {
      rest = Substring(Self.percentDecoded(Substring(rest.utf8.dropFirst(7))))
    }
    if let inside = insideWorkspace(rest) {
      rest = inside
    } else if rest.startsWithBytes("/") || rest.startsWithBytes("node:") {
      return nil
    }
    if rest.startsWithBytes("<") || rest.startsWithBytes("[") { return nil }
    // swiftc names a declaration of a library like a file: `Swift.Comparable.<`.
    if rest.startsWithBytes("Swift."), sources[String(rest)] == nil { return nil }
    let parts = rest.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    guard !parts.contains("..") else { return nil }
    let path = parts.filter { $0 != "." }.joined(separator: "/")
    return path.isEmpty ? nil : path
  }

  /// The same for tools that print absolute paths only, where a relative one is no file.
  func relativePath(ofAbsolute path: Substring) -> String? {
    path.startsWithBytes("/") || path.startsWithBytes("file:///") ? relativePath(of: path) : nil
  }

  /// The one file of the program with that last path component; `nil` where there are none or several.
  func onlyFile(named name: some StringProtocol) -> String? {
    let found = sources.keys.filter { $0 == name || $0[...].endsWithBytes("/" + name) }
    return found.count == 1 ? found.first : nil
  }

  /// Whether a relative path names a file of the program whose text is known.
  func isSource(_ file: String) -> Bool { sources[file] != nil }

  /// A line of a file of the program; `nil` where it is not known.
  mutating func line(_ number: Int?, of file: String?) -> String? {
    guard let file, let number, number > 0, let source = sources[file] else { return nil }
    let all =
      lines[file]
      ?? source.utf8.split(
        separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    lines[file] = all
    guard number <= all.count else { return nil }
    let line = String(OutputLines.cut(all[number - 1]))
    // A mark of the encoding is no part of the text.
    guard number == 1, line.unicodeScalars.first == "\u{FEFF}" else { return line }
    return String(line.unicodeScalars.dropFirst())
  }

  /// A column of a line in Unicode scalars, for a tool that counts the mark of the encoding in front of the first
  /// line, as clang, swiftc and node do; what counts cells does not.
  mutating func scalarColumn(
    _ column: Int, _ unit: ColumnUnit, _ line: Int?, of file: String?
  ) -> Int {
    let mark: Unicode.Scalar = "\u{FEFF}"
    var column = column
    if line == 1, let file, sources[file]?.unicodeScalars.first == mark {
      switch unit {
      case .utf8: column -= UTF8.width(mark)
      case .utf16: column -= UTF16.width(mark)
      case .cell: break
      }
    }
    return unit.scalarColumn(max(1, column), in: self.line(line, of: file))
  }

  /// The loops of a file of the program; none where its text is not known, or ends no block by a brace.
  mutating func loops(of file: String) -> Loops {
    if let known = loops[file] { return known }
    let found = Loops(in: file.hasSuffix(".py") ? "" : sources[file] ?? "")
    loops[file] = found
    return found
  }

  /// The line at which the function begins that a call is in; `nil` where it is not found.
  mutating func beginning(of call: Diagnostic.Frame) -> Int? {
    guard let file = call.file, let line = call.line else { return nil }
    guard file.hasSuffix(".py") else { return loops(of: file).function(around: line) }
    guard let name = call.function?.split(separator: ".").last else { return nil }
    return (1...max(1, line)).reversed().prefix(10_000).first {
      let words = self.line($0, of: file)?.split { " \t(:".contains($0) } ?? []
      let start = words.first == "async" ? words.dropFirst() : words[...]
      return start.first == "def" && start.dropFirst().first == name
    }
  }

  /// `text` with the workspace's own path taken off the names in it.
  func withoutWorkspace(_ text: some StringProtocol) -> String {
    guard workspace != "/" else { return String(text) }
    return String(text).replacing("file://" + workspace + "/", with: "")
      .replacing(workspace + "/", with: "")
  }

  private func insideWorkspace(_ path: Substring) -> Substring? {
    let prefix = workspace == "/" ? "/" : workspace + "/"
    return path.startsWithBytes(prefix) ? Substring(path.utf8.dropFirst(prefix.utf8.count)) : nil
  }

  private static func percentDecoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(Substring(rest.prefix(2)), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
