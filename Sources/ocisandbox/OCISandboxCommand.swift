import ArgumentParser

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

  static func main() async {
    // A reader that has gone is no reason to die: what is written is dropped, and the run goes on.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      guard let failure = Failure(error) else { exit(withError: error) }
      Terminal.error.write("error: \(failure.message)\n")
      Glibc.exit(failure.status)
    }
  }
}
