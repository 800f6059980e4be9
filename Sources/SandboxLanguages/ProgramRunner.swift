public import SandboxDiagnostics
public import SandboxExecution

/// Takes programs through their stages: finds the toolchain, compiles, runs, and reads what was said.
public struct ProgramRunner: Sendable {
  /// Where the stages run.
  public let executor: SandboxExecutor
  /// Where toolchains are found.
  public let locator: ToolchainLocator
  /// Where what compiling made is kept; `nil` means that all is compiled anew.
  public let compileCache: CompileCache?

  /// Creates a runner.
  public init(
    executor: SandboxExecutor = SandboxExecutor(), locator: ToolchainLocator = ToolchainLocator(),
    compileCache: CompileCache? = nil
  ) {
    self.executor = executor
    self.locator = locator
    self.compileCache = compileCache
  }

  /// Takes `program` through its stages.
  ///
  /// - Parameters:
  ///   - program: What is run.
  ///   - language: What it is written in.
  ///   - policy: What the running program may do, and a stage that names no policy of its own.
  ///   - stagePolicy: The policy of a stage that names one, such as `compile`.
  ///   - purpose: Whether it is run, or only checked.
  ///   - collectsArtifacts: Whether the result holds the files that the program made or changed.
  ///   - onOutput: Called with the output of the run stage as it comes; see ``SandboxExecutor/run(_:under:onOutput:)``.
  /// - Returns: What became of it.
  /// - Throws: ``ToolchainError``, ``LanguageError``, ``SandboxError``, or what `stagePolicy` throws. A
  ///   program that fails does not throw.
  public func run(
    _ program: Program, in language: any LanguagePlugin, under policy: Policy,
    stagePolicy: (String) throws -> Policy, purpose: ExecutionPlan.Purpose = .run,
    collectsArtifacts: Bool = false, onOutput: (@Sendable (OutputChunk) -> Void)? = nil
  ) async throws -> ProgramResult {
    let compiled = try await compile(
      program, in: language, under: policy, stagePolicy: stagePolicy, purpose: purpose)
    return try await run(
      compiled, under: policy, stagePolicy: stagePolicy, collectsArtifacts: collectsArtifacts,
      onOutput: onOutput)
  }

  /// Takes `program` up to where it can be run, any number of times. Parameters and errors are those of
  /// ``run(_:in:under:stagePolicy:purpose:collectsArtifacts:onOutput:)``.
  public func compile(
    _ program: Program, in language: any LanguagePlugin, under policy: Policy,
    stagePolicy: (String) throws -> Policy, purpose: ExecutionPlan.Purpose = .run
  ) async throws -> CompiledProgram {
    guard program.files[program.entry] != nil else {
      throw LanguageError("the program has no file '\(program.entry)' to start with")
    }
    let toolchain = try await preparedToolchain(of: language, stagePolicy, else: policy)
    let plan = try language.plan(for: program, with: toolchain, purpose: purpose)
    var state = StageState(
      program: program, language: language, toolchain: toolchain, sources: program.texts)
    var verdict = Verdict.ok
    var limits = policy.limits
    var compile: ExecutionResult?
    if let stage = plan.compile {
      let own = try stage.resolve(stagePolicy, else: policy)
      limits = own.limits
      var key: String?
      if compileCache != nil, stage.artifact != nil {
        key = CompileCache.key(stage, own, toolchain, program)
      }
      if let key, let path = stage.artifact, let known = compileCache?.entry(key) {
        state.artifact = (path, known.artifact)
        explain(known.result, of: stage, .compile, &state, own)
        return CompiledProgram(
          state: state, purpose: purpose, limits: limits, verdict: verdict, compile: known.result,
          isRunnable: plan.run != nil, isCached: true)
      }
      // What running needs, and compiling does not, is made while the compiler works.
      var next = try plan.run.map { try $0.resolve(stagePolicy, else: policy) }
      if let other = next,
        SandboxExecutor.haveSameView(own, other, toolchainPaths: toolchain.paths)
      {
        next = nil
      }
      let ahead = Command(executable: "", toolchainPaths: toolchain.paths)
      async let prepared: Void = prepare(ahead, next)
      let result = try await perform(stage, .compile, &state, own, keeps: stage.artifact != nil)
      await prepared
      compile = result.droppingWorkspace()
      verdict = Verdict(result.outcome, compiling: true)
      if verdict == .ok, let path = stage.artifact {
        state.artifact = result.workspace?.file(at: path).map { (path, $0) }
        if state.artifact == nil {
          verdict = .compileError
          state.diagnostics.append(
            Diagnostic(
              severity: .error, stage: .compile,
              message: "the compiler ended well, but made no file '\(path)'"))
        }
      }
      if verdict == .ok, let key, let artifact = state.artifact, result.isWhole {
        compileCache?.keep(result, artifact.file, for: key)
      }
    }
    return CompiledProgram(
      state: state, purpose: purpose, limits: limits, verdict: verdict, compile: compile,
      isRunnable: plan.run != nil, isCached: false)
  }

