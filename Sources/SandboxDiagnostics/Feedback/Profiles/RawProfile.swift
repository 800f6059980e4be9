/// What a model is told where nobody helps: the standard error of the program or of its compiler, as it was
/// written; of a program that succeeded its standard output.
///
/// It is what the other profiles are measured against. Nothing in it is marked or cut, so what the program
/// printed may look like anything: it is meant for models only, never for a terminal.
public struct RawProfile: FeedbackProfile {
  /// Creates the profile.
  public init() {}

  /// The text.
  public func render(_ account: RunAccount, within budget: FeedbackBudget?) -> String {
    let text = account.succeeded ? account.standardOutput : account.rawStandardError
    guard let budget else { return text }
    return [FeedbackPart(rank: 0, lines: [text], keepsEnds: true)]
      .lines(within: budget).joined(separator: "\n")
  }
}
