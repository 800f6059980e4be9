import Foundation
import SandboxDiagnostics
import SandboxExecution
import Testing

/// A folder `Fixtures/LANGUAGE/CASE`: a program, what its stages left when they were recorded, and what is to become
/// of that. `Scripts/record-fixtures.sh` writes all but the program and `case.json`.
struct FixtureFolder: Sendable, CustomTestStringConvertible {
  static let languages = ["c", "javascript", "python", "swift"]
  static let all = languages.flatMap { language in
    names(in: root.appending(path: language)).map { FixtureFolder(language: language, name: $0) }
  }

  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures")

  let language: String
  let name: String

  var testDescription: String { "\(language): \(name)" }

  /// What the case needs that is not usual.
  struct Settings: Codable {
    /// The limit of CPU time in seconds.
    var cpu: Int?
    /// The limit of memory in MiB.
    var memory: Int?
    /// The oldest version of the toolchain that knows what the program uses.
    var minimum: String?
  }

  var settings: Settings {
    get throws {
      try read("case.json").map { try JSONDecoder().decode(Settings.self, from: $0) } ?? Settings()
    }
  }

  /// The file that the program starts with.
  var entry: String { "main." + ["python": "py", "javascript": "js"][language, default: language] }

  /// The program's files. Those of Swift have `.txt` behind their names here, so that nobody takes them for tests.
  var sources: [String: String] {
    get throws {
      var sources: [String: String] = [:]
      for name in Self.names(in: folder) {
        let own = name.hasSuffix(".txt") ? String(name.dropLast(4)) : name
        guard own.hasSuffix(entry.drop { $0 != "." }) else { continue }
        sources[own] = String(decoding: try #require(try read(name)), as: UTF8.self)
      }
      return sources
    }
  }

  private var folder: URL { Self.root.appending(path: language).appending(path: name) }

  private static func names(in folder: URL) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
      .filter { !$0.hasSuffix(".swift") }
  }

  /// The bytes of one of its files; `nil` where there is none.
  func read(_ name: String) throws -> Data? {
    let file = folder.appending(path: name)
    return FileManager.default.fileExists(atPath: file.path) ? try Data(contentsOf: file) : nil
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  /// The files that hold the text of each profile.
  static let profiles = FeedbackProfiles.names.map { name in
    (
      name,
      "feedback."
        + (["json": "json", "lsp": "lsp.json", "sarif": "sarif.json"][name] ?? name + ".txt")
    )
  }
}

/// What the stages of one program left.
struct RecordedRun: Codable {
  struct Stage: Codable {
    var parser: String
    var stage: Diagnostic.Stage
    var outcome: RecordedOutcome
    var standardOutput, standardError: String
    var limits: Limits
    var denied: [Denial]
    var report: Report?

    struct Report: Codable {
      var records: [String]
      var text: String
      var isTaken: Bool
    }

    func parserAndReport(_ sources: [String: String]) throws -> (any DiagnosticParser, StageReport)
    {
      let driverReport = report.map {
        DriverReport(records: $0.records, text: $0.text, isTaken: $0.isTaken)
      }
      return (
        try #require(DiagnosticParsers.named(parser)),
        StageReport(
          stage: stage, outcome: outcome.outcome, standardOutput: standardOutput,
          standardError: standardError, sources: sources, workspace: "/workspace",
          driverReport: driverReport, readablePaths: ["/usr"], hasNetwork: false, hasInput: false,
          givenFiles: Array(sources.keys))
      )
    }
  }

  /// The toolchain's version, for who wonders about a difference.
  var toolchain: String
  var verdict: String
  var stages: [Stage]
  /// How many of them are of the run that is reported; those after it are of a second one.
  var ownStages: Int

  /// The account of the run, made of what the stages left as it is made of a live one.
  func account(_ fixture: FixtureFolder) throws -> RunAccount {
    let sources = try fixture.sources
    var diagnostics: [Diagnostic] = []
    for stage in stages.prefix(ownStages) {
      let (parser, report) = try stage.parserAndReport(sources)
      diagnostics += parser.explanation(of: report, limits: stage.limits, denied: stage.denied)
    }
    let last = stages[ownStages - 1]
    if ownStages < stages.count, let again = stages.last, again.stage == .run,
      let first = diagnostics.firstIndex(where: { $0.severity == .error })
    {
      let (parser, report) = try again.parserAndReport(sources)
      let found = parser.explanation(of: report, limits: again.limits, denied: again.denied)
      if let error = found.first(where: { $0.severity == .error }) {
        diagnostics[first].complete(
          after: last.outcome.outcome, with: error, again.outcome.outcome, in: sources)
      }
    }
    let isRun = last.stage == .run
    return RunAccount(
      verdict: verdict, language: fixture.language, entry: fixture.entry, stage: last.stage,
      outcome: last.outcome.outcome,
      usage: RunAccount.Usage(
        wallTime: .milliseconds(50), cpuTime: .milliseconds(50),
        peakMemory: ByteCount(mebibytes: 20)),
      limits: last.limits, diagnostics: diagnostics,
      standardOutput: isRun ? last.standardOutput : "",
      standardError: isRun ? last.standardError : "",
      rawStandardError: last.standardError)
  }
}

/// How a stage ended, as it stands in a file.
struct RecordedOutcome: Codable {
  let word: String
  let number: Int32?

  init(_ outcome: Outcome) {
    switch outcome {
    case .exited(let code): (word, number) = ("exited", code)
    case .signalled(let signal): (word, number) = ("signalled", signal)
    case .timeLimitExceeded(.cpu): (word, number) = ("cpu_time_limit", nil)
    case .timeLimitExceeded(.wall): (word, number) = ("wall_time_limit", nil)
    case .memoryLimitExceeded: (word, number) = ("memory_limit", nil)
    default: (word, number) = ("another", nil)
    }
  }

  var outcome: Outcome {
    switch word {
    case "exited": .exited(code: number ?? 0)
    case "signalled": .signalled(signal: number ?? 0)
    case "cpu_time_limit": .timeLimitExceeded(.cpu)
    case "wall_time_limit": .timeLimitExceeded(.wall)
    case "memory_limit": .memoryLimitExceeded
    default: .outputLimitExceeded
    }
  }
}
