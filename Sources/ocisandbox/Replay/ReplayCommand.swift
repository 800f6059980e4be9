import ArgumentParser
import FoundationEssentials
import OCISandbox
import SandboxEvaluation
import SandboxRefinement

#if canImport(Glibc)
  import Glibc
#endif

struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Do again what was recorded, and say what differs.",
    discussion: """
      RECORDING is what 'run --record FILE' or 'solve --transcript FILE' wrote: one file with the program or \
      the answers, all that they were given, the tests, the policy, and what came of it. No model is asked: \
      of a transcript the program is taken out of each answer, and executed, again.

      Compared are verdicts, streams, diagnostics, feedback and artifacts; times and memory are not. What \
      differs is told with both values, and so are another toolchain, policy or version, which may be why.

      A recording may come from a stranger. It runs under this host's policy of the same name with the \
      recorded limits, and its own language definition is not used; --recorded-policy trusts its policy.

      EXAMPLES
        ocisandbox run main.py --stdin data.txt --record bug.json
        ocisandbox replay bug.json

      EXIT STATUS
        0    the same came of it          1    something differs
        64   it is no recording           125, 126  as of 'ocisandbox run'
      """)

  @Argument(help: "What was recorded.") var recording: String

  @Flag(help: "Run under the recorded policy, whatever it allows.") var recordedPolicy = false

  @Flag(help: "Print a JSON document.") var json = false

  @OptionGroup var catalogOptions: CatalogOptions

  func run() async throws {
    let (tree, recording) = try read()
    let catalog = catalogOptions.catalog
    let manifest = try catalog.language(named: recording.language).value
    var report = ReplayReport()
    let policy = try self.policy(recording, catalog, &report)
    if recording.version != OCISandboxCommand.configuration.version {
      report.environment.append(
        ("version", recording.version, OCISandboxCommand.configuration.version))
    }
    if try recording.manifest != Recording.digest(manifest) {
      report.environment.append(("language definition", "as recorded", "another"))
    }
    let place = ReplayPlace(
      sandbox: Sandbox(catalog: catalog, executor: SandboxExecutor(maximumConcurrentRuns: 1)),
      manifest: manifest, policy: policy, options: recording.feedbackOptions)
    let before = report
    let result = try await Interruptible.run {
      var report = before
      if let program = recording.program {
        try await place.replay(program, tree["result"] ?? .null, &report)
      } else {
        try await place.replay(tree, recording.tests, &report)
      }
      return report
    }
    if json {
      Terminal.output.write(try result.document().line + "\n")
    } else {
      Terminal.output.writeVisible(result.text)
    }
    Glibc.exit(result.differences.isEmpty ? 0 : 1)
  }

  private func read() throws -> (JSONValue, Recording) {
    let bytes = try ProgramInput.read(recording)
    guard let tree = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)),
      let part = tree["recording"],
      let found = try? JSONDecoder().decode(Recording.self, from: JSONEncoder().encode(part))
    else {
      throw Failure(
        """
        \(self.recording.quoted) is no recording
        hint: 'ocisandbox run --record FILE' and 'ocisandbox solve --transcript FILE' write one
        """, status: Failure.usage)
    }
    return (tree, found)
  }

  private func policy(
    _ recording: Recording, _ catalog: Catalog, _ report: inout ReplayReport
  ) throws -> Policy {
    if recordedPolicy { return recording.policy }
    var own = try catalog.policy(named: recording.policy.id).value
    own.limits = recording.policy.limits
    if own != recording.policy {
      report.environment.append(("policy '\(own.id)'", "as recorded", "this host's, which differs"))
    }
    return own
  }
}

/// What differs.
struct ReplayReport: Sendable {
  /// What may be why: name, then, now.
  var environment: [(String, String, String)] = []
  /// Where the result differs: place, then, now.
  var differences: [(path: String, then: JSONValue, now: JSONValue)] = []
  /// How many executions were done again.
  var executions = 0

  /// What is different from run to run, whatever the program does.
  static let volatile: Set<String> = [
    "wall_time_seconds", "cpu_time_seconds", "peak_memory_bytes", "peak_processes", "enforcement",
    "cached", "start", "cold_reason",
  ]

  /// Adds where two documents differ.
  mutating func compare(_ then: JSONValue, _ now: JSONValue, at path: String) {
    for item in then.differences(to: now, at: path, ignoring: Self.volatile)
    where !Self.isMeasured(item.path) || Self.unmeasured(item.this) != Self.unmeasured(item.other) {
      if item.path.contains("toolchain") {
        environment.append((item.path, item.this.line, item.other.line))
      } else {
        differences.append((item.path, item.this, item.other))
      }
    }
  }

