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
  /// Told what each stage left as its parser reads it, those of a second run too: for recording.
  package var onReport: (@Sendable (any DiagnosticParser, StageReport, Limits, [Denial]) -> Void)?

  /// Called when a stage has started; see ``SandboxExecutor``.
  package var onStart: (@Sendable (Int32) -> Void)?

  /// Whether programs of a language that has a parent are forked from it, once they are many: by default they are.
  ///
  /// A forked program is isolated as one that is started, and comes to the same. What all programs of one parent
  /// have in common, for some hundred runs at most, is its hash seed and where things are in memory.
  public let startsWarm: Bool
  /// Whether many programs of a kind are expected, so that what they are forked from is started before the first one.
  public let expectsMany: Bool

  /// Creates a runner.
  public init(
    executor: SandboxExecutor = SandboxExecutor(), locator: ToolchainLocator = ToolchainLocator(),
    compileCache: CompileCache? = nil, startsWarm: Bool = true,
    expectsMany: Bool = false
  ) {
    self.executor = executor
    self.locator = locator
    self.compileCache = compileCache
    self.startsWarm = startsWarm
    self.expectsMany = expectsMany
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
  ///   - explainsDenials: Whether the program is run once more, watched, so that ``ProgramResult/denied`` has what
  ///     the view of the files refused too, and the lines that met it where the language can tell. The watched run
  ///     is several times slower. Where it ends otherwise nothing is taken from it.
  ///   - onOutput: Called with the output of the run stage as it comes; see ``SandboxExecutor/run(_:under:onOutput:)``.
  /// - Returns: What became of it.
  /// - Throws: ``ToolchainError``, ``LanguageError``, ``SandboxError``, or what `stagePolicy` throws. A
  ///   program that fails does not throw.
  public func run(
    _ program: Program, in language: any LanguagePlugin, under policy: Policy,
    stagePolicy: (String) throws -> Policy, purpose: ExecutionPlan.Purpose = .run,
    collectsArtifacts: Bool = false, explainsDenials: Bool = false,
    onOutput: (@Sendable (OutputChunk) -> Void)? = nil
  ) async throws -> ProgramResult {
    let compiled = try await compile(
      program, in: language, under: policy, stagePolicy: stagePolicy, purpose: purpose)
    return try await run(
      compiled, under: policy, stagePolicy: stagePolicy, collectsArtifacts: collectsArtifacts,
      explainsDenials: explainsDenials, onOutput: onOutput)
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
          state: state, plan: plan, purpose: purpose, limits: limits, verdict: verdict,
          compile: known.result,
          isRunnable: plan.run != nil, isCached: true)
      }
      // What running needs, and compiling does not, is made while the compiler works.
      let (now, later) = (viewCommand(for: stage, toolchain), viewCommand(for: plan.run, toolchain))
      var next = try plan.run.map { try $0.resolve(stagePolicy, else: policy) }
      if let other = next, SandboxExecutor.haveSameView((now, own), (later, other)) { next = nil }
      async let prepared: Void = prepare(later, next)
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
      state: state, plan: plan, purpose: purpose, limits: limits, verdict: verdict,
      compile: compile,
      isRunnable: plan.run != nil, isCached: false)
  }

  /// Runs what was compiled. Parameters and errors are those of
  /// ``run(_:in:under:stagePolicy:purpose:collectsArtifacts:onOutput:)``; the policy may be another one
  /// than that of compiling.
  public func run(
    _ compiled: CompiledProgram, under policy: Policy, stagePolicy: (String) throws -> Policy,
    collectsArtifacts: Bool = false, investigates: Bool = true,
    explainsDenials: Bool = false, onOutput: (@Sendable (OutputChunk) -> Void)? = nil
  ) async throws -> ProgramResult {
    var state = compiled.state
    var verdict = compiled.verdict
    var limits = compiled.limits
    var run: ExecutionResult?
    var denied: [Denial]?
    let plan =
      try compiled.plan
      ?? state.language.plan(for: state.program, with: state.toolchain, purpose: compiled.purpose)
    if verdict == .ok, compiled.isRunnable, let stage = plan.run {
      let own = try stage.resolve(stagePolicy, else: policy)
      limits = own.limits
      let result = try await perform(
        stage, .run, &state, own, keeps: collectsArtifacts, onOutput: onOutput)
      run = result
      verdict = Verdict(result.outcome, compiling: false)
      denied = state.denied
      if explainsDenials {
        denied = try await self.explainDenials(plan, result, state, own, policy, stagePolicy)
      }
      if investigates {
        state.diagnostics = try await investigate(
          plan.investigations, result, state, policy, stagePolicy)
      }
    }
    return ProgramResult(
      verdict: verdict, language: state.language.id, policy: policy.id, entry: state.program.entry,
      limits: limits, toolchain: state.toolchain,
      compile: compiled.compile, run: run?.droppingWorkspace(), diagnostics: state.diagnostics,
      artifacts: state.artifacts(of: run), deniedWhileRunning: denied,
      compileIsCached: compiled.isCached)
  }

  /// Tells the worker that this process was given before its main what the first stage of `program` will need; see
  /// ``SandboxExecutor/guessFirstRun(under:toolchainPaths:)``.
  package func guess(
    _ program: Program, in language: any LanguagePlugin, under policy: Policy,
    stagePolicy: (String) throws -> Policy, purpose: ExecutionPlan.Purpose = .run
  ) async throws {
    let toolchain = try await toolchain(of: language)
    let plan = try language.plan(for: program, with: toolchain, purpose: purpose)
    guard let stage = plan.compile ?? plan.run else { return }
    SandboxExecutor.guessFirstRun(
      under: try stage.resolve(stagePolicy, else: policy), toolchainPaths: toolchain.paths)
  }

  /// How runs of programs are asked for that are one file of `language` and nothing else.
  ///
  /// - Parameters:
  ///   - language: What they are written in.
  ///   - fileExtension: That of the file.
  ///   - policy: What the running program may do, and a stage that names no policy of its own.
  ///   - stagePolicy: The policy of a stage that names one, such as `compile`.
  ///   - purpose: Whether they are run, or only checked.
  /// - Returns: How; `nil` where such are not to be begun before they are known, or what comes first depends on what the file
  ///   holds.
  /// - Throws: As ``run(_:in:under:stagePolicy:purpose:collectsArtifacts:explainsDenials:onOutput:)``.
  package func firstRunTemplate(
    in language: any LanguagePlugin, fileExtension: String, under policy: Policy,
    stagePolicy: (String) throws -> Policy, purpose: ExecutionPlan.Purpose = .run
  ) async throws -> FirstRunTemplate? {
    // Not to be found anywhere else.
    let words = (0..<8).map { _ in String(UInt64.random(in: 0 ... .max), radix: 36) }
    let name = words[..<4].joined() + "." + fileExtension
    let content = Array(words[4...].joined().utf8)
    let program = Program(files: [name: .bytes(content)], entry: name)
    let toolchain = try await preparedToolchain(of: language, stagePolicy, else: policy)
    let plan = try language.plan(for: program, with: toolchain, purpose: purpose)
    // What was compiled before is not compiled again, unless it is only checked.
    guard plan.compile == nil || purpose == .check, let stage = plan.compile ?? plan.run else {
      return nil
    }
    let kind: Diagnostic.Stage = plan.compile == nil ? .run : .compile
    let own = try stage.resolve(stagePolicy, else: policy)
    var state = StageState(
      program: program, language: language, toolchain: toolchain, sources: program.texts)
    let command = command(
      for: stage, kind, &state, own, keeps: kind == .compile && stage.artifact != nil)
    return try FirstRunTemplate(command, under: own, name: name, content: content)
  }

  /// What a stage's command has that its worker depends on.
  private func viewCommand(for stage: StagePlan?, _ toolchain: Toolchain) -> Command {
    var command = Command(executable: "", toolchainPaths: toolchain.paths)
    command.startsAhead = startsWarm && stage?.startsAhead == true
    return command
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
    _ plans: [ExecutionPlan.Investigation], _ result: ExecutionResult, _ state: StageState,
    _ policy: Policy, _ stagePolicy: (String) throws -> Policy
  ) async throws -> [Diagnostic] {
    guard let first = state.diagnostics.firstIndex(where: { $0.severity == .error }),
      let (cause, plan) = state.diagnostics[first].causes(of: result.outcome).lazy.compactMap({
        cause in
        plans.first { $0.after.contains(cause) }.map { (cause, $0) }
      }).first
    else { return state.diagnostics }
    guard var again = state.again(after: result) else { return state.diagnostics }
    if let operands = plan.operands {
      guard again.notesOperands(of: state.diagnostics[first], as: operands) else {
        return state.diagnostics
      }
    }
    var found = state.diagnostics
    do {
      let outcome = result.outcome
      if let watched = try await watch(plan, cause, outcome, again, policy, stagePolicy) {
        found[first].complete(
          after: result.outcome, with: watched.diagnostic, watched.outcome, in: state.sources)
      }
    } catch SandboxError.cancelled {
      throw SandboxError.cancelled
    } catch {
      return state.diagnostics
    }
    return found
  }

  /// Runs a program once more, with each call noted, to tell what the view of the files refused it, and where.
  ///
  /// - Returns: What was refused in the first run, completed where the second ended in the same way.
  private func explainDenials(
    _ plan: ExecutionPlan, _ result: ExecutionResult, _ state: StageState, _ own: Policy,
    _ policy: Policy, _ stagePolicy: (String) throws -> Policy
  ) async throws -> [Denial] {
    var told = state.denied
    guard let again = state.again(after: result), let first = plan.run else { return told }
    do {
      // With instruments where the language has them, to tell the lines; then as it was, to tell the calls.
      if let watching = plan.investigations.first(where: { $0.after.contains(.denial) }) {
        var located = again
        if try await build(watching, &located, policy, stagePolicy) {
          let own = try watching.run.resolve(stagePolicy, else: policy).withMemoryForInstruments
          let watched = try await perform(watching.run, .run, &located, own, keeps: false)
          if watched.outcome == result.outcome { told = told.located(by: located.denied) }
        }
      }
      let recorder = CallRecorder()
      var recorded = again
      let watched = try await perform(
        first, .run, &recorded, own, keeps: false, on: SandboxExecutor(recorder: recorder))
      guard watched.outcome == result.outcome else { return told }
      let view = MountView(
        readablePaths: own.fileSystem.readablePaths(with: state.toolchain.paths),
        workspace: watched.workspacePath)
      return told.completed(
        by: recorder.refusals(by: view, network: own.network, kind: watched.viewKind))
    } catch SandboxError.cancelled {
      throw SandboxError.cancelled
    } catch {
      return told
    }
  }

  /// Compiles what is run once more, where it has to be; `false` where that cannot be done.
  private func build(
    _ plan: ExecutionPlan.Investigation, _ state: inout StageState,
    _ policy: Policy, _ stagePolicy: (String) throws -> Policy
  ) async throws -> Bool {
    guard let compile = plan.compile else { return true }
    let own = try compile.resolve(stagePolicy, else: policy)
    let built = try await perform(compile, .compile, &state, own, keeps: true)
    guard built.outcome == .exited(code: 0), let path = compile.artifact,
      let file = built.workspace?.file(at: path)
    else { return false }  // such as a compiler without sanitizers
    state.artifact = (path, file)
    state.diagnostics = []
    return true
  }

  /// What the second run found; `nil` where it found nothing, or cannot be made.
  private func watch(
    _ plan: ExecutionPlan.Investigation, _ cause: InvestigationDefinition.Cause,
    _ outcome: Outcome, _ state: StageState, _ policy: Policy,
    _ stagePolicy: (String) throws -> Policy
  ) async throws -> (diagnostic: Diagnostic, outcome: Outcome)? {
    var again = state
    guard try await build(plan, &again, policy, stagePolicy) else { return nil }
    var own = try plan.run.resolve(stagePolicy, else: policy)
    let first = own.limits.memory
    own = own.withMemoryForInstruments
    if cause == .memoryLimit {
      // With room above what it may have, it can say where it is when it has that.
      again.stopMemory = first
      own.limits.cpuTime = min(own.limits.cpuTime, .seconds(5))
    } else if [.signal, .timeLimit].contains(cause) {
      // Where it is in a loop is seen soon.
      own.limits.cpuTime = min(own.limits.cpuTime, .seconds(2))
      // Only who waits needs the clock on the wall, which runs on beside the work of others.
      own.limits.wallTime = min(
        own.limits.wallTime, .seconds(outcome == .timeLimitExceeded(.wall) ? 6 : 20))
    }
    // Who is told to stop at the first limit is seen there.
    again.endsAtOutputLimit = outcome == .outputLimitExceeded && plan.run.stopSignal != nil
    let watched = try await perform(plan.run, .run, &again, own, keeps: false)
    return again.diagnostics.first { $0.severity == .error }.map { ($0, watched.outcome) }
  }

  private func perform(
    _ stage: StagePlan, _ kind: Diagnostic.Stage, _ state: inout StageState, _ policy: Policy,
    keeps: Bool, on other: SandboxExecutor? = nil,
    onOutput: (@Sendable (OutputChunk) -> Void)? = nil
  ) async throws -> ExecutionResult {
    let command = command(for: stage, kind, &state, policy, keeps: keeps)
    let result = try await (other ?? executor).run(
      command, under: policy, onStart: onStart, onOutput: onOutput)
    explain(result, of: stage, kind, &state, policy)
    return result
  }

  private func command(
    for stage: StagePlan, _ kind: Diagnostic.Stage, _ state: inout StageState, _ policy: Policy,
    keeps: Bool
  ) -> Command {
    let files = state.files(for: stage)
    state.given = files
    var command = Command(
      executable: stage.executable, arguments: stage.arguments,
      environment: stage.environment.merging(kind == .run ? state.program.environment : [:]) { $1 },
      toolchainPaths: state.toolchain.paths, files: files,
      standardInput: kind == .run ? state.program.standardInput : .empty, keepsWorkspace: keeps)
    command.drivers = stage.drivers
    command.stopSignal = stage.stopSignal
    command.endsAtOutputLimit = state.endsAtOutputLimit
    if let memory = state.stopMemory {
      command.environment["OCISANDBOX_STOP_MEMORY"] = String(memory.bytes)
      if stage.stopSignal != nil { command.stopMemory = memory }
    }
    command.isFirstOfMany = expectsMany
    if startsWarm {
      command.startsAhead = stage.startsAhead
      command.parent = stage.parent?.flatMap { word in
        switch word {
        case ParentDefinition.preloads: policy.preload
        case ParentDefinition.sharedSources:
          state.program.sharedSources.flatMap { [$0.path, $0.text] }
        default: [word]
        }
      }
    }
    command.reports = !stage.drivers.isEmpty || stage.stopSignal != nil
    return command
  }

  /// Reads what a stage said.
  private func explain(
    _ result: ExecutionResult, of stage: StagePlan, _ kind: Diagnostic.Stage,
    _ state: inout StageState, _ policy: Policy
  ) {
    var report = StageReport(
      stage: kind, outcome: result.outcome, standardOutput: result.standardOutput.text,
      standardError: result.standardError.text, sources: state.sources,
      workspace: result.workspacePath, driverReport: result.driverReport,
      readablePaths: policy.fileSystem.readablePaths(with: state.toolchain.paths),
      hasNetwork: policy.network != .none, hasInput: state.program.hasInput,
      givenFiles: Array(state.program.files.keys))
    report.hasOwnNetwork = policy.network == .loopback
    state.denied = report.denials(result.denied, kind: result.viewKind)
    let parser = stage.parser ?? SilentParser()
    onReport?(parser, report, policy.limits, result.denied)
    state.diagnostics += parser.explanation(
      of: report, limits: policy.limits, denied: result.denied)
  }
}

