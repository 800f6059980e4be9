/// Why a problem matcher cannot work.
public struct ProblemMatcherError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong.
  public enum Reason: Sendable, Hashable {
    /// The regular expression does not compile; the engine's own words.
    case invalidPattern(String)
    /// A field names a capture group that the pattern does not have.
    case missingGroup(Int, of: Int)
    /// Neither a field nor a named group gives the message.
    case noMessage
    /// The default severity is no word for one.
    case unknownSeverity(String)
    /// A group that repeats without a bound holds a repetition without a bound.
    case nestedRepetition
  }

  /// Which matcher, from 0.
  public var matcher: Int
  /// Its regular expression.
  public var regexp: String
  /// What is wrong with it.
  public var reason: Reason

  /// Creates an error.
  public init(matcher: Int, regexp: String, reason: Reason) {
    self.matcher = matcher
    self.regexp = regexp
    self.reason = reason
  }

  /// What is wrong, and what to write instead.
  public var description: String {
    let what =
      switch reason {
      case .invalidPattern(let words): "is not a regular expression: \(words)"
      case .missingGroup(let group, let count):
        "has \(count) capture groups, but a field names group \(group)"
      case .noMessage:
        "gives no message: name a group (?<message>...), or set 'message' to a group's number"
      case .unknownSeverity(let word):
        "has the default severity '\(word)'; it can be error, warning or note (info, hint)"
      case .nestedRepetition:
        "repeats a group that holds a repetition, such as (a+)+, which takes exponential time on a "
          + "hostile line; bound one of the two, as in (a+){0,8}"
      }
    return "problem matcher \(matcher + 1), '\(regexp)', \(what)"
  }
}
