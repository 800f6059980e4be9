internal import FoundationEssentials
internal import SandboxDiagnostics
public import SandboxExecution
public import SandboxLanguages

/// Judges samples of a benchmark.
///
/// A Python function under test never shares a sandbox with its tests. It is told the calls that the tests
/// make, and gives values; what is right stays on the judge's side, where the values are compared or the
/// tests run on them. So there is nothing to steal, and nothing that it writes is more than an answer.
public struct SampleJudge: Sendable {
  /// Runs a program in a language under a policy; throws where nothing can be said about the program.
  public typealias Execute = @Sendable (Program, String, Policy) async throws -> ProgramResult

  /// How much a sample may use.
  public struct Limits: Sendable, Hashable, Codable {
    /// CPU time, in seconds, that every sample may use, all of its calls together.
    public var minimumTime = 5.0
    /// And how many times that of the reference solution besides.
    public var factor = 4.0

    /// Creates limits.
    public init() {}
  }

  private let programs: Programs
  private let truths: GroundTruthStore
  private let limits: Limits

  /// Creates a judge.
  ///
  /// - Parameters:
  ///   - executor: Where things other than samples run.
  ///   - policy: What samples may do; its limits of time and output are the judge's.
  ///   - limits: How much a sample may use.
  ///   - cacheFolder: Where what is right is kept, made where it is not there; `nil` keeps it in memory.
  ///   - execute: Runs programs.
  public init(
    executor: SandboxExecutor, policy: Policy, limits: Limits = Limits(), cacheFolder: String?,
    execute: @escaping Execute
  ) {
    programs = Programs(executor: executor, policy: policy, execute: execute)
    truths = GroundTruthStore(programs, limits: limits, folder: cacheFolder)
    self.limits = limits
  }

  /// Judges one sample.
  ///
  /// - Throws: ``EvaluationError`` where the task's own reference solution fails, or what `execute` throws:
  ///   where the sandbox failed, that is no verdict.
  public func judge(_ sample: Sample, of task: BenchmarkTask) async throws -> SampleVerdict {
    let program = task.program(for: sample)
    switch task.tests {
    case .appended: return try await judgeTogether(task, program)
    case .functions, .inputs:
      let truth = try await truths.truth(of: task)
      return truth.reason == nil
        ? try await judgeApart(task, program, truth) : try await judgeTogether(task, program)
    }
  }

  /// Has `count` workers started at once, before the first samples of tasks in Python.
  func startWorkers(_ count: Int) async { await truths.startWorkers(count) }

  /// What the task's own solution took here, in seconds, where that is known from before; nothing is run for it.
  func keptTime(of task: BenchmarkTask) async -> Double? {
    task.isJudgedApart ? await truths.keptTime(of: task) : nil
  }

  /// In steps of a quarter of a second: what reference solutions take differs by less than can be measured, and
  /// a run that was made ready for one sample serves the next only where their limits are the same.
  private func cpuTime(_ reference: Duration) -> Duration {
    let limit = limits.minimumTime + (reference * limits.factor) / .seconds(1)
    return .milliseconds(250 * Int64((limit * 4).rounded(.up)))
  }

  // MARK: Apart from its tests

  private func judgeApart(
    _ task: BenchmarkTask, _ program: String, _ truth: GroundTruth
  ) async throws -> SampleVerdict {
    var calls = truth.calls
    var verdict = SampleVerdict(base: .ok)
    // Tests that call with what an earlier call gave are followed, call by call.
    for _ in 0..<64 {
      let answer = try await ask(program, calls, truth)
      let explanation = SampleExplanation(
        program: program, function: task.entryPoint, answer: answer)
      verdict.add(answer.result)
      if answer.outcomes.elementsEqual(truth.outcomes, by: ==) {
        return verdict.passing(hasPlus: task.hasPlus)
      }
      switch task.tests {
      case .inputs: return try await compare(task, answer, truth, verdict, explanation)
      default:
        let report: Report
        switch try await verify(task, calls, answer, truth) {
        case .value(let value): report = value
        case .unreadable(let failure): return verdict.unreadable(failure, hasPlus: false)
        }
        if report.status == "needs", let more = report.calls {
          let lines = more.map { Array($0.utf8)[...] }
          if lines != calls {
            calls = lines
            continue
          }
        }
        return verdict.judged(report, answer, explanation)
      }
    }
    return verdict.unreadable(.wrongAnswer, hasPlus: false)
  }

  /// What the candidate gave.
  struct Answer {
    let outcomes: [ArraySlice<UInt8>]
    let result: ProgramResult
    let setup: Setup?

    /// Why there are no outcomes.
    struct Setup: Decodable {
      let setup: [String]?
      let missing: String?
    }

    /// The verdict where outcomes are missing.
    var verdict: Verdict { result.verdict == .ok ? .runtimeError : result.verdict }

    var feedback: String {
      if let words = setup?.setup { return words.last ?? "" }
      if let name = setup?.missing { return "There is no function named \(name).\n" }
      if result.verdict == .runtimeError || result.verdict == .ok {
        return "The program ended by itself before all calls were made.\n"
      }
      return result.feedback
    }
  }

