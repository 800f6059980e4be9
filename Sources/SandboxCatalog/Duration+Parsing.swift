extension Duration {
  /// Reads a duration as people write it: a whole number followed by `ms`, `s`, `m` (minutes) or `h`
  /// (hours).
  ///
  /// Returns `nil` for anything else, a missing unit, zero, a sign or more than 24h included:
  /// a limit that was mistyped must not become another limit.
  public init?(parsing text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int64(digits), number > 0 else { return nil }
    let milliseconds: Int64
    switch text.dropFirst(digits.count) {
    case "ms": milliseconds = 1
    case "s": milliseconds = 1000
    case "m": milliseconds = 60_000
    case "h": milliseconds = 3_600_000
    default: return nil
    }
    guard number <= 86_400_000 / milliseconds else { return nil }
    self = .milliseconds(number * milliseconds)
  }
}
