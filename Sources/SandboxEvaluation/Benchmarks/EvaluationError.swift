/// What keeps an evaluation from being done; never that a sample is wrong.
public struct EvaluationError: Error, Hashable, CustomStringConvertible {
  /// Whether a file cannot be read, as opposed to holding what it should not.
  public enum Kind: Sendable, Hashable {
    /// It holds what it should not, or is not what was asked for.
    case invalid
    /// It cannot be read.
    case unreadable
    /// It cannot be written.
    case unwritable
    /// The sandbox could not do its work.
    case sandbox
    /// A task's own solution fails: of this task nothing can be judged, of all others everything.
    case reference
  }

  /// What kind of mistake.
  public let kind: Kind
  /// What is wrong, where, and how to mend it.
  public let description: String

  /// Creates an error.
  public init(_ description: String, kind: Kind = .invalid) {
    self.description = description
    self.kind = kind
  }
}
