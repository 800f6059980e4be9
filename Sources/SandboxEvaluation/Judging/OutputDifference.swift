/// Where two texts part, in the eyes of a checker, bounded in length: a few lines around the first difference.
struct OutputDifference {
  /// Where they part, as what is said of the output: `first differs from what is expected in line 2`.
  let words: String
  /// Lines that both have with a space, of the expected with `-`, of the actual with `+`.
  let text: String

  private static let shownLines = 5
  private static let shownCharacters = 200

  init(expected: [UInt8], actual: [UInt8], by checker: Checker) {
    if case .unordered = checker {
      (words, text) = Self.unordered(checker.lines(expected), checker.lines(actual))
      return
    }
    let theirs = Self.lines(expected)
    let ours = Self.lines(actual)
    let (theirStart, ourStart) = Self.start(theirs, ours, by: checker)
    var rows: [String] = []
    for line in theirs[max(0, theirStart - 2)..<theirStart] { rows.append("  " + Self.shown(line)) }
    rows += Self.rows("- ", theirs.dropFirst(theirStart))
    rows += Self.rows("+ ", ours.dropFirst(ourStart))
    text = rows.map { $0 + "\n" }.joined()
    words = Self.words(theirs[theirStart...], ours[ourStart...], isEmpty: actual.isEmpty)
  }

  /// Of lines in any order those that are missing, and those that are too many.
  private static func unordered(
    _ theirs: [ArraySlice<UInt8>], _ ours: [ArraySlice<UInt8>]
  ) -> (words: String, text: String) {
    var left: [ArraySlice<UInt8>: Int] = [:]
    for line in theirs where !line.isEmpty { left[line, default: 0] += 1 }
    for line in ours where !line.isEmpty { left[line, default: 0] -= 1 }
    var missing: [ArraySlice<UInt8>] = []
    for line in theirs where left[line, default: 0] > 0 {
      left[line]? -= 1
      missing.append(line)
    }
    var surplus: [ArraySlice<UInt8>] = []
    for line in ours where left[line, default: 0] < 0 {
      left[line]? += 1
      surplus.append(line)
    }
    let lacks =
      missing.isEmpty ? [] : ["lacks \(count(missing.count)) that \(areExpected(missing.count))"]
    let has =
      surplus.isEmpty
      ? [] : ["has \(count(surplus.count)) that \(areExpected(surplus.count, not: true))"]
    return (
      (lacks + has).joined(separator: ", and "),
      (rows("- ", missing[...]) + rows("+ ", surplus[...])).map { $0 + "\n" }.joined()
    )
  }

  /// The lines of each, from 0, in which they part.
  private static func start(
    _ theirs: [ArraySlice<UInt8>], _ ours: [ArraySlice<UInt8>], by checker: Checker
  ) -> (Int, Int) {
    switch checker {
    case .tokens, .float:
      // What is a line does not matter to these.
      let words = { (lines: [ArraySlice<UInt8>]) in
        lines.enumerated().flatMap { number, line in checker.words(line).map { ($0, number) } }
      }
      let (theirWords, ourWords) = (words(theirs), words(ours))
      let common = zip(theirWords, ourWords).prefix { areEqual($0.0, $1.0, checker) }.count
      return (
        common < theirWords.count ? theirWords[common].1 : theirs.count,
        common < ourWords.count ? ourWords[common].1 : ours.count
      )
    default:
      let common = zip(theirs, ours).prefix { areEqual($0, $1, checker) }.count
      return (common, common)
    }
  }

  private static func areEqual(
    _ expected: ArraySlice<UInt8>, _ actual: ArraySlice<UInt8>, _ checker: Checker
  ) -> Bool {
    expected == actual || checker.accepts(Array(actual), expected: Array(expected)) == true
  }

  private static func words(
    _ theirs: ArraySlice<ArraySlice<UInt8>>, _ ours: ArraySlice<ArraySlice<UInt8>>, isEmpty: Bool
  ) -> String {
    guard let actual = ours.first else {
      if theirs.isEmpty { return "differs from what is expected in the line end at its end only" }
      let rest = "\(count(theirs.count)) \(areExpected(theirs.count))"
      return isEmpty ? "is empty; \(rest)" : "ends after line \(ours.startIndex); then \(rest)"
    }
    guard let expected = theirs.first else {
      return ours.startIndex == 0
        ? "should be empty" : "goes on after line \(ours.startIndex), where nothing is expected"
    }
    let text = "first differs from what is expected in line \(ours.startIndex + 1)"
    let plain = { (line: ArraySlice<UInt8>) in
      line.filter { $0 != 0x20 && !(0x09...0x0D).contains($0) }
    }
    if plain(actual) == plain(expected) { return text + ", there only in white space" }
    let lowercased = { (line: ArraySlice<UInt8>) in
      String(decoding: line, as: UTF8.self).lowercased()
    }
    return lowercased(actual) == lowercased(expected)
      ? text + ", there only in upper and lower case" : text
  }

  private static func count(_ lines: Int) -> String { lines == 1 ? "1 line" : "\(lines) lines" }

  private static func areExpected(_ lines: Int, not: Bool = false) -> String {
    (lines == 1 ? "is " : "are ") + (not ? "not expected" : "expected")
  }

  private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return lines.last?.isEmpty == true ? lines.dropLast() : lines
  }

  private static func rows(_ sign: String, _ lines: ArraySlice<ArraySlice<UInt8>>) -> [String] {
    lines.prefix(shownLines).map { sign + shown($0) }
      + (lines.count > shownLines ? [sign + "[\(lines.count - shownLines) more lines]"] : [])
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