extension ExecutionResult {
  /// Whether all that was printed is in it.
  fileprivate var isWhole: Bool { !standardOutput.isTruncated && !standardError.isTruncated }

  /// What refuses a path.
  fileprivate var viewKind: String { enforcement.namespaces.isEmpty ? "landlock" : "view" }
}

extension Policy {
  /// Instruments take memory.
  fileprivate var withMemoryForInstruments: Policy {
    var policy = self
    let memory = limits.memory.bytes.multipliedReportingOverflow(by: 3)
    if !memory.overflow { policy.limits.memory = ByteCount(bytes: memory.partialValue) }
    return policy
  }
}

extension [Denial] {
  /// With the lines that a run with instruments tells, and what no filter refused it: what the instruments themselves
  /// were refused is none of the program's.
  fileprivate func located(by watched: [Denial]) -> [Denial] {
    var result = self
    for one in watched {
      let known = result.firstIndex {
        $0.kind == one.kind && $0.name == one.name && $0.detail == one.detail
          && $0.action == one.action
          && ($0.line == nil || $0.line == one.line && $0.file == one.file)
      }
      if let known {
        (result[known].file, result[known].line) = (one.file, one.line)
      } else if one.kind != "syscall" {
        result.append(one)
      }
    }
    return result
  }

  /// With what a watched run was refused: of what is known already only the call and the flags are new.
  fileprivate func completed(by recorded: [Denial]) -> [Denial] {
    var result = self
    // An error of a connection has no address: whose it is is sure only where there is one.
    let areOne = [self, recorded].allSatisfy { $0.count { $0.kind == "network" } == 1 }
    if !areOne {
      result.removeAll { $0.kind == "network" && recorded.contains { $0.kind == "network" } }
    }
    for one in recorded {
      let known = result.indices.filter {
        result[$0].kind == one.kind && one.detail.hasPrefix(result[$0].detail)
          // Languages say `open` for openat(2).
          && (result[$0].name == "path" || one.name.hasPrefix(result[$0].name))
          && (result[$0].action == one.action || one.action == "errno")
      }
      for index in known { (result[index].name, result[index].detail) = (one.name, one.detail) }
      // Of several lines it is not known which met it how often.
      if known.count == 1 { result[known[0]].count = one.count }
      if known.isEmpty { result.append(one) }
    }
    return result
  }
}

