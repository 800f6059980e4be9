import FoundationEssentials

/// A document as text with sorted keys, so that the same value gives the same bytes, ended by a line end.
///
/// The program's words are in it, and it may be read on a terminal: what JSON lets stand as it is (RFC 8259,
/// section 7), but would drive a terminal or change the order in which a text is read, is escaped too.
package func jsonDocument(_ document: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  let bytes = try encoder.encode(document)
  let text = String(decoding: bytes, as: UTF8.self) + "\n"
  guard bytes.contains(where: { $0 >= 0x7F }) else { return text }
  var escaped = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    guard scalar.value >= 0x7F, scalar.isHidden else {
      escaped.append(scalar)
      continue
    }
    for unit in String(scalar).utf16 {
      let digits = String(unit, radix: 16)
      escaped.append(
        contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.utf8.count))\(digits)"
          .unicodeScalars)
    }
  }
  return String(escaped)
}

extension Unicode.Scalar {
  /// Whether it is not meant to be seen: controls, and what changes how others are shown.
  fileprivate var isHidden: Bool {
    switch properties.generalCategory {
    // The zero-width joiner holds emoji together and cannot reorder anything.
    case .format: value != 0x200D
    case .control, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
