/// Counts the braces that a program in Swift or JavaScript leaves open, without those in its strings and comments.
///
/// Goes through it once, with a stack of its own: what models write can be nested as deep as it is long.
struct OpenBraces {
  /// What is being read.
  private enum Place {
    /// Code; within a string up to `end`, of which `open` are to come before it.
    case code(end: UInt8, open: Int)
    /// A string; `isLong` where it goes over lines, `hashes` for Swift's raw ones.
    case string(quote: UInt8, isLong: Bool, hashes: Int)
  }

  private let bytes: [UInt8]
  private let isSwift: Bool
  private var index = 0
  private var places = [Place.code(end: 0, open: 0)]
  private var depth = 0
  /// The last byte of code that is no blank, by which a regular expression is told from a division.
  private var last = UInt8(ascii: ";")

  /// How many braces `source` leaves open; below 0 where it closes more than it opens.
  static func count(in source: String, language: String) -> Int {
    var counter = OpenBraces(bytes: Array(source.utf8), isSwift: language == "swift")
    while counter.index < counter.bytes.count { counter.step() }
    return counter.depth
  }

  private init(bytes: [UInt8], isSwift: Bool) {
    self.bytes = bytes
    self.isSwift = isSwift
  }

  private func byte(_ offset: Int = 0) -> UInt8 {
    index + offset < bytes.count ? bytes[index + offset] : 0
  }

  private func starts(with text: StaticString, at offset: Int = 0) -> Bool {
    text.withUTF8Buffer { bytes.dropFirst(index + offset).starts(with: $0) }
  }

  private mutating func step() {
    switch places[places.count - 1] {
    case .code(let end, let open): code(end, open)
    case .string(let quote, let isLong, let hashes): string(quote, isLong, hashes)
    }
  }

  private mutating func code(_ end: UInt8, _ open: Int) {
    let found = byte()
    switch found {
    case UInt8(ascii: "/"):
      if comment() { return }
      if !isSwift, !isAfterValue { return regularExpression() }
    case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: "#"):
      if begin(found) { return }
    case UInt8(ascii: "{"), UInt8(ascii: "}"):
      let change = found == UInt8(ascii: "{") ? 1 : -1
      if end == 0 { depth += change } else if end == UInt8(ascii: "}") { nest(end, open, change) }
    case UInt8(ascii: "("), UInt8(ascii: ")"):
      if end == UInt8(ascii: ")") { nest(end, open, found == end ? -1 : 1) }
    default: break
    }
    if found > 32 { last = found }
    index += 1
  }

  private mutating func nest(_ end: UInt8, _ open: Int, _ change: Int) {
    if open + change < 0 {
      places.removeLast()
    } else {
      places[places.count - 1] = .code(end: end, open: open + change)
    }
  }

  /// Goes over a comment, if one begins here.
  private mutating func comment() -> Bool {
    if starts(with: "//") {
      while index < bytes.count, byte() != 10 { index += 1 }
      return true
    }
    guard starts(with: "/*") else { return false }
    var open = 0
    repeat {
      if starts(with: "*/") {
        (open, index) = (open - 1, index + 2)
      } else if starts(with: "/*"), isSwift || open == 0 {
        (open, index) = (open + 1, index + 2)
      } else {
        index += 1
      }
    } while open > 0 && index < bytes.count
    return true
  }

  /// Whether a `/` here divides: after a name, a number or a bracket that closes.
  private var isAfterValue: Bool {
    switch last {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"),
      UInt8(ascii: ")"),
      UInt8(ascii: "]"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"), 128...:
      !endsWithReturn
    default: false
    }
  }

  private var endsWithReturn: Bool {
    var end = index
    while end > 0, bytes[end - 1] <= 32 { end -= 1 }
    return bytes[..<end].suffix(6).elementsEqual("return".utf8)
  }

  private mutating func regularExpression() {
    var isInSet = false
    index += 1
    while index < bytes.count, byte() != 10 {
      switch byte() {
      case UInt8(ascii: "\\"): index += 1
      case UInt8(ascii: "["): isInSet = true
      case UInt8(ascii: "]"): isInSet = false
      case UInt8(ascii: "/") where !isInSet:
        (last, index) = (UInt8(ascii: ")"), index + 1)
        return
      default: break
      }
      index += 1
    }
  }

  /// Begins a string, if one begins here.
  private mutating func begin(_ found: UInt8) -> Bool {
    guard isSwift else {
      guard found != UInt8(ascii: "#") else { return false }
      places.append(.string(quote: found, isLong: found == UInt8(ascii: "`"), hashes: 0))
      index += 1
      return true
    }
    var hashes = 0
    while byte(hashes) == UInt8(ascii: "#") { hashes += 1 }
    guard byte(hashes) == UInt8(ascii: "\"") else {
      // All of them: each would be counted again from the next one.
      index += max(0, hashes - 1)
      return false
    }
    let isLong = starts(with: "\"\"\"", at: hashes)
    places.append(.string(quote: UInt8(ascii: "\""), isLong: isLong, hashes: hashes))
    index += hashes + (isLong ? 3 : 1)
    return true
  }

  private func hasHashes(_ count: Int, at offset: Int) -> Bool {
    (0..<count).allSatisfy { byte(offset + $0) == UInt8(ascii: "#") }
  }

  private mutating func string(_ quote: UInt8, _ isLong: Bool, _ hashes: Int) {
    if byte() == UInt8(ascii: "\\") {
      if isSwift, hasHashes(hashes, at: 1), byte(1 + hashes) == UInt8(ascii: "(") {
        places.append(.code(end: UInt8(ascii: ")"), open: 0))
        index += 2 + hashes
      } else {
        index += hashes == 0 ? 2 : 1
      }
      return
    }
    if quote == UInt8(ascii: "`"), starts(with: "${") {
      places.append(.code(end: UInt8(ascii: "}"), open: 0))
      index += 2
      return
    }
    let width = isSwift && isLong ? 3 : 1
    let isEnd =
      byte() == quote && (width == 1 || starts(with: "\"\"\"")) && hasHashes(hashes, at: width)
    if isEnd {
      index += width + hashes
      last = quote
    } else {
      index += 1
    }
    if isEnd || !isLong && bytes[index - 1] == 10 { places.removeLast() }
  }
}
