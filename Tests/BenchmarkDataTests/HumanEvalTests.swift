import OCISandbox
import Testing

extension BenchmarkDataTests {
  /// Python: Chen et al., "Evaluating Large Language Models Trained on Code", arXiv:2107.03374.
  @Suite("HumanEval", .serialized, .timeLimit(.minutes(15)))
  struct HumanEvalTests {
    @Test("finds all 164 reference solutions ok")
    func canonical() async throws {
      let tasks = try await HumanEvalTask.all(with: sandbox.runner.executor)
      try #require(tasks.count == 164)
      let rows = try await ProgramTable(language: "python").run(
        tasks.map { ($0.id, $0.program(completion: $0.canonicalSolution)) }, in: sandbox)
      #expect(rows.filter { $0.result.verdict != .ok }.map(\.reason) == [])
    }

    @Test("finds none of them ok once it does nothing, and each for what it did")
    func empty() async throws {
      let tasks = try await HumanEvalTask.all(with: sandbox.runner.executor)
      try #require(tasks.count == 164)
      let rows = try await ProgramTable(language: "python").run(
        tasks.map { ($0.id, $0.program(completion: "    pass\n")) }, in: sandbox)
      #expect(rows.filter { $0.result.verdict == .ok }.map(\.reason) == [])
      // A program that was put together wrongly would fail as well, and show nothing.
      let misbuilt = rows.filter { row in
        row.result.verdict != .runtimeError
          || row.result.diagnostics.contains { $0.code?.hasSuffix("Error") != true }
          || row.result.diagnostics.contains {
            ["SyntaxError", "IndentationError", "NameError"].contains($0.code)
          }
      }
      #expect(misbuilt.map(\.reason) == [])
    }
  }
}