  private func ask(
    _ program: String, _ calls: [ArraySlice<UInt8>], _ truth: GroundTruth
  ) async throws -> Answer {
    let size = truth.outcomes.reduce(0) { $0 + $1.count + 1 }
    let result = try await programs.run(
      PythonRole.candidate.program([
        "solution.txt": Array(program.utf8), "calls.jsonl": calls.asLines,
      ]),
      cpuTime: cpuTime(truth.cpuTime), output: ByteCount(bytes: Int64(size) * 4 + (16 << 20)))
    let bytes = result.run?.standardOutput.head ?? []
    // A last line without an end is one that was being written.
    let whole = bytes.lastIndex(of: 0x0A).map { bytes[...$0] } ?? []
    var lines = whole.split(separator: 0x0A)
    var setup: Answer.Setup?
    if let last = lines.last, last.count < 1 << 20 {
      let found = try? JSONDecoder().decode(Answer.Setup.self, from: Data(last))
      if found?.setup != nil || found?.missing != nil {
        setup = found
        lines.removeLast()
      }
    }
    return Answer(outcomes: Array(lines.prefix(calls.count)), result: result, setup: setup)
  }

  // MARK: Tests on what it gave

  struct Report: Decodable {
    let status: String
    let calls: [String]?
    let call: String?
    let test: String?
    let actual: String?
    let exception: String?
    let error: Bool?
    let trace: String?
    let input: String?
    let expected: String?
    let stderr: String?
  }

  private func verify(
    _ task: BenchmarkTask, _ calls: [ArraySlice<UInt8>], _ answer: Answer, _ truth: GroundTruth
  ) async throws -> JudgeReport<Report> {
    var files = try GroundTruthStore.files(of: task)
    files["calls.jsonl"] = calls.asLines
    files["outcomes.jsonl"] = answer.outcomes.asLines
    files["expected.jsonl"] = calls.elementsEqual(truth.calls) ? truth.outcomes.asLines : []
    return try await report(.verify, files)
  }

  /// Runs one of the judge's own programs on what the candidate gave. It does well on what the reference
  /// gives: where it fails, the candidate's values are to blame, and the verdict is theirs.
  private func report<Value: Decodable>(
    _ role: PythonRole, _ files: [String: [UInt8]]
  ) async throws -> JudgeReport<Value> {
    let result = try await programs.run(
      role.program(files), cpuTime: .seconds(60), output: ByteCount(mebibytes: 64))
    if result.verdict == .ok, let bytes = result.run?.standardOutput.bytes,
      let value = try? JSONDecoder().decode(Value.self, from: Data(bytes))
    {
      return .value(value)
    }
    let isLimit = ![.ok, .runtimeError, .compileError].contains(result.verdict)
    return .unreadable(isLimit ? result.verdict : .wrongAnswer)
  }

  private enum JudgeReport<Value> {
    case value(Value)
    case unreadable(Verdict)
  }

  // MARK: Values that are compared

  struct Comparison: Decodable {
    struct Failure: Decodable {
      let status: String
      let index: Int
      let input: String?
      let expected: String?
      let actual: String?
      let error: Bool?
      let trace: String?
    }

    let failed: [Int]
    let first: Failure?
  }

  private func compare(
    _ task: BenchmarkTask, _ answer: Answer, _ truth: GroundTruth, _ before: SampleVerdict,
    _ explanation: SampleExplanation
  ) async throws -> SampleVerdict {
    var files = try GroundTruthStore.files(of: task, base: truth.base)
    files["record.json"] = nil
    files["reference.txt"] = nil
    files["calls.jsonl"] = truth.calls.asLines
    files["expected.jsonl"] = truth.outcomes.asLines
    files["outcomes.jsonl"] = answer.outcomes.asLines
    switch try await report(.compare, files) as JudgeReport<Comparison> {
    case .value(let found): return before.judged(found, answer, base: truth.base, explanation)
    case .unreadable(let failure): return before.unreadable(failure, hasPlus: true)
    }
  }

  // MARK: Together with its tests

  private static let entries = [
    "python": "main.py", "javascript": "main.js", "swift": "main.swift",
  ]

  private func judgeTogether(
    _ task: BenchmarkTask, _ program: String
  ) async throws -> SampleVerdict {
    let tests: String
    switch task.tests {
    case .functions(let text), .appended(let text): tests = text
    case .inputs: throw EvaluationError("\(task.id): inputs alone are no tests")
    }
    guard let entry = Self.entries[task.language] else {
      throw EvaluationError("\(task.id): there is no benchmark in \(task.language)")
    }
    let form = try SharedProgram(
      Program(files: [entry: .bytes(Array(program.utf8))], entry: entry), tests: tests,
      language: task.language)
    let result = try await programs.run(
      form.program, language: task.language, cpuTime: .seconds(limits.minimumTime))
    var verdict = SampleVerdict(base: form.verdict(result))
    verdict.sharesProcess = true
    verdict.add(result)
    if verdict.base != .ok {
      var account = form.account(result)
      verdict.feedback = CompilerProfile().render(account, within: nil)
      account.failedTests = [FailedTest(name: "of the benchmark", isHidden: true)]
      verdict.account = account
    }
    return verdict
  }
}

extension BenchmarkTask {
  /// Whether a sample and its tests run apart, which they do in Python.
  var isJudgedApart: Bool {
    if case .appended = tests { false } else { true }
  }

  /// Whether there are tests beyond the base tests.
  var hasPlus: Bool {
    if case .inputs = tests { true } else { false }
  }

  /// The whole program that a sample is.
  func program(for sample: Sample) -> String {
    switch sample.text {
    case .completion(let text): opening + text
    case .solution(let text): text
    }
  }
}
