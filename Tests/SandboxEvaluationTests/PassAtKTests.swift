import SandboxEvaluation
import Testing

@Suite("pass@k")
struct PassAtKTests {
  @Test(
    "The estimate is the share of the subsets of k samples that hold a correct one",
    arguments: [(5, 2, 1), (5, 2, 2), (5, 2, 4), (7, 3, 3), (4, 0, 2), (4, 4, 3), (6, 1, 6)])
  func subsets(n: Int, c: Int, k: Int) {
    let subsets = (0..<1 << n).filter { $0.nonzeroBitCount == k }
    let hits = subsets.count { $0 & ((1 << c) - 1) != 0 }
    let expected = Double(hits) / Double(subsets.count)
    #expect(abs(PassAtK.estimate(samples: n, correct: c, k: k) - expected) < 1e-12)
  }

  @Test("With one sample a task the interval is Wilson's")
  func wilson() throws {
    // 53 of 164: by hand, centre (p + z²/2n) / (1 + z²/n).
    let counts = (0..<164).map { (samples: 1, correct: $0 < 53 ? 1 : 0) }
    let score = try #require(PassAtK(1, counts: counts))
    #expect(abs(score.value - 53.0 / 164) < 1e-12)
    #expect(abs(score.interval.lowerBound - 0.2564) < 5e-4)
    #expect(abs(score.interval.upperBound - 0.3980) < 5e-4)
  }

  @Test("All right is not certainty, and a k beyond the samples has no value")
  func edges() throws {
    let all = try #require(PassAtK(1, counts: (0..<10).map { _ in (samples: 1, correct: 1) }))
    #expect(all.value == 1)
    #expect(all.interval.upperBound == 1)
    #expect(all.interval.lowerBound < 0.8)
    #expect(PassAtK(2, counts: [(samples: 2, correct: 1), (samples: 1, correct: 1)]) == nil)
    #expect(PassAtK(1, counts: []) == nil)
  }
}
