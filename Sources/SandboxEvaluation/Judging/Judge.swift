public import SandboxExecution
public import SandboxLanguages

#if canImport(Glibc)
  import Glibc
#endif

/// Judges programs by tests that the programs never see.
///
/// A program runs in a sandbox of its own, which holds neither expected answers nor test code. Cases with
/// output are compared outside of it; functions are called through a proxy from a second sandbox, where the
/// tests are. Only tests that are compiled together with the program share its process. Make one and keep it, as a
/// ``SandboxExecutor``.
public struct Judge: Sendable {
  /// When to stop.
  public enum Extent: String, Sendable, Hashable, CaseIterable {
    /// With the first case that is not `ok`.
    case firstFailure = "first-failure"
    /// After all cases.
    case all
  }

  /// Takes programs under test through their stages.
  let candidates: ProgramRunner
  /// Runs test programs and checkers, which wait for candidates: with slots of their own, so that two
  /// judgements cannot each hold what the other waits for.
  let testers: ProgramRunner
  /// The policy of programs under test, and the one that the others' is made of.
  let policy: Policy
  let stagePolicy: @Sendable (String) throws -> Policy
  private let slots: SlotQueue

  /// Creates a judge.
  ///
  /// - Parameters:
  ///   - policy: What a program under test may do and use, in each case.
  ///   - locator: Where toolchains are found.
  ///   - maximumConcurrentJudgements: How many go on at once; more wait. The default is the number of
  ///     processors.
  ///   - stagePolicy: The policy of a stage that names one, such as `compile`.
  public init(
    policy: Policy, locator: ToolchainLocator = ToolchainLocator(),
    maximumConcurrentJudgements: Int? = nil,
    stagePolicy: @escaping @Sendable (String) throws -> Policy
  ) {
    let candidates = SandboxExecutor(maximumConcurrentRuns: maximumConcurrentJudgements)
    let testers = SandboxExecutor(maximumConcurrentRuns: maximumConcurrentJudgements)
    self.candidates = ProgramRunner(executor: candidates, locator: locator)
    self.testers = ProgramRunner(executor: testers, locator: locator)
    self.policy = policy
    self.stagePolicy = stagePolicy
    slots = SlotQueue(
      count: max(1, maximumConcurrentJudgements ?? sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }

  /// Judges `program`.
  ///
  /// - Parameters:
  ///   - program: The program under test.
  ///   - language: What it is written in.
  ///   - tests: What it is judged by.
  ///   - extent: When to stop.
  /// - Returns: What was found; `sandbox_error` where the sandbox failed twice, which says nothing about
  ///   the program.
  /// - Throws: ``ToolchainError``, ``LanguageError``, what `stagePolicy` throws, ``TestFileError`` where the tests
  ///   or their checker make no sense, ``EvaluationError`` where tests cannot be compiled together with a program
  ///   in its language, and a ``SandboxError`` that would meet every program: a missing layer, a request without
  ///   sense, cancellation.
  public func judge(
    _ program: Program, in language: any LanguagePlugin, with tests: Tests, extent: Extent = .all
  ) async throws -> JudgeReport {
    guard await slots.acquire() else { throw SandboxError.cancelled }
    defer { slots.release() }
    switch tests {
    case .cases(let cases, let checker):
      return try await judge(program, in: language, with: cases, checker: checker, extent: extent)
    case .calls(let calls):
      return try await judge(program, in: language, by: calls, extent: extent)
    case .program(let tests):
      return try await judge(program, in: language, by: FunctionPlan(tests))
    case .together(let tests):
      return try await judge(program, in: language, together: tests)
    }
  }

  /// Waits until every worker has ended. To be called when nothing is being judged.
  public func close() async {
    await candidates.executor.close()
    await testers.executor.close()
  }

  /// Tries `body`, and once more where the sandbox failed in a way that another try may not meet.
  ///
  /// - Returns: What it gives, or the second error.
  /// - Throws: All other errors.
  func retrying<Value>(
    _ body: () async throws -> Value
  ) async throws -> Result<Value, SandboxError> {
    var last: SandboxError?
    for _ in 0..<2 {
      do {
        return .success(try await body())
      } catch let error as SandboxError {
        guard case .stepFailed = error else { throw error }
        last = error
      }
    }
    return .failure(last ?? .cancelled)
  }
}
