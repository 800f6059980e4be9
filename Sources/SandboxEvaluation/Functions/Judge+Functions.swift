internal import SandboxDiagnostics
internal import SandboxExecution
internal import SandboxLanguages

extension Judge {
  /// Calls the functions of `program`, which runs in one sandbox, from tests that run in another.
  func judge(
    _ program: Program, in language: any LanguagePlugin, by plan: FunctionPlan
  ) async throws -> JudgeReport {
    JudgeReport(
      language: language.id,
      cases: try await run(program, language, plan, policy.limits).cases,
      caseCount: plan.names.count)
  }

  /// Makes calls, each in a run that no call before it has ended.
  func judge(
    _ program: Program, in language: any LanguagePlugin, by calls: [FunctionCall], extent: Extent
  ) async throws -> JudgeReport {
    var done: [JudgeReport.Case] = []
    var rest = calls[...]
    while let first = rest.first {
      let together = first.limits.isEmpty ? rest.prefix { $0.limits.isEmpty } : rest.prefix(1)
      let (cases, isLoaded) = try await run(
        program, language, FunctionPlan(calls: Array(together), extent: extent),
        first.limits.resolved(policy.limits))
      done += cases
      rest = rest.dropFirst(cases.count)
      // A program that does not even start will not do so for the next call.
      if !isLoaded || cases.isEmpty { break }
      if extent == .firstFailure, cases.contains(where: { $0.verdict != .ok }) { break }
    }
    return JudgeReport(language: language.id, cases: done, caseCount: calls.count)
  }

  /// Returns a report for each case that came to its turn, and whether the program came to its first call.
  private func run(
    _ program: Program, _ language: any LanguagePlugin, _ plan: FunctionPlan, _ limits: Limits
  ) async throws -> (cases: [JudgeReport.Case], isLoaded: Bool) {
    guard language.id == "python" else {
      throw LanguageError(
        """
        functions can be judged in python only, not in \(language.id); use cases with input and output, or a test \
        program in \(language.id)
        """)
    }
    guard case .bytes(let source)? = program.files[program.entry] else {
      throw LanguageError("the program has no file '\(program.entry)' to start with")
    }
    var own = policy.preloadingForJudging()
    own.limits = limits
    let attempt = try await retrying {
      try await FunctionRun(program, source, language, plan, of: self, under: own).result()
    }
    switch attempt {
    case .failure(let error):
      return (
        plan.names.map {
          JudgeReport.Case(notJudged: $0, because: JudgeReport.Case.sandboxFailed(error))
        }, true
      )
    case .success(let result):
      let reader = FunctionVerdicts(plan: plan, policy: own, source: source, result: result)
      if let error = reader.brokenTests { throw error }
      return (reader.cases(), reader.isLoaded)
    }
  }
}

/// Two runs that talk: the program under test, and its tests.
struct FunctionRun {
  /// How both ended.
  struct Result: Sendable {
    /// Of the program under test; `nil` where it went on after its tests and was ended.
    var candidate: ExecutionResult?
    /// Of the tests.
    var tests: ExecutionResult
  }

  private enum Ending: Sendable {
    case candidate(Swift.Result<ProgramResult, any Error>)
    case tests(Swift.Result<ProgramResult, any Error>)
    case graceIsOver
  }

  private let judge: Judge
  private let policy: Policy
  private let language: any LanguagePlugin
  private let candidate: Program
  private let tests: Program
  private let toCandidate: Relay
  private let toTests: Relay

  /// What a program has, after its tests, to end by itself.
  private static let grace = Duration.seconds(1)

  init(
    _ program: Program, _ source: [UInt8], _ language: any LanguagePlugin, _ plan: FunctionPlan,
    of judge: Judge, under policy: Policy
  ) throws {
    self.judge = judge
    self.policy = policy
    self.language = language
    toCandidate = try Relay()
    toTests = try Relay()
    var candidate = program
    candidate.files[program.entry] = nil
    candidate.files["main.py"] = .bytes(source)
    candidate.start(with: Self.candidateHarness)
    candidate.standardInput = .descriptor(toCandidate.reader.descriptor)
    self.candidate = candidate
    var tests = Program(
      files: ["plan.json": .bytes(try plan.bytes())], entry: "",
      standardInput: .descriptor(toTests.reader.descriptor))
    tests.start(with: Self.testsHarness)
    self.tests = tests
  }

  private static let candidateHarness = harness(
    "ocisandbox_candidate.py", PackageResources.ocisandbox_candidate_py)
  private static let testsHarness = harness(
    "ocisandbox_tests.py", PackageResources.ocisandbox_tests_py)

  /// One file, for what is compiled ahead is one.
  private static func harness(_ path: String, _ text: [UInt8]) -> SharedSource {
    SharedSource(
      path: path,
      text: String(decoding: PackageResources.ocisandbox_values_py + text, as: UTF8.self))
  }

  /// Runs both to their ends.
  ///
  /// - Throws: What the sandbox throws.
  func result() async throws -> Result {
    defer { withExtendedLifetime((toCandidate, toTests)) {} }
    return try await withThrowingTaskGroup(of: Ending.self) { group in
      group.addTask { .candidate(await ending(of: candidate, judge.candidates, limits, toTests)) }
      group.addTask { .tests(await ending(of: tests, judge.testers, testLimits, toCandidate)) }
      var ended: ExecutionResult?
      var tested: ExecutionResult?
      while let ending = try await group.next() {
        switch ending {
        case .candidate(.success(let result)): ended = result.run
        case .tests(.success(let result)):
          tested = result.run
          group.addTask {
            try? await Task.sleep(for: Self.grace)
            return .graceIsOver
          }
        case .candidate(.failure(let error)):
          guard tested != nil, case SandboxError.cancelled = error else { throw error }
        case .tests(.failure(let error)): throw error
        case .graceIsOver: break
        }
        if let tested {
          if case .graceIsOver = ending { group.cancelAll() }
          if ended != nil { group.cancelAll() }
          if ended != nil || group.isCancelled {
            while try await group.next() != nil {}
            return Result(candidate: ended, tests: tested)
          }
        }
      }
      throw SandboxError.cancelled
    }
  }

  private func ending(
    of program: Program, _ runner: ProgramRunner, _ limits: Limits, _ other: Relay
  ) async -> Swift.Result<ProgramResult, any Error> {
    var policy = policy
    policy.limits = limits
    // The other side then reads the end, and ends by itself.
    defer { other.finish() }
    do {
      return .success(
        try await runner.run(
          program, in: language, under: policy, stagePolicy: judge.stagePolicy
        ) { chunk in
          if chunk.stream == .standardOutput { other.send(chunk.bytes) }
        })
    } catch {
      return .failure(error)
    }
  }

  /// What goes through the channel is standard output too.
  private static let channel = ByteCount(mebibytes: 256)

  private var limits: Limits {
    var limits = policy.limits
    limits.output = max(limits.output, Self.channel)
    return limits
  }

  /// The tests wait for the program: its time limit must be the one that is met.
  private var testLimits: Limits {
    var limits = limits
    limits.cpuTime += .seconds(5)
    limits.wallTime += .seconds(10)
    return limits
  }
}

extension Program {
  fileprivate mutating func start(with harness: SharedSource) {
    files[harness.path] = .bytes(Array(harness.text.utf8))
    entry = harness.path
    sharedSources = [harness]
  }
}
