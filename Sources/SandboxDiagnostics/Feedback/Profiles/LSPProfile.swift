/// `Diagnostic[]` of the Language Server Protocol 3.17, with the file in `data.file`.
///
/// Positions start at 0 and count UTF-16 units, the protocol's default encoding. A diagnostic without a
/// place stands at the start of the program.
public struct LSPProfile: FeedbackProfile {
  /// Creates the profile.
  public init() {}

  /// The array as JSON, which ends in a line end.
  ///
  /// A budget leaves out what is worth least; how much, says an informational diagnostic at the end. The least array has
  /// the cause, with 60 characters of its message, and that; a smaller budget gives it.
  public func render(_ account: RunAccount, within budget: FeedbackBudget?) throws -> String {
    // What the protocol has no place for must not be dropped first, to no avail.
    var shown = account
    shown.failedTests = []
    for index in shown.diagnostics.indices {
      shown.diagnostics[index].stack = []
      shown.diagnostics[index].values = [:]
      shown.diagnostics[index].fixIts = []
      shown.diagnostics[index].notes.removeAll { $0.file == nil }
    }
    return try AccountReduction.document(shown, within: budget, keepsSources: true) {
      account, dropped in
      var items = account.diagnostics.map { Item($0, entry: account.entry) }
      if dropped > 0 {
        let words =
          dropped == 1
          ? "1 diagnostic or note left out" : "\(dropped) diagnostics or notes left out"
        items.append(
          Item(
            Diagnostic(severity: .note, stage: account.stage, message: words), entry: account.entry)
        )
      }
      return try jsonDocument(items)
    }
  }

  private struct Position: Encodable {
    var line: Int
    var character: Int
  }

  private struct Range: Encodable {
    var start: Position
    var end: Position

    init(_ diagnostic: Diagnostic) {
      let line = max(1, diagnostic.line ?? 1)
      let column = diagnostic.column ?? 1
      start = Position(line: line - 1, character: Self.units(diagnostic.source, column))
      if let endLine = diagnostic.endLine, let endColumn = diagnostic.endColumn {
        let isSame = endLine == line
        end = Position(
          line: endLine - 1,
          character: isSame ? Self.units(diagnostic.source, endColumn) : endColumn - 1)
      } else if diagnostic.column == nil, let source = diagnostic.source {
        end = Position(line: line - 1, character: source.utf16.count)
      } else {
        end = start
      }
    }

    /// UTF-16 units before a column of Unicode scalars.
    private static func units(_ source: String?, _ column: Int) -> Int {
      guard let source else { return max(0, column - 1) }
      return source.unicodeScalars.prefix(max(0, column - 1)).reduce(0) { $0 + UTF16.width($1) }
    }
  }

  private struct Related: Encodable {
    struct Location: Encodable {
      var uri: String
      var range: Range
    }
    var location: Location
    var message: String
  }

  private struct Item: Encodable {
    struct Place: Encodable { var file: String }
    var range: Range
    var severity: Int
    var code: String?
    var source = "ocisandbox"
    var message: String
    var relatedInformation: [Related]
    var data: Place

    init(_ diagnostic: Diagnostic, entry: String) {
      range = Range(diagnostic)
      severity = Self.number(diagnostic.severity)
      code = diagnostic.code
      message = diagnostic.message
      relatedInformation = diagnostic.notes.filter { $0.file != nil }.map {
        Related(
          location: Related.Location(uri: $0.file ?? entry, range: Range($0)), message: $0.message)
      }
      data = Place(file: diagnostic.file ?? entry)
    }

    private static func number(_ severity: Diagnostic.Severity) -> Int {
      switch severity {
      case .error: 1
      case .warning: 2
      case .note: 3
      }
    }
  }
}
