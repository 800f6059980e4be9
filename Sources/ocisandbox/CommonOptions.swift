public import ArgumentParser
public import OCISandbox

/// Where definitions come from; the same for every subcommand.
struct CatalogOptions: ParsableArguments {
  @Option(
    name: .customLong("languages"),
    help: ArgumentHelp(
      "A folder of language manifests that comes first. Repeatable.", valueName: "dir"))
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
  @Option(
    help: ArgumentHelp("The policy: its name, or the path of a file.", valueName: "name|path"))
  var policy = "default"

  @OptionGroup(title: "Limits; what is not given is the policy's") var limitOptions: LimitOptions

  @Option(
    help: ArgumentHelp(
      "A module that is loaded ahead where programs are forked, such as numpy. Repeatable.",
      valueName: "name"))
  var preload: [String] = []

  @Flag(
    help: "Run although layers of the isolation are missing on this host; the result says which.")
  var allowDegraded = false

  @Option(
    help: ArgumentHelp(
      "A layer without which nothing runs. Repeatable.", valueName: "layer"))
  var require: [IsolationLayer] = []

  /// The policy that is asked for, with the limits that are given.
  func resolved(_ catalog: Catalog) throws -> Policy {
    var policy = try catalog.policy(named: policy).value
    try limitOptions.apply(to: &policy.limits)
    policy.preload += preload
    if allowDegraded {
      for layer in IsolationLayer.allCases { policy.enforcement[layer] = .bestEffort }
    }
    for layer in require { policy.enforcement[layer] = .required }
    return policy
  }
}

/// How the result is shown.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, feedback
  /// Feedback of the profile of that name.
  case sarif, lsp, github, markdown
}

extension FeedbackBudget: ExpressibleByArgument {
  /// Reads `400t` or `2000c`.
  public init?(argument: String) { self.init(argument) }
}

extension Exposure: ExpressibleByArgument {}

/// When colours are used.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never
}

/// How the result is shown; the same for `run` and `check`.
struct DisplayOptions: ParsableArguments {
  @Option(
    help: """
      How the result is shown: text; json; feedback, the message for a model; or that in the form of \
      sarif, lsp, github or markdown.
      """)
  var format: OutputFormat?

  @Flag(help: "Short for --format json.")
  var json = false

  @Option(help: "When colours are used; NO_COLOR and TERM=dumb turn them off.")
  var color = ColorChoice.auto

  @Flag(name: .shortAndLong, help: "Print no report, only what the program prints.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Report also when all is well: time, memory, layers.")
  var verbose = false

  @Option(
    help: ArgumentHelp(
      "The form of the feedback: \(FeedbackProfiles.names.joined(separator: ", ")).",
      valueName: "name"))
  var profile: String?

  @Option(
    help: ArgumentHelp(
      "How long the feedback may be: 400t for tokens (estimated), 2000c for characters.",
      valueName: "n"))
  var budget: FeedbackBudget?

  @Option(
    help: """
      What the feedback may show: none, verdict, public (all but hidden tests), full. It is recorded in \
      the result.
      """)
  var exposure = Exposure.full

  mutating func validate() throws {
    if let profile, FeedbackProfiles.named(profile) == nil {
      throw ValidationError("\(UnknownProfileError(name: profile))")
    }
    if let profile, let format, ![.feedback, .json].contains(format) {
      throw ValidationError(
        "--format \(format) has a form of its own: leave out --profile \(profile)")
    }
  }

  /// A profile, a budget or an exposure asks for feedback.
  var chosenFormat: OutputFormat {
    if json { return .json }
    if let format { return format }
    return profile == nil && budget == nil && exposure == .full ? .text : .feedback
  }

  var feedbackOptions: FeedbackOptions {
    let named: String? =
      switch chosenFormat {
      case .sarif, .lsp, .github, .markdown: chosenFormat.rawValue
      case .text, .json, .feedback: profile
      }
    return FeedbackOptions(profile: named ?? "compiler", exposure: exposure, budget: budget)
  }
}

extension IsolationLayer: ExpressibleByArgument {}
