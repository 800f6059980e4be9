import OCISandbox
import Testing

/// Recorded answers, made into programs.
struct Replay {
  /// An answer whose verdict is not the recorded one.
  struct Difference {
    let isFirstAnswer: Bool
    let line: String
  }

  private let programs: [(name: String, source: String)]
  private let answers: [RecordedAnswer]

  /// Reads all answers, or the first to each task. Leaves no worker behind.
  init(whole isWhole: Bool) async throws {
    let executor = SandboxExecutor()
    let tasks = Dictionary(
      uniqueKeysWithValues: try await HumanEvalTask.all(with: executor).map { ($0.id, $0) })
    var seen: Set<String> = []
    let all = try await RecordedAnswer.all(with: executor)
    answers = all.filter { seen.insert($0.task).inserted || isWhole }
    programs = try answers.map { answer in
      (answer.task, try #require(tasks[answer.task]).program(completion: answer.asJudged))
    }
    try #require(answers.count == (isWhole ? 1640 : 164))
    // Timers too are made once for a process, by the first that is not over before it is set.
    try await Task.sleep(for: .milliseconds(50))
    await executor.close()
  }

  /// Runs them. CPU time decides, as the clock would on an idle machine: they were given 3 s.
  func run(in sandbox: Sandbox) async throws -> [ProgramTable.Row] {
    let limits = Limits(cpuTime: .seconds(5), wallTime: .seconds(20))
    return try await ProgramTable(language: "python", limits: limits).run(programs, in: sandbox)
  }

  /// The programs that a limit ended, each with what was recorded.
  func limited(in rows: [ProgramTable.Row]) -> [String] {
    zip(rows, answers).filter { ![.ok, .runtimeError].contains($0.0.result.verdict) }
      .map { "\($0.reason); recorded: \($1.result.prefix(60))" }
  }

  /// Where the verdict is not the recorded one, and why.
  func differences(in rows: [ProgramTable.Row]) -> [Difference] {
    var seen: Set<String> = []
    return zip(rows, answers).compactMap { row, answer in
      let isFirst = seen.insert(answer.task).inserted
      guard (row.result.verdict == .ok) != answer.passed else { return nil }
      return Difference(
        isFirstAnswer: isFirst, line: "\(row.reason); recorded: \(answer.result.prefix(60))")
    }
  }
}
