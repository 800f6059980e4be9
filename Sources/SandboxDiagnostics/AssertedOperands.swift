/// A source file with the operands of one failed assertion noted, for a second run: languages whose assertions say
/// only that they failed.
///
/// It is found in the text alone: an assertion is `assert(` or `precondition(`, its condition ends at the first
/// comma or at the parenthesis. `assert(f(2) == x)` becomes
/// `assert(note_begin() && (note(0, "f(2)", f(2)) == note(1, "x", x)))`, where `note` is the language's own: it gives
/// its last argument back. What this reads wrongly does not compile, and then nothing is told.
package struct AssertedOperands {
  /// The file's text. Its lines keep their numbers.
  package let source: String

  /// It is `nil` where there is no assertion, or none of its operands is worth a word.
  ///
  /// - Parameters:
  ///   - source: The file's text.
  ///   - line: The line of the assertion.
  ///   - column: Where it stands there, in Unicode scalars from 1, or behind that; `nil` means the first of the line.
  ///   - note: The name of what notes an operand.
  package init?(in source: String, line: Int, column: Int?, note: String) {
    let bytes = Array(source.utf8)
    guard bytes.count <= 1 << 20, let start = Self.start(of: line, in: bytes) else { return nil }
    let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
    let calls = Self.assertions(in: bytes, start..<end)
    let prefix = column.map {
      String(decoding: bytes[start..<end], as: UTF8.self).unicodeScalars.prefix($0)
    }
    let last = prefix.map { start + String($0).utf8.count }
    guard let open = last.flatMap({ last in calls.last { $0.name < last } }) ?? calls.first else {
      return nil
    }
    var text = ConditionText(bytes: bytes, note: note)
    guard let condition = text.argument(from: open.parenthesis + 1) else { return nil }
    text.condition(condition)
    guard !text.insertions.isEmpty else { return nil }
    text.insert("\(note)_begin() && (", at: condition.lowerBound, order: -1)
    text.insert(")", at: condition.upperBound, order: 1)
    self.source = text.result
  }

  /// The offset at which a line begins.
  private static func start(of line: Int, in bytes: [UInt8]) -> Int? {
    var number = 1
    var offset = 0
    while number < line {
      guard let next = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
      offset = next + 1
      number += 1
    }
    return line > 0 ? offset : nil
  }

  /// Where assertions are called: their names, and their parentheses.
  private static func assertions(
    in bytes: [UInt8], _ range: Range<Int>
  ) -> [(name: Int, parenthesis: Int)] {
    var found: [(name: Int, parenthesis: Int)] = []
    for index in range where bytes[index] == UInt8(ascii: "(") {
      for name in ["assert", "precondition"] {
        let start = index - name.utf8.count
        guard start >= range.lowerBound, bytes[start..<index].elementsEqual(name.utf8),
          start == 0 || !ConditionText.isWord(bytes[start - 1])
        else { continue }
        found.append((start, index))
      }
    }
    return found
  }
}

/// Takes a condition apart: what stands between its parentheses, quotes and operators.
private struct ConditionText {
  /// How long a condition may be in bytes, and how deep: no assertion is worth reading a whole file.
  private static let length = 4096
  private static let depth = 32

  let bytes: [UInt8]
  let note: String
  private(set) var insertions: [(at: Int, order: Int, text: String)] = []
  private var count = 0

  init(bytes: [UInt8], note: String) {
    self.bytes = bytes
    self.note = note
  }

  static func isWord(_ byte: UInt8) -> Bool {
    byte == 0x5F || byte >= 0x80 || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
      || (0x61...0x7A).contains(byte)
  }

  mutating func insert(_ text: String, at offset: Int, order: Int) {
    insertions.append((offset, order, text))
  }