  /// Runs what was compiled. Parameters and errors are those of
  /// ``run(_:in:under:stagePolicy:purpose:collectsArtifacts:onOutput:)``; the policy may be another one
  /// than that of compiling.
  public func run(
    _ compiled: CompiledProgram, under policy: Policy, stagePolicy: (String) throws -> Policy,
    collectsArtifacts: Bool = false, investigates: Bool = true,
    onOutput: (@Sendable (OutputChunk) -> Void)? = nil
  ) async throws -> ProgramResult {
    var state = compiled.state
    var verdict = compiled.verdict
    var limits = compiled.limits
    var run: ExecutionResult?
    // Planned anew, for arguments may have changed since.
    let plan = try state.language.plan(
      for: state.program, with: state.toolchain, purpose: compiled.purpose)
    if verdict == .ok, compiled.isRunnable, let stage = plan.run {
      let own = try stage.resolve(stagePolicy, else: policy)
      limits = own.limits
      let result = try await perform(
        stage, .run, &state, own, keeps: collectsArtifacts, onOutput: onOutput)
      run = result
      verdict = Verdict(result.outcome, compiling: false)
      if investigates, let investigation = plan.investigation {
        state.diagnostics = try await investigate(
          investigation, result, state, policy, stagePolicy)
      }
    }
    return ProgramResult(
      verdict: verdict, language: state.language.id, policy: policy.id, entry: state.program.entry,
      limits: limits, toolchain: state.toolchain,
      compile: compiled.compile, run: run?.droppingWorkspace(), diagnostics: state.diagnostics,
      artifacts: state.artifacts(of: run), compileIsCached: compiled.isCached)
  }

  /// Tells the worker that was started early what the first stage of `program` will need; see
  /// ``SandboxExecutor/guessFirstRun(under:toolchainPaths:)``.
  public func guess(
    _ program: Program, in language: any LanguagePlugin, under policy: Policy,
    stagePolicy: (String) throws -> Policy, purpose: ExecutionPlan.Purpose = .run
  ) async throws {
    let toolchain = try await toolchain(of: language)
    let plan = try language.plan(for: program, with: toolchain, purpose: purpose)
    guard let stage = plan.compile ?? plan.run else { return }
    SandboxExecutor.guessFirstRun(
      under: try stage.resolve(stagePolicy, else: policy), toolchainPaths: toolchain.paths)
  }

  private func prepare(_ command: Command, _ policy: Policy?) async {
    if let policy { await executor.prepare(for: command, under: policy) }
  }

  /// Runs a program once more that failed without saying enough, with instruments, and completes its first
  /// diagnostic with what is found: only where it fails in the same way, for else it says nothing
  /// about the run that is reported.
  ///
  /// - Returns: The diagnostics, completed or as they were.
  /// - Throws: Cancellation. Where the sandbox cannot do this, what is known of the run is not lost.
  private func investigate(
    _ plan: ExecutionPlan.Investigation, _ result: ExecutionResult, _ state: StageState,
    _ policy: Policy, _ stagePolicy: (String) throws -> Policy
  ) async throws -> [Diagnostic] {
    // What was read from a descriptor is gone.
    if case .descriptor = state.program.standardInput { return state.diagnostics }
    guard let first = state.diagnostics.firstIndex(where: { $0.severity == .error }),
      let cause = state.diagnostics[first].cause(of: result.outcome), plan.after.contains(cause)
    else { return state.diagnostics }
    var found = state.diagnostics
    do {
      let outcome = result.outcome
      if let watched = try await watch(plan, cause, outcome, state, policy, stagePolicy) {
        found[first].complete(after: result.outcome, with: watched.diagnostic, watched.outcome)
      }
    } catch SandboxError.cancelled {
      throw SandboxError.cancelled
    } catch {
      return state.diagnostics
    }
    return found
  }

