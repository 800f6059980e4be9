import ArgumentParser
import OCISandbox

#if canImport(Glibc)
  import Glibc
#endif

@main
struct OCISandboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ocisandbox",
    abstract: "Runs code that nobody has read, and says exactly what happened.",
    discussion: """
      EXAMPLES
        ocisandbox run hello.py                     run a program
        ocisandbox run main.c --stdin data.txt      with standard input
        ocisandbox run app.js -- --name value       with arguments of its own
        ocisandbox run slow.py --cpu-time 2s --json the result as a document
        ocisandbox check main.swift                 only compile it
        ocisandbox doctor                           what this host can enforce
      """,
    version: "0.1.0",
    subcommands: [
      RunCommand.self, CheckCommand.self, LanguagesCommand.self, PolicyCommand.self,
      DoctorCommand.self,
    ])

  /// Not `async`: the concurrency runtime ends the main thread of such a program, which unwinds its stack,
  /// for which a static executable first sorts all its unwind tables. That takes longer than a whole run.
  static func main() {
    // Reading the arguments takes as long as making the namespaces, so both go on at once.
    if ["run", "check"].contains(CommandLine.arguments.dropFirst().first),
      !CommandLine.arguments.contains("--help")
    {
      SandboxExecutor.startWorkerEarly()
    }
    Task.detached { await perform() }
    while true { pause() }
  }

  private static func perform() async {
    // A reader that has gone is no reason to die: what is written is dropped, and the run goes on.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      Glibc.exit(0)
    } catch {
      guard let failure = Failure(error) else { exit(withError: error) }
      Terminal.error.write("error: \(failure.message)\n")
      Glibc.exit(failure.status)
    }
  }
}
