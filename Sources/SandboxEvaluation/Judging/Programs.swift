internal import SandboxExecution
internal import SandboxLanguages

/// How programs are run for judging.
struct Programs: Sendable {
  let executor: SandboxExecutor
  let policy: Policy
  let execute: SampleJudge.Execute
  /// Runs a program.
  ///
  /// - Parameters:
  ///   - program: It.
  ///   - language: The id of its language.
  ///   - cpuTime: The most that it may use. The clock, by which nobody is judged, allows ten times that
  ///     and a minute, for a machine that is busy.
  ///   - output: The most that it may write.
  /// - Returns: What became of it.
  /// - Throws: What `execute` throws.
  func run(
    _ program: Program, language: String = "python", cpuTime: Duration,
    output: ByteCount = ByteCount(mebibytes: 16)
  ) async throws -> ProgramResult {
    var own = policy
    own.limits.cpuTime = cpuTime
    own.limits.wallTime = cpuTime * 10 + .seconds(60)
    own.limits.output = output
    var program = program
    if language == "python" {
      // The same for all, so that they are forked from one parent.
      own = own.preloadingForJudging()
      program.sharedSources = PythonRole.sources
    }
    return try await execute(program, language, own)
  }
}

extension Policy {
  /// The same, with what the judge's own programs in Python import, and what solutions import most, loaded ahead. No more:
  /// what is forked has all of it, and few need hashlib, which takes as much memory as the rest together.
  func preloadingForJudging() -> Policy {
    let modules = [
      "json", "collections", "traceback", "linecache", "random", "typing", "types", "math", "re",
      "itertools", "functools", "string", "heapq", "bisect", "ast", "copy", "decimal", "fractions",
    ]
    var policy = self
    policy.preload += modules.filter { !preload.contains($0) }
    return policy
  }
}
