/// Text as Python's `repr` writes it.
enum PythonLiteral {
  /// The text that `literal` stands for; `nil` where that is another value, or was cut off.
  static func text(_ literal: String) -> String? {
    var rest = Substring(literal).unicodeScalars
    guard let quote = rest.popFirst(), quote == "'" || quote == "\"", rest.popLast() == quote
    else { return nil }
    var text = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      guard scalar == "\\" else {
        if scalar == quote { return nil }
        text.append(scalar)
        continue
      }
      switch rest.popFirst() {
      case "n": text.append("\n")
      case "r": text.append("\r")
      case "t": text.append("\t")
      case let escaped? where "\\'\"".unicodeScalars.contains(escaped): text.append(escaped)
      case let kind? where "xuU".unicodeScalars.contains(kind):
        let digits = rest.prefix(kind == "x" ? 2 : kind == "u" ? 4 : 8)
        // Half of a surrogate pair is no text: what stands for it stays.
        guard let value = UInt32(String(digits), radix: 16), let found = Unicode.Scalar(value)
        else { return nil }
        text.append(found)
        rest = rest.dropFirst(digits.count)
      default: return nil
      }
    }
    return String(text)
  }
}
