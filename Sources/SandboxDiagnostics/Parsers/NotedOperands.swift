/// Reads what a second run noted of an assertion, as `Languages/operands.c` writes it: lines of `operand`, the
/// operand's text and its value, with tabs between.
enum NotedOperands {
  /// The values, by the operands' texts.
  static func read(_ lines: [Substring]) -> [String: String] {
    var values: [String: String] = [:]
    for line in lines where values.count < ParserBounds.values {
      // What was never written in between is zero.
      let fields = line.utf8.drop { $0 == 0 }.split(separator: UInt8(ascii: "\t"), maxSplits: 2)
      guard fields.count == 3, fields[0].elementsEqual("operand".utf8) else { continue }
      var value = fields[2]
      while value.last == UInt8(ascii: " ") { value.removeLast() }
      let operand = String(decoding: fields[1], as: UTF8.self)
      let text = String(decoding: value, as: UTF8.self)
      // What is written as its value is says nothing.
      if operand != text { values[operand] = text }
    }
    return values
  }
}
