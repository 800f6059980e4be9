/// A place as tools print it: `path:line` or `path:line:column`.
struct PrintedPlace {
  /// The path, as it was printed.
  var path: Substring
  /// Starts at 1.
  var line: Int
  /// Starts at 1, in the tool's own unit.
  var column: Int?

  /// Reads a place that is the whole of `text`; `nil` where it is none.
  init?(_ text: Substring) {
    guard let (head, last) = Self.splitNumber(text) else { return nil }
    if let (path, line) = Self.splitNumber(head) {
      (self.path, self.line, self.column) = (path, line, last)
    } else {
      (self.path, self.line, self.column) = (head, last, nil)
    }
  }

  private static func splitNumber(_ text: Substring) -> (Substring, Int)? {
    guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")), colon > text.startIndex else {
      return nil
    }
    var cursor = TextCursor(text[text.utf8.index(after: colon)...])
    guard let number = cursor.number(), cursor.isAtEnd else { return nil }
    return (text[..<colon], number)
  }
}
