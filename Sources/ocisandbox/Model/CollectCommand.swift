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
      holds no secret, and is not nearly the same as a dialogue that is there.

      METHODS
        simulation   answer, execute, mend; with --human N a simulated person then asks for more, N times, in \
      one of ten preset ways
        correction   the same with a mistake on purpose first; kept where it showed
        similar      then the most similar query, or those of its "similar": [ids]
        follow-up    then each of its "follow_ups": ["..."]
        packing      no model: queries that have an "answer" are put together with similar ones

      OUTPUT is only appended to, a whole line at a time. After an interruption the same command goes on: \
      what is in OUTPUT already is left out, and a line that was cut off is removed. What was left out is \
      tried again.

      EXAMPLES
        ocisandbox collect queries.jsonl --output dialogues.jsonl --human 1
        ocisandbox collect queries.jsonl --output wrong-first.jsonl --method correction --rounds 3
        ocisandbox collect pairs.jsonl --output packed.jsonl --method packing --chain 4
      """)

  /// What a program must do for its answer to be kept.
  enum Requirement: String, ExpressibleByArgument, CaseIterable { case parses, executes }

  @Argument(help: "The queries, as JSONL.") var queries: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The dialogues, as JSONL.", valueName: "file"))
  var output: String

  @Option(help: "How dialogues are made: simulation, correction, similar, follow-up or packing.")
  var method = CollectionMethod.simulation

  @Option(help: ArgumentHelp("The language of the programs.", valueName: "id"))
  var language = "python"

  @Option(help: ArgumentHelp("The most answers to a question.", valueName: "number"))
  var rounds = 3

  @Option(
    help: ArgumentHelp(
      "How often a simulated person asks for more. The kinds are drawn with --seed.",
      valueName: "number"))
  var human = 0

  @Option(help: ArgumentHelp("Who plays the person; by default the model.", valueName: "name"))
  var critic: String?

  @Option(
    help: ArgumentHelp(
      "The most queries in a dialogue of 'similar' and 'packing'.", valueName: "number"))
  var chain = 2

  @Option(help: "What the programs of 'packing' must do: parses or executes.")
  var filter = Requirement.executes

  @Option(
    help: ArgumentHelp(
      "Left out is what shares so much of its groups of five words with a dialogue that is there; above 1 nothing.",
      valueName: "share"))
  var nearDuplicate = 0.8

  @OptionGroup(title: "Model") var modelOptions: ModelOptions
  @OptionGroup var policyOptions: PolicyOptions
  @OptionGroup var catalogOptions: CatalogOptions

  func validate() throws {
    guard (1...100).contains(rounds) else {
      throw ValidationError("--rounds must be from 1 to 100")
    }
    guard (0...100).contains(human) else {
      throw ValidationError("--human must be from 0 to 100")
    }
    guard (2...100).contains(chain) else {
      throw ValidationError("--chain must be from 2 to 100")
    }
    guard nearDuplicate > 0 else { throw ValidationError("--near-duplicate must be above 0") }
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
    let facts = await SandboxFacts(manifest, policy, sandbox).values
    var provenance = Dialogue.Provenance(
      method: method, model: "none", policy: policy.id, language: manifest.id,
      toolchain: facts["toolchain"], temperature: modelOptions.temperature,
      seed: modelOptions.seed)
    let place = CollectionPlace(sandbox: sandbox, manifest: manifest, policy: policy)
    var collector: Collector?
    if method != .packing {
      let model = try await modelOptions.resolved()
      var person: (any Model)?
      if let critic { person = try await modelOptions.critic(named: critic) }
      provenance.model = model.name
      provenance.critic = human > 0 ? (person ?? model).name : nil
      collector = Collector(
        model: model, critic: person, options: modelOptions.generation, method: method,
        language: (manifest.name, manifest.blockLabels), facts: facts, maximumRounds: rounds,
        humanTurns: human, seed: modelOptions.seed ?? 0
      ) { try await place.execute($0) }
    }
    var filter = DialogueFilter(threshold: nearDuplicate)
    for dialogue in done.dialogues { _ = filter.reason(toLeaveOut: dialogue.messages) }
    let ids = Set(done.dialogues.map(\.id))
    var (kept, left) = (0, 0)
    for queries in list.chains(by: method, length: chain) where !ids.contains(queries[0].id) {
      let (attempt, signal) = await Interruptible.attempting { [collector] in
        if let collector {
          return try await collector.dialogue(queries[0].id, questions(of: queries))
        }
        return try await place.packed(queries, mustRun: self.filter == .executes)
      }
      if signal > 0 { Glibc.exit(128 + signal) }
      let result = try attempt.get()
      var own = provenance
      own.verdicts = result.verdicts.map(\.rawValue)
      own.human = result.kinds
      own.sources = queries.count > 1 ? queries.map(\.id) : []
      var reason: String?
      if !result.isSolved || result.messages.isEmpty {
        reason = "not solved"
      } else if method == .correction, result.verdicts.first == .ok {
        reason = "no mistake showed"
      } else {
        reason = filter.reason(toLeaveOut: result.messages)?.rawValue
      }
      if reason == nil {
        try file.append(
          try Dialogue(id: queries[0].id, messages: result.messages, provenance: own).line())
        kept += 1
      } else {
        left += 1
      }
      let words = own.verdicts.isEmpty ? "no program" : own.verdicts.joined(separator: ", ")
      Terminal.error.writeVisible(
        "\(queries[0].id): \(words)\(reason.map { " (left out: \($0))" } ?? "")\n")
    }
    Terminal.error.write("\(kept) kept, \(left) left out, \(ids.count) were there before\n")
  }

  private func questions(of queries: [Query]) -> [String] {
    method == .followUp
      ? [queries[0].text] + queries[0].followUps : queries.map(\.text)
  }
}

/// Where the programs of dialogues run.
private struct CollectionPlace: Sendable {
  let sandbox: Sandbox
  let manifest: LanguageManifest
  let policy: Policy

  func execute(_ code: String) async throws -> Execution {
    let language = ManifestLanguage(manifest)
    return Execution(
      try await sandbox.run(
        Program(source: code, language: language), in: language, under: policy))
  }

  /// The dialogue of queries that have answers, without those whose program fails.
  func packed(_ queries: [Query], mustRun: Bool) async throws -> Collector.Result {
    let language = ManifestLanguage(manifest)
    var result = Collector.Result()
    for query in queries {
      guard let answer = query.answer else { continue }
      if let code = CodeBlock.program(in: answer, labels: manifest.blockLabels) {
        let found = try await sandbox.run(
          Program(source: code, language: language), in: language, under: policy,
          purpose: mustRun ? .run : .check)
        guard found.verdict == .ok else { continue }
        result.verdicts.append(found.verdict)
      }
      result.messages += [ChatMessage(.user, query.text), ChatMessage(.assistant, answer)]
    }
    return result
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
