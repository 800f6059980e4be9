import OCISandbox
import SandboxEvaluation

/// A judge, and programs for it.
struct JudgeFixture {
  let judge: Judge
  private let catalog = Catalog.standard()

  init(workers: Int = 2, adjustLimits: (inout Limits) -> Void = { _ in }) throws {
    let catalog = catalog
    var policy = try catalog.policy(named: "default").value
    // A machine that is busy is no reason for another verdict.
    policy.limits.wallTime = .seconds(600)
    policy.limits.cpuTime = .seconds(60)
    adjustLimits(&policy.limits)
    judge = Judge(policy: policy, maximumConcurrentJudgements: workers) {
      try catalog.policy(named: $0).value
    }
  }

  func report(
    _ source: String, _ tests: Tests, language: String = "python", extent: Judge.Extent = .all
  ) async throws -> JudgeReport {
    let plugin = ManifestLanguage(try catalog.language(named: language).value)
    return try await judge.judge(
      Program(source: source, language: plugin), in: plugin, with: tests, extent: extent)
  }
}

extension TestCase {
  init(_ name: String, _ input: String, _ expected: String) {
    self.init(name: name, standardInput: Array(input.utf8), expectedOutput: Array(expected.utf8))
  }
}
