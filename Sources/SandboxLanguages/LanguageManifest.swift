public import SandboxDiagnostics

/// A language as data: how its toolchain is found, and how a program is compiled, checked and run.
///
/// The YAML form is read by SandboxCatalog, strictly. In commands, `{toolchain}`, `{prepared}`,
/// `{source}`, `{drivers}` and `{artifact}` are replaced within an argument; `{sources}` and `{arguments}` stand alone and become
/// several arguments.
public struct LanguageManifest: Sendable, Hashable, Codable {
  /// The name by which it is chosen: lowercase letters, digits, `-`, `+`.
  public var id: String
  /// The name for people.
  public var name: String
  /// Other names by which it may be chosen.
  public var aliases: [String]
  /// File name extensions, without the dot.
  public var extensions: [String]
  /// The path in the workspace of a program that is given as text.
  public var source: String
  /// The path in the workspace of what compiling makes; `nil` where the source itself is run.
  public var artifact: String?
  /// How its toolchain is found.
  public var toolchain: ToolchainDefinition
  /// How it is compiled before it is run; `nil` where it is not.
  public var compile: StageDefinition?
  /// How it is run.
  public var run: StageDefinition
  /// How it is checked without being run; `nil` means ``compile``.
  public var check: StageDefinition?
  /// How a program that failed without saying enough is compiled and run again; the first that is for how it
  /// failed. None where it is not.
  public var investigations: [InvestigationDefinition]
  /// A program that shows that all of this works.
  public var selfTest: SelfTest?

  /// Creates a manifest.
  public init(
    id: String, name: String, aliases: [String] = [], extensions: [String], source: String,
    artifact: String? = nil, toolchain: ToolchainDefinition, compile: StageDefinition? = nil,
    run: StageDefinition, check: StageDefinition? = nil,
    investigations: [InvestigationDefinition] = [], selfTest: SelfTest? = nil
  ) {
    self.id = id
    self.name = name
    self.aliases = aliases
    self.extensions = extensions
    self.source = source
    self.artifact = artifact
    self.toolchain = toolchain
    self.compile = compile
    self.run = run
    self.check = check
    self.investigations = investigations
    self.selfTest = selfTest
  }
}

/// How a program is watched that failed without saying enough: compiled with instruments, and run once more.
public struct InvestigationDefinition: Sendable, Hashable, Codable {
  /// After what it is run once more.
  public var after: [Cause]
  /// How the operands of the assertion that failed are noted; `nil` where the sources stay as they are.
  public var operands: OperandsDefinition?
  /// How it is compiled; `nil` where it is not.
  public var compile: StageDefinition?
  /// How it is run.
  public var run: StageDefinition

  /// Creates a definition.
  public init(
    after: [Cause] = [.signal, .timeLimit], operands: OperandsDefinition? = nil,
    compile: StageDefinition? = nil, run: StageDefinition
  ) {
    self.after = after
    self.operands = operands
    self.compile = compile
    self.run = run
  }

  /// Why a program ended.
  public enum Cause: String, Sendable, Hashable, Codable, CaseIterable {
    /// A signal ended it.
    case signal
    /// A time limit ended it.
    case timeLimit = "time-limit"
    /// It failed at an assertion.
    case assertion
    /// It failed with another exception that nobody caught.
    case exception
    /// It needed more memory than it may have.
    case memoryLimit = "memory-limit"
    /// It ended itself with a status other than 0, and nobody knows where.
    case exit
    /// It may have succeeded: it was asked what was refused it.
    case denial
  }
}

/// How a second run learns what an assertion compared, in a language whose assertions do not say so: each operand is
/// put into a call, `NOTE(0, "f(2)", f(2))`, that notes it and gives it back, and `NOTE_begin() &&` before the
/// condition. The language's drivers define both.
public struct OperandsDefinition: Sendable, Hashable, Codable {
  /// The name of what notes an operand.
  public var note: String
  /// Texts that are put behind the file's own, by the names of the files that they are from.
  public var appended: [String: String]

  /// Creates a definition.
  public init(note: String, appended: [String: String] = [:]) {
    self.note = note
    self.appended = appended
  }
}

/// How a toolchain is found on the host.
public struct ToolchainDefinition: Sendable, Hashable, Codable {
  /// Names looked for on `PATH`; the first found is it.
  public var executables: [String]
  /// How it is asked for its version; the pattern has a group `version`.
  public var version: ToolchainQuestion?
  /// How it is asked for its real place; the pattern has groups `executable` and `prefix`, each match
  /// of which counts. This is how the shims of version managers are seen through.
  public var locate: ToolchainQuestion?
  /// What is made once with it and then kept; `nil` for nothing.
  public var preparation: PreparationDefinition?

  /// Creates a definition.
  public init(
    executables: [String], version: ToolchainQuestion? = nil, locate: ToolchainQuestion? = nil,
    preparation: PreparationDefinition? = nil
  ) {
    self.executables = executables
    self.version = version
    self.locate = locate
    self.preparation = preparation
  }
}

/// A folder that is made once with a toolchain, in the sandbox and before any program is there, such as a
/// cache of compiled modules. Programs can read it, where `{prepared}` says, and cannot change it.
public struct PreparationDefinition: Sendable, Hashable, Codable {
  /// What makes it. Of the placeholders, its command has `{toolchain}` and `{drivers}`.
  public var stage: StageDefinition
  /// The path in the workspace of the folder that is kept.
  public var folder: String

