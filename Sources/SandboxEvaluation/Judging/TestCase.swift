public import SandboxExecution

/// What a program is given once, and what it should print then.
public struct TestCase: Sendable {
  /// Its name in reports.
  public var name: String
  /// What the program reads from standard input.
  public var standardInput: [UInt8]
  /// The program's arguments.
  public var arguments: [String]
  /// Files beside the program: path relative to the workspace to content.
  public var files: [String: FileContent]
  /// What it should print. It never enters the program's sandbox.
  public var expectedOutput: [UInt8]
  /// The limits of its run that are its own.
  public var limits: CaseLimits

  /// Creates a case; by default with no input, no arguments, no files, and the limits of the policy.
  public init(
    name: String, standardInput: [UInt8] = [], arguments: [String] = [],
    files: [String: FileContent] = [:], expectedOutput: [UInt8], limits: CaseLimits = CaseLimits()
  ) {
    self.name = name
    self.standardInput = standardInput
    self.arguments = arguments
    self.files = files
    self.expectedOutput = expectedOutput
    self.limits = limits
  }
}

/// Limits of one case or call.
public struct CaseLimits: Sendable, Hashable {
  /// CPU time; `nil` for the policy's.
  public var cpuTime: Duration?
  /// Time on the clock; `nil` for the policy's.
  public var wallTime: Duration?
  /// Memory; `nil` for the policy's.
  public var memory: ByteCount?

  /// Creates limits; by default those of the policy.
  public init(cpuTime: Duration? = nil, wallTime: Duration? = nil, memory: ByteCount? = nil) {
    self.cpuTime = cpuTime
    self.wallTime = wallTime
    self.memory = memory
  }

  /// Whether all are the policy's.
  var isEmpty: Bool { self == CaseLimits() }

  /// All limits of a run, where those of the policy are `limits`.
  func resolved(_ limits: Limits) -> Limits {
    var own = limits
    if let cpuTime { own.cpuTime = cpuTime }
    if let wallTime { own.wallTime = wallTime }
    if let memory { own.memory = memory }
    return own
  }
}
