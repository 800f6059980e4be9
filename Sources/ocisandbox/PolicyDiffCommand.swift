import ArgumentParser
import OCISandbox

/// `policy diff`.
struct PolicyDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Say in words what one policy allows that another does not.",
    discussion: """
      EXAMPLES
        ocisandbox policy diff default strict
        ocisandbox policy diff default ./mine.yaml --json
      """)

  @Argument(help: "A name, or the path of a file.") var first: String
  @Argument(help: "A name, or the path of a file.") var second: String
  @Flag(help: "Print a JSON document.") var json = false
  @OptionGroup var catalogOptions: CatalogOptions

  func run() throws {
    let catalog = catalogOptions.catalog
    let difference = PolicyDifference(
      try catalog.policy(named: first).value, try catalog.policy(named: second).value)
    if json {
      Terminal.output.write(
        try JSONText.of(
          Document(
            first: first, second: second, onlyFirst: difference.onlyFirst,
            onlySecond: difference.onlySecond, other: difference.other)))
      return
    }
    guard !difference.isEmpty else {
      Terminal.output.writeVisible("\(first) and \(second) allow the same\n")
      return
    }
    var text = ""
    for (title, lines) in [
      ("\(first) allows, and \(second) does not:", difference.onlyFirst),
      ("\(second) allows, and \(first) does not:", difference.onlySecond),
      ("otherwise different (\(first), \(second)):", difference.other),
    ] where !lines.isEmpty {
      text += title + "\n" + lines.map { "  \($0)\n" }.joined()
    }
    Terminal.output.writeVisible(text)
  }

  private struct Document: Encodable {
    var schema = 1
    var first: String
    var second: String
    var onlyFirst: [String]
    var onlySecond: [String]
    var other: [String]

    enum CodingKeys: String, CodingKey {
      case schema, first, second, other
      case onlyFirst = "only_first"
      case onlySecond = "only_second"
    }
  }
}
