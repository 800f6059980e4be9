import ArgumentParser
import OCISandbox

struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "The policies: what a run may do.",
    subcommands: [
      List.self, Show.self, Check.self, PolicyTestCommand.self, PolicyDiffCommand.self,
      PolicyNewCommand.self, PolicyTraceCommand.self,
    ],
    defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List all policies.")

    @OptionGroup var catalogOptions: CatalogOptions
    @Flag(help: "Print a JSON document.") var json = false

    func run() throws {
      let items = try catalogOptions.catalog.policies().items
      if json {
        Terminal.output.write(try JSONText.of(["policies": items.map(PolicyRow.init)]))
        return
      }
      Terminal.output.write(
        Table.text(
          [["POLICY", "DEFINED IN", "DESCRIPTION"]]
            + items.map { item in
              let summary = (try? item.result.get())?.value.summary
              return [item.id, item.origin.description, summary ?? "broken: see below"]
            }))
      for item in items {
        if case .failure(let error) = item.result { Terminal.error.writeVisible("\(error)\n") }
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print a policy.")

    @Argument(help: "Its name, or the path of a file.") var policy: String
    @Flag(
      help:
        "Print what it comes to: groups, inheritance and defaults expanded to the final list of calls."
    )
    var effective = false
    @OptionGroup var catalogOptions: CatalogOptions

    func run() throws {
      let entry = try catalogOptions.catalog.policy(named: policy)
      Terminal.error.write("# \(entry.origin)\n")
      if effective {
        Terminal.output.write(try entry.value.effective.yaml())
        return
      }
      Terminal.output.write(entry.text)
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check that a policy says what it means, without running anything.")

    @Argument(help: "Names, or paths of files.") var policies: [String]
    @OptionGroup var catalogOptions: CatalogOptions

    func run() throws {
      for name in policies {
        let entry = try catalogOptions.catalog.policy(named: name)
        Terminal.output.write("\(name): ok (\(entry.value.id))\n")
      }
    }
  }
}

/// One line of `policy list`.
private struct PolicyRow: Encodable {
  var id: String
  var origin: String
  var hides: [String] = []
  var description: String?
  var problem: String?

  init(_ item: Catalog.Listing<Policy>.Item) {
    id = item.id
    origin = item.origin.description
    switch item.result {
    case .success(let entry):
      hides = entry.shadowed.map(\.description)
      description = entry.value.summary
    case .failure(let error): problem = error.description
    }
  }
}
