public import ArgumentParser
import OCISandbox
public import SandboxRefinement
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

struct SolveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "solve",
    abstract: "Have a model write a program, run it, and tell the model what went wrong.",
    discussion: """
      The model writes a program; it is executed under the policy; if it fails, the model is told what \
      happened and tries again, until the tests pass (without tests: until it runs to its end), --rounds \
      answers are given, the model answers without code, or the budget is spent.

      What the model says, what the program prints and each verdict go to standard error; the final \
      program goes to standard output, or to --output. With --json standard output holds the transcript.

      EXAMPLES
        ocisandbox solve "print the first ten primes"
        ocisandbox solve --task task.md --tests tests.py --rounds 4 --output solution.py
        ocisandbox solve "..." --model qwen2.5-coder --base-url http://127.0.0.1:11434/v1
        ocisandbox solve "..." --answers transcript.json          replay what a model said

      TESTS
        cases/, cases.jsonl   as of 'ocisandbox judge': what the program is given and should print, or \
        calls of its functions (Python); the program never sees them
        tests.py --function f a test program (Python) that runs in a sandbox of its own
        any other file        a program in the same language that fails where the answer is wrong: \
        assertions in Python or JavaScript, a main in C, top-level code in Swift. It follows the program in \
        one file, or in C is compiled with it, so it shares a process with it

      EXIT STATUS
        0    the tests passed; without tests, the program ran to its end
        1    they did not, or there was no program
        64   the command was used wrongly       66   a file is not readable
        69   the model could not be asked       73   --output or --transcript cannot be written
        125  the sandbox could not do its work  126  the toolchain is missing
        130, 143  Ctrl-C or SIGTERM; the transcript so far is written
      """)

  @Argument(help: "The task, in words.")
  var task: String?

  @Option(
    name: .customLong("task"),
    help: ArgumentHelp("A file with the task, or - for standard input.", valueName: "file"))
  var taskFile: String?

  @Option(help: ArgumentHelp("The language of the program.", valueName: "id"))
  var language = "python"

  @Option(
    help: ArgumentHelp("What the answer is tested by: cases, or a program.", valueName: "path"))
  var tests: String?

  @Option(
    name: .customLong("function"),
    help: ArgumentHelp(
      "A function that a Python test program calls from a sandbox of its own. Repeatable.",
      valueName: "name"))
  var functions: [String] = []

  @Flag(help: "Do not show the tests to the model.")
  var hideTests = false

  @OptionGroup var loop: LoopOptions

  @Option(
    help: ArgumentHelp(
      "A right program, which only the critic of --feedback oracle sees.", valueName: "file"))
  var reference: String?

  @Option(help: ArgumentHelp("The most tokens in all.", valueName: "number"))
  var budget: Int?

  @Option(help: ArgumentHelp("The most money, in the unit of --price.", valueName: "amount"))
  var maxCost: Double?

  @Option(
    help: ArgumentHelp(
      "The price of a million tokens read, and of a million written.", valueName: "in:out"))
  var price: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the final program goes.", valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Where the transcript goes too, whatever happens; 'ocisandbox replay' does it again.",
      valueName: "file"))
  var transcript: String?

  @Flag(help: "Print the transcript to standard output.")
  var json = false

  @Flag(name: .shortAndLong, help: "Show nothing while it goes on.")
  var quiet = false

  @OptionGroup(title: "Model") var modelOptions: ModelOptions
  @OptionGroup var policyOptions: PolicyOptions
  @OptionGroup var catalogOptions: CatalogOptions

  func validate() throws {
    if let budget, budget < 1 { throw ValidationError("--budget must be at least 1") }
    guard (task == nil) != (taskFile == nil) else {
      throw ValidationError("give the task either in words, or as a file with --task")
    }
    guard (loop.feedback == .oracle) == (reference != nil) else {
      throw ValidationError("--feedback oracle and --reference go together")
    }
    if !functions.isEmpty, tests == nil {
      throw ValidationError("--function is for --tests: it names what the tests call")
    }
    if maxCost != nil, price == nil { throw ValidationError("--max-cost needs --price") }
  }

  func run() async throws {
    let catalog = catalogOptions.catalog
    let manifest = try catalog.language(named: language).value
    let policy = try policyOptions.resolved(catalog)
    let tests = try self.tests.map {
      try AnswerTests($0, functions: functions, language: manifest, policy: policy, catalog)
    }
    let sandbox = Sandbox(catalog: catalog, executor: SandboxExecutor(maximumConcurrentRuns: 1))
    var settings = try self.settings(manifest)
    settings.shownTests = hideTests ? nil : tests?.shown
    settings.facts = await SandboxFacts(manifest, policy, sandbox).values
    let model = try await modelOptions.resolved()
    var criticModel: (any Model)?
    if let name = loop.critic { criticModel = try await modelOptions.critic(named: name) }
    // Before anything is spent: what cannot be written is told now.
    let outputFile = try output.map { try OutputFile($0) }
    let transcriptFile = try transcript.map { try OutputFile($0) }
    let display = SolveDisplay(isQuiet: quiet)
    // The loop keeps the message of what the sandbox failed in; the status is that of the error.
    let sandboxFailure = Mutex<(any Error)?>(nil)
    let options = FeedbackOptions(profile: loop.profile, exposure: loop.exposure)
    var recording = try Recording(manifest: manifest, policy: policy, feedback: options)
    recording.tests = try self.tests.map { try RecordedTests($0, functions: functions) }
    let tester = AnswerTester(
      tests: tests, manifest: manifest, policy: policy, sandbox: sandbox, options: options)
    let solver = Solver(model: model, critic: criticModel, options: modelOptions.generation) {
      code in
      do {
        return try await tester.execute(code) { display.show($0, hiding: $1) }
      } catch {
        sandboxFailure.withLock { $0 = error }
        throw error
      }
    }
    let finalSettings = settings
    let (refinement, signal) = await Interruptible.finishing {
      await solver.solve(finalSettings) { display.show($0) }
    }
    let document = try Transcript(
      refinement, model: model.name,
      critic: loop.usesCritic ? (criticModel ?? model).name : nil, recording: recording
    ).json()
    try transcriptFile?.write(document + "\n")
    if let code = refinement.code {
      try outputFile?.write(code)
      if outputFile == nil, !json { Terminal.output.write(code) }
    }
    if json { Terminal.output.write(document + "\n") }
    display.end(refinement, tests: tests != nil)
    if signal == 0, case .sandboxFailed? = refinement.ending,
      let error = sandboxFailure.withLock({ $0 })
    {
      throw error
    }
    try Self.exit(refinement, signal)
  }

  private func settings(_ manifest: LanguageManifest) throws -> RefinementSettings {
    let text: String
    if let task {
      text = task
    } else {
      let file = taskFile ?? "-"
      let bytes =
        try file == "-"
        ? ProgramInput.read(descriptor: 0, "standard input") : ProgramInput.read(file)
      text = String(decoding: bytes, as: UTF8.self)
    }
    guard text.contains(where: { !$0.isWhitespace }) else {
      throw Failure("the task is empty", status: Failure.usage)
    }
    return RefinementSettings(
      task: text, language: manifest.name,
      labels: manifest.blockLabels,
      reference: try reference.map { String(decoding: try ProgramInput.read($0), as: UTF8.self) },
      maximumRounds: loop.rounds, budget: try spending(), feedback: loop.feedback,
      history: loop.history, contextTokens: loop.context, prompts: try loop.prompts())
  }

  private func spending() throws -> Budget {
    var spending = Budget(tokens: budget, cost: maxCost)
    if let price {
      let parts = price.split(separator: ":").map { Double($0) }
      guard parts.count == 2, let read = parts[0], let written = parts[1], read >= 0, written >= 0
      else {
        throw Failure(
          "--price must be two numbers such as 0.15:0.60, not \(price.quoted)",
          status: Failure.usage)
      }
      (spending.promptPrice, spending.completionPrice) = (read, written)
    }
    return spending
  }

  private static func exit(_ refinement: Refinement, _ signal: Int32) throws {
    if signal > 0 { Glibc.exit(128 + signal) }
    switch refinement.ending {
    case .passed: Glibc.exit(0)
    case .modelFailed(let error): throw error
    case .sandboxFailed(let message): throw Failure(message, status: Failure.sandbox)
    default: Glibc.exit(1)
    }
  }
}

extension FeedbackMode: ExpressibleByArgument {}
extension HistoryForm: ExpressibleByArgument {}
