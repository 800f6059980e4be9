/// Where the loops and functions of a text are, by its braces: of C, JavaScript, Swift and their relatives.
///
/// A look at the words, no parser: in a text that is none of these languages it finds nothing or too little, and who
/// asks stays with the line that he has.
struct Loops {
  private struct Block {
    enum Kind { case loop, branch, other }
    var kind: Kind
    /// The line of its first word, and that of its end.
    var first: Int
    var last = Int.max
    var isDo = false
  }

  private var blocks: [Block] = []

  /// Reads the text of a file.
  init(in text: String) {
    var reader = LoopReader(text)
    blocks = reader.read()
  }

  /// The line at which the innermost loop begins that holds all of `lines`, in the same function.
  func start(around lines: ClosedRange<Int>) -> Int? {
    let outward = blocks.filter { $0.first <= lines.lowerBound && $0.last >= lines.upperBound }
      .sorted { ($0.last - $0.first, -$0.first) < ($1.last - $1.first, -$1.first) }
    for block in outward {
      switch block.kind {
      case .loop: return block.first
      case .branch: continue
      // A function in a single line may be an argument of what the line calls.
      case .other where block.first == block.last: continue
      case .other: return nil
      }
    }
    return nil
  }

  /// The line at which the innermost function begins that `line` is in.
  func function(around line: Int) -> Int? {
    blocks.filter { $0.kind == .other && $0.first <= line && $0.last >= line }
      .min { ($0.last - $0.first, -$0.first) < ($1.last - $1.first, -$1.first) }?.first
  }

  /// The lines of the loop that begins in `line`; the longest, where there are several.
  func range(from line: Int) -> ClosedRange<Int>? {
    let ends = blocks.filter { $0.kind == .loop && $0.first == line && $0.last < .max }.map(\.last)
    return ends.max().map { line...$0 }
  }

  private struct LoopReader {
    private var bytes: ArraySlice<UInt8>
    private var line = 1
    private var blocks: [Block] = []
    /// Those that are open, as indices.
    private var open: [Int] = []
    /// Of each open brace: how many parentheses were open outside of it, and the statement that it is in.
    private var outside: [(parentheses: Int, statement: Statement?)] = []
    private var parentheses = 0
    private var statement: Statement?

    private struct Statement {
      var kind: Block.Kind
      var line: Int
      var isDo = false
    }

    /// The block of a `do` or `repeat`, which is a loop where `while` follows.
    private var afterDo: Int?

    private static let loops: Set<String> = ["for", "while"]
    private static let branches: Set<String> = [
      "if", "else", "switch", "case", "default", "try", "catch", "finally", "guard", "defer",
    ]

    init(_ text: String) { bytes = Array(text.utf8)[...] }

    mutating func read() -> [Block] {
      while let byte = bytes.first {
        if isOfWord(byte) {
          read(word())
          continue
        }
        bytes = bytes.dropFirst()
        switch byte {
        case UInt8(ascii: "\n"): line += 1
        case UInt8(ascii: "/") where bytes.first == UInt8(ascii: "/"):
          skip { $0 == UInt8(ascii: "\n") }
        case UInt8(ascii: "/") where bytes.first == UInt8(ascii: "*"): skipComment()
        case UInt8(ascii: "#") where bytes.first.map(isOfWord) == true:
          // A directive of C's, or one of Swift's literals.
          _ = word()
        case UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "'"): skipString(byte)
        case UInt8(ascii: "("): parentheses += 1
        case UInt8(ascii: ")"): parentheses = max(0, parentheses - 1)
        case UInt8(ascii: "{"): begin()
        case UInt8(ascii: "}"): end()
        case UInt8(ascii: ";") where parentheses == 0: endStatement()
        default: break
        }
      }
      return blocks
    }

    private mutating func read(_ word: String) {
      guard parentheses == 0 else { return }
      let done = afterDo
      afterDo = nil
      if let done, word == "while" {
        blocks[done].kind = .loop
        statement = Statement(kind: .branch, line: line)
      } else if word == "do" || word == "repeat" {
        statement = Statement(kind: .branch, line: line, isDo: true)
      } else if Self.loops.contains(word) {
        statement = Statement(kind: .loop, line: line)
      } else if Self.branches.contains(word) {
        // `if` in a loop without braces is a part of it.
        if statement?.kind != .loop { statement = Statement(kind: .branch, line: line) }
      } else if statement == nil || ["func", "function", "class", "struct"].contains(word) {
        statement = Statement(kind: .other, line: line)
      }
    }

    private mutating func begin() {
      var own = statement ?? Statement(kind: .other, line: line)
      // A function that is a value, in the head of something else.
      if parentheses > (outside.last?.parentheses ?? 0), own.kind != .other {
        own = Statement(kind: .other, line: line)
      }
      open.append(blocks.count)
      blocks.append(Block(kind: own.kind, first: own.line, isDo: own.isDo))
      outside.append((parentheses, statement))
      parentheses = 0
      statement = nil
    }

    private mutating func end() {
      afterDo = nil
      if let block = open.popLast() {
        blocks[block].last = line
        if blocks[block].isDo { afterDo = block }
      }
      guard let around = outside.popLast() else { return }
      parentheses = around.parentheses
      // What stands in parentheses goes on.
      statement = parentheses > 0 ? around.statement : nil
    }

    /// A loop without braces.
    private mutating func endStatement() {
      if let own = statement, own.kind == .loop {
        blocks.append(Block(kind: .loop, first: own.line, last: line))
      }
      statement = nil
    }

    private func isOfWord(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
        true
      default: false
      }
    }

    private mutating func word() -> String {
      let word = bytes.prefix(while: isOfWord)
      bytes = bytes[word.endIndex...]
      return String(decoding: word, as: UTF8.self)
    }

    private mutating func skip(until isEnd: (UInt8) -> Bool) {
      while let byte = bytes.first, !isEnd(byte) { bytes = bytes.dropFirst() }
    }

    private mutating func skipComment() {
      bytes = bytes.dropFirst()
      while let byte = bytes.popFirst() {
        if byte == UInt8(ascii: "\n") { line += 1 }
        if byte == UInt8(ascii: "*"), bytes.first == UInt8(ascii: "/") { break }
      }
      bytes = bytes.dropFirst()
    }

    /// A string ends at its quote; but for those of several lines at the end of its line, whatever is missing.
    private mutating func skipString(_ quote: UInt8) {
      let isLong = quote == UInt8(ascii: "\"") && bytes.starts(with: [quote, quote])
      if isLong { bytes = bytes.dropFirst(2) }
      while let byte = bytes.first {
        if byte == UInt8(ascii: "\n") {
          if !isLong, quote != UInt8(ascii: "`") { return }
          line += 1
        }
        bytes = bytes.dropFirst()
        if byte == UInt8(ascii: "\\") {
          if bytes.first == UInt8(ascii: "\n") { line += 1 }
          bytes = bytes.dropFirst()
        } else if byte == quote {
          guard isLong else { return }
          if bytes.starts(with: [quote, quote]) {
            bytes = bytes.dropFirst(2)
            return
          }
        }
      }
    }
  }
}
