/// A regular expression that reads one line of a compiler's output.
///
/// The fields name the number of a capture group, or, where the pattern has named groups, are left out.
public struct ProblemMatcher: Sendable, Hashable, Codable {
  /// The regular expression.
  public var regexp: String
  /// The group of each part; `nil` means the group of that name, where there is one.
  public var file, line, column, endLine, endColumn, severity, code, message: Int?
  /// The severity where no group gives one.
  public var defaultSeverity: String?

  /// Creates a matcher.
  public init(
    regexp: String, file: Int? = nil, line: Int? = nil, column: Int? = nil, endLine: Int? = nil,
    endColumn: Int? = nil, severity: Int? = nil, code: Int? = nil, message: Int? = nil,
    defaultSeverity: String? = nil
  ) {
    self.regexp = regexp
    self.file = file
    self.line = line
    self.column = column
    self.endLine = endLine
    self.endColumn = endColumn
    self.severity = severity
    self.code = code
    self.message = message
    self.defaultSeverity = defaultSeverity
  }
}
