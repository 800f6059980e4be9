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
  /// The same with calls at the same place counted, as recursion makes them.
  var folded: [Diagnostic.Frame] {
    var result: [Diagnostic.Frame] = []
    for frame in self {
      if let last = result.last, last.file == frame.file, last.line == frame.line,
        last.function == frame.function
      {
        result[result.count - 1].repeats = (last.repeats ?? 0) + 1
      } else {
        result.append(frame)
      }
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
