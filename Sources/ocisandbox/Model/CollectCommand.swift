public import ArgumentParser
import OCISandbox
public import SandboxRefinement

#if canImport(Glibc)
  import Glibc
#endif

struct CollectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect",
    abstract: "Make dialogues for training from queries: answers, executions, and repairs.",
    discussion: """
      QUERIES has one {"id": ..., "query": "..."} a line. Each becomes one line of OUTPUT in the schema of \
      Code-Feedback, {"id", "messages"}, with its provenance. Kept is what was executed and ended well, \
      and with --method correction did not do so at first.

      OUTPUT is only appended to, a whole line at a time. After an interruption the same command goes on: \
      what is in OUTPUT already is left out, and a line that was cut off is removed.

      EXAMPLES
        ocisandbox collect queries.jsonl --output dialogues.jsonl
        ocisandbox collect queries.jsonl --output wrong-first.jsonl --method correction --rounds 3
      """)

  @Argument(help: "The queries, as JSONL.") var queries: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The dialogues, as JSONL.", valueName: "file"))
  var output: String

  @Option(help: "simulation: answer, execute, mend; correction: with a mistake on purpose first.")
  var method = CollectionMethod.simulation

  @Option(help: ArgumentHelp("The language of the programs.", valueName: "id"))
  var language = "python"

  @Option(help: ArgumentHelp("The most answers to a query.", valueName: "number"))
  var rounds = 3

  @OptionGroup(title: "Model") var modelOptions: ModelOptions
  @OptionGroup var policyOptions: PolicyOptions
  @OptionGroup var catalogOptions: CatalogOptions

  func validate() throws {
    guard (1...100).contains(rounds) else {
      throw ValidationError("--rounds must be from 1 to 100")
    }
  }

  func run() async throws {
    let catalog = catalogOptions.catalog
    let manifest = try catalog.language(named: language).value
    let policy = try policyOptions.resolved(catalog)
    let list = try Query.list(try ProgramInput.read(queries), file: queries)
    let before = ProgramInput.exists(output) ? try ProgramInput.read(output) : []
    let done = Query.collected(before)
    let rest = before[done.wholeBytes...]
    guard Array(#"{"id":"#.utf8).starts(with: rest.prefix(6)) else {
      throw Failure(
        """
        \(output.quoted) does not end with a dialogue, or with the beginning of one
        hint: is it the file that is meant? It would be changed
        """, status: Failure.usage)
    }
    let file = try AppendedFile(output, keeping: done.wholeBytes)
    let sandbox = Sandbox(catalog: catalog, executor: SandboxExecutor(maximumConcurrentRuns: 1))
    let plugin = ManifestLanguage(manifest)
    let facts = await SandboxFacts(manifest, policy, sandbox).values
    let model = try await modelOptions.resolved()
    let solver = Solver(model: model, options: modelOptions.generation) { code in
      Execution(
        try await sandbox.run(
          Program(source: code, language: plugin), in: plugin, under: policy))
    }
    let provenance = Dialogue.Provenance(
      method: method, model: model.name, policy: policy.id, language: manifest.id,
      toolchain: facts["toolchain"], temperature: modelOptions.temperature,
      seed: modelOptions.seed)
    var (kept, left) = (0, 0)
    for query in list where !done.ids.contains(query.id) {
      let settings = RefinementSettings(
        task: query.text, language: manifest.name, labels: manifest.blockLabels,
        facts: facts, maximumRounds: rounds, prompts: method.prompts)
      let (loop, signal) = await Interruptible.finishing { await solver.solve(settings) }
      if signal > 0 { Glibc.exit(128 + signal) }
      switch loop.ending {
      case .modelFailed(let error): throw error
      case .sandboxFailed(let message): throw Failure(message, status: Failure.sandbox)
      default: break
      }
      let dialogue = Dialogue(
        id: query.id, query: query.text, loop: loop, provenance: provenance)
      let isWanted = loop.ending == .passed && (method == .simulation || loop.rounds.count > 1)
      if isWanted { try file.append(try dialogue.line()) }
      (kept, left) = isWanted ? (kept + 1, left) : (kept, left + 1)
      let words = dialogue.provenance.verdicts.joined(separator: ", ")
      Terminal.error.writeVisible(
        "\(query.id): \(words.isEmpty ? "no program" : words)\(isWanted ? "" : " (left out)")\n")
    }
    Terminal.error.write("\(kept) kept, \(left) left out, \(done.ids.count) were there before\n")
  }
}

extension CollectionMethod: ExpressibleByArgument {}

/// A file that grows by whole lines.
private struct AppendedFile {
  private let path: String
  private let file: OpenFile

  init(_ path: String, keeping bytes: Int) throws {
    let descriptor = open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure(path) }
    self.path = path
    file = OpenFile(owning: descriptor)
    guard ftruncate(descriptor, off_t(bytes)) == 0 else { throw Self.failure(path) }
  }

  /// Writes a line in one call, so that a kill leaves it whole, or cut off where the next start removes it.
  func append(_ line: String) throws {
    let bytes = Array(line.utf8)
    let count = bytes.withUnsafeBytes { Glibc.write(file.descriptor, $0.baseAddress, $0.count) }
    guard count == bytes.count else { throw Self.failure(path) }
  }

  /// To be called right after what failed.
  private static func failure(_ path: String) -> Failure {
    Failure(
      "cannot write \(path.quoted): \(String(cString: strerror(errno)))",
      status: Failure.cannotCreate)
  }
}
