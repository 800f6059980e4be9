internal import FoundationEssentials

/// The account as a JSON document: verdict, diagnostics, failed tests, with `"schema": 1`.
///
/// A budget leaves out diagnostics from the end, then stacks; what was left out is counted.
public struct JSONProfile: FeedbackProfile {
  /// Creates the profile.
  public init() {}

  /// The document, which ends in a line end.
  public func render(_ account: RunAccount, within budget: FeedbackBudget?) throws -> String {
    var document = Document(
      verdict: account.verdict, language: account.language,
      diagnostics: account.diagnostics, tests: account.failedTests, dropped: 0)
    var text = try jsonDocument(document)
    while let budget, budget.cost(of: text) > budget.amount, document.shrink() {
      text = try jsonDocument(document)
    }
    return text
  }

  private struct Document: Encodable {
    var schema = 1
    var verdict: String
    var language: String
    var diagnostics: [Diagnostic]
    var tests: [FailedTest]
    /// Diagnostics, tests and stacks that were left out.
    var dropped: Int

    /// Leaves out what is worth least; `false` where nothing is left to leave out.
    mutating func shrink() -> Bool {
      dropped += 1
      if diagnostics.count > 1 {
        let worst = diagnostics.lastIndex { $0.severity != .error } ?? diagnostics.count - 1
        diagnostics.remove(at: worst)
      } else if tests.count > 1 {
        tests.removeLast()
      } else if let first = diagnostics.first, !first.notes.isEmpty {
        diagnostics[0].notes.removeLast()
      } else if let first = diagnostics.first, first.stack.count > 1 {
        diagnostics[0].stack.removeFirst()
      } else {
        dropped -= 1
        return false
      }
      return true
    }
  }
}
