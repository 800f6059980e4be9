/// One finding of a compiler, an interpreter or the executor, about one place of the program.
///
/// Lines and columns start at 1; columns count Unicode scalars, as SARIF's `unicodeCodePoints`. Files
/// are paths relative to the workspace: no host path ever gets here.
public struct Diagnostic: Sendable, Hashable, Codable {
  /// How grave it is.
  public enum Severity: String, Sendable, Hashable, Codable, CaseIterable {
    /// The program cannot be right.
    case error
    /// The program may be wrong.
    case warning
    /// More about another diagnostic.
    case note
  }

  /// The stage that it is about.
  public enum Stage: String, Sendable, Hashable, Codable, CaseIterable {
    /// Found while compiling or parsing.
    case compile
    /// Found while running.
    case run
  }

  /// A place in a source file.
  public struct Frame: Sendable, Hashable, Codable {
    /// The function's name, where it is known.
    public var function: String?
    /// Relative to the workspace; `nil` for a place outside of it.
    public var file: String?
    /// Starts at 1.
    public var line: Int?
    /// Starts at 1, in Unicode scalars.
    public var column: Int?
    /// The line itself.
    public var source: String?
    /// How many more times the same call follows, as in recursion; `nil` where it does not.
    public var repeats: Int?
    /// How many calls up to this one ``repeats`` counts, as where two functions call each other; `nil` for one.
    public var repeatedCalls: Int?
    /// Whether ``repeats`` is the least that it can be, because the runtime tells of so many calls only; `nil` where
    /// it is exact.
    public var isAtLeast: Bool?

    /// Creates a place.
    public init(
      function: String? = nil, file: String? = nil, line: Int? = nil, column: Int? = nil,
      source: String? = nil, repeats: Int? = nil, repeatedCalls: Int? = nil, isAtLeast: Bool? = nil
    ) {
      self.function = function
      self.file = file
      self.line = line
      self.column = column
      self.source = source
      self.repeats = repeats
      self.repeatedCalls = repeatedCalls
      self.isAtLeast = isAtLeast
    }

    private enum CodingKeys: String, CodingKey {
      case function, file, line, column, source, repeats
      case repeatedCalls = "repeated_calls"
      case isAtLeast = "at_least"
    }
  }

  /// A change that would remove the cause.
  public struct FixIt: Sendable, Hashable, Codable {
    /// Where the replaced text starts and ends; the end is exclusive.
    public var line, column, endLine, endColumn: Int
    /// What to put there.
    public var replacement: String

    /// Creates a change.
    public init(line: Int, column: Int, endLine: Int, endColumn: Int, replacement: String) {
      self.line = line
      self.column = column
      self.endLine = endLine
      self.endColumn = endColumn
      self.replacement = replacement
    }

    private enum CodingKeys: String, CodingKey {
      case line, column, replacement
      case endLine = "end_line"
      case endColumn = "end_column"
    }
  }

  /// How grave it is.
  public var severity: Severity
  /// The stage that it is about.
  public var stage: Stage
  /// Relative to the workspace.
  public var file: String?
  /// Where it starts.
  public var line: Int?
  /// Where it starts, in Unicode scalars.
  public var column: Int?
  /// Where it ends.
  public var endLine: Int?
  /// Where it ends; exclusive.
  public var endColumn: Int?
  /// Its kind in the language's own words: `ZeroDivisionError`, `-Wunused-variable`, `SIGSEGV`.
  public var code: String?
  /// The message, without place, severity and code.
  public var message: String
  /// The line itself.
  public var source: String?
  /// More about it, such as `previous definition is here`.
  public var notes: [Diagnostic]
  /// The calls that led there, innermost last, frames of the program only.
  public var stack: [Frame]
  /// Values of variables there, as the language prints them.
  public var values: [String: String]
  /// Changes that the compiler offers.
  public var fixIts: [FixIt]

  /// Creates a diagnostic.
  public init(
    severity: Severity, stage: Stage, file: String? = nil, line: Int? = nil, column: Int? = nil,
    endLine: Int? = nil, endColumn: Int? = nil, code: String? = nil, message: String,
    source: String? = nil, notes: [Diagnostic] = [], stack: [Frame] = [],
    values: [String: String] = [:], fixIts: [FixIt] = []
  ) {
    self.severity = severity
    self.stage = stage
    self.file = file
    self.line = line
    self.column = column
    self.endLine = endLine
    self.endColumn = endColumn
    self.code = code
    self.message = message
    self.source = source
    self.notes = notes
    self.stack = stack
    self.values = values
    self.fixIts = fixIts
  }

  private enum CodingKeys: String, CodingKey {
    case severity, stage, file, line, column, code, message, source, notes, stack, values
    case endLine = "end_line"
    case endColumn = "end_column"
    case fixIts = "fix_its"
  }
}