  /// Whether a text may say what was measured.
  private static func isMeasured(_ path: String) -> Bool {
    path.hasSuffix("feedback") || path.contains("diagnostics")
  }

  /// The text without times and sizes; `nil` where it is none.
  private static func unmeasured(_ value: JSONValue) -> String? {
    value.text?.replacing(/\d+(\.\d+)? (ms|s|KiB|MiB|GiB)\b/, with: "some")
  }

  var text: String {
    var text = ""
    for item in environment { text += "\(item.0): then \(item.1), now \(item.2)\n" }
    for item in differences {
      text += "\(item.path) differs\n  then: \(Self.shortened(item.then.line))\n"
      text += "  now:  \(Self.shortened(item.now.line))\n"
    }
    let runs = "\(executions) execution\(executions == 1 ? "" : "s")"
    return text
      + (differences.isEmpty
        ? "the same: \(runs)\n" : "\(differences.count) differ in \(runs)\n")
  }

  func document() throws -> JSONValue {
    .object([
      "schema": .integer(1), "same": .boolean(differences.isEmpty),
      "executions": .integer(Int64(executions)),
      "differences": .array(
        differences.map { .object(["path": .string($0.path), "then": $0.then, "now": $0.now]) }),
      "environment": .array(
        environment.map {
          .object(["name": .string($0.0), "then": .string($0.1), "now": .string($0.2)])
        }),
    ])
  }

  private static func shortened(_ text: String) -> String {
    text.count > 300 ? "\(text.prefix(150))[...]\(text.suffix(150))" : text
  }
}

/// Where recordings are executed again.
private struct ReplayPlace: Sendable {
  let sandbox: Sandbox
  let manifest: LanguageManifest
  let policy: Policy
  let options: FeedbackOptions

  /// Runs a program again.
  func replay(
    _ recorded: RecordedProgram, _ then: JSONValue, _ report: inout ReplayReport
  ) async throws {
    var result = try await sandbox.run(
      recorded.program, in: ManifestLanguage(manifest), under: policy)
    result.feedbackOptions = options
    report.executions += 1
    report.compare(then, try await document(result), at: "result")
  }

  /// Executes the program of every answer again.
  func replay(
    _ transcript: JSONValue, _ recorded: RecordedTests?, _ report: inout ReplayReport
  ) async throws {
    let folder = try Self.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let tests = try recorded.map { recorded in
      try AnswerTests(
        try recorded.write(to: folder), functions: recorded.functions, language: manifest,
        policy: policy, sandbox.catalog)
    }
    let tester = AnswerTester(
      tests: tests, manifest: manifest, policy: policy, sandbox: sandbox, options: options)
    for (index, round) in (transcript["rounds"]?.elements ?? []).enumerated() {
      let path = "rounds[\(index)]"
      let code = round["answer"]?.text.flatMap {
        CodeBlock.program(in: $0, labels: manifest.blockLabels)
      }
      report.compare(
        round["code"] ?? .null, code.map { .string($0) } ?? .null, at: path + ".code")
      // What was not executed then, as after an interruption, is not executed now.
      guard let code, let verdict = round["verdict"]?.text else { continue }
      let now = try await tester.execute(code, onOutput: { _, _ in })
      report.executions += 1
      report.compare(
        .string(verdict), .string(now.verdict.rawValue), at: path + ".verdict")
      report.compare(
        round["passed"] ?? .null, .boolean(now.isPassed), at: path + ".passed")
      if round["critique"] == nil {
        report.compare(
          round["feedback"] ?? .null, .string(now.feedback), at: path + ".feedback")
      }
    }
  }

  /// A folder of a name that nobody else can have made before (mkdtemp(3)).
  private static func makeFolder() throws -> String {
    var name = Array((FileManager.default.temporaryDirectory.path + "/replay-XXXXXX").utf8CString)
    guard mkdtemp(&name) != nil else {
      throw Failure(
        "cannot make a folder for the tests: \(String(cString: strerror(errno)))",
        status: Failure.cannotCreate)
    }
    return String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private func document(_ result: ProgramResult) async throws -> JSONValue {
    var result = result
    result.toolchainVersion = await result.toolchain.version()
    return try JSONValue(encoding: result)
  }
}
