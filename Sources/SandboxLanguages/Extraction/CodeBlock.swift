/// A fenced code block of a Markdown text (CommonMark 0.31, section 4.5).
public struct CodeBlock: Sendable, Hashable {
  /// The first word of its info string, in lowercase; empty where it has none.
  public var label: String
  /// What is in it, each line with its end.
  public var code: String
  /// Whether the text ended before the block did, as an answer that was cut off.
  public var isUnclosed: Bool
  /// Which lines of the text it takes up, its fences included; the first line is 0.
  public var lines: Range<Int>

  /// The blocks of a text, in their order. Linear in its length.
  public static func blocks(in text: String) -> [CodeBlock] {
    var blocks: [CodeBlock] = []
    // The block that is open, and how its fence was made. Lines are added in place: a copy of the block for
    // each of them would take the square of its length.
    var open: (mark: Character, count: Int, indentation: Int)?
    var block = CodeBlock(label: "", code: "", isUnclosed: false, lines: 0..<0)
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (number, line) in lines.enumerated() {
      let indentation = line.prefix { $0 == " " }.count
      let rest = line.dropFirst(indentation)
      if let opening = open {
        let fence = rest.prefix { $0 == opening.mark }
        if fence.count >= opening.count, rest.dropFirst(fence.count).allSatisfy(\.isWhitespace) {
          block.lines = block.lines.lowerBound..<number + 1
          blocks.append(block)
          open = nil
        } else {
          block.code += line.dropFirst(min(indentation, opening.indentation))
          block.code += "\n"
        }
        continue
      }
      guard let mark = rest.first, mark == "`" || mark == "~" else { continue }
      let fence = rest.prefix { $0 == mark }.count
      let information = rest.dropFirst(fence)
      guard fence >= 3, mark == "~" || !information.contains("`") else { continue }
      let word = information.drop { $0.isWhitespace || $0 == "{" || $0 == "." }
        .prefix { !$0.isWhitespace && !"{},".contains($0) }
      open = (mark, fence, indentation)
      block = CodeBlock(
        label: word.lowercased(), code: "", isUnclosed: false, lines: number..<lines.count)
    }
    if open != nil {
      // The line end that `split` sees after the last line.
      if block.code.hasSuffix("\n\n") { block.code.removeLast() }
      block.isUnclosed = true
      blocks.append(block)
    }
    return blocks
  }

  /// The program that an answer gives: of the blocks with one of the labels the one with the most lines,
  /// the last of those; else the same of those without a label; else, where there is no block at all and the
  /// text looks like code and not like prose, the text. `nil` where there is none.
  public static func program(in text: String, labels: Set<String>) -> String? {
    let all = blocks(in: text).filter { block in !block.code.allSatisfy(\.isWhitespace) }
    for group in [all.filter { labels.contains($0.label) }, all.filter { $0.label.isEmpty }] {
      var best: (lines: Int, code: String)?
      for block in group {
        let lines = block.code.split(whereSeparator: \.isNewline).count
        if lines >= best?.lines ?? 0 { best = (lines, block.code) }
      }
      if let best { return best.code }
    }
    return all.isEmpty && looksLikeCode(text) ? text : nil
  }

  /// Whether at least four fifths of the lines have something that prose has not.
  private static func looksLikeCode(_ text: String) -> Bool {
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
    let marks = Set("()[]{}=;#<>")
    let words: Set<Substring> = [
      "import", "from", "def", "class", "return", "else:", "try:", "let", "var", "const", "}",
    ]
    let likely = lines.count { line in
      guard let first = line.split(whereSeparator: \.isWhitespace).first else { return false }
      return words.contains(first) || line.contains(where: marks.contains)
    }
    return !lines.isEmpty && likely * 5 >= lines.count * 4
  }
}
