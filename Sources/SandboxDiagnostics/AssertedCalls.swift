extension Diagnostic {
  /// Whether it says that an assertion failed, in any of the languages' ways of saying so.
  package var isFailedAssertion: Bool {
    code == "AssertionError" || code == "Assertion failed"
      || code == "Precondition failed" && source?.contains("precondition(") == true
      || message.hasPrefix("Assertion `")
      || message.hasPrefix("Assertion failed")
  }

  /// Where the program's functions begin that the source line of a failed assertion calls, as notes: an
  /// assertion names what is wrong, and not where it was made.
  ///
  /// Read from the text: a call is a name before a parenthesis, a definition one of the usual forms of the
  /// languages. Who passes a function on under another name is not followed.
  func callsOfAssertion(in sources: [String: String]) -> [Diagnostic] {
    guard stage == .run, isFailedAssertion, let source else { return [] }
    var notes: [Diagnostic] = []
    // An assertion of several lines is whole only in the message, where that quotes it.
    for name in Self.calledNames(in: source + " " + message).prefix(3) {
      for (file, text) in sources.sorted(by: { $0.key < $1.key }) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let at = lines.firstIndex(where: { Self.defines(name, $0) }) else { continue }
        notes.append(.beginning(of: name, file, at + 1, String(lines[at]), stage))
        break
      }
    }
    return notes
  }

  /// Says where a function begins.
  static func beginning(
    of name: String, _ file: String, _ line: Int?, _ source: String?, _ stage: Stage
  ) -> Diagnostic {
    Diagnostic(
      severity: .note, stage: stage, file: file, line: line,
      message: "it called '\(name)', which begins here", source: source)
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    byte == 0x5F || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
      || (0x61...0x7A).contains(byte)
  }

  /// The names before parentheses, without those of assertions themselves, each once.
  private static func calledNames(in line: String) -> [String] {
    let bytes = Array(line.utf8.prefix(4096))
    var names: [String] = []
    var start = 0
    for (index, byte) in bytes.enumerated() where !isWordByte(byte) {
      if byte == 0x28, index > start {
        let name = String(decoding: bytes[start..<index], as: UTF8.self)
        if !name.hasPrefix("assert"), name != "precondition", !names.contains(name) {
          names.append(name)
        }
      }
      start = index + 1
    }
    return names
  }

  private static func defines(_ name: String, _ line: Substring) -> Bool {
    guard line.contains(name) else { return false }
    let trimmed = line.drop { $0 == " " || $0 == "\t" }
    for head in ["def ", "async def ", "function ", "async function ", "const ", "let ", "var "]
    where trimmed.hasPrefix(head + name) {
      let rest = trimmed.dropFirst(head.count + name.count).drop { $0 == " " }
      let isFunction = head.contains("def") || head.contains("function")
      if isFunction ? rest.hasPrefix("(") : rest.hasPrefix("=") { return true }
    }
    if line.contains("func \(name)(") || line.contains("func \(name)<") { return true }
    // C: a type, the name and a brace, from the first column on.
    let isC = line.first.map { $0 != " " && $0 != "\t" && $0 != "/" && $0 != "#" } ?? false
    return isC && line.hasSuffix("{") && (line.contains(" \(name)(") || line.contains("*\(name)("))
  }
}
