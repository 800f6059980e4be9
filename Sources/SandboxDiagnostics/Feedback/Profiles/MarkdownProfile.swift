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
    guard let budget else {
      return heading + Self.fenced(CompilerProfile().render(account, within: nil))
    }
    // The fences and the heading take a little of the budget.
    var room = budget.amount - budget.cost(of: heading + Self.fenced(""))
    while room > 0 {
      let text = heading + Self.fenced(CompilerProfile().render(account, within: budget.with(room)))
      let excess = budget.cost(of: text) - budget.amount
      if excess <= 0 { return text }
      // A fence is longer where the program wrote one.
      room -= excess
    }
    return budget.cost(of: heading) <= budget.amount ? heading : ""
  }

  /// A block with `body` in it.
  private static func fenced(_ body: String) -> String {
    let fence = String(repeating: "`", count: max(3, longestRun(in: body) + 1))
    return fence + "text\n" + body + fence + "\n"
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
