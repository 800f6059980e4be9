import ArgumentParser
import OCISandbox

#if canImport(Glibc)
  import Glibc
#endif

@main
struct OCISandboxCommand: AsyncParsableCommand {
  static let name = "ocisandbox"
  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Runs code that nobody has read, and says exactly what happened.",
    discussion: """
      EXAMPLES
        ocisandbox run hello.py                     run a program
        ocisandbox run main.c --stdin data.txt      with standard input
        ocisandbox run app.js -- --name value       with arguments of its own
        ocisandbox run slow.py --cpu-time 2s --json the result as a document
        ocisandbox check main.swift                 only compile it
        ocisandbox judge main.py --tests cases/     a verdict for each test case
        ocisandbox solve "print ten primes"         have a model write it, until it runs
        ocisandbox doctor                           what this host can enforce
      """,
    version: "0.1.0",
    subcommands: [
      RunCommand.self, CheckCommand.self, JudgeCommand.self, SolveCommand.self, ChatCommand.self,
      CollectCommand.self, EvalCommand.self, ModelCommand.self, ReplayCommand.self,
      LanguagesCommand.self, PolicyCommand.self,
      DoctorCommand.self,
    ])

  /// Not `async`: the concurrency runtime ends the main thread of such a program, which unwinds its stack,
  /// for which a static executable first sorts all its unwind tables. That takes longer than a whole run.
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    let isFirst = { arguments.first == $0 }
    let begins = ["run", "check"].contains(where: isFirst) && !arguments.contains("--help")
    Task.detached {
      let processor = begins ? await FirstRun.begin(arguments) : -1
      Processor.useAll()
      await perform(avoiding: processor)
    }
    while true { pause() }
  }

  /// - Parameter processor: That of what was begun, which parsing is not to hold up.
  private static func perform(avoiding processor: Int32) async {
    // A reader that has gone is no reason to die: what is written is dropped, and the run goes on.
    signal(SIGPIPE, SIG_IGN)
    do {
      try checkArguments()
      var command = try Processor.avoiding(processor) { try parse() }
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      Glibc.exit(0)
    } catch {
      end(error)
    }
  }

  /// Parsing from the root begins with a tree of all options of all subcommands, which is a third of the
  /// time. So the subcommands that run programs are asked first; where one does not agree, the root says
  /// why. They name their super-command: a command that does is not asked for completions, which takes as
  /// long again.
  private static func parse() throws -> any ParsableCommand {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let frequent: [any ParsableCommand.Type] = [RunCommand.self, CheckCommand.self]
    if let named = frequent.first(where: { $0.configuration.commandName == arguments.first }),
      let command = try? named.parseAsRoot(Array(arguments.dropFirst())),
      type(of: command) == named
    {
      return command
    }
    return try parseAsRoot(arguments)
  }

  private static func end(_ error: any Error) -> Never {
    if let failure = Failure(error) {
      Terminal.error.writeVisible(failure.line + "\n")
      Glibc.exit(failure.status)
    }
    let status = exitCode(for: error)
    guard status == .validationFailure else { exit(withError: error) }
    // The parser's own words, beginning as all others of this command do.
    var text = fullMessage(for: error)
    if text.hasPrefix("Error: ") {
      text.replaceSubrange(..<text.index(after: text.startIndex), with: "e")
    }
    Terminal.error.writeVisible(text + (text.hasSuffix("\n") ? "" : "\n"))
    if let file = fileLikeOption() {
      Terminal.error.writeVisible(
        "hint: a file whose name starts with '-' is given as './\(file)'\n")
    }
    Glibc.exit(Failure.usage)
  }

  /// An argument that was read as an option, and is a file.
  private static func fileLikeOption() -> String? {
    CommandLine.arguments.dropFirst().prefix { $0 != "--" }
      .first { $0.hasPrefix("-") && $0 != "-" && ProgramInput.exists($0) }
  }

  /// What the parser would not say, or say less well.
  private static func checkArguments() throws {
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let argument = CommandLine.unsafeArgv[index] else { break }
      guard String(validatingCString: argument) == nil else { continue }
      throw Failure(
        """
        an argument is not UTF-8: \(String(cString: argument).quoted)
        hint: a file of such a name must be renamed
        """, status: Failure.usage)
    }
    guard let first = CommandLine.arguments.dropFirst().first, !first.hasPrefix("-") else { return }
    let names = configuration.subcommands.map { $0._commandName } + ["help"]
    guard !names.contains(first) else { return }
    let hint =
      ProgramInput.exists(first)
      ? "to run a program: ocisandbox run \(first)"
      : "the subcommands are \(names.joined(separator: ", "))"
    throw Failure("unknown subcommand \(first.quoted)\nhint: \(hint)", status: Failure.usage)
  }
}
