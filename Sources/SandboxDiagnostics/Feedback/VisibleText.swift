/// Text of a program made safe to show: what is not meant to be seen becomes visible.
public enum VisibleText {
  /// `text` as one line.
  public static func line(_ text: some StringProtocol) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { result.append(contentsOf: visible(scalar)) }
    return String(result)
  }

  /// The lines of `text`; at least one.
  public static func lines(_ text: String) -> [String] {
    text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { line(Substring($0)) }
  }

  /// What stands for a scalar: itself, or `\n` and `\u{1B}` for controls, formats, unassigned and private ones.
  static func visible(_ scalar: Unicode.Scalar) -> String.UnicodeScalarView {
    switch scalar.properties.generalCategory {
    // The zero-width joiner holds emoji together and cannot reorder anything.
    case .format where scalar.value == 0x200D: break
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
      .unassigned:
      switch scalar {
      case "\t": return "    ".unicodeScalars
      case "\n": return "\\n".unicodeScalars
      case "\r": return "\\r".unicodeScalars
      default: break
      }
      return "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars
    default: break
    }
    return String(scalar).unicodeScalars
  }
}
