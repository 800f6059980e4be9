internal import FoundationEssentials

/// The account as a JSON document: verdict, diagnostics, failed tests, with `"schema": 1`.
///
/// A budget leaves out what is worth least, which `dropped` counts. The least document has the verdict, and of the cause
/// the place, the code and 60 characters of its message, input and outputs; a smaller budget gives that.
public struct JSONProfile: FeedbackProfile {
  /// Creates the profile.
  public init() {}

  /// The document, which ends in a line end.
  public func render(_ account: RunAccount, within budget: FeedbackBudget?) throws -> String {
    try AccountReduction.document(account, within: budget) { account, dropped in
      try jsonDocument(
        Document(
          verdict: account.verdict, language: account.language, diagnostics: account.diagnostics,
          tests: account.failedTests, dropped: dropped))
    }
  }

  private struct Document: Encodable {
    var schema = 1
    var verdict: String
    var language: String
    var diagnostics: [Diagnostic]
    var tests: [FailedTest]
    /// How many diagnostics, tests, notes, fixes, values, calls and source lines were left out.
    var dropped: Int
  }
}
