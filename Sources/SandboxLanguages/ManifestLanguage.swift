internal import SandboxDiagnostics

/// A language that is described by a manifest.
public struct ManifestLanguage: LanguagePlugin {
  /// The manifest.
  public let manifest: LanguageManifest

  /// Makes a language of a manifest.
  public init(_ manifest: LanguageManifest) { self.manifest = manifest }

  /// The name by which it is chosen.
  public var id: String { manifest.id }
  /// The name for people.
  public var name: String { manifest.name }
  /// Other names by which it may be chosen.
  public var aliases: [String] { manifest.aliases }
  /// The path in the workspace of a program that is given as text.
  public var source: String { manifest.source }
  /// File name extensions of its sources, without the dot.
  public var extensions: [String] { manifest.extensions }
  /// How its toolchain is found.
  public var toolchain: ToolchainDefinition { manifest.toolchain }

  /// What is started for `program`: the manifest's commands, with what their placeholders stand for.
  public func plan(
    for program: Program, with toolchain: Toolchain, purpose: ExecutionPlan.Purpose
  ) throws(LanguageError) -> ExecutionPlan {
    let words = Placeholders(manifest, program, toolchain)
    if purpose == .check {
      guard let check = manifest.check ?? manifest.compile else {
        throw LanguageError(
          "\(name) cannot be checked: its manifest has neither 'check' nor 'compile'")
      }
      return ExecutionPlan(compile: try stage(check, words, artifact: nil, files: .all), run: nil)
    }
    let files: StagePlan.Files = manifest.artifact == nil ? .all : .artifactAndData
    let investigations = try manifest.investigations.map { (definition) throws(LanguageError) in
      ExecutionPlan.Investigation(
        after: definition.after, operands: definition.operands,
        compile: try definition.compile.map { (compile) throws(LanguageError) in
          try stage(compile, words, artifact: manifest.artifact, files: .all)
        }, run: try stage(definition.run, words, artifact: nil, files: files))
    }
    guard let compile = manifest.compile else {
      return ExecutionPlan(
        compile: nil, run: try stage(manifest.run, words, artifact: nil, files: .all),
        investigations: investigations)
    }
    if let artifact = manifest.artifact, program.files[artifact] != nil {
      throw LanguageError(
        "the file '\(artifact)' has the name that \(name) gives to what compiling makes; rename it")
    }
    return ExecutionPlan(
      compile: try stage(compile, words, artifact: manifest.artifact, files: .all),
      run: try stage(manifest.run, words, artifact: nil, files: files),
      investigations: investigations)
  }

  private func stage(
    _ definition: StageDefinition, _ words: Placeholders, artifact: String?, files: StagePlan.Files
  ) throws(LanguageError) -> StagePlan {
    let command = definition.command.flatMap(words.expand)
    guard let executable = command.first, !executable.isEmpty else {
      throw LanguageError("a command of \(name) has no executable")
    }
    let parent = definition.parent.map { parent in
      parent.command.flatMap { word in
        guard let driver = ParentDefinition.driver(namedBy: word) else { return words.expand(word) }
        return [parent.drivers[driver] ?? definition.drivers[driver] ?? ""]
      }
    }
    return StagePlan(
      executable: executable, arguments: Array(command.dropFirst()),
      environment: definition.environment, policy: definition.policy, artifact: artifact,
      files: files, parser: try parser(definition.diagnostics),
      drivers: definition.drivers.mapValues { Array($0.utf8) },
      stopSignal: definition.stopSignal?.number, parent: parent,
      startsAhead: definition.startsAhead?.unless.allSatisfy { words.program.files[$0] == nil }
        ?? false)
  }

  private func parser(
    _ definition: DiagnosticsDefinition?
  ) throws(LanguageError) -> (any DiagnosticParser)? {
    switch definition {
    case nil: return nil
    case .parser(let name):
      guard let parser = DiagnosticParsers.named(name) else {
        throw LanguageError(
          "\(id) names the parser '\(name)'; there are "
            + DiagnosticParsers.names.joined(separator: ", "))
      }
      return parser
    case .matchers(let matchers):
      do throws(ProblemMatcherError) {
        return try ProblemMatcherParser(matchers: matchers)
      } catch {
        throw LanguageError("\(id): \(error)")
      }
    }
  }
}

/// What the placeholders of a manifest's commands stand for.
struct Placeholders {
  let program: Program
  private let single: [(name: String, value: String)]
  private let several: [String: [String]]

  init(_ manifest: LanguageManifest, _ program: Program, _ toolchain: Toolchain) {
    self.program = program
    let sources = program.files.keys
      .filter { path in manifest.extensions.contains { path.hasSuffix("." + $0) } }
      .filter { $0 != program.entry }.sorted()
    single = [
      ("{toolchain}", toolchain.executable), ("{prepared}", toolchain.prepared ?? ""),
      ("{source}", Self.argument(program.entry)),
      ("{artifact}", Self.argument(manifest.artifact ?? "")),
    ]
    several = [
      "{sources}": ([program.entry] + sources).map(Self.argument), "{arguments}": program.arguments,
    ]
  }

  /// The words that one word of a command becomes.
  func expand(_ word: String) -> [String] {
    if let words = several[word] { return words }
    var result = ""
    // By bytes, for this is done for each run, and characters take twenty times as long.
    var rest = Substring(word).utf8
    // One pass from left to right, so that what is put in is not read again.
    while let brace = rest.firstIndex(of: UInt8(ascii: "{")) {
      result += Substring(rest[..<brace])
      rest = rest[brace...]
      let known = single.first { rest.starts(with: $0.name.utf8) }
      result += known?.value ?? "{"
      rest = rest.dropFirst(known?.name.utf8.count ?? 1)
    }
    return [result + Substring(rest)]
  }

  /// A path that a tool would take for something else is led by `./`: one that starts with `-` for an
  /// option, one that starts with `@` for a file of options (gcc, clang and swiftc read it as such), one
  /// that starts with `+` for an option of some interpreters.
  private static func argument(_ path: String) -> String {
    guard let first = path.first, "-@+".contains(first) else { return path }
    return "./" + path
  }
}
