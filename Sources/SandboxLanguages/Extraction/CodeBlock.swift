/// A fenced code block of a Markdown text (CommonMark 0.31, section 4.5).
public struct CodeBlock: Sendable, Hashable {
  /// The first word of its info string, in lowercase; empty where it has none.
  public var label: String
  /// What is in it, each line with its end.
  public var code: String
  /// Whether the text ended before the block did, as an answer that was cut off.
  public var isUnclosed: Bool

  /// The blocks of a text, in their order. Linear in its length.
  public static func blocks(in text: String) -> [CodeBlock] {
    var blocks: [CodeBlock] = []
    var open: (fence: Substring, indentation: Int, block: CodeBlock)?
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      let indentation = line.prefix { $0 == " " }.count
      let rest = line.dropFirst(indentation)
      if var current = open {
        let fence = rest.prefix { $0 == current.fence.first }
        if fence.count >= current.fence.count,
          rest.dropFirst(fence.count).allSatisfy(\.isWhitespace)
        {
          blocks.append(current.block)
          open = nil
        } else {
          current.block.code += line.dropFirst(min(indentation, current.indentation)) + "\n"
          open = current
        }
        continue
      }
      guard let mark = rest.first, mark == "`" || mark == "~" else { continue }
      let fence = rest.prefix { $0 == mark }
      let information = rest.dropFirst(fence.count)
      guard fence.count >= 3, mark == "~" || !information.contains("`") else { continue }
      let word = information.drop { $0.isWhitespace || $0 == "{" || $0 == "." }
        .prefix { !$0.isWhitespace && !"{},".contains($0) }
      open = (
        fence, indentation,
        CodeBlock(label: word.lowercased(), code: "", isUnclosed: false)
      )
    }
    if var current = open {
      // The line end that `split` sees after the last line.
      if current.block.code.hasSuffix("\n\n") { current.block.code.removeLast() }
      current.block.isUnclosed = true
      blocks.append(current.block)
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
