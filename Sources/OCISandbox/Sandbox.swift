public import SandboxCatalog
public import SandboxExecution
public import SandboxLanguages

/// Runs untrusted programs: the way in for a program that uses this library.
///
/// ```swift
/// import OCISandbox
/// let result = try await Sandbox().run("print(6 * 7)", language: "python")
/// print(result.verdict, result.run?.standardOutput.text ?? "")  // ok 42
/// ```
///
/// Make one and keep it: what is dear to make is kept between runs. Cancelling the task ends the run,
/// kills everything in it and removes its workspace.
///
/// The longer form says what the program is given and what it may use:
///
/// ```swift
/// let sandbox = Sandbox(executor: SandboxExecutor(maximumConcurrentRuns: 4))
/// let program = Program(
///   files: ["main.py": .bytes(Array("print(input())".utf8))], entry: "main.py",
///   arguments: ["--fast"], standardInput: .bytes(Array("hello".utf8)))
/// let policy = try sandbox.policy(named: "strict") { $0.cpuTime = .seconds(2) }
/// for try await event in sandbox.events(of: program, language: "python", under: policy) {
///   switch event {
///   case .output(let chunk): print(chunk.stream, chunk.bytes.count)
///   case .finished(let result): print(result.verdict)
///   }
/// }
/// ```
public struct Sandbox: Sendable {
  /// Where languages and policies are found.
  public let catalog: Catalog
  /// What takes programs through their stages.
  public let runner: ProgramRunner

  /// Creates a sandbox; by default with the user's and the built-in languages and policies, as many runs at
  /// once as there are processors, and no cache: all is compiled anew. ``ProgramRunner/startsWarm`` and
  /// ``ProgramRunner/expectsMany`` say what these do.
  public init(
    catalog: Catalog = .standard(), executor: SandboxExecutor = SandboxExecutor(),
    locator: ToolchainLocator = ToolchainLocator(), compileCache: CompileCache? = nil,
    startsWarm: Bool = true, expectsMany: Bool = false
  ) {
    self.catalog = catalog
    runner = ProgramRunner(
      executor: executor, locator: locator, compileCache: compileCache, startsWarm: startsWarm,
      expectsMany: expectsMany)
  }

  /// A policy for a run.
  ///
  /// - Parameters:
  ///   - nameOrPath: Its id, or the path of a file: what holds `/` or ends in `.yaml` or `.yml`.
  ///   - adjustLimits: Replaces limits; by default they stay.
  /// - Returns: The policy.
  /// - Throws: ``CatalogError`` where there is none of that name, or its definition is broken.
  public func policy(
    named nameOrPath: String = "default", adjustLimits: (inout Limits) -> Void = { _ in }
  ) throws(CatalogError) -> Policy {
    var policy = try catalog.policy(named: nameOrPath).value
    adjustLimits(&policy.limits)
    return policy
  }

  /// A piece of output, or the end.
  public enum Event: Sendable {
    /// Something the running program wrote.
    case output(OutputChunk)
    /// What became of it; nothing comes after.
    case finished(ProgramResult)
  }

  /// Runs a program of one file.
  ///
  /// - Parameters:
  ///   - source: Its text.
  ///   - language: The id or an alias of its language.
  ///   - policy: The id of its policy, or the path of one.
  /// - Returns: What became of it.
  /// - Throws: As ``run(_:language:under:collectsArtifacts:onOutput:)``.
  public func run(
    _ source: String, language: String, policy: String = "default"
  ) async throws -> ProgramResult {
    let plugin = try plugin(named: language)
    return try await run(
      Program(source: source, language: plugin), in: plugin,
      under: try catalog.policy(named: policy).value)
  }

  /// Runs a program.
  ///
  /// - Parameters:
  ///   - program: Its files, arguments, input and variables.
  ///   - language: The id or an alias of its language.
  ///   - policy: What it may do; by default the policy `default`.
  ///   - collectsArtifacts: Whether the result holds the files that it made or changed.
  ///   - onOutput: Called with its output as it comes, in order, on a thread that must not be held up.
  /// - Returns: What became of it.
  /// - Throws: ``CatalogError``, ``ToolchainError``, ``LanguageError`` or ``SandboxError`` where nothing
  ///   can be said about the program. A program that fails does not throw.
  public func run(
    _ program: Program, language: String, under policy: Policy? = nil,
    collectsArtifacts: Bool = false, onOutput: (@Sendable (OutputChunk) -> Void)? = nil
  ) async throws -> ProgramResult {
    try await run(
      program, in: plugin(named: language), under: policy, collectsArtifacts: collectsArtifacts,
      onOutput: onOutput)
  }

  /// The same in a language that no catalog has to know; `explainsDenials` as of ``ProgramRunner``.
  public func run(
    _ program: Program, in language: any LanguagePlugin, under policy: Policy? = nil,
    purpose: ExecutionPlan.Purpose = .run, collectsArtifacts: Bool = false,
    explainsDenials: Bool = false, onOutput: (@Sendable (OutputChunk) -> Void)? = nil
  ) async throws -> ProgramResult {
    try await runner.run(
      program, in: language, under: try policy ?? catalog.policy(named: "default").value,
      stagePolicy: { try catalog.policy(named: $0).value }, purpose: purpose,
      collectsArtifacts: collectsArtifacts, explainsDenials: explainsDenials, onOutput: onOutput)
  }

  /// Compiles or parses a program without running it. Throws as `run` does.
  public func check(
    _ program: Program, language: String, under policy: Policy? = nil
  ) async throws -> ProgramResult {
    try await run(program, in: plugin(named: language), under: policy, purpose: .check)
  }

  private func plugin(named language: String) throws(CatalogError) -> ManifestLanguage {
    ManifestLanguage(try catalog.language(named: language).value)
  }

  /// Runs a program and hands on its output as it comes. Ending the iteration ends the run.
  public func events(
    of program: Program, language: String, under policy: Policy? = nil
  ) -> AsyncThrowingStream<Event, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          let result = try await run(program, language: language, under: policy) {
            continuation.yield(.output($0))
          }
          continuation.yield(.finished(result))
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}
