import ArgumentParser
import OCISandbox

#if canImport(Glibc)
  import Glibc
#endif

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a program.",
    usage: "ocisandbox run <file> [options] [-- <arguments> ...]",
    discussion: """
      The program's output is passed on as it comes, byte for byte; a report follows on standard error \
      only when something went wrong. In the other formats standard output holds that document and \
      nothing else.

      EXIT STATUS
        the program's own  it exited by itself
        128+N              signal N ended it by its own doing
        64                 the command was used wrongly, or a definition is broken
        65                 it did not compile
        66                 FILE is not readable
        124                time limit
        125                the sandbox itself could not do its work
        126                the toolchain is missing
        137                memory limit
        153                output, disk, file or process limit
        159                policy violation
      """)

  @Argument(help: "The program: a file, a folder, or - for standard input (with --language).")
  var file: String

  @Argument(parsing: .postTerminator, help: "Arguments of the program, after --.")
  var arguments: [String] = []

  @Option(help: ArgumentHelp("The language; by default told by the file's extension.", valueName: "id"))
  var language: String?

  @Option(help: ArgumentHelp("What the program reads: a file, or - for the command's own standard input.", valueName: "file|-"))
  var stdin: String?

  @Option(
    name: .customLong("file"),
    help: ArgumentHelp("A file or folder to put into the workspace. Repeatable.", valueName: "src[:dest]"))
  var files: [String] = []

  @Option(help: ArgumentHelp("Collect what the program made or changed into this folder.", valueName: "dir"))
  var artifacts: String?

  @Option(help: ArgumentHelp("A variable of the program's environment. Repeatable.", valueName: "name=value"))
  var env: [String] = []

  @OptionGroup var policyOptions: PolicyOptions
  @OptionGroup var catalogOptions: CatalogOptions
  @OptionGroup var display: DisplayOptions

  func run() async throws {
    let catalog = catalogOptions.catalog
    let manifest = try catalog.manifest(for: file, language: language)
    let policy = try policyOptions.resolved(catalog)
    var program = try Program(file, manifest, extra: files)
    program.arguments = arguments
    program.environment = try variables()
    let input = try standardInput()
    defer { if input > 0 { close(input) } }
    if input >= 0 { program.standardInput = .descriptor(input) }
    let sandbox = Sandbox(catalog: catalog, executor: SandboxExecutor(maximumConcurrentRuns: 1))
    let streams = display.chosenFormat == .text
    let runnable = program
    let result = try await Interruptible.run {
      try await sandbox.run(
        runnable, language: manifest.id, under: policy, collectsArtifacts: artifacts != nil
      ) { chunk in
        if streams {
          let stream = chunk.stream == .standardOutput ? Terminal.output : Terminal.error
          stream.writeUntrusted(chunk.bytes)
        }
      }
    }
    if let artifacts { try result.artifacts.write(to: artifacts) }
    try await Report(result, policy: policy, display: display).print()
    Glibc.exit(result.exitStatus)
  }

  /// The descriptor that the program's input comes from; -1 where there is none.
  private func standardInput() throws -> Int32 {
    guard let stdin else { return -1 }
    if stdin == "-" {
      guard file != "-" else {
        throw Failure(
          "the program itself is read from standard input, so --stdin - has nothing left to read",
          status: Failure.usage)
      }
      return 0
    }
    let descriptor = open(stdin, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0, !ProgramInput.isFolder(stdin) else {
      let reason = descriptor < 0 ? String(cString: strerror(errno)) : "it is a folder"
      throw Failure("cannot read '\(stdin)': \(reason)", status: Failure.noInput)
    }
    return descriptor
  }

  private func variables() throws -> [String: String] {
    var variables: [String: String] = [:]
    for item in env {
      guard let sign = item.firstIndex(of: "="), sign != item.startIndex else {
        throw Failure("--env \(item): give it as NAME=VALUE", status: Failure.usage)
      }
      variables[String(item[..<sign])] = String(item[item.index(after: sign)...])
    }
    return variables
  }
}

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Compile or parse a program without running it.",
    usage: "ocisandbox check <file> [options]",
    discussion: "Exits with 0 where nothing is wrong, with 65 where the program does not compile.")

  @Argument(help: "The program: a file, a folder, or - for standard input (with --language).")
  var file: String

  @Option(help: ArgumentHelp("The language; by default told by the file's extension.", valueName: "id"))
  var language: String?

  @Option(
    name: .customLong("file"),
    help: ArgumentHelp("A file or folder to put into the workspace. Repeatable.", valueName: "src[:dest]"))
  var files: [String] = []

  @OptionGroup var policyOptions: PolicyOptions
  @OptionGroup var catalogOptions: CatalogOptions
  @OptionGroup var display: DisplayOptions

  func run() async throws {
    let catalog = catalogOptions.catalog
    let manifest = try catalog.manifest(for: file, language: language)
    let policy = try policyOptions.resolved(catalog)
    let program = try Program(file, manifest, extra: files)
    let sandbox = Sandbox(catalog: catalog, executor: SandboxExecutor(maximumConcurrentRuns: 1))
    let result = try await Interruptible.run {
      try await sandbox.check(program, language: manifest.id, under: policy)
    }
    try await Report(result, policy: policy, display: display).print()
    Glibc.exit(result.exitStatus)
  }
}

