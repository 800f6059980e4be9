/// What a parser keeps at most, so that a hostile text cannot become a large report.
enum ParserBounds {
  /// Diagnostics of one stage.
  static let diagnostics = 100
  /// Values of one diagnostic.
  static let values = 20
  /// Notes of one diagnostic.
  static let notes = 20
  /// Frames of one stack; the outermost and the innermost are kept.
  static let frames = 50
  /// Bytes of one line; the rest of the line is not looked at.
  static let lineBytes = 4096
  /// Lines from either end of a text.
  static let lines = 20_000
  /// Lines of one message.
  static let messageLines = 40
}

extension [Diagnostic.Frame] {
  /// The same with calls at the same places counted, as recursion makes them: of one function, or of up to
  /// eight that call each other.
  var folded: [Diagnostic.Frame] {
    func isSame(_ one: Int, _ other: Int) -> Bool {
      other < count && self[one].file == self[other].file && self[one].line == self[other].line
        && self[one].function == self[other].function
        // Counted by who told of it.
        && self[one].repeats == nil && self[other].repeats == nil
    }
    var result: [Diagnostic.Frame] = []
    var start = 0
    while start < count {
      var length = 1
      var repeats = 0
      for period in 1...8 {
        var end = start
        while isSame(end, end + period) { end += 1 }
        let found = (end - start) / period
        // Several calls are told once only where that is shorter.
        guard found > (period == 1 ? 0 : 1) else { continue }
        (length, repeats) = (period, found)
        break
      }
      result += self[start..<(start + length)]
      if repeats > 0 {
        result[result.count - 1].repeats = repeats
        if length > 1 { result[result.count - 1].repeatedCalls = length }
      }
      start += length * (repeats + 1)
    }
    return result
  }

  /// The same where the outermost calls are missing: how often the first one repeats is not known then.
  var withoutStart: [Diagnostic.Frame] {
    var result = self
    if let first = firstIndex(where: { $0.repeats != nil }),
      first < (self[first].repeatedCalls ?? 1)
    {
      result[first].isAtLeast = true
    }
    return result
  }
}

extension Array {
  /// The frames of a stack, outermost first, or, of too many, the outermost fifth of what is kept and
  /// the innermost rest.
  var boundedFrames: [Element] {
    guard count > ParserBounds.frames else { return self }
    let outermost = ParserBounds.frames / 5
    return Array(prefix(outermost) + suffix(ParserBounds.frames - outermost))
  }
}
