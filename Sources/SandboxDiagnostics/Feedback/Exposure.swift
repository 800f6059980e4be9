/// How much of a program's failure its author may see.
///
/// A model that sees the hidden tests in its feedback is no longer measured by them. So every feedback
/// is made under an exposure, which results record beside it.
public enum Exposure: String, Sendable, Hashable, Codable, CaseIterable {
  /// Only that there was a run.
  case none
  /// The verdict's word.
  case verdict
  /// All, but for hidden tests: of those only that they failed. What the program printed, and the values
  /// of its variables, go with them, for they can hold the tests' inputs.
  case `public`
  /// All.
  case full
}

extension RunAccount {
  /// What of this account may be shown under `exposure`.
  public func limited(to exposure: Exposure) -> RunAccount {
    var account = self
    switch exposure {
    case .full: return self
    case .public:
      guard failedTests.contains(where: \.isHidden) else { return self }
      account.failedTests = failedTests.map {
        $0.isHidden ? FailedTest(name: $0.name, isHidden: true) : $0
      }
      account.standardOutput = ""
      account.standardError = ""
      account.rawStandardError = ""
      account.diagnostics = diagnostics.map(\.withoutData)
      return account
    case .verdict, .none:
      account.diagnostics = []
      account.failedTests = []
      account.standardOutput = ""
      account.standardError = ""
      account.rawStandardError = ""
      account.usage = nil
      if exposure == .none { account.verdict = "withheld" }
      return account
    }
  }
}

extension Diagnostic {
  /// Without what can hold the data that the program worked on: values, and messages of a run.
  fileprivate var withoutData: Diagnostic {
    var result = self
    result.values = [:]
    result.notes = notes.map(\.withoutData)
    if stage == .run { result.message = code ?? "the program failed" }
    return result
  }
}
