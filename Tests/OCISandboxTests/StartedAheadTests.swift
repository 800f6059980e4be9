import Foundation
import OCISandbox
import Testing

/// Runs JavaScript programs one after the other on one worker, which from some run on starts the next one ahead.
struct AheadRuns {
  let sandbox: Sandbox
  let language: ManifestLanguage
  var policy: Policy

  init(isWarm: Bool = true, expectsMany: Bool = false) throws {
    let catalog = Catalog.standard()
    language = ManifestLanguage(try catalog.language(named: "javascript").value)
    policy = try catalog.policy(named: "default").value
    sandbox = Sandbox(
      catalog: catalog, executor: SandboxExecutor(maximumConcurrentRuns: 1), startsWarm: isWarm,
      expectsMany: expectsMany)
  }

  func program(_ source: String) -> Program { Program(source: source, language: language) }

  func run(_ source: String) async throws -> ProgramResult { try await run(program(source)) }

  func run(_ program: Program) async throws -> ProgramResult {
    try await sandbox.run(program, in: language, under: policy)
  }
}

@Suite("A run that is started ahead", .timeLimit(.minutes(10)))
struct StartedAheadTests {
  @Test("comes after two that are started when they are asked for")
  func comesThird() async throws {
    let runs = try AheadRuns()
    var starts: [Start?] = []
    for number in 1...5 {
      let result = try await runs.run("console.log(\(number), process.pid, process.cwd())")
      #expect(result.run?.standardOutput.text == "\(number) 2 /workspace\n", "\(result.feedback)")
      starts.append(result.run?.start)
      #expect(result.run?.coldReason == (number < 3 ? .noneAhead : nil))
    }
    #expect(starts == [.cold, .cold, .warm, .warm, .warm])
  }
}
