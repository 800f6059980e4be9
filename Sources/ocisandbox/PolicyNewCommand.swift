import ArgumentParser
import OCISandbox

#if canImport(Glibc)
  import Glibc
#endif

/// `policy new`.
struct PolicyNewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Start a policy of one's own.",
    discussion: """
      Writes a small policy that extends another, with its claims, into ID.yaml.

      EXAMPLES
        ocisandbox policy new mine                       in the current folder
        ocisandbox policy new mine --extends strict --directory ~/.config/ocisandbox/Policies
      """)

  @Argument(help: "Its id: lowercase letters, digits, '-' and '+'.") var id: String
  @Option(help: ArgumentHelp("The policy that it starts from.", valueName: "name"))
  var extends = "default"
  @Option(help: ArgumentHelp("The folder of the file.", valueName: "dir")) var directory = "."
  @OptionGroup var catalogOptions: CatalogOptions

  func run() throws {
    let catalog = catalogOptions.catalog
    let base = try catalog.policy(named: extends)
    let path = directory + "/" + id + ".yaml"
    let text = """
      # What is not stated here is as in \(base.value.id). Every key is explained in docs/policies.md.
      schema: 1
      id: \(id)
      description: As \(base.value.id), but for what is stated here.
      extends: \(base.value.id)

      limits:
        cpu-time: \(Int(base.value.limits.cpuTime / .milliseconds(1)))ms
        memory: \(base.value.limits.memory.bytes / 1024)KiB

      # The claims of \(base.value.id) hold here too; 'ocisandbox policy test ./\(id).yaml' tries all.
      expect:
        - { probe: read-file, path: /etc/shadow, is: denied }

      """
    // What it writes it must be able to read; this also tells a wrong id.
    _ = try Policy(
      yaml: text, file: path, expectedID: id,
      among: Others(
        named: { (name) throws(CatalogError) in try catalog.policy(named: name).value },
        isBuiltIn: { name in catalog.embeddedPolicies.contains { $0.value.id == name } }))
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw Failure(
        "cannot write \(path.quoted): \(String(cString: strerror(errno)))",
        status: Failure.cannotCreate)
    }
    fchmod(descriptor, 0o644)
    Terminal(descriptor: descriptor).write(text)
    close(descriptor)
    Terminal.output.writeVisible("\(path)\n")
    Terminal.error.writeVisible(
      "next: ocisandbox policy test \(path), then ocisandbox run --policy \(path) FILE\n")
  }
}
