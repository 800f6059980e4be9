import ArgumentParser
import OCISandbox
import SandboxRefinement
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

struct ChatCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat",
    abstract: "Talk with a model whose programs are executed.",
    discussion: """
      Every code block of an answer in a known language is executed under the policy, each as a program of \
      its own; what happened is shown, and goes back to the model, until it answers without code or \
      --rounds answers are given. Ctrl-C stops an answer or a program; Ctrl-D ends.

      COMMANDS
        /undo                take back what was said last, and all since
        /retry               say it again
        /file SRC[:DEST]     put a file or folder beside every program from now on
        /save FILE           write it down: as a notebook where FILE ends in .ipynb, else as Markdown
        /help                say which commands there are
        /quit                end
      """)

  @Flag(help: "Ask before each program.") var approve = false

  @Option(help: ArgumentHelp("The most answers to one question.", valueName: "number"))
  var rounds = 3

  @OptionGroup var promptOptions: PromptOptions
  @OptionGroup(title: "Model") var modelOptions: ModelOptions
  @OptionGroup var policyOptions: PolicyOptions
  @OptionGroup var catalogOptions: CatalogOptions

  func validate() throws {
    guard (1...100).contains(rounds) else {
      throw ValidationError("--rounds must be from 1 to 100")
    }
  }

  /// The system prompt: which languages there are, and what a program may use.
  private func system(_ policy: Policy, _ sandbox: Sandbox) async throws -> String {
    let rows = try await LanguageRow.all(in: sandbox.catalog).filter { $0.executable != nil }
    var facts: [String: String] = [:]
    // Python's, as only its packages are looked for; the limits are those of all languages.
    if let python = try? sandbox.catalog.language(named: "python").value {
      facts = await SandboxFacts(python, policy, sandbox).values
    }
    facts["languages"] = rows.map(\.id).joined(separator: ", ")
    let known = ["limits": "limited time and memory", "packages": ""].merging(facts) { $1 }
    return Prompts.fill(try promptOptions.prompts().chat, known)
  }

  func run() async throws {
    let catalog = catalogOptions.catalog
    let policy = try policyOptions.resolved(catalog)
    let sandbox = Sandbox(catalog: catalog, executor: SandboxExecutor(maximumConcurrentRuns: 1))
    let model = try await modelOptions.resolved()
    var record = ChatRecord(system: try await system(policy, sandbox))
    var files: [String: FileContent] = [:]
    let isInteractive = isatty(0) == 1
    if isInteractive { Terminal.error.writeVisible("\(model.name). /quit ends.\n") }
    while true {
      if isInteractive { Terminal.error.write("> ") }
      guard var line = readLine() else { return }
      do {
        switch try Self.command(line) {
        case .say: break
        case .quit: return
        case .help:
          Self.note(Self.commands)
          continue
        case .undo:
          if record.undo() == nil { Self.note("there is nothing to take back") }
          continue
        case .retry:
          guard let text = record.undo() else {
            Self.note("there is nothing to say again")
            continue
          }
          line = text
        case .file(let item):
          let input = try ProgramInput(extra: [item])
          files.merge(input.files) { $1 }
          Self.note("beside every program: \(files.keys.sorted().joined(separator: ", "))")
          continue
        case .save(let path):
          let text = path.hasSuffix(".ipynb") ? try record.notebook() : record.markdown
          try OutputFile(path).write(text)
          Self.note("written to \(path)")
          continue
        }
        guard line.contains(where: { !$0.isWhitespace }) else { continue }
        record.add(.person(line))
        try await answer(&record, model, Place(sandbox: sandbox, policy: policy, files: files))
      } catch {
        // What one question fails in does not end the conversation.
        guard let failure = Failure(error) else { throw error }
        Terminal.error.writeVisible(failure.line + "\n")
        if !isInteractive { throw error }
      }
    }
  }

  /// Where programs run, and what they find there.
  private struct Place: Sendable {
    var sandbox: Sandbox
    var policy: Policy
    var files: [String: FileContent]
  }

  private func answer(
    _ record: inout ChatRecord, _ model: any Model, _ place: Place
  ) async throws {
    for _ in 1...rounds {
      let messages = record.messages
      let options = modelOptions.generation
      let display = SolveDisplay(isQuiet: false, terminal: .output)
      let said = Mutex("")
      let (result, signal) = await Interruptible.attempting {
        try await model.answer(to: messages, options: options) { event in
          display.show(event)
          said.withLock { said in
            if case .text(let text) = event { said += text } else { said = "" }
          }
        }
      }
      display.endLine()
      if signal > 0 {
        // What was said stays, so that the next question is not taken for the rest of this one.
        record.add(.model(said.withLock { $0 } + "\n(stopped)"))
        return Self.note("stopped")
      }
      let text = try result.get().text
      record.add(.model(text))
      var hasExecuted = false
      for block in CodeBlock.blocks(in: text) where !block.label.isEmpty {
        guard let manifest = try? place.sandbox.catalog.language(named: block.label).value else {
          continue
        }
        if approve, !Self.isApproved(manifest.name) { continue }
        guard try await execute(block.code, manifest, place, &record) else { return }
        hasExecuted = true
      }
      if !hasExecuted { return }
    }
  }

  /// Returns whether it came to its end, and was not stopped.
  private func execute(
    _ code: String, _ manifest: LanguageManifest, _ place: Place, _ record: inout ChatRecord
  ) async throws -> Bool {
    let language = ManifestLanguage(manifest)
    var program = Program(source: code, language: language)
    program.files.merge(place.files) { own, _ in own }
    let display = SolveDisplay(isQuiet: false, terminal: .error)
    display.line("--- \(manifest.name) ---")
    let (result, signal) = await Interruptible.attempting { [program] in
      try await place.sandbox.run(program, in: language, under: place.policy) {
        display.show($0, hiding: nil)
      }
    }
    if signal > 0 {
      record.add(
        .execution(
          ChatRecord.Program(
            language: manifest.id, code: code, errors: "stopped\n",
            feedback: "The person stopped the program. There is nothing to mend.")))
      display.endLine()
      Self.note("stopped")
      return false
    }
    let outcome = try result.get()
    display.endLine()
    if outcome.verdict != .ok { display.line(outcome.feedback) }
    display.line("--- \(outcome.verdict.rawValue) ---")
    let stage = outcome.run ?? outcome.compile
    let errors = stage?.standardError.text ?? ""
    record.add(
      .execution(
        ChatRecord.Program(
          language: manifest.id, code: code, output: outcome.run?.standardOutput.text ?? "",
          errors: errors.isEmpty && outcome.verdict != .ok ? outcome.feedback : errors,
          feedback: outcome.feedback)))
    return true
  }

  private static func isApproved(_ language: String) -> Bool {
    Terminal.error.write("run this \(language) program? [y/N] ")
    return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
  }

  private static func note(_ text: String) { Terminal.error.writeVisible("(\(text))\n") }

  private static let commands = "/undo, /retry, /file SRC[:DEST], /save FILE, /help and /quit"

  private enum Line {
    case say, undo, retry, help, quit
    case file(String)
    case save(String)
  }

  private static func command(_ line: String) throws -> Line {
    guard line.hasPrefix("/") else { return .say }
    let words = line.split(separator: " ", maxSplits: 1).map(String.init)
    switch (words[0], words.count > 1 ? words[1] : nil) {
    case ("/undo", nil): return .undo
    case ("/retry", nil): return .retry
    case ("/help", nil): return .help
    case ("/quit", nil), ("/exit", nil): return .quit
    case ("/file", let item?): return .file(item)
    case ("/save", let path?): return .save(path)
    default:
      throw Failure(
        """
        \(line.quoted) is no command
        hint: there are \(commands)
        """, status: Failure.usage)
    }
  }
}
