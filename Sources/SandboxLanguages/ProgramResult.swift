public import SandboxDiagnostics
public import SandboxExecution

/// What became of a program: the whole of it, as the JSON result holds it.
public struct ProgramResult: Sendable {
  /// A file that the program made or changed.
  public struct Artifact: Sendable {
    /// Relative to the workspace.
    public let path: String
    /// Its size.
    public let size: ByteCount
    /// Its type by its extension, as registered with IANA; `application/octet-stream` where that is unknown.
    public let mediaType: String
    /// What holds it until the last reference goes.
    let workspace: Workspace

    /// The file, opened for reading; `nil` where that is not possible, as when the caller has as many
    /// descriptors open as it may. Each use opens it anew: a program may leave thousands of files, and
    /// a descriptor for each would be more than a process has.
    public var file: OpenFile? { workspace.file(at: path) }
  }

  /// What became of it.
  public let verdict: Verdict
  /// The id of its language.
  public let language: String
  /// The id of the policy that it ran under.
  public let policy: String
  /// The path in the workspace of the file that it starts with.
  public let entry: String
  /// The limits of the stage that decided.
  public let limits: Limits
  /// What compiled and ran it.
  public let toolchain: Toolchain
  /// The toolchain's version; `nil` where nobody asked for it.
  public var toolchainVersion: String?
  /// How compiling or checking went; `nil` where there was none.
  public let compile: ExecutionResult?
  /// How running went; `nil` where it did not come to that.
  public let run: ExecutionResult?
  /// What was found wrong, in the order of the stages.
  public let diagnostics: [Diagnostic]
  /// The files that the program made or changed, where they were asked for.
  public let artifacts: [Artifact]

  /// What the running program was refused, with what its language tells of it.
  var deniedWhileRunning: [Denial]?

  /// Whether it was compiled earlier, with the same sources, command, toolchain and policy: ``compile`` is
  /// then what happened at that time.
  public internal(set) var compileIsCached = false

  /// How the feedback in the result document is made; the document says it too.
  public var feedbackOptions = FeedbackOptions()

  /// The stage that decided: the last one.
  public var last: ExecutionResult? { run ?? compile }
  /// What the policy refused, in all stages.
  public var denied: [Denial] {
    (compile?.denied ?? []) + (deniedWhileRunning ?? run?.denied ?? [])
  }

  /// How many refused calls are not in ``denied``, for each stage lists at most 32.
  public var deniedUnlisted: Int { (compile?.deniedUnlisted ?? 0) + (run?.deniedUnlisted ?? 0) }

  /// What a feedback can tell of it.
  public var account: RunAccount {
    let isCompiling = run == nil
    return RunAccount(
      verdict: verdict.rawValue, language: language, entry: entry,
      stage: isCompiling ? .compile : .run, outcome: last?.outcome ?? .exited(code: 0),
      usage: last.map {
        RunAccount.Usage(wallTime: $0.wallTime, cpuTime: $0.cpuTime, peakMemory: $0.peakMemory)
      }, limits: limits, diagnostics: diagnostics,
      standardOutput: toolchain.hidden(in: run?.standardOutput.text ?? ""),
      standardError: toolchain.hidden(in: run?.standardError.text ?? ""),
      rawStandardError: last?.standardError.text ?? "")
  }

  /// The message for a model, in the style of a compiler: what is wrong, or what was printed.
  public var feedback: String { CompilerProfile().render(account, within: nil) }

  /// The exit status of `ocisandbox run`; 1 for a wrong answer, which only a judge finds.
  public var exitStatus: Int32 {
    switch verdict {
    case .ok: return 0
    case .compileError: return 65
    case .timeLimit: return 124
    case .memoryLimit: return 137
    case .outputLimit, .processLimit, .diskLimit: return 153
    case .policyViolation: return 159
    case .sandboxError: return 125
    case .wrongAnswer: return 1
    case .runtimeError:
      switch last?.outcome {
      case .exited(let code): return code
      case .signalled(let signal): return 128 + signal
      default: return 1
      }
    }
  }
}
