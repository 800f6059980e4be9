public import SandboxDiagnostics
public import SandboxExecution
public import SandboxLanguages

/// What a judge found about one program.
public struct JudgeReport: Sendable {
  /// How one case went.
  public struct Case: Sendable {
    /// The name of the case.
    public var name: String
    /// `ok` where the answer was right; `sandbox_error` where nothing is known, also after a second try.
    public var verdict: Verdict
    /// The right answer, as text of a bounded length; `nil` where there is none to show.
    public var expected: String?
    /// The program's answer, as text of a bounded length.
    public var actual: String?
    /// Where the answers part: lines of the expected with `-`, of the actual with `+`.
    public var difference: String?
    /// What is wrong, for people and models.
    public var diagnostics: [Diagnostic]
    /// Time on the clock.
    public var wallTime: Duration
    /// CPU time of the program alone, without that of the tests.
    public var cpuTime: Duration
    /// The most memory that the program had.
    public var peakMemory: ByteCount
    /// How the program came to run; `nil` where it did not.
    public var start: Start?
    /// Why nothing is known, where that is so.
    public var sandboxError: String?
    /// How the program ended, and what it wrote to standard error; `nil` where it did not run.
    var outcome: Outcome?
    var standardError = ""

    init(name: String, verdict: Verdict, diagnostics: [Diagnostic] = []) {
      self.name = name
      self.verdict = verdict
      self.diagnostics = diagnostics
      wallTime = .zero
      cpuTime = .zero
      peakMemory = ByteCount(bytes: 0)
    }

    mutating func take(_ result: ExecutionResult?) {
      guard let result else { return }
      wallTime = result.wallTime
      cpuTime = result.cpuTime
      peakMemory = result.peakMemory
      start = result.start
      outcome = result.outcome
      standardError = result.standardError.text
    }
  }

  /// The verdict of the first case that is not `ok`; `sandbox_error` where a case could not be judged
  /// and none was wrong.
  public let verdict: Verdict
  /// The id of the program's language.
  public let language: String
  /// The cases in the order of the tests; fewer than there are tests where the judge stopped at the first
  /// failure, and none where the program did not compile.
  public let cases: [Case]
  /// How many cases the tests have.
  public let caseCount: Int
  /// What the compiler found, and what is wrong with the first case that failed.
  public let diagnostics: [Diagnostic]
  /// How compiling went; `nil` where there was none.
  let compile: ExecutionResult?

  /// Whether anything is known about the program. Where not, it is neither right nor wrong.
  public var isJudged: Bool { verdict != .sandboxError }
  /// How many cases were right.
  public var passed: Int { cases.count { $0.verdict == .ok } }
  /// How many cases could not be judged.
  public var notJudged: Int { cases.count { $0.verdict == .sandboxError } }

  /// The message for a model: empty where all is well.
  public var feedback: String { TextRenderer().render(diagnostics) }

  init(
    language: String, cases: [Case], caseCount: Int, compilation: CompiledProgram? = nil,
    reading: (Diagnostic) -> Diagnostic = { $0 }
  ) {
    self.language = language
    self.cases = cases
    self.caseCount = caseCount
    let failure = cases.first { ![.ok, .sandboxError].contains($0.verdict) }
    let unjudged = cases.first { $0.verdict == .sandboxError }
    let compiled = compilation?.verdict ?? .ok
    compile = compilation?.compile
    verdict = compiled != .ok ? compiled : (failure ?? unjudged)?.verdict ?? .ok
    diagnostics =
      (compilation?.diagnostics ?? []).map(reading)
      + ((failure ?? unjudged)?.diagnostics ?? [])
  }
}
