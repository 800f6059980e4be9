import ArgumentParser
import OCISandbox

struct LanguagesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "languages",
    abstract: "The languages, where each is defined, and whether its toolchain is here.",
    subcommands: [List.self, Show.self, Check.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List all languages.")

    @OptionGroup var catalogOptions: CatalogOptions
    @Flag(help: "Print a JSON document.") var json = false

    func run() async throws {
      let rows = try await LanguageRow.all(in: catalogOptions.catalog)
      if json {
        Terminal.output.write(try JSONText.of(["languages": rows]))
        return
      }
      Terminal.output.write(
        Table.text(
          [["LANGUAGE", "VERSION", "EXTENSIONS", "TOOLCHAIN", "DEFINED IN"]]
            + rows.map {
              [
                $0.id, $0.version ?? "-", $0.extensions.joined(separator: " "),
                $0.executable ?? ($0.name == nil ? "broken, see below" : "not found"), $0.place,
              ]
            }))
      for row in rows {
        guard let problem = row.problem else { continue }
        // What is wrong in a file starts with its place.
        Terminal.error.writeVisible(row.name == nil ? problem + "\n" : "\(row.id): \(problem)\n")
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print the manifest of a language.")

    @Argument(help: "Its id or an alias.") var id: String
    @OptionGroup var catalogOptions: CatalogOptions

    func run() throws {
      let entry = try catalogOptions.catalog.language(named: id)
      Terminal.error.write("# \(entry.origin)\n")
      Terminal.output.write(entry.text)
    }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check a manifest: its words, its toolchain, and its self-test in the sandbox.")

    @Argument(help: "An id, an alias, or the path of a manifest.") var language: String
    @OptionGroup var catalogOptions: CatalogOptions
    @OptionGroup var policyOptions: PolicyOptions

    func run() async throws {
      let catalog = catalogOptions.catalog
      let manifest: LanguageManifest
      if language.contains("/") || language.hasSuffix(".yaml") || language.hasSuffix(".yml") {
        let text = String(decoding: try ProgramInput.read(language), as: UTF8.self)
        manifest = try catalog.language(reading: text, file: language)
      } else {
        manifest = try catalog.language(named: language).value
      }
      let plugin = ManifestLanguage(manifest)
      Terminal.output.write("manifest   ok         \(manifest.id), \(manifest.name)\n")
      let runner = ProgramRunner(executor: SandboxExecutor(maximumConcurrentRuns: 1))
      let toolchain = try await runner.locator.locate(manifest.toolchain)
      Terminal.output.write(
        "toolchain  ok         \(toolchain.executable), \(await toolchain.version() ?? "version unknown")\n"
      )
      guard let test = manifest.selfTest else {
        Terminal.output.write(
          "self-test  none       add one: 'self-test: { source: ..., stdout: ... }'\n")
        return
      }
      let policy = try policyOptions.resolved(catalog)
      let result = try await Interruptible.run {
        try await runner.run(
          Program(source: test.source, language: plugin), in: plugin, under: policy,
          stagePolicy: { try catalog.policy(named: $0).value })
      }
      let printed = result.run?.standardOutput.text ?? ""
      guard result.verdict == .ok, printed == test.stdout else {
        Terminal.output.write("self-test  failed     \(result.verdict.rawValue)\n")
        Terminal.error.write(TextRenderer().render(result.diagnostics))
        if result.verdict == .ok {
          Terminal.error.write(
            "printed \(String(reflecting: printed)) instead of \(String(reflecting: test.stdout))\n"
          )
        }
        throw ExitCode(1)
      }
      Terminal.output.write("self-test  ok         printed \(String(reflecting: printed))\n")
    }
  }
}
