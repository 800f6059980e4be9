/// Reads one line from left to right, by bytes.
///
/// Comparing `Character`s would let a combining mark that the program printed hide the quote or colon
/// before it.
struct TextCursor {
  /// What has not been read yet.
  private(set) var rest: Substring

  /// Creates a cursor at the start of `text`.
  init(_ text: some StringProtocol) { rest = Substring(text) }

  /// Whether nothing is left.
  var isAtEnd: Bool { rest.utf8.isEmpty }

  /// Reads `literal` if it is next.
  mutating func skip(_ literal: String) -> Bool {
    guard rest.utf8.starts(with: literal.utf8) else { return false }
    rest = Substring(rest.utf8.dropFirst(literal.utf8.count))
    return true
  }

  /// Reads spaces and tabs, and says how many.
  @discardableResult
  mutating func skipBlanks() -> Int {
    let blanks = rest.utf8.prefix { $0 == 0x20 || $0 == 0x09 }.count
    rest = Substring(rest.utf8.dropFirst(blanks))
    return blanks
  }

  /// Reads a whole number of at most nine digits that starts at 1, as lines, columns and counts do.
  mutating func number() -> Int? {
    let digits = rest.utf8.prefix { (0x30...0x39).contains($0) }
    guard digits.count <= 9, let number = Int(Substring(digits)), number > 0 else { return nil }
    rest = Substring(rest.utf8.dropFirst(digits.count))
    return number
  }

  /// Reads up to and with the first `literal`; `nil`, and nothing read, where there is none.
  mutating func text(before literal: String) -> Substring? {
    guard let start = rest.firstByteIndex(of: literal) else { return nil }
    let text = rest[..<start]
    rest = Substring(rest[start...].utf8.dropFirst(literal.utf8.count))
    return text
  }
}

extension Substring {
  /// Where `literal` first starts, compared by bytes.
  func firstByteIndex(of literal: String) -> Index? {
    guard let first = literal.utf8.first else { return nil }
    var rest = utf8[...]
    while let start = rest.firstIndex(of: first) {
      if utf8[start...].starts(with: literal.utf8) { return start }
      rest = rest[utf8.index(after: start)...]
    }
    return nil
  }

  /// Where `literal` last starts, compared by bytes.
  func lastByteIndex(of literal: String) -> Index? {
    guard let first = literal.utf8.first else { return nil }
    var rest = utf8[...]
    while let start = rest.lastIndex(of: first) {
      if utf8[start...].starts(with: literal.utf8) { return start }
      rest = rest[..<start]
    }
    return nil
  }

  /// Whether it starts with `literal`, compared by bytes.
  func startsWithBytes(_ literal: String) -> Bool { utf8.starts(with: literal.utf8) }

  /// Whether it ends with `literal`, compared by bytes.
  func endsWithBytes(_ literal: String) -> Bool {
    utf8.suffix(literal.utf8.count).elementsEqual(literal.utf8)
  }
}