  /// The text with everything put in: at one place what ends comes first, then what begins, the outer one first.
  var result: String {
    var text: [UInt8] = []
    var from = 0
    for (at, _, new) in insertions.sorted(by: { ($0.at, $0.order) < ($1.at, $1.order) }) {
      text += bytes[from..<at] + Array(new.utf8)
      from = at
    }
    return String(decoding: text + bytes[from...], as: UTF8.self)
  }

  /// The offset behind the quotation, or the parentheses, that begins here, or of the next byte; `nil` where it does
  /// not end.
  private func after(_ start: Int, depth: Int = 0) -> Int? {
    guard depth < Self.depth else { return nil }
    switch bytes[start] {
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      var at = start + 1
      while at < bytes.count, bytes[at] != bytes[start] {
        if bytes[at] == 0x0A { return nil }
        // An interpolation of Swift can have quotations of its own.
        if bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "(")
        {
          guard let end = after(at + 1, depth: depth + 1) else { return nil }
          at = end
        } else {
          at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
        }
      }
      return at < bytes.count ? at + 1 : nil
    case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"):
      var at = start + 1
      while at < bytes.count, at - start < Self.length {
        if [UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}")].contains(bytes[at]) {
          return at + 1
        }
        guard let next = after(at, depth: depth + 1) else { return nil }
        at = next
      }
      return nil
    default: return start + 1
    }
  }

  /// From here to the first comma or closing parenthesis, without the blanks around it.
  func argument(from start: Int) -> Range<Int>? {
    var at = start
    while at < bytes.count, at - start < Self.length {
      if bytes[at] == UInt8(ascii: ",") || bytes[at] == UInt8(ascii: ")") {
        return trimmed(start..<at)
      }
      guard let next = after(at) else { return nil }
      at = next
    }
    return nil
  }

  private func trimmed(_ range: Range<Int>) -> Range<Int>? {
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
    guard let first = bytes[range].firstIndex(where: { !isBlank($0) }),
      let last = bytes[range].lastIndex(where: { !isBlank($0) })
    else { return nil }
    return first..<(last + 1)
  }

  /// The operators of `names` outside of parentheses, in their order.
  private func operators(_ names: [String], in range: Range<Int>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var at = range.lowerBound
    let signs = Set("=!<>&|+-*/%^~?.".utf8)
    while at < range.upperBound {
      guard signs.contains(bytes[at]) else {
        guard let next = after(at) else { return found }
        at = next
        continue
      }
      let end = bytes[at..<range.upperBound].firstIndex { !signs.contains($0) } ?? range.upperBound
      let sign = String(decoding: bytes[at..<end], as: UTF8.self)
      // `a == -1` has a blank between its operators, `a==-1` has none.
      if let name = names.filter({ sign.hasPrefix($0) }).max(by: { $0.utf8.count < $1.utf8.count }),
        sign == name
          || ["-", "!", "*", "&", "~", "+", "."].contains(sign.dropFirst(name.utf8.count))
      {
        found.append(at..<(at + name.utf8.count))
      }
      at = end
    }
    return found
  }

  /// Notes what is compared in a condition.
  mutating func condition(_ range: Range<Int>, depth: Int = 0) {
    guard depth < Self.depth, let range = trimmed(range) else { return }
    // `? :`, which has other values than those of its parts.
    if bytes[range].contains(UInt8(ascii: "?")), !operators(["?"], in: range).isEmpty {
      return operand(range)
    }
    let joints = operators(["&&", "||"], in: range)
    guard joints.isEmpty else {
      var from = range.lowerBound
      for joint in joints {
        condition(from..<joint.lowerBound, depth: depth + 1)
        from = joint.upperBound
      }
      return condition(from..<range.upperBound, depth: depth + 1)
    }
    if bytes[range.lowerBound] == UInt8(ascii: "("), after(range.lowerBound) == range.upperBound {
      return condition((range.lowerBound + 1)..<(range.upperBound - 1), depth: depth + 1)
    }
    if bytes[range.lowerBound] == UInt8(ascii: "!"),
      operators(["==", "!=", "<", ">", "<=", ">="], in: range).isEmpty
    {
      return condition((range.lowerBound + 1)..<range.upperBound, depth: depth + 1)
    }
    let signs = operators(["==", "!=", "===", "!==", "<", ">", "<=", ">="], in: range)
    guard signs.count == 1, let sign = signs.first else {
      // That it is false is known: of a call its arguments may say more.
      return signs.isEmpty ? arguments(of: range) : ()
    }
    for side in [range.lowerBound..<sign.lowerBound, sign.upperBound..<range.upperBound] {
      guard let side = trimmed(side) else { continue }
      if isComparingCall(side) { arguments(of: side) } else { operand(side) }
    }
  }

  /// Whether it is `strcmp(a, b)` or one of its kind, whose result says little.
  private func isComparingCall(_ range: Range<Int>) -> Bool {
    let name = String(decoding: bytes[range].prefix { Self.isWord($0) }, as: UTF8.self)
    return ["strcmp", "strncmp", "strcasecmp", "strncasecmp", "memcmp"].contains(name)
  }

  /// Notes the arguments of a call.
  private mutating func arguments(of range: Range<Int>) {
    guard bytes[range.upperBound - 1] == UInt8(ascii: ")"),
      let open = bytes[range].firstIndex(where: { !Self.isWord($0) && $0 != UInt8(ascii: ".") }),
      bytes[open] == UInt8(ascii: "("), open > range.lowerBound, after(open) == range.upperBound
    else { return }
    var from = open + 1
    while from < range.upperBound, let argument = argument(from: from) {
      // Behind the label that Swift has.
      let label = bytes[argument].prefix { Self.isWord($0) }
      if label.endIndex < argument.upperBound, bytes[label.endIndex] == UInt8(ascii: ":") {
        operand((label.endIndex + 1)..<argument.upperBound)
      } else {
        operand(argument)
      }
      from =
        (bytes[argument.upperBound...].firstIndex {
          $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ")")
        } ?? range.upperBound) + 1
    }
  }

  /// Notes a value, unless it stands there.
  private mutating func operand(_ range: Range<Int>) {
    guard count < 8, let range = trimmed(range), !isPlain(range) else { return }
    var text = ""
    for scalar in String(decoding: bytes[range], as: UTF8.self).unicodeScalars.prefix(200) {
      switch scalar {
      case "\\", "\"": text += "\\\(scalar)"
      case "\n", "\r", "\t": text += " "
      default: text.unicodeScalars.append(scalar)
      }
    }
    insert("\(note)(\(count), \"\(text)\", ", at: range.lowerBound, order: 0)
    insert(")", at: range.upperBound, order: 0)
    count += 1
  }

  /// Whether its value can be read: a number, a quotation, an array of such, or a word like `nil`.
  private func isPlain(_ range: Range<Int>) -> Bool {
    let text = String(decoding: bytes[range], as: UTF8.self)
    if ["nil", "NULL", "true", "false", "nullptr"].contains(text) { return true }
    // Swift's short form of a case; what stands before it decides its type.
    if text.hasPrefix(".") || text.hasPrefix("&") || text.hasPrefix("{") { return true }
    var isQuoted = false
    var isEscaped = false
    for byte in text.utf8 {
      if isQuoted {
        // An interpolation.
        if isEscaped, byte == UInt8(ascii: "(") { return false }
        if !isEscaped, byte == UInt8(ascii: "\"") { isQuoted = false }
        isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
      } else if byte == UInt8(ascii: "\"") {
        isQuoted = true
      } else if (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
        || byte >= 0x80
      {
        return text.utf8.first.map { (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x27 }
          ?? false
          && text.utf8.allSatisfy {
            Self.isWord($0) || [0x2D, 0x2B, 0x2E, 0x27, 0x5C].contains($0)
          }
      }
    }
    return true
  }
}
