import FoundationEssentials

/// A document as text with sorted keys, so that the same value gives the same bytes, ended by a line end.
///
/// The program's words are in it, and it may be read on a terminal: of the control characters that JSON lets
/// stand as they are (RFC 8259, section 7), DEL and those of C1 are escaped too.
package func jsonDocument(_ document: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  let bytes = try encoder.encode(document)
  let text = String(decoding: bytes, as: UTF8.self) + "\n"
  // C1 in UTF-8 starts with C2.
  guard bytes.contains(where: { $0 == 0x7F || $0 == 0xC2 }) else { return text }
  var escaped = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    if (0x7F...0x9F).contains(scalar.value) {
      escaped.append(contentsOf: "\\u00\(String(scalar.value, radix: 16))".unicodeScalars)
    } else {
      escaped.append(scalar)
    }
  }
  return String(escaped)
}
