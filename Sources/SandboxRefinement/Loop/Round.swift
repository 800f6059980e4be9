/// One answer, and what came of it.
public struct Round: Sendable {
  /// What a critic was asked and said.
  public struct Critique: Sendable {
    /// What it was sent.
    public var messages: [ChatMessage]
    /// What it said; `nil` where it gave no answer.
    public var answer: ModelAnswer?
    /// How many of its lines gave the reference away, and were taken out.
    public var leaks = 0
  }

  /// What the model was sent.
  public var messages: [ChatMessage]
  /// What it answered; `nil` where it gave no answer.
  public var answer: ModelAnswer?
  /// The program in it; `nil` where there is none.
  public var code: String?
  /// What became of the program; `nil` where it was not executed.
  public var execution: Execution?
  /// What a critic was asked and said; `nil` where there was none.
  public var critique: Critique?
  /// What the model was told of it, or would have been.
  public var feedback: String?
}
