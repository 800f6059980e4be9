#if canImport(Glibc)
  import Glibc
#endif

/// The share of tasks that at least one of k samples solves, estimated without bias from n samples a task
/// (Chen et al. 2021, arXiv:2107.03374, section 2.1).
public struct PassAtK: Sendable, Hashable {
  /// The number of samples that may be tried.
  public let k: Int
  /// The mean over the tasks.
  public let value: Double
  /// Its 95% confidence interval, for the choice of tasks: Wilson's score interval (1927) with as many
  /// tasks as give the standard error of the mean. Unlike that of the normal distribution it is of use at
  /// 0 and 1 as well.
  public let interval: ClosedRange<Double>

  /// The estimate for one task: 1 - C(n - c, k) / C(n, k).
  ///
  /// - Parameters:
  ///   - samples: n, at least k.
  ///   - correct: c, at most n.
  ///   - k: At least 1.
  /// - Returns: From 0 to 1.
  public static func estimate(samples: Int, correct: Int, k: Int) -> Double {
    precondition(
      k >= 1 && samples >= k && (0...samples).contains(correct), "1 <= k <= n, 0 <= c <= n")
    guard samples - correct >= k else { return 1 }
    var miss = 1.0
    for i in samples - correct + 1..<samples + 1 { miss *= 1 - Double(k) / Double(i) }
    return 1 - miss
  }

  /// The estimate over tasks; `nil` where there is no task, or one has less than k samples.
  ///
  /// - Parameters:
  ///   - k: The number of samples that may be tried.
  ///   - counts: The number of samples and of correct ones, for each task.
  public init?(_ k: Int, counts: [(samples: Int, correct: Int)]) {
    guard k >= 1, !counts.isEmpty, counts.allSatisfy({ $0.samples >= k }) else { return nil }
    let values = counts.map { Self.estimate(samples: $0.samples, correct: $0.correct, k: k) }
    let tasks = Double(values.count)
    let mean = values.reduce(0, +) / tasks
    let variance =
      values.count > 1
      ? values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (tasks - 1) / tasks : 0
    self.k = k
    value = mean
    interval = Self.wilson(mean, variance > 0 ? mean * (1 - mean) / variance : tasks)
  }

  private static func wilson(_ share: Double, _ count: Double) -> ClosedRange<Double> {
    let z = 1.959963984540054
    let scale = 1 + z * z / count
    let center = (share + z * z / (2 * count)) / scale
    let half = z / scale * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0, min(center - half, share))...min(1, max(center + half, share))
  }
}
