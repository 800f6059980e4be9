public import SandboxExecution

/// What a stage left for a parser to read.
public struct StageReport: Sendable {
  /// The stage.
  public var stage: Diagnostic.Stage
  /// How it ended.
  public var outcome: Outcome
  /// What it wrote to standard output.
  public var standardOutput: String
  /// What it wrote to standard error.
  public var standardError: String
  /// The program's files: path relative to the workspace to text, for the lines that are quoted.
  public var sources: [String: String]
  /// The path of the workspace as the program saw it, which is taken off every file name.
  public var workspace: String
  /// What the stage's driver reported; `nil` where it has none. It is worth more than what was printed,
  /// which the program can have made up.
  public var driverReport: DriverReport?
  /// The host paths that the policy showed it, at the same places; `nil` where that is not known: then no
  /// failure is put down to it.
  public var readablePaths: [String]?
  /// Whether it could reach a network; `nil` where that is not known.
  public var hasNetwork: Bool?
  /// Whether the network that it had was its own: then it has no way to another machine.
  package var hasOwnNetwork = false
  /// Whether it was given standard input; `nil` where that is not known.
  public var hasInput: Bool?
  /// The paths of all files that it was given, relative to the workspace; `nil` where they are not known.
  public var givenFiles: [String]?

  /// Creates a report.
  public init(
    stage: Diagnostic.Stage, outcome: Outcome, standardOutput: String = "",
    standardError: String = "", sources: [String: String] = [:], workspace: String = "/workspace",
    driverReport: DriverReport? = nil, readablePaths: [String]? = nil, hasNetwork: Bool? = nil,
    hasInput: Bool? = nil, givenFiles: [String]? = nil
  ) {
    self.stage = stage
    self.outcome = outcome
    self.standardOutput = standardOutput
    self.standardError = standardError
    self.sources = sources
    self.workspace = workspace
    self.driverReport = driverReport
    self.readablePaths = readablePaths
    self.hasNetwork = hasNetwork
    self.hasInput = hasInput
    self.givenFiles = givenFiles
  }
}

/// Reads diagnostics out of what a compiler or an interpreter printed.
///
/// The text comes from the program under test: a parser must end in linear time, must not trap, and
/// must not follow what it reads.
public protocol DiagnosticParser: Sendable {
  /// The diagnostics in `report`, in the order in which they were printed.
  func diagnostics(in report: StageReport) -> [Diagnostic]

  /// Where the program was when a time limit stopped it, innermost call last: read from what its
  /// driver or its runtime wrote at the stage's stop signal. None where that is not known, which is the
  /// default.
  func stoppedAt(in report: StageReport) -> [Diagnostic.Frame]
}

extension DiagnosticParser {
  /// None.
  public func stoppedAt(in report: StageReport) -> [Diagnostic.Frame] { [] }
}
