internal import FoundationEssentials

/// A piece of what a tool printed: a document in JSON, or the text between.
enum PrintedDocument<Document: Decodable> {
  case document(Document)
  case text(Substring)

  /// Cuts `text` at documents that start a line with `opening`, a brace or a bracket.
  static func split(_ text: String, at opening: Unicode.Scalar) -> [PrintedDocument] {
    var parts: [PrintedDocument] = []
    let bytes = text.utf8
    var textStart = bytes.startIndex
    var lineStart = bytes.startIndex
    while lineStart < bytes.endIndex {
      if bytes[lineStart] == UInt8(ascii: opening) {
        // Looking for its end again from every later line would make the time quadratic.
        guard let end = end(of: bytes, from: lineStart) else { break }
        if let document = try? JSONDecoder().decode(
          Document.self, from: Data(bytes[lineStart..<end]))
        {
          parts.append(.text(text[textStart..<lineStart]))
          parts.append(.document(document))
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

  private static func end(of bytes: String.UTF8View, from start: String.Index) -> String.Index? {
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