/// A program that was compiled once, or needs no compiling, and can be run many times.
public struct CompiledProgram: Sendable {
  fileprivate var state: StageState
  /// `nil` where the program was changed since, such as its arguments.
  fileprivate var plan: ExecutionPlan?
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
    set {
      state.program = newValue
      plan = nil
    }
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
  /// What the last stage was refused, with the lines that are known.
  var denied: [Denial] = []
  /// Where a second run is to say for what it needs its memory.
  var stopMemory: ByteCount?
  /// Whether a run ends that writes without end: one that looks at itself, unasked, does so later.
  var endsAtOutputLimit = true

  /// Has the operands of a failed assertion noted, for which its file is changed; `false` where there are none.
  mutating func notesOperands(of failure: Diagnostic, as definition: OperandsDefinition) -> Bool {
    guard let file = failure.file, let line = failure.line, let source = sources[file],
      let noted = AssertedOperands(
        in: source, line: line, column: failure.column, note: definition.note)
    else { return false }
    let appended = definition.appended.sorted { $0.key < $1.key }.map(\.value).joined()
    program.files[file] = .bytes(Array((noted.source + appended).utf8))
    return true
  }

  /// For a second run; `nil` where what was read from a descriptor is gone, but for what was kept of it.
  func again(after result: ExecutionResult) -> StageState? {
    var again = self
    again.diagnostics = []
    again.denied = []
    if case .descriptor = program.standardInput {
      guard let input = result.copiedInput else { return nil }
      again.program.standardInput = .bytes(input)
    }
    return again
  }

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
  /// Why the program ended, as far as a second run may find out more, the best cause first.
  fileprivate func causes(of outcome: Outcome) -> [InvestigationDefinition.Cause] {
    switch outcome {
    case .signalled: (isFailedAssertion ? [.assertion] : []) + (stack.isEmpty ? [.signal] : [])
    // Who writes without end is in a loop.
    case .timeLimitExceeded, .outputLimitExceeded: [.timeLimit]
    case .memoryLimitExceeded: [.memoryLimit]
    case .exited where code == "AssertionError": [.assertion]
    case .exited where code != nil && !stack.isEmpty: [.exception]
    case .exited where code == nil && stage == .run && file == nil: [.exit]
    default: []
    }
  }
}

extension Program {
  fileprivate var hasInput: Bool {
    switch standardInput {
    case .empty: false
    case .bytes(let bytes): !bytes.isEmpty
    default: true
    }
  }

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
