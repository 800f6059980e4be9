/// Where two texts part, bounded in length: a few lines around the first difference.
struct OutputDifference {
  /// The line of the first difference, from 1.
  let line: Int
  /// Lines that both have with a space, of the expected with `-`, of the actual with `+`.
  let text: String

  private static let shownLines = 5
  private static let shownCharacters = 200

  init(expected: [UInt8], actual: [UInt8]) {
    let theirs = Self.lines(expected)
    let ours = Self.lines(actual)
    let common = zip(theirs, ours).prefix { $0 == $1 }.count
    line = common + 1
    var rows: [String] = []
    for line in theirs[max(0, common - 2)..<common] { rows.append("  " + Self.shown(line)) }
    for (sign, lines) in [("- ", theirs), ("+ ", ours)] {
      let rest = lines.dropFirst(common)
      for line in rest.prefix(Self.shownLines) { rows.append(sign + Self.shown(line)) }
      if rest.count > Self.shownLines {
        rows.append(sign + "[\(rest.count - Self.shownLines) more lines]")
      }
    }
    text = rows.map { $0 + "\n" }.joined()
  }

  private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return lines.last?.isEmpty == true ? lines.dropLast() : lines
  }

  private static func shown(_ line: ArraySlice<UInt8>) -> String {
    // Four bytes make at most one scalar less than this many.
    let text = String(decoding: line.prefix(4 * shownCharacters), as: UTF8.self)
    guard text.count > shownCharacters || line.count > 4 * shownCharacters else { return text }
    return text.prefix(shownCharacters) + "[...]"
  }

  /// The start of an answer, for a report.
  static func excerpt(_ bytes: [UInt8], limit: Int = 4096) -> String {
    guard bytes.count > limit else { return String(decoding: bytes, as: UTF8.self) }
    return String(decoding: bytes.prefix(limit), as: UTF8.self)
      + "\n[\(bytes.count - limit) more bytes]"
  }
}
