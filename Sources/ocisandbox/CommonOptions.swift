public import ArgumentParser
public import OCISandbox

/// Where definitions come from; the same for every subcommand.
struct CatalogOptions: ParsableArguments {
  @Option(
    name: .customLong("languages"),
    help: ArgumentHelp("A folder of language manifests that comes first. Repeatable.", valueName: "dir"))
  var languageFolders: [String] = []

  @Option(
    name: .customLong("policies"),
    help: ArgumentHelp("A folder of policies that comes first. Repeatable.", valueName: "dir"))
  var policyFolders: [String] = []

  var catalog: Catalog {
    .standard(languageFolders: languageFolders, policyFolders: policyFolders)
  }
}

/// What a run may do; the same for `run` and `check`.
struct PolicyOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The policy: its name, or the path of a file.", valueName: "name|path"))
  var policy = "default"

  @Option(help: "Time on the clock, such as 500ms, 5s or 2m.")
  var wallTime: Duration?

  @Option(help: "CPU time of all processes together, such as 5s.")
  var cpuTime: Duration?

  @Option(help: "Memory of all processes together, such as 256MiB.")
  var memory: ByteCount?

  @Option(help: "Bytes kept of each stream, such as 64KiB; more ends the run.")
  var outputLimit: ByteCount?

  @Option(help: "Processes and threads alive at once.")
  var processes: Int?

  @Option(help: "Bytes in the workspace and /tmp together, such as 128MiB.")
  var disk: ByteCount?

  @Flag(help: "Run although layers of the isolation are missing on this host; the result says which.")
  var allowDegraded = false

  @Option(
    help: ArgumentHelp(
      "A layer without which nothing runs. Repeatable.", valueName: "layer"))
  var require: [IsolationLayer] = []

  /// The policy that is asked for, with the limits that are given.
  func resolved(_ catalog: Catalog) throws -> Policy {
    var policy = try catalog.policy(named: policy).value
    if let wallTime { policy.limits.wallTime = wallTime }
    if let cpuTime { policy.limits.cpuTime = cpuTime }
    if let memory { policy.limits.memory = memory }
    if let outputLimit { policy.limits.output = outputLimit }
    if let processes { policy.limits.processes = processes }
    if let disk { policy.limits.disk = disk }
    if allowDegraded { for layer in IsolationLayer.allCases { policy.enforcement[layer] = .bestEffort } }
    for layer in require { policy.enforcement[layer] = .required }
    return policy
  }
}

/// How the result is shown.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, feedback
}

/// When colours are used.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never
}

/// How the result is shown; the same for `run` and `check`.
struct DisplayOptions: ParsableArguments {
  @Option(help: "How the result is shown: text, json, or feedback, the message for a model.")
  var format = OutputFormat.text

  @Flag(help: "Short for --format json.")
  var json = false

  @Option(help: "When colours are used; NO_COLOR turns them off.")
  var color = ColorChoice.auto

  @Flag(name: .shortAndLong, help: "Print no report, only what the program prints.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Report also when all is well: time, memory, layers.")
  var verbose = false

  var chosenFormat: OutputFormat { json ? .json : format }
}

extension Duration: @retroactive ExpressibleByArgument {
  /// Reads it as it is written in a policy.
  public init?(argument: String) { self.init(parsing: argument) }
  /// A few usual values.
  public static var defaultCompletionKind: CompletionKind { .list(["1s", "5s", "30s"]) }
}

extension ByteCount: ExpressibleByArgument {
  /// Reads it as it is written in a policy.
  public init?(argument: String) { self.init(parsing: argument) }
  /// A few usual values.
  public static var defaultCompletionKind: CompletionKind { .list(["64MiB", "256MiB", "1GiB"]) }
}

extension IsolationLayer: ExpressibleByArgument {}