  /// What the second run found; `nil` where it found nothing, or cannot be made.
  private func watch(
    _ plan: ExecutionPlan.Investigation, _ cause: InvestigationDefinition.Cause,
    _ outcome: Outcome, _ state: StageState, _ policy: Policy,
    _ stagePolicy: (String) throws -> Policy
  ) async throws -> (diagnostic: Diagnostic, outcome: Outcome)? {
    var again = state
    again.diagnostics = []
    if let compile = plan.compile {
      let own = try compile.resolve(stagePolicy, else: policy)
      let built = try await perform(compile, .compile, &again, own, keeps: true)
      guard built.outcome == .exited(code: 0), let path = compile.artifact,
        let file = built.workspace?.file(at: path)
      else { return nil }  // such as a compiler without sanitizers
      again.artifact = (path, file)
      again.diagnostics = []
    }
    var own = try plan.run.resolve(stagePolicy, else: policy)
    // Instruments take memory and time.
    let memory = own.limits.memory.bytes.multipliedReportingOverflow(by: 3)
    if !memory.overflow { own.limits.memory = ByteCount(bytes: memory.partialValue) }
    if cause != .assertion {
      // Where it is in a loop is seen soon.
      own.limits.cpuTime = min(own.limits.cpuTime, .seconds(2))
      // Only who waits needs the clock on the wall, which runs on beside the work of others.
      own.limits.wallTime = min(
        own.limits.wallTime, .seconds(outcome == .timeLimitExceeded(.wall) ? 6 : 20))
    }
    let watched = try await perform(plan.run, .run, &again, own, keeps: false)
    return again.diagnostics.first { $0.severity == .error }.map { ($0, watched.outcome) }
  }

  private func perform(
    _ stage: StagePlan, _ kind: Diagnostic.Stage, _ state: inout StageState, _ policy: Policy,
    keeps: Bool, onOutput: (@Sendable (OutputChunk) -> Void)? = nil
  ) async throws -> ExecutionResult {
    let files = state.files(for: stage)
    state.given = files
    var command = Command(
      executable: stage.executable, arguments: stage.arguments,
      environment: stage.environment.merging(kind == .run ? state.program.environment : [:]) { $1 },
      toolchainPaths: state.toolchain.paths, files: files,
      standardInput: kind == .run ? state.program.standardInput : .empty, keepsWorkspace: keeps)
    command.drivers = stage.drivers
    command.stopSignal = stage.stopSignal
    command.reports = !stage.drivers.isEmpty || stage.stopSignal != nil
    let result = try await executor.run(command, under: policy, onOutput: onOutput)
    explain(result, of: stage, kind, &state, policy)
    return result
  }

  /// Reads what a stage said.
  private func explain(
    _ result: ExecutionResult, of stage: StagePlan, _ kind: Diagnostic.Stage,
    _ state: inout StageState, _ policy: Policy
  ) {
    let report = StageReport(
      stage: kind, outcome: result.outcome, standardOutput: result.standardOutput.text,
      standardError: result.standardError.text, sources: state.sources,
      workspace: result.workspacePath, driverReport: result.driverReport)
    let parser = stage.parser ?? SilentParser()
    state.diagnostics += parser.explanation(
      of: report, limits: policy.limits, denied: result.denied)
  }
}

extension ExecutionResult {
  /// Whether all that was printed is in it.
  fileprivate var isWhole: Bool { !standardOutput.isTruncated && !standardError.isTruncated }
}

/// A program that was compiled once, or needs no compiling, and can be run many times.
public struct CompiledProgram: Sendable {
  fileprivate var state: StageState
  fileprivate let purpose: ExecutionPlan.Purpose
  fileprivate let limits: Limits
  /// `ok` where it can be run.
  public let verdict: Verdict
  /// How compiling went; `nil` where there was none.
  public let compile: ExecutionResult?
  fileprivate let isRunnable: Bool
  /// Whether it was compiled earlier: ``compile`` is then what happened at that time.
  public let isCached: Bool

  /// The program: what it is given may be changed between runs, its sources not.
  public var program: Program {
    get { state.program }
    set { state.program = newValue }
  }

  /// What the compiler found.
  public var diagnostics: [Diagnostic] { state.diagnostics }
}

