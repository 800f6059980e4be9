/// A log of the Static Analysis Results Interchange Format, version 2.1.0 (OASIS).
///
/// Columns count Unicode scalars, which the log says (`columnKind`). Files are relative to the workspace.
public struct SARIFProfile: FeedbackProfile {
  /// Creates the profile.
  public init() {}

  /// The log as JSON, which ends in a line end.
  ///
  /// A budget leaves out what is worth least, which the run's property `dropped` counts. The least log has one result for
  /// the cause and one for a failed test, with the place, the code and 60 characters of each text; a smaller budget gives
  /// that.
  public func render(_ account: RunAccount, within budget: FeedbackBudget?) throws -> String {
    // What the format has no place for must not be dropped first, to no avail.
    var shown = account
    for index in shown.diagnostics.indices {
      shown.diagnostics[index].values = [:]
      shown.diagnostics[index].fixIts = []
      for call in shown.diagnostics[index].stack.indices {
        shown.diagnostics[index].stack[call].source = nil
      }
    }
    return try AccountReduction.document(shown, within: budget) { account, dropped in
      try jsonDocument(Log(account, dropped: dropped))
    }
  }
}

private struct Log: Encodable {
  var schema = "https://json.schemastore.org/sarif-2.1.0.json"
  var version = "2.1.0"
  var runs: [Run]

  private enum CodingKeys: String, CodingKey {
    case schema = "$schema"
    case version, runs
  }

  init(_ account: RunAccount, dropped: Int) { runs = [Run(account, dropped: dropped)] }
}

extension Array where Element: Hashable {
  /// The first of those that are the same: the schema asks for that (`uniqueItems`).
  fileprivate var unique: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}

private struct Message: Encodable, Hashable { var text: String }

private struct Run: Encodable {
  struct Tool: Encodable {
    struct Driver: Encodable {
      struct Rule: Encodable { var id: String }
      var name = "ocisandbox"
      var rules: [Rule]
    }
    var driver: Driver
  }
  var tool: Tool
  var columnKind = "unicodeCodePoints"
  var results: [Result]
  /// What a budget left no room for.
  struct Properties: Encodable { var dropped: Int }
  var properties: Properties?

  init(_ account: RunAccount, dropped: Int) {
    properties = dropped > 0 ? Properties(dropped: dropped) : nil
    results = (account.diagnostics.map(Result.init) + account.failedTests.map(Result.init)).unique
    var ids: [String] = []
    for result in results where !ids.contains(result.ruleId) { ids.append(result.ruleId) }
    tool = Tool(driver: Tool.Driver(rules: ids.map(Tool.Driver.Rule.init)))
  }
}

private struct Result: Encodable, Hashable {
  struct Stack: Encodable, Hashable {
    struct Frame: Encodable, Hashable { var location: Location }
    var message = Message(text: "innermost call first")
    var frames: [Frame]
  }
  var ruleId: String
  var level: String
  var message: Message
  var locations: [Location]
  var relatedLocations: [Location]?
  var stacks: [Stack]?

  init(_ diagnostic: Diagnostic) {
    ruleId = diagnostic.code ?? diagnostic.stage.rawValue
    level = diagnostic.severity.rawValue
    message = Message(text: diagnostic.message)
    locations = Location(diagnostic).map { [$0] } ?? []
    let notes = diagnostic.notes.map { Location($0, message: $0.message) }.unique
    relatedLocations = notes.isEmpty ? nil : notes
    if !diagnostic.stack.isEmpty {
      stacks = [
        Stack(
          frames: diagnostic.stack.reversed().map {
            Stack.Frame(location: Location($0))
          })
      ]
    }
  }

  init(_ test: FailedTest) {
    ruleId = "failed-test"
    level = "error"
    var text = "test \(test.name) failed"
    if let expected = test.expected { text += "; expected: \(expected)" }
    if let actual = test.actual { text += "; actual: \(actual)" }
    message = Message(text: text)
    locations = []
  }
}

private struct Location: Encodable, Hashable {
  struct Physical: Encodable, Hashable {
    struct Artifact: Encodable, Hashable {
      var uri: String
    }
    struct Region: Encodable, Hashable {
      struct Snippet: Encodable, Hashable { var text: String }
      var startLine: Int
      var startColumn: Int?
      var endLine: Int?
      var endColumn: Int?
      var snippet: Snippet?
    }
    var artifactLocation: Artifact
    var region: Region?
  }
  struct Logical: Encodable, Hashable { var name: String }
  var physicalLocation: Physical?
  var logicalLocations: [Logical]?
  var message: Message?

  /// `nil` for a diagnostic without a file.
  init?(_ diagnostic: Diagnostic) {
    guard diagnostic.file != nil else { return nil }
    self.init(diagnostic, message: nil)
  }

  init(_ diagnostic: Diagnostic, message text: String?) {
    message = text.map { Message(text: $0) }
    guard let file = diagnostic.file else { return }
    physicalLocation = Physical(
      artifactLocation: Physical.Artifact(uri: Self.uri(file)),
      region: diagnostic.line.map {
        Physical.Region(
          startLine: $0, startColumn: diagnostic.column, endLine: diagnostic.endLine,
          endColumn: diagnostic.endColumn,
          snippet: diagnostic.source.map { Physical.Region.Snippet(text: $0) })
      })
  }

  init(_ frame: Diagnostic.Frame) {
    logicalLocations = frame.function.map { [Logical(name: $0)] }
    guard let file = frame.file else { return }
    physicalLocation = Physical(
      artifactLocation: Physical.Artifact(uri: Self.uri(file)),
      region: frame.line.map { Physical.Region(startLine: $0, startColumn: frame.column) })
  }

  /// The path as a relative reference (RFC 3986): what is neither unreserved nor a slash is percent-coded.
  private static func uri(_ path: String) -> String {
    var text = ""
    for byte in path.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F, 0x7E:
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let hex = String(byte, radix: 16, uppercase: true)
        text += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
      }
    }
    return text
  }
}