  /// Creates a definition.
  public init(stage: StageDefinition, folder: String) {
    self.stage = stage
    self.folder = folder
  }
}

/// A question to a toolchain: the arguments that ask it, and the pattern that reads the answer.
public struct ToolchainQuestion: Sendable, Hashable, Codable {
  /// The arguments.
  public var arguments: [String]
  /// A regular expression with named groups, matched anywhere in standard output and error.
  public var pattern: String

  /// Creates a question.
  public init(arguments: [String], pattern: String) {
    self.arguments = arguments
    self.pattern = pattern
  }
}

/// One stage of a language: a command, and how its messages are read.
public struct StageDefinition: Sendable, Hashable, Codable {
  /// The id of the policy that the stage runs under; `nil` means the caller's.
  public var policy: String?
  /// The command; the first item is the executable.
  public var command: [String]
  /// Environment variables for this stage.
  public var environment: [String: String]
  /// How its messages are read; `nil` means not at all.
  public var diagnostics: DiagnosticsDefinition?
  /// The texts of files that the command may name by `{drivers}`, the folder where the program can read
  /// but not change them; by their names. See ``DriverReport`` for what they may report.
  public var drivers: [String: String]
  /// The signal at which the program, or the driver in it, tells where it is, and ends: sent at a time
  /// limit, two seconds before it is killed. `nil` means that it is killed at once.
  public var stopSignal: StopSignal?
  /// What the program's process may be forked from instead of being started; `nil` where nothing is.
  public var parent: ParentDefinition?
  /// That its driver waits where it is started before there is a program; `nil` where it does not.
  public var startsAhead: StartAheadDefinition?

  /// Creates a stage.
  public init(
    policy: String? = nil, command: [String], environment: [String: String] = [:],
    diagnostics: DiagnosticsDefinition? = nil, drivers: [String: String] = [:],
    stopSignal: StopSignal? = nil, parent: ParentDefinition? = nil,
    startsAhead: StartAheadDefinition? = nil
  ) {
    self.policy = policy
    self.command = command
    self.environment = environment
    self.diagnostics = diagnostics
    self.drivers = drivers
    self.stopSignal = stopSignal
    self.parent = parent
    self.startsAhead = startsAhead
  }

  /// A signal that a program can be told to stop with.
  public enum StopSignal: String, Sendable, Hashable, Codable, CaseIterable {
    case abort = "SIGABRT"
    case interrupt = "SIGINT"
    case quit = "SIGQUIT"
    case terminate = "SIGTERM"
    case user1 = "SIGUSR1"
    case user2 = "SIGUSR2"

    /// Its number: signal(7).
    public var number: Int32 {
      switch self {
      case .abort: 6
      case .interrupt: 2
      case .quit: 3
      case .terminate: 15
      case .user1: 10
      case .user2: 12
      }
    }
  }
}

/// An interpreter that is started once and forks for each run; see ``Command/parent``.
public struct ParentDefinition: Sendable, Hashable, Codable {
  /// The command. `{toolchain}` is the toolchain's executable, an argument `{text:NAME}` the text of a driver
  /// of that name, of these or the stage's, ``preloads`` stands for what the policy has loaded ahead, and
  /// ``sharedSources`` for what is compiled ahead.
  public var command: [String]
  /// The texts of drivers that only the parent needs, by their names.
  public var drivers: [String: String]

  /// The argument that becomes those of ``Policy/preload``.
  public static let preloads = "{preloads}"
  /// The argument that becomes those of ``Program/sharedSources``: of each its path, then its text.
  public static let sharedSources = "{shared-sources}"
  /// Arguments that become several.
  public static let lists = [preloads, sharedSources]

  /// Creates a definition.
  public init(command: [String], drivers: [String: String] = [:]) {
    self.command = command
    self.drivers = drivers
  }

  /// The name of the driver whose text is to stand for `argument`; `nil` where it stands for itself.
  public static func driver(namedBy argument: String) -> String? {
    guard argument.hasPrefix("{text:"), argument.hasSuffix("}") else { return nil }
    return String(argument.dropFirst(6).dropLast())
  }
}

/// That the process of a stage may be started before there is a program; see ``Command/startsAhead``.
public struct StartAheadDefinition: Sendable, Hashable, Codable {
  /// Paths of files, of which it looks for one as it starts: a program that has such a file is started when it is asked for.
  public var unless: [String]

  /// Creates a definition.
  public init(unless: [String] = []) { self.unless = unless }
}

/// How the messages of a stage are read.
public enum DiagnosticsDefinition: Sendable, Hashable, Codable {
  /// A parser by its name: `python-traceback`, `gcc-json`, ...
  case parser(String)
  /// Problem matchers, as Visual Studio Code made them a convention, tried in order on each line.
  case matchers([ProblemMatcher])
}

/// A program that shows that a manifest and its toolchain work.
public struct SelfTest: Sendable, Hashable, Codable {
  /// Its text.
  public var source: String
  /// What it must print.
  public var stdout: String

  /// Creates a self-test.
  public init(source: String, stdout: String) {
    self.source = source
    self.stdout = stdout
  }
}
