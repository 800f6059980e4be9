import CCommandStart
import OCISandbox
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// What a command is to run, told by a look at its arguments: to parse them takes as long as to start it.
///
/// Where all of it can be told it is begun, and what it prints is held back until the parsed arguments ask for the very
/// same. Else the worker makes the view that it will probably need. Where the look was wrong, what was begun is ended, and
/// nothing is different.
enum FirstRun {
  /// All that comes of a run depends on.
  struct Request: Hashable, Sendable {
    fileprivate var entry: String
    fileprivate var content: [UInt8]
    fileprivate var arguments: [String]
    fileprivate var language: LanguageManifest
    fileprivate var policy: Policy
    fileprivate var purpose: ExecutionPlan.Purpose
    fileprivate var usesCache: Bool

    /// Of a program that is one file, and is given nothing but arguments; else `nil`.
    init?(
      _ program: Program, in language: LanguageManifest, under policy: Policy,
      purpose: ExecutionPlan.Purpose = .run, usesCache: Bool = false
    ) {
      guard program.files.count == 1, case .bytes(let content)? = program.files[program.entry],
        case .empty = program.standardInput, program.environment.isEmpty
      else { return nil }
      entry = program.entry
      self.content = content
      arguments = program.arguments
      self.language = language
      self.policy = policy
      self.purpose = purpose
      self.usesCache = usesCache
    }

    fileprivate var program: Program {
      Program(files: [entry: .bytes(content)], entry: entry, arguments: arguments)
    }

    fileprivate func run(
      _ catalog: Catalog, onStart: @escaping @Sendable (Int32) -> Void, _ output: HeldOutput
    ) async throws -> ProgramResult {
      var runner = ProgramRunner(
        executor: executor, compileCache: usesCache ? compileCache : nil, startsWarm: false)
      runner.onStart = onStart
      return try await runner.run(
        program, in: ManifestLanguage(language), under: policy,
        stagePolicy: { try catalog.policy(named: $0).value }, purpose: purpose
      ) { output.write($0) }
    }
  }

  private struct Begun: Sendable {
    var request: Request
    var run: Task<ProgramResult, any Error>
    var output: HeldOutput
  }

  /// That of the command's first run, whether it was begun ahead or not.
  static let executor = SandboxExecutor(maximumConcurrentRuns: 1)

  static let compileCache = CompileCache.standardFolder.map { CompileCache(folder: $0) }

  private static let begun = Mutex<Begun?>(nil)

  /// Looks at the arguments of `run` and `check`, and begins what they ask for.
  ///
  /// - Returns: The processor that it is on, where it has begun; else -1.
  static func begin(_ arguments: ArraySlice<String>) async -> Int32 {
    let catalog = Catalog.standard()
    guard let look = ArgumentLook(arguments),
      let policy = try? catalog.policy(named: "default").value,
      let (file, language) = look.files.lazy.compactMap({ file in
        (try? catalog.language(forExtension: ProgramInput.fileExtension(file)).value)
          .map { (file, $0) }
      }).first
    else { return -1 }
    guard look.isWhole, ProgramInput.isShortFile(file),
      let input = try? ProgramInput(
        file, source: language.source, extensions: language.extensions, extra: []),
      let request = Request(
        Program(files: input.files, entry: input.entry, arguments: look.programArguments),
        in: language, under: policy, purpose: look.purpose, usesCache: look.usesCache)
    else {
      Task.detached {
        try? await ProgramRunner(startsWarm: false).guess(
          Program(files: [language.source: .bytes([])], entry: language.source),
          in: ManifestLanguage(language), under: policy,
          stagePolicy: { try catalog.policy(named: $0).value }, purpose: look.purpose)
      }
      return -1
    }
    let (started, start) = AsyncStream.makeStream(of: Int32.self)
    let output = HeldOutput()
    let run = Task.detached {
      defer { start.finish() }
      return try await request.run(catalog, onStart: { start.yield($0) }, output)
    }
    begun.withLock { $0 = Begun(request: request, run: run, output: output) }
    return await started.first { _ in true } ?? -1
  }

  /// What comes of `request` where that is what was begun: then `onOutput` is given what it prints, from its beginning on.
  /// Else what was begun is ended, and this is `nil`.
  static func result(
    of request: Request?, onOutput: @escaping @Sendable (OutputChunk) -> Void
  ) async throws -> ProgramResult? {
    guard let begun = begun.withLock({ $0.take() }) else { return nil }
    guard begun.request == request else {
      begun.run.cancel()
      _ = await begun.run.result
      return nil
    }
    begun.output.passOn(onOutput)
    async let kept: Void = executor.hasAdoptedRun ? () : keepTemplate(of: begun.request)
    let result = await withTaskCancellationHandler {
      await begun.run.result
    } onCancel: {
      begun.run.cancel()
    }
    await kept
    return try result.get()
  }

  /// So that the next run of such a file is begun before this command itself is.
  private static func keepTemplate(of request: Request) async {
    let name = ProgramInput.fileExtension(request.entry)
    // What is compiled first may have been compiled before: nothing is to be told of such.
    guard request.language.compile == nil || request.purpose == .check, request.arguments.isEmpty,
      (1...16).contains(name.utf8.count),
      name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }),
      let file = CacheFile(inUserCache: "first-\(request.purpose).\(name)")
    else { return }
    let catalog = Catalog.standard()
    let template = try? await ProgramRunner(executor: executor, startsWarm: false)
      .firstRunTemplate(
        in: ManifestLanguage(request.language), fileExtension: name, under: request.policy,
        stagePolicy: { try catalog.policy(named: $0).value }, purpose: request.purpose)
    if let template { file.write(template.bytes) }
  }
}

/// What can be told of the arguments of `run` and `check` without knowing what each option means.
private struct ArgumentLook {
  /// What may be the program's file.
  var files: [String] = []
  var programArguments: [String] = []
  var purpose = ExecutionPlan.Purpose.run
  var usesCache = false
  /// Whether nothing else is asked for than to run that one file.
  var isWhole = true

  // What chooses another language, policy or isolation.
  private static let choices = ["--language", "--polic", "--allow-degraded", "--require"]

  init?(_ arguments: ArraySlice<String>) {
    let own = arguments.dropFirst().prefix { $0 != "--" }
    guard !own.contains(where: { word in Self.choices.contains { word.hasPrefix($0) } }) else {
      return nil
    }
    if arguments.first == "check" { purpose = .check }
    usesCache = purpose == .run && !own.contains("--no-cache")
    programArguments = Array(arguments.dropFirst(own.count + 2))
    isWhole = purpose == .run || programArguments.isEmpty
    for word in own {
      if !word.hasPrefix("-") {
        files.append(word)
      } else if command_only_shows(word) == 0 {
        isWhole = false
      }
    }
    isWhole = isWhole && files.count == 1
  }
}

/// What a program prints, until somebody is there who wants it.
private final class HeldOutput: Sendable {
  private struct State {
    var held: [OutputChunk] = []
    var next: (@Sendable (OutputChunk) -> Void)?
  }
  private let state = Mutex(State())

  func write(_ chunk: OutputChunk) {
    state.withLock { state in
      if let next = state.next { next(chunk) } else { state.held.append(chunk) }
    }
  }

  func passOn(_ next: @escaping @Sendable (OutputChunk) -> Void) {
    state.withLock { state in
      for chunk in state.held { next(chunk) }
      state.held = []
      state.next = next
    }
  }
}
