import ArgumentParser
import OCISandbox

#if canImport(Glibc)
  import Glibc
#endif

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", _superCommandName: OCISandboxCommand.name, abstract: "Run a program.",
    usage: "ocisandbox run <file> [options] [-- <arguments> ...]",
    discussion: """
      The program's output is passed on as it comes, byte for byte (on a terminal with control \
      characters made visible); a report follows on standard error only when something went wrong. In \
      the other formats standard output holds that document and nothing else.

      EXAMPLES
        ocisandbox run hello.py
        ocisandbox run main.c --stdin data.txt --cpu-time 2s --memory 64MiB
        ocisandbox run main.py --file helper.py --file data/table.csv:table.csv -- first second
        ocisandbox run project/ --artifacts results
        echo 'print(6 * 7)' | ocisandbox run - --language python --json

      EXIT STATUS
        the program's own  it exited by itself
        128+N              signal N ended it by its own doing
        64                 the command was used wrongly, or a policy or language is broken or missing
        65                 it did not compile
        66                 FILE, or what --file or --stdin names, is not readable
        73                 the folder of --artifacts cannot be written
        124                time limit
        125                the sandbox itself could not do its work
        126                the toolchain is missing
        130, 143           Ctrl-C or SIGTERM ended the command, and the run with it
        137                memory limit
        153                output, disk, file or process limit
        159                policy violation

      A program can exit with any of these itself: the verdict in --json tells them apart.
      """)

  @OptionGroup var program: ProgramOptions

  @Argument(parsing: .postTerminator, help: "Arguments of the program, after --.")
  var arguments: [String] = []

  @Option(
    help: ArgumentHelp(
      "What the program reads: a file, or - for the command's own standard input. Default: nothing.",
      valueName: "file|-"))
  var stdin: String?

  @Option(
    help: ArgumentHelp(
      "Collect what the program made or changed into this folder.", valueName: "dir"))
  var artifacts: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "A variable of the program's environment. Repeatable.", valueName: "name=value"))
  var env: [String] = []

  @Option(
    help: ArgumentHelp(
      "A file for all that the run depended on, and what came of it: 'ocisandbox replay' does it again.",
      valueName: "file"))
  var record: String?

  @Flag(
    help: """
      Run the program twice more, watched, and tell what its view of the files refused it too, and in which line \
      (Python, JavaScript): in 'denied', or after the report.
      """)
  var explainDenials = false

  @Flag(
    inversion: .prefixedNo,
    help: """
      Start what was compiled earlier, where sources, command, toolchain and policy are the same; it is kept in \
      ~/.cache/ocisandbox/compiled.
      """)
  var cache = true

  @OptionGroup var policyOptions: PolicyOptions
  @OptionGroup var catalogOptions: CatalogOptions
  @OptionGroup var display: DisplayOptions

  func run() async throws {
    var report = Report(display: display, policy: policyOptions.policy)
    do {
      let catalog = catalogOptions.catalog
      let manifest = try program.manifest(in: catalog)
      report.language = manifest.id
      let policy = try policyOptions.resolved(catalog)
      report.policy = policy.id
      var program = try runnable(in: manifest)
      let recorder = try record.map {
        try RunRecorder($0, &program, manifest, policy, display.feedbackOptions)
      }
      let folder = try artifacts.map { try ArtifactFolder($0) }
      let sandbox = Sandbox(
        catalog: catalog, executor: FirstRun.executor,
        compileCache: cache ? FirstRun.compileCache : nil, startsWarm: false)
      let stream = display.chosenFormat == .text ? ProgramStream() : nil
      let isPlain = folder == nil && !explainDenials && recorder == nil
      let request =
        isPlain ? FirstRun.Request(program, in: manifest, under: policy, usesCache: cache) : nil
      let result = try await Interruptible.run { [program] in
        if let first = try await FirstRun.result(of: request, onOutput: { stream?.write($0) }) {
          return first
        }
        return try await sandbox.run(
          program, in: ManifestLanguage(manifest), under: policy, collectsArtifacts: folder != nil,
          explainsDenials: explainDenials
        ) { stream?.write($0) }
      }
      try await report.print(result, isAtLineStart: stream?.isAtLineStart ?? true)
      if explainDenials { report.print(denials: result.denied) }
      try await recorder?.write(result)
      // After the report: what is known about the program is not lost with a full disk.
      try folder?.write(result.artifacts)
      Glibc.exit(result.exitStatus)
    } catch {
      throw report.explained(error)
    }
  }

  private func runnable(in manifest: LanguageManifest) throws -> Program {
    var program = try program.program(in: manifest)
    program.arguments = arguments
    program.environment = try variables()
    // Left open to the end of the command, which is that of the run.
    if let stdin { program.standardInput = .descriptor(try descriptor(stdin)) }
    return program
  }

  /// The descriptor that the program's input comes from.
  private func descriptor(_ path: String) throws -> Int32 {
    if path == "-" {
      guard program.file != "-" else {
        throw Failure(
          "the program itself is read from standard input, so --stdin - has nothing left to read",
          status: Failure.usage)
      }
      return 0
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0, !ProgramInput.isFolder(path) else {
      let reason = descriptor < 0 ? String(cString: strerror(errno)) : "it is a folder"
      throw Failure("cannot read \(path.quoted): \(reason)", status: Failure.noInput)
    }
    return descriptor
  }

  private func variables() throws -> [String: String] {
    var variables: [String: String] = [:]
    for item in env {
      guard let sign = item.firstIndex(of: "="), sign != item.startIndex else {
        throw Failure("--env \(item.quoted): give it as NAME=VALUE", status: Failure.usage)
      }
      variables[String(item[..<sign])] = String(item[item.index(after: sign)...])
    }
    return variables
  }
}
