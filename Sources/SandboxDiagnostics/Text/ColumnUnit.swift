/// What a tool counts when it prints a column.
enum ColumnUnit {
  /// Bytes of UTF-8: clang, swiftc, gcc's `byte-column`.
  case utf8
  /// Units of UTF-16: node.
  case utf16
  /// Cells of a terminal with a tab stop every eight: gcc's text and `display-column`.
  case cell

  /// The column in Unicode scalars of what this unit counts as `column` of `line`.
  ///
  /// A column past the line's end becomes the place after its last scalar; without the line it is left
  /// as it is, which is right for ASCII without tabs.
  func scalarColumn(_ column: Int, in line: String?) -> Int {
    guard let line else { return column }
    var passed = 0
    var scalars = 0
    for scalar in line.unicodeScalars {
      passed += width(of: scalar, after: passed)
      if passed >= column { break }
      scalars += 1
    }
    return scalars + 1
  }

  private func width(of scalar: Unicode.Scalar, after cells: Int) -> Int {
    switch self {
    case .utf8: UTF8.width(scalar)
    case .utf16: UTF16.width(scalar)
    case .cell: scalar == "\t" ? 8 - cells % 8 : scalar.terminalCells
    }
  }
}

extension Unicode.Scalar {
  /// The cells that a terminal gives it: 0, 1, or 2 for what Unicode calls wide.
  var terminalCells: Int {
    if isASCII { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
      0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x17000...0x18CFF,
      0x1B000...0x1B2FF, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
      0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
