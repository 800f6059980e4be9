public import SandboxExecution

/// All that a feedback can tell of one program: what was found wrong, what it printed, what it used.
public struct RunAccount: Sendable, Hashable {
  /// What a stage used.
  public struct Usage: Sendable, Hashable {
    /// Time on the clock.
    public var wallTime: Duration
    /// CPU time of all the stage's processes.
    public var cpuTime: Duration
    /// The most memory that it held.
    public var peakMemory: ByteCount

    /// Creates an account of what was used.
    public init(wallTime: Duration, cpuTime: Duration, peakMemory: ByteCount) {
      self.wallTime = wallTime
      self.cpuTime = cpuTime
      self.peakMemory = peakMemory
    }
  }

  /// The verdict's word: `ok`, `runtime_error`, ...
  public var verdict: String
  /// The id of the language.
  public var language: String
  /// The path in the workspace of the file that the program starts with.
  public var entry: String
  /// The stage that decided.
  public var stage: Diagnostic.Stage
  /// How it ended.
  public var outcome: Outcome
  /// What it used; `nil` where that is not known.
  public var usage: Usage?
  /// The limits that it had.
  public var limits: Limits
  /// What was found wrong, in the order of the stages.
  public var diagnostics: [Diagnostic]
  /// What the program wrote to standard output; empty for a compiler.
  public var standardOutput: String
  /// What the program wrote to standard error; empty for a compiler.
  public var standardError: String
  /// Standard error of the stage that decided as it was written, a compiler's too; of a function that was
  /// judged apart from its tests what there would have been, had they shared a process.
  public var rawStandardError: String
  /// The test cases that failed, where it was judged.
  public var failedTests: [FailedTest]
  /// Where tests stand in the program's files, as the first line that is theirs.
  package var testsBegin: [String: Int] = [:]

  /// Creates an account.
  public init(
    verdict: String, language: String, entry: String, stage: Diagnostic.Stage, outcome: Outcome,
    usage: Usage? = nil, limits: Limits = Limits(), diagnostics: [Diagnostic] = [],
    standardOutput: String = "", standardError: String = "", rawStandardError: String = "",
    failedTests: [FailedTest] = []
  ) {
    self.verdict = verdict
    self.language = language
    self.entry = entry
    self.stage = stage
    self.outcome = outcome
    self.usage = usage
    self.limits = limits
    self.diagnostics = diagnostics
    self.standardOutput = standardOutput
    self.standardError = standardError
    self.rawStandardError = rawStandardError
    self.failedTests = failedTests
  }

  /// The diagnostic that says why the program failed: the first error, or the first one.
  public var primary: Diagnostic? {
    diagnostics.first { $0.severity == .error } ?? diagnostics.first
  }

  /// Whether the program did what was asked.
  public var succeeded: Bool { verdict == "ok" }
}

/// A test case that a program failed.
public struct FailedTest: Sendable, Hashable, Codable {
  /// Its name or number.
  public var name: String
  /// Whether the tested program's author must not see what is in it.
  public var isHidden: Bool
  /// What the program was given.
  public var input: String?
  /// The call that was made, where a function was tested: ``input`` is then its arguments, or the call too.
  public var call: String?
  /// What was expected of it.
  public var expected: String?
  /// What it gave.
  public var actual: String?
  /// Whether ``expected`` and ``actual`` are values as Python writes them, text in quotation marks; else they are what was
  /// printed.
  package var areValues = false

  /// Creates a failed test.
  public init(
    name: String, isHidden: Bool = false, input: String? = nil, expected: String? = nil,
    actual: String? = nil
  ) {
    self.name = name
    self.isHidden = isHidden
    self.input = input
    self.expected = expected
    self.actual = actual
  }

  private enum CodingKeys: String, CodingKey {
    case name, input, call, expected, actual
    case isHidden = "hidden"
  }
}
