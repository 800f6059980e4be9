import OCISandbox
import Testing

/// What a caller is told of a run, but for how long it took and how it was started.
struct Told: Equatable {
  let verdict: Verdict
  let outcome: Outcome?
  let output: String?
  let errors: String?
  let isTruncated: Bool
  let diagnostics: [Diagnostic]
  let denied: [Denial]?
  let feedback: String

  init(_ result: ProgramResult, of program: ConformanceProgram) {
    verdict = result.verdict
    outcome = result.run?.outcome
    // Where a flood was stopped depends on when.
    let isFlood = program.output != nil
    output = isFlood ? nil : withoutPlaces(result.run?.standardOutput.text)
    errors = isFlood ? nil : withoutPlaces(result.run?.standardError.text)
    isTruncated = result.run?.standardOutput.isTruncated ?? false
    diagnostics = result.diagnostics
    denied = result.run?.denied
    feedback = isFlood ? "" : withoutCost(withoutPlaces(result.feedback) ?? "")
  }

  /// Part by part, so that a failure tells which.
  func expectSame(as other: Told, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(verdict == other.verdict, sourceLocation: sourceLocation)
    #expect(outcome == other.outcome, sourceLocation: sourceLocation)
    #expect(output == other.output, sourceLocation: sourceLocation)
    #expect(errors == other.errors, sourceLocation: sourceLocation)
    #expect(diagnostics == other.diagnostics, sourceLocation: sourceLocation)
    #expect(denied == other.denied, sourceLocation: sourceLocation)
    #expect(feedback == other.feedback, sourceLocation: sourceLocation)
    #expect(self == other, sourceLocation: sourceLocation)
  }
}

/// Where something is in memory is another place in each run.
private func withoutPlaces(_ text: String?) -> String? {
  text?.replacing(/0x[0-9a-f]{6,}/, with: "0x...")
}

/// What it took is measured.
private func withoutCost(_ feedback: String) -> String {
  feedback.replacing(/time (under|all of) .*\n/, with: "")
}

@Suite("A program that is forked and one that is started", .serialized, .timeLimit(.minutes(20)))
struct WarmConformanceTests {
  private static let warm = Result { try WarmRuns() }
  private static let cold = Result { try WarmRuns(isWarm: false) }

  @Test("come to the same", arguments: ConformanceProgram.all)
  func agree(_ program: ConformanceProgram) async throws {
    let started = try await Self.cold.get().run(program)
    let forked = try await Self.warm.get().run(warm: program)
    #expect(started.run?.start == .cold)
    #expect(forked.run?.start == .warm)
    let (a, b) = (Told(started, of: program), Told(forked, of: program))
    a.expectSame(as: b)
  }

  @Test(
    "come to the same where they start with a source that is compiled ahead",
    arguments: [
      "x = 5\nif x is 5: print('warned')\n", "print(1\n", "def f():\n  raise KeyError(3)\nf()\n",
      "print(__file__)\n",
    ])
  func shared(_ source: String) async throws {
    var told: [String] = []
    for isWarm in [false, true] {
      let runs = try WarmRuns(isWarm: isWarm)
      var program = Program(source: source, language: runs.language)
      program.sharedSources = [SharedSource(path: "main.py", text: source)]
      var result = try await runs.sandbox.run(program, in: runs.language, under: runs.policy)
      for _ in 0..<200 where isWarm && result.run?.start != .warm {
        try await Task.sleep(for: .milliseconds(10))
        result = try await runs.sandbox.run(program, in: runs.language, under: runs.policy)
      }
      #expect(result.run?.start == (isWarm ? .warm : .cold))
      let output = result.run?.standardOutput.text ?? ""
      let errors = result.run?.standardError.text ?? ""
      told.append("\(result.verdict) \(output) \(errors) \(withoutCost(result.feedback))")
    }
    #expect(told[0] == told[1])
  }
}

extension WarmRuns {
  func run(_ program: ConformanceProgram) async throws -> ProgramResult {
    var own = policy
    own.limits.cpuTime = program.cpuTime ?? own.limits.cpuTime
    own.limits.wallTime = program.wallTime ?? own.limits.wallTime
    own.limits.output = program.output ?? own.limits.output
    var files = program.files.mapValues { FileContent.bytes(Array($0.utf8)) }
    files["main.py"] = .bytes(Array(program.source.utf8))
    return try await sandbox.run(
      Program(
        files: files, entry: "main.py", arguments: program.arguments,
        standardInput: .bytes(Array(program.input.utf8))), in: language, under: own)
  }

  func run(warm program: ConformanceProgram) async throws -> ProgramResult {
    _ = try await run(warm: "pass")
    return try await run(program)
  }
}
