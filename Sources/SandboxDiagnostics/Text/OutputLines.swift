/// Splits what a program printed into lines, in linear time.
enum OutputLines {
  /// The lines of `text` without their line ends, each cut to ``ParserBounds/lineBytes``.
  ///
  /// Of a text with very many lines only the first and the last ``ParserBounds/lines`` are kept.
  static func split(_ text: String) -> [Substring] {
    // Bytes, because a `Character` can join a line end with what is around it.
    let pieces = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard pieces.count > 2 * ParserBounds.lines else { return pieces.map(cut) }
    return pieces.prefix(ParserBounds.lines).map(cut)
      + pieces.suffix(ParserBounds.lines).map(cut)
  }

  /// A message made of `lines`: without blank lines at either end, and bounded.
  static func message(_ lines: some Collection<Substring>) -> String {
    var kept = Array(lines.prefix(ParserBounds.messageLines))
    while let last = kept.last, last.allSatisfy(\.isWhitespace) { kept.removeLast() }
    return String(cut(kept.joined(separator: "\n")[...].utf8))
  }

  /// The start of `line` that is looked at, cut between two Unicode scalars, without a final CR.
  static func cut(_ line: Substring.UTF8View) -> Substring {
    var end = line.endIndex
    if line.count > ParserBounds.lineBytes {
      end = line.index(line.startIndex, offsetBy: ParserBounds.lineBytes)
      while end > line.startIndex, line[end] & 0xC0 == 0x80 { end = line.index(before: end) }
    } else if line.last == UInt8(ascii: "\r") {
      end = line.index(before: end)
    }
    return Substring(line[..<end])
  }
}