extension Catalog {
  /// The language that is named, or that the file's name tells.
  func manifest(for file: String, language name: String?) throws -> LanguageManifest {
    if let name { return try language(named: name).value }
    if file == "-" {
      throw Failure(
        "the language of a program from standard input must be given: --language ID",
        status: Failure.usage)
    }
    guard ProgramInput.exists(file) else {
      throw Failure("cannot read '\(file)': No such file or directory", status: Failure.noInput)
    }
    if ProgramInput.isFolder(file) {
      let found = ProgramInput.extensions(inFolder: file).sorted().compactMap {
        try? language(forExtension: $0).value
      }
      let ids = Set(found.map(\.id))
      if ids.count == 1, let one = found.first { return one }
      throw Failure(
        "cannot tell the language of the folder '\(file)': its files are of \(ids.isEmpty ? "no known language" : ids.sorted().joined(separator: ", "))\nhint: say --language ID",
        status: ids.isEmpty ? Failure.noInput : Failure.usage)
    }
    let fileExtension = ProgramInput.fileExtension(file)
    guard !fileExtension.isEmpty else {
      throw Failure(
        "cannot tell the language of '\(file)' by its name\nhint: say --language ID; 'ocisandbox languages' lists them",
        status: Failure.usage)
    }
    return try language(forExtension: fileExtension).value
  }
}

extension Program {
  fileprivate init(_ file: String, _ manifest: LanguageManifest, extra: [String]) throws {
    let input = try ProgramInput(
      file, source: manifest.source, extensions: manifest.extensions, extra: extra)
    self.init(files: input.files, entry: input.entry)
  }
}

extension [ProgramResult.Artifact] {
  /// Writes each beneath `folder`, which is made. Names come from the program; they are relative and
  /// without `..`, and no link in `folder` is followed at their end.
  fileprivate func write(to folder: String) throws {
    for artifact in self {
      var parent = folder
      mkdir(parent, 0o755)
      for part in artifact.path.split(separator: "/").dropLast() {
        parent += "/" + part
        mkdir(parent, 0o755)
      }
      let path = folder + "/" + artifact.path
      guard let bytes = artifact.file?.contents(limit: artifact.size) else {
        throw Failure(
          "cannot read what the program left in '\(artifact.path)'", status: 74 /* EX_IOERR */)
      }
      let descriptor = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o644)
      guard descriptor >= 0 else {
        throw Failure(
          "cannot write '\(path)': \(String(cString: strerror(errno)))", status: 73 /* EX_CANTCREAT */)
      }
      defer { close(descriptor) }
      Terminal(descriptor: descriptor).write(bytes)
    }
  }
}
