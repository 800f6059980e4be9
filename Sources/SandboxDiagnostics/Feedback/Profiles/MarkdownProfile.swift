/// Markdown (CommonMark): the cause as a heading, everything else in fenced blocks.
///
/// A fence is longer than any run of backticks in what it holds, so that the program's words cannot
/// close it.
public struct MarkdownProfile: FeedbackProfile {
  /// Creates the profile.
  public init() {}

  /// The text, which ends in a line end.
  public func render(_ account: RunAccount, within budget: FeedbackBudget?) -> String {
    let heading = account.succeeded ? "**ok**\n\n" : "**\(account.verdict)**\n\n"
    // The fences and the heading take a little of the budget.
    let inner = budget.map { budget in
      let frame = budget.cost(of: heading + "````text\n````\n")
      return budget.unit == .tokens
        ? FeedbackBudget.tokens(budget.amount - frame)
        : FeedbackBudget.characters(budget.amount - frame)
    }
    let body = CompilerProfile().render(account, within: inner)
    let fence = String(repeating: "`", count: max(3, Self.longestRun(in: body) + 1))
    return heading + fence + "text\n" + body + fence + "\n"
  }

  /// The length of the longest run of backticks.
  private static func longestRun(in text: String) -> Int {
    var longest = 0
    var run = 0
    for byte in text.utf8 {
      run = byte == UInt8(ascii: "`") ? run + 1 : 0
      longest = max(longest, run)
    }
    return longest
  }
}
