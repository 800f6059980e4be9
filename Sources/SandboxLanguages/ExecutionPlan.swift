public import SandboxDiagnostics

/// The stages that a program goes through.
public struct ExecutionPlan: Sendable {
  /// What a plan is for.
  public enum Purpose: Sendable, Hashable {
    /// To run the program.
    case run
    /// To find out whether it compiles, or parses.
    case check
  }

  /// Compiling, or checking; `nil` where the sources are run as they are.
  public var compile: StagePlan?
  /// Running; `nil` for a check.
  public var run: StagePlan?
  /// What finds out more about how a program failed: the first that is for that.
  public var investigations: [Investigation]

  /// Creates a plan.
  public init(compile: StagePlan?, run: StagePlan?, investigations: [Investigation] = []) {
    self.compile = compile
    self.run = run
    self.investigations = investigations
  }

  /// Compiling with instruments, and running once more.
  public struct Investigation: Sendable {
    /// After what it is done.
    public var after: [InvestigationDefinition.Cause]
    /// How the operands of the assertion that failed are noted; `nil` where the sources stay as they are.
    public var operands: OperandsDefinition?
    /// Compiling; `nil` where the sources are run as they are.
    public var compile: StagePlan?
    /// Running.
    public var run: StagePlan

    /// Creates the stages.
    public init(
      after: [InvestigationDefinition.Cause] = [.signal, .timeLimit],
      operands: OperandsDefinition? = nil, compile: StagePlan?, run: StagePlan
    ) {
      self.after = after
      self.operands = operands
      self.compile = compile
      self.run = run
    }
  }
}

/// What is started in one stage.
public struct StagePlan: Sendable {
  /// Which of the program's files are in the stage's workspace.
  public enum Files: Sendable, Hashable {
    /// All of them.
    case all
    /// The artifact of the stage before, and what is not a source of the language.
    case artifactAndData
  }

  /// The executable: a path on the host inside the toolchain, or relative to the workspace.
  public var executable: String
  /// Its arguments.
  public var arguments: [String]
  /// Variables for this stage.
  public var environment: [String: String]
  /// The id of the policy that it runs under; `nil` means the caller's.
  public var policy: String?
  /// The path of the file that goes on to the next stage.
  public var artifact: String?
  /// What is in its workspace.
  public var files: Files
  /// Reads its messages; `nil` means that they are not read.
  public var parser: (any DiagnosticParser)?
  /// Files beside the program that it may read but not change; see ``Command/drivers``.
  public var drivers: [String: [UInt8]]
  /// Told to the program at a time limit, two seconds before it is killed; `nil` means killed at once.
  public var stopSignal: Int32?
  /// What its process may be forked from; see ``Command/parent``.
  public var parent: [String]?
  /// Whether its process may be started ahead; see ``Command/startsAhead``.
  public var startsAhead: Bool

  /// Creates a stage.
  public init(
    executable: String, arguments: [String], environment: [String: String] = [:],
    policy: String? = nil, artifact: String? = nil, files: Files = .all,
    parser: (any DiagnosticParser)? = nil, drivers: [String: [UInt8]] = [:],
    stopSignal: Int32? = nil, parent: [String]? = nil, startsAhead: Bool = false
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.policy = policy
    self.artifact = artifact
    self.files = files
    self.parser = parser
    self.drivers = drivers
    self.stopSignal = stopSignal
    self.parent = parent
    self.startsAhead = startsAhead
  }
}
