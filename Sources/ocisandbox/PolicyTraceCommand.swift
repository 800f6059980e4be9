import ArgumentParser
import OCISandbox
import SandboxTesting

/// `policy trace`.
struct PolicyTraceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "Watch a program, and write the smallest policy for it.",
    usage: """
      ocisandbox policy trace <file> [options] [-- <arguments> ...]
      ocisandbox policy trace [options] -- <program> [<arguments> ...]
      """,
    discussion: """
      Runs the program under --policy, by which it is bounded as ever, and notes what it does. Then runs \
      it under the policy that was found: only one under which it ends as before is written, to standard \
      output. What the program did not do this time is not in it: trace it with the input that it will \
      have.

      EXAMPLES
        ocisandbox policy trace main.py > mine.yaml
        ocisandbox policy trace --id sorted -- /usr/bin/sort --version
        ocisandbox run --policy ./mine.yaml main.py
      """)

  @Argument(help: "The program: a file, or - for standard input (with --language).")
  var file: String?
  @Argument(parsing: .postTerminator, help: "Arguments of the program, after --.")
  var arguments: [String] = []
  @Option(
    help: ArgumentHelp("The language; by default told by the file's extension.", valueName: "id"))
  var language: String?
  @Option(help: ArgumentHelp("What it may do while it is watched.", valueName: "name|path"))
  var policy = "default"
  @Option(help: ArgumentHelp("The id of the policy that is written.", valueName: "id"))
  var id = "traced"
  @OptionGroup var catalogOptions: CatalogOptions

  func run() async throws {
    let catalog = catalogOptions.catalog
    let base = try catalog.policy(named: policy).value
    let id = id
    let tracer = PolicyTracer()
    let proposal: PolicyTracer.Proposal
    do {
      if let file {
        var options = ProgramOptions()
        options.file = file
        options.language = language
        options.files = []
        let manifest = try options.manifest(in: catalog)
        var program = try options.program(in: manifest)
        program.arguments = arguments
        let traced = program
        proposal = try await Interruptible.run {
          try await tracer.trace(
            traced, in: ManifestLanguage(manifest), under: base, id: id,
            stagePolicy: { try catalog.policy(named: $0).value })
        }
      } else {
        guard let executable = arguments.first, executable.hasPrefix("/") else {
          throw Failure(
            "name a file, or after -- a program by its absolute path", status: Failure.usage)
        }
        let command = Command(executable: executable, arguments: Array(arguments.dropFirst()))
        proposal = try await Interruptible.run {
          try await tracer.trace(command, under: base, id: id)
        }
      }
    } catch let error as TraceError {
      throw Failure(error.description, status: 1)
    }
    Terminal.output.write(try proposal.policy.yaml())
    Terminal.error.writeVisible(
      """
      seen to work in \(proposal.runs) runs (\(proposal.proof.words)): \
      \(proposal.policy.systemCalls.allow.count) system calls, \
      \(proposal.policy.fileSystem.read.count) readable paths

      """)
    for denial in proposal.refused {
      Terminal.error.writeVisible(
        "refused by \(base.id), and by this policy: \(denial.name) \(denial.detail)\n")
    }
  }
}
