public import SandboxDiagnostics
public import SandboxLanguages

/// What became of a sample.
public struct SampleVerdict: Sendable, Hashable, Codable {
  /// What the tests say that the benchmark was first published with; `nil` where nothing can be said,
  /// because the sandbox failed, or the task's own solution does.
  public var base: Verdict?
  /// What they and the further tests say together; `nil` also where there are none.
  public var plus: Verdict?
  /// What went wrong, in words for a person or a model; empty where nothing did.
  public var feedback = ""
  /// The inputs that it failed, as EvalPlus counts them: by their place among base and plus inputs.
  public var failedBase: [Int] = []
  /// The same of the plus inputs.
  public var failedPlus: [Int] = []
  /// What its programs took on the clock, in seconds.
  public var wallTime = 0.0
  /// CPU time, in seconds.
  public var cpuTime = 0.0
  /// The most memory, in bytes.
  public var peakMemory: Int64 = 0
  /// Whether program and tests shared a process, so that a program that is out to deceive might have.
  public var sharesProcess = false

  /// What a feedback can tell of it; `nil` where it passed, and where it was read from a journal. Every test
  /// in it is hidden: `Exposure.public` keeps its data from the model.
  public var account: RunAccount?

  private enum CodingKeys: String, CodingKey {
    case base, plus, feedback, failedBase, failedPlus, wallTime, cpuTime, peakMemory, sharesProcess
  }

  /// Creates a verdict.
  public init(base: Verdict?, plus: Verdict? = nil, feedback: String = "") {
    self.base = base
    self.plus = plus
    self.feedback = feedback
  }

  /// Whether anything can be said.
  public var isJudged: Bool { base != nil }
}
