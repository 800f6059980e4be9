import Foundation
import OCISandbox
import SandboxDiagnostics
import SandboxExecution
import SandboxLanguages
import Synchronization
import Testing

@Suite("Recorded programs, run again", .timeLimit(.minutes(10)))
struct LiveFixtureTests {
  /// The cases to write down anew, such as `c/abort`, or `all`.
  private static let recorded = Set(
    (ProcessInfo.processInfo.environment["OCISANDBOX_RECORD_FIXTURES"] ?? "").split(separator: " ")
      .map(String.init))
  /// One executor for all, so that no more run at once than there are processors.
  private static let executor = SandboxExecutor()

  private final class Notes: Sendable {
    let stages = Mutex<
      [(parser: any DiagnosticParser, report: StageReport, limits: Limits, denied: [Denial])]
    >([])
  }

  private func run(_ fixture: FixtureFolder) async throws -> (
    result: ProgramResult, stages: [RecordedRun.Stage]
  ) {
    let catalog = Catalog.standard()
    let language = ManifestLanguage(try catalog.language(named: fixture.language).value)
    let settings = try fixture.settings
    var policy = try catalog.policy(named: "default").value
    policy.limits.wallTime = .seconds(600)
    policy.limits.cpuTime = .seconds(settings.cpu ?? 100)
    if let memory = settings.memory { policy.limits.memory = ByteCount(mebibytes: Int64(memory)) }
    let notes = Notes()
    var runner = ProgramRunner(executor: Self.executor)
    runner.onReport = { parser, report, limits, denied in
      notes.stages.withLock { $0.append((parser, report, limits, denied)) }
    }
    let program = Program(
      files: try fixture.sources.mapValues { .bytes(Array($0.utf8)) }, entry: fixture.entry)
    let result = try await runner.run(program, in: language, under: policy) {
      try catalog.policy(named: $0).value
    }
    let paths = result.toolchain.paths.sorted { $0.utf8.count > $1.utf8.count }
    let normal = { (text: String) in paths.reduce(text) { $0.replacing($1, with: "/toolchain") } }
    let stages = notes.stages.withLock { $0 }.map { stage in
      RecordedRun.Stage(
        parser: DiagnosticParsers.names.first {
          DiagnosticParsers.named($0).map { type(of: $0) == type(of: stage.parser) } ?? false
        } ?? "", stage: stage.report.stage, outcome: RecordedOutcome(stage.report.outcome),
        standardOutput: normal(stage.report.standardOutput),
        standardError: normal(stage.report.standardError), limits: stage.limits,
        denied: stage.denied,
        report: stage.report.driverReport.map {
          RecordedRun.Stage.Report(
            records: $0.records.map(normal), text: normal($0.text), isTaken: $0.isTaken)
        })
    }
    return (result, stages)
  }

  @Test(
    "each gives what was recorded, as far as that depends on no version",
    arguments: FixtureFolder.all)
  func live(fixture: FixtureFolder) async throws {
    let isRecorded =
      !Self.recorded.isDisjoint(with: ["all", "\(fixture.language)/\(fixture.name)"])
    guard Self.recorded.isEmpty || isRecorded else { return }
    let (result, stages) = try await run(fixture)
    let version = await result.toolchain.version()
    if isRecorded { return try record(fixture, result, stages, version ?? "") }
    let settings = try fixture.settings
    let data = try #require(try fixture.read("recorded.json"))
    let recorded = try JSONDecoder().decode(RecordedRun.self, from: data)
    if let minimum = settings.minimum, let version,
      version.compare(minimum, options: .numeric) == .orderedAscending
    {
      return
    }
    #expect(result.verdict.rawValue == recorded.verdict)
    let expected = try #require(try recorded.account(fixture).primary)
    let found = try #require(result.account.primary)
    #expect(found.severity == expected.severity)
    #expect(found.file == expected.file)
    if settings.cpu != nil || settings.memory != nil {
      // Where in a loop it was is not the same twice.
      #expect(found.code == expected.code)
      #expect(found.stack.last?.function == expected.stack.last?.function)
      #expect(found.line != nil)
      return
    }
    #expect(found.line == expected.line, "\(found)")
    // Compilers name their warnings as they like.
    if expected.stage == .run { #expect(found.code == expected.code) }
    #expect(found.stack.map(\.line) == expected.stack.map(\.line))
    #expect(found.values.isEmpty == expected.values.isEmpty)
  }

  /// What is another one in every run: addresses, process numbers, names of temporary files, times.
  private func withoutNoise(_ text: String) -> String {
    text.replacing(/0x[0-9a-f]{6,16}/, with: "0x").replacing(/==[0-9]+==/, with: "====")
      .replacing(/\/tmp\/cc\w{6}/, with: "/tmp/cc").replacing(/\ [0-9.]+s\b/, with: " s")
  }

  /// Writes what was seen, and what becomes of it.
  private func record(
    _ fixture: FixtureFolder, _ result: ProgramResult, _ stages: [RecordedRun.Stage],
    _ version: String
  ) throws {
    var run = RecordedRun(
      toolchain: version, verdict: result.verdict.rawValue, stages: stages,
      ownStages: 1 + (stages.firstIndex { $0.stage == .run } ?? stages.count - 1))
    // What is read from the record must be what was read live.
    #expect(try run.account(fixture).diagnostics == result.diagnostics)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text = try String(decoding: encoder.encode(run), as: UTF8.self) + "\n"
    if let known = try fixture.read("recorded.json"),
      withoutNoise(String(decoding: known, as: UTF8.self)) == withoutNoise(text)
    {
      run = try JSONDecoder().decode(RecordedRun.self, from: known)
    } else {
      try fixture.write(text, to: "recorded.json")
    }
    let account = try run.account(fixture)
    try fixture.write(json(account.diagnostics) + "\n", to: "expected.json")
    for (profile, file) in FixtureFolder.profiles {
      try fixture.write(account.feedback(FeedbackOptions(profile: profile)), to: file)
    }
  }
}
