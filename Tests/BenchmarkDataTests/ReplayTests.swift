import OCISandbox
import Testing

extension BenchmarkDataTests {
  @Suite("Replay", .timeLimit(.minutes(10)))
  struct ReplayTests {
    @Test("replay")
    func replay() async throws {
      let tasks = Dictionary(
        uniqueKeysWithValues: try await HumanEvalTask.all(with: sandbox.runner.executor).map {
          ($0.id, $0)
        })
      let answers = try await RecordedAnswer.all(with: sandbox.runner.executor)
      try #require(answers.count == 1640)
      let rows = try await ProgramTable(
        language: "python", limits: Limits(cpuTime: .seconds(5), wallTime: .seconds(10))
      ).run(
        answers.map { answer in
          (answer.task, try #require(tasks[answer.task]).program(completion: answer.asJudged))
        }, in: sandbox)
      for (index, (row, answer)) in zip(rows, answers).enumerated()
      where (row.result.verdict == .ok) != answer.passed {
        print("DIFF", index, index % 10, row.reason, "| recorded:", answer.result.prefix(100))
      }
      for row in rows where row.result.verdict != .ok && row.result.verdict != .runtimeError {
        print(row.reason)
      }
    }
  }
}
