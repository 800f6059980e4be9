/// A definition that cannot be used, or cannot be found: one or more problems, each with its place.
///
/// The description reads like a compiler's:
/// `Policies/mine.yaml:7:3: error: unknown key 'seccmp'; did you mean 'seccomp'?`
public struct CatalogError: Error, Hashable {
  /// One thing that is wrong.
  public struct Problem: Sendable, Hashable {
    /// The file as it was named or found; `nil` where the problem is not in a file.
    public var file: String?
    /// The line, from 1; `nil` where the problem is the whole file.
    public var line: Int?
    /// The column, from 1.
    public var column: Int?
    /// What is wrong, without a final stop.
    public var message: String
    /// How to fix it, where that is known.
    public var hint: String?

    /// Creates a problem.
    public init(
      file: String? = nil, line: Int? = nil, column: Int? = nil, message: String,
      hint: String? = nil
    ) {
      self.file = file
      self.line = line
      self.column = column
      self.message = message
      self.hint = hint
    }
  }

  /// What is wrong, in the order of the file; never empty.
  public var problems: [Problem]

  /// Creates an error of several problems.
  public init(problems: [Problem]) {
    precondition(!problems.isEmpty, "a catalog error needs a problem")
    self.problems = problems
  }

  /// Creates an error of one problem that is in no file.
  public init(_ message: String, hint: String? = nil) {
    problems = [Problem(message: message, hint: hint)]
  }
}

extension CatalogError: CustomStringConvertible {
  /// Every problem, one below the other.
  public var description: String {
    problems.map(\.description).joined(separator: "\n")
  }
}

extension CatalogError.Problem: CustomStringConvertible {
  /// `file:line:column: error: message`, and the hint on a line of its own.
  public var description: String {
    let place = [file, line.map(String.init), column.map(String.init)].compactMap { $0 }
    let head = place.isEmpty ? "" : place.joined(separator: ":") + ": "
    return head + "error: " + message + (hint.map { "\nhint: " + $0 } ?? "")
  }
}
