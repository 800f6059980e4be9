/// When a request that failed is made again.
public struct RetryPolicy: Sendable, Hashable {
  /// How often a request is made in all; by default 4 times.
  public var maximumAttempts: Int
  /// The wait before the second attempt, which doubles with each; by default half a second.
  public var firstDelay: Duration
  /// The longest wait; by default 30 seconds.
  public var longestDelay: Duration
  /// The longest wait that a server may ask for; by default two minutes.
  public var longestRetryAfter: Duration

  /// Creates a policy.
  public init(
    maximumAttempts: Int = 4, firstDelay: Duration = .milliseconds(500),
    longestDelay: Duration = .seconds(30), longestRetryAfter: Duration = .seconds(120)
  ) {
    self.maximumAttempts = maximumAttempts
    self.firstDelay = firstDelay
    self.longestDelay = longestDelay
    self.longestRetryAfter = longestRetryAfter
  }

  /// The wait before the next attempt, or `nil` where there is to be none.
  ///
  /// - Parameters:
  ///   - attempt: The number of the attempt that failed, from 1.
  ///   - retryAfter: What the server asks for. It is honoured to the full, never shortened.
  ///   - error: Why the attempt failed.
  ///   - share: A random number from 0 to 1, so that those who failed together do not return together:
  ///     the wait is this part of the second half of what it could be.
  /// - Returns: The wait, or `nil`.
  public func delay(
    afterAttempt attempt: Int, retryAfter: Duration?, error: ModelError, share: Double
  ) -> Duration? {
    guard error.isTransient, attempt < maximumAttempts else { return nil }
    if let retryAfter {
      return retryAfter <= longestRetryAfter ? retryAfter : nil
    }
    let most = min(longestDelay, firstDelay * (1 << min(attempt - 1, 20)))
    return most * (0.5 + 0.5 * share)
  }
}
