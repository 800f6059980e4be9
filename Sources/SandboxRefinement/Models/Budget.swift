/// What answers may cost together.
public struct Budget: Sendable, Hashable {
  /// The most tokens, read and written together; `nil` for no limit.
  public var tokens: Int?
  /// The most money, in the unit of the prices; `nil` for no limit.
  public var cost: Double?
  /// The price of a million tokens that are read.
  public var promptPrice: Double
  /// The price of a million tokens that are written.
  public var completionPrice: Double

  /// Creates a budget; by default without limits.
  public init(
    tokens: Int? = nil, cost: Double? = nil, promptPrice: Double = 0, completionPrice: Double = 0
  ) {
    self.tokens = tokens
    self.cost = cost
    self.promptPrice = promptPrice
    self.completionPrice = completionPrice
  }

  /// What `usage` costs.
  public func cost(of usage: TokenUsage) -> Double {
    (Double(usage.promptTokens) * promptPrice + Double(usage.completionTokens) * completionPrice)
      / 1_000_000
  }

  /// Whether nothing is left after `usage`. An answer is never cut off: the last one may go beyond.
  public func isSpent(by usage: TokenUsage) -> Bool {
    if let tokens, usage.totalTokens >= tokens { return true }
    if let cost, self.cost(of: usage) >= cost { return true }
    return false
  }
}
