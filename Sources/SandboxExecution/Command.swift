/// A program to start in the sandbox, and what it finds there.
public struct Command: Sendable {
  /// A path inside the sandbox: absolute, or relative to the workspace.
  public var executable: String
  /// The arguments after the program's own name.
  public var arguments: [String]
  /// Variables added to those of the policy; these win.
  public var environment: [String: String]
  /// Host paths that the toolchain needs; readable where the policy names ``FileSystemAccess/toolchainPrefix``.
  public var toolchainPaths: [String]
  /// Files put into the workspace before the start: relative path to content. Folders are made.
  public var files: [String: FileContent]
  /// What the program reads from standard input.
  public var standardInput: StandardInput
  /// Whether the result gives access to what the program left in its workspace.
  public var keepsWorkspace: Bool

  /// Files beside the program that it may read but not change, by their names: what a language's plugin
  /// starts in front of it. In ``arguments`` and ``executable``, `{drivers}` stands for their folder.
  public var drivers: [String: [UInt8]] = [:]
  /// Whether a driver has a descriptor to report to; see ``DriverReport``.
  public var reports = false
  /// The signal that the program is told with that a time limit is reached, or that it writes without end; it then
  /// has two seconds until it is killed. `nil` means that it is killed at once.
  public var stopSignal: Int32?
  /// Memory at which the run ends as at its limit, but is told so by ``stopSignal`` first; `nil` means that only
  /// the limit ends it. For finding out who allocates: below the limit there is room to say so.
  public var stopMemory: ByteCount?
  /// Whether a program that writes many times its limit of output is ended, as it is by default; else what is too
  /// much is dropped, and another limit ends it.
  package var endsAtOutputLimit = true

  /// The command of a parent that a run may be forked from instead of being started; `nil` where there is none.
  public var parent: [String]?
  /// Whether many runs of this kind will follow, so that a parent is started before the first of them.
  public var isFirstOfMany = false
  /// Whether its driver waits where it is started before there is a program, so that the process of the next run of this
  /// kind may be started ahead; see ``Start/warm``.
  public var startsAhead = false
  /// Whether its process may be one that was started ahead. One that can be forked is.
  var mayBeAhead: Bool { startsAhead && parent == nil }

  /// What stands for the folder of ``drivers``.
  public static let driversFolder = "{drivers}"

  /// Creates a command; by default with empty input, no files, and nothing kept.
  public init(
    executable: String, arguments: [String] = [], environment: [String: String] = [:],
    toolchainPaths: [String] = [], files: [String: FileContent] = [:],
    standardInput: StandardInput = .empty, keepsWorkspace: Bool = false
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.toolchainPaths = toolchainPaths
    self.files = files
    self.standardInput = standardInput
    self.keepsWorkspace = keepsWorkspace
  }
}

/// The content of a file that is put into a workspace. Such files are executable by the program.
public enum FileContent: Sendable {
  /// The bytes themselves.
  case bytes([UInt8])
  /// An open regular file, copied from its start by the launcher: how an artifact passes on.
  case file(OpenFile)
}

/// What a program reads from standard input.
public enum StandardInput: Sendable {
  /// Nothing: the first read is the end.
  case empty
  /// These bytes, then the end.
  case bytes([UInt8])
  /// What can be read from the descriptor, as it comes. The caller keeps it open until the run has
  /// ended; the program gets a pipe, never the descriptor itself.
  case descriptor(Int32)
}
