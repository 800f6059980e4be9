import ArgumentParser
import OCISandbox
import SandboxTesting

/// `policy test`.
struct PolicyTestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Try from inside whether a policy keeps its promises.",
    discussion: """
      Runs the policy's own 'expect:' and a built-in set of probes: files, network, processes, \
      namespaces, system calls, limits one by one, inherited descriptors and variables, and programs \
      that must work in each language whose toolchain is here. What a probe must find follows from the \
      policy's words.

      EXAMPLES
        ocisandbox policy test
        ocisandbox policy test strict ./mine.yaml --language python
        ocisandbox policy test --format junit > report.xml

      Exits with 0 where every promise is kept, with 1 where one is not, with 125 where the sandbox \
      itself could not do its work.
      """)

  /// How the report is written.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table, json, junit, sarif
  }

  @Argument(help: "Names, or paths of files. Default: all that 'policy list' shows.")
  var policies: [String] = []

  @Option(
    name: .customLong("language"),
    help: ArgumentHelp(
      "Only try programs of this language, or 'none'. Repeatable. Default: all.", valueName: "id"))
  var languages: [String] = []

  @Option(help: "table, json, junit (XML) or sarif.") var format = Format.table
  @Flag(name: .shortAndLong, help: "In the table, show probes that passed too.") var verbose = false
  @Flag(help: "Test although layers of the isolation are missing on this host.")
  var allowDegraded = false
  @OptionGroup var catalogOptions: CatalogOptions

  func run() async throws {
    let catalog = catalogOptions.catalog
    let plugins = try plugins(catalog)
    let entries = try entries(catalog)
    let tester = PolicyTester(runner: ProgramRunner())
    let allowDegraded = allowDegraded
    let reports = try await Interruptible.run {
      var reports: [PolicyTestReport] = []
      for entry in entries {
        var policy = entry.value
        if allowDegraded {
          for layer in IsolationLayer.allCases { policy.enforcement[layer] = .bestEffort }
        }
        reports.append(
          try await tester.test(
            policy, origin: entry.origin.description, languages: plugins,
            stagePolicy: { try catalog.policy(named: $0).value }))
      }
      return reports
    }
    let document = PolicyTestDocument(reports)
    switch format {
    case .table: reports.forEach { show($0) }
    case .json: Terminal.output.write(try document.json())
    case .junit: Terminal.output.write(document.junit())
    case .sarif: Terminal.output.write(try document.sarif())
    }
    if !reports.allSatisfy(\.passes) { throw ExitCode(1) }
  }

  private func plugins(_ catalog: Catalog) throws -> [any LanguagePlugin] {
    if languages == ["none"] { return [] }
    let manifests =
      languages.isEmpty
      ? try catalog.languages().entries.map(\.value)
      : try languages.map { try catalog.language(named: $0).value }
    return manifests.map { ManifestLanguage($0) }
  }

  private func entries(_ catalog: Catalog) throws -> [Catalog.Entry<Policy>] {
    if policies.isEmpty {
      return try catalog.policies().items.map { try $0.result.get() }
    }
    return try policies.map { try catalog.policy(named: $0) }
  }

  private func show(_ report: PolicyTestReport) {
    let failed = report.results.count { !$0.passes }
    let rows = zip(report.rows, report.results).filter { verbose || !$1.passes }.map(\.0)
    var text = "policy \(report.policy) (\(report.origin))\n"
    let header = ["", "ABOUT", "PROBE", "EXPECTED", "OBSERVED", "HOW"]
    if !rows.isEmpty { text += Table.text([header] + rows) }
    for line in report.skipped { text += "skipped: \(line)\n" }
    let counts = ProbeResult.Category.allCases.compactMap { category -> String? in
      let count = report.results.count { $0.category == category }
      return count == 0 ? nil : "\(count) \(category.rawValue)"
    }
    text += "\(report.results.count - failed) of \(report.results.count) promises kept"
    text += failed == 0 ? "" : ", \(failed) broken"
    text += ": \(counts.joined(separator: ", "))\n\n"
    Terminal.output.writeVisible(text)
  }
}