/// What goes from stage to stage.
private struct StageState: Sendable {
  var program: Program
  let language: any LanguagePlugin
  let toolchain: Toolchain
  let sources: [String: String]
  var artifact: (path: String, file: OpenFile)?
  var given: [String: FileContent] = [:]
  var diagnostics: [Diagnostic] = []

  func files(for stage: StagePlan) -> [String: FileContent] {
    guard stage.files == .artifactAndData else { return program.files }
    var files = program.files.filter { path, _ in
      !language.extensions.contains { path.hasSuffix("." + $0) }
    }
    if let artifact { files[artifact.path] = .file(artifact.file) }
    return files
  }

  /// The files that were not there before, or hold something else now.
  func artifacts(of run: ExecutionResult?) -> [ProgramResult.Artifact] {
    guard let workspace = run?.workspace else { return [] }
    return workspace.entries().compactMap { entry in
      switch given[entry.path] {
      case .bytes(let bytes)
      where workspace.contents(of: entry.path, limit: ByteCount(bytes: Int64(bytes.count))) == bytes:
        return nil
      case .file: return nil
      default: break
      }
      return ProgramResult.Artifact(
        path: entry.path, size: entry.size, mediaType: mediaType(of: entry.path),
        workspace: workspace)
    }
  }
}

/// For a stage whose messages nobody reads: only its outcome is explained.
private struct SilentParser: DiagnosticParser {
  func diagnostics(in report: StageReport) -> [Diagnostic] { [] }
}

extension StagePlan {
  /// The policy that it names, or the caller's. What the caller asks of the host holds for every stage.
  func resolve(
    _ named: (String) throws -> Policy, else caller: Policy
  ) rethrows -> Policy {
    guard let policy else { return caller }
    var own = try named(policy)
    own.enforcement = caller.enforcement
    return own
  }
}

extension Diagnostic {
  /// Why the program ended, as far as a second run may find out more.
  fileprivate func cause(of outcome: Outcome) -> InvestigationDefinition.Cause? {
    switch outcome {
    case .signalled: .signal
    case .timeLimitExceeded: .timeLimit
    case .exited where code == "AssertionError": .assertion
    default: nil
    }
  }

  /// Takes what a second run found, where that ended in the same way.
  fileprivate mutating func complete(
    after first: Outcome, with found: Diagnostic, _ second: Outcome
  ) {
    switch (first, second) {
    case (.timeLimitExceeded, .timeLimitExceeded): locate(as: found)
    case (.exited, .exited):
      guard first == second, found.code == code, found.file == file, found.line == line,
        found.message == message
      else { return }
      if !found.values.isEmpty { values = found.values }
      notes += found.notes.filter { !notes.contains($0) }
    case (.signalled, .signalled), (.signalled, .exited):
      guard second != .exited(code: 0), found.file != nil else { return }
      locate(as: found)
      // A bare signal, such as SEGV or ABRT, is known already.
      if found.code?.contains(where: \.isLowercase) == true {
        notes.append(
          Diagnostic(
            severity: .note, stage: .run, message: "run again with instruments: \(found.message)"))
      }
      notes += found.notes
    default: return
    }
  }

  /// Takes the place of another, where it has none itself.
  private mutating func locate(as other: Diagnostic) {
    guard file == nil || stack.isEmpty else { return }
    if file == nil {
      (file, line, column, source) = (other.file, other.line, other.column, other.source)
      (endLine, endColumn) = (other.endLine, other.endColumn)
    }
    stack = other.stack
  }
}

extension Program {
  /// The texts that diagnostics may quote: files of a sane size that are UTF-8.
  fileprivate var texts: [String: String] {
    files.compactMapValues { content in
      guard case .bytes(let bytes) = content, bytes.count <= 1 << 20 else { return nil }
      return String(validating: bytes, as: UTF8.self)
    }
  }
}

private func mediaType(of path: String) -> String {
  let types = [
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
    "svg": "image/svg+xml", "pdf": "application/pdf", "json": "application/json",
    "csv": "text/csv", "txt": "text/plain", "html": "text/html", "md": "text/markdown",
    "xml": "application/xml", "zip": "application/zip",
  ]
  let name = path.split(separator: "/").last.map(String.init) ?? path
  guard let dot = name.lastIndex(of: "."), dot != name.startIndex else {
    return "application/octet-stream"
  }
  return types[name[name.index(after: dot)...].lowercased()] ?? "application/octet-stream"
}
