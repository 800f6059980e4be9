import ArgumentParser
import OCISandbox

#if canImport(Glibc)
  import Glibc
#endif

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", _superCommandName: OCISandboxCommand.name,
    abstract: "Compile or parse a program without running it.",
    usage: "ocisandbox check <file> [options]",
    discussion: """
      Reports errors and warnings. Exits with 0 where the program compiles, with 65 where it does not; \
      the other statuses are those of 'ocisandbox run --help'.
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup var policyOptions: PolicyOptions
  @OptionGroup var catalogOptions: CatalogOptions
  @OptionGroup var display: DisplayOptions

  func run() async throws {
    var report = Report(display: display, policy: policyOptions.policy, showsWarnings: true)
    do {
      let catalog = catalogOptions.catalog
      let manifest = try program.manifest(in: catalog)
      report.language = manifest.id
      let policy = try policyOptions.resolved(catalog)
      report.policy = policy.id
      let program = try program.program(in: manifest)
      let sandbox = Sandbox(
        catalog: catalog, executor: FirstRun.executor, startsWarm: false)
      let request = FirstRun.Request(program, in: manifest, under: policy, purpose: .check)
      let result = try await Interruptible.run {
        if let first = try await FirstRun.result(of: request, onOutput: { _ in }) { return first }
        return try await sandbox.run(
          program, in: ManifestLanguage(manifest), under: policy, purpose: .check)
      }
      try await report.print(result)
      Glibc.exit(result.exitStatus)
    } catch {
      throw report.explained(error)
    }
  }
}
