import OCISandbox
import Testing

extension BenchmarkDataTests {
  /// JavaScript: Zheng et al., "CodeGeeX", arXiv:2303.17568.
  @Suite("HumanEval-X in JavaScript", .timeLimit(.minutes(15)))
  struct HumanEvalXTests {
    private struct Record: Decodable {
      let task_id: String
      let declaration: String
      let canonical_solution: String
      let test: String
    }

    /// Node's own `console.assert` prints, and the program goes on to its good end.
    private static let prelude = """
      console.assert = (condition, ...rest) => {
        if (!condition) throw new Error(["Assertion failed", ...rest].join(" "));
      };

      """

    @Test("finds the reference solutions ok, but for three that are wrong in the data")
    func canonical() async throws {
      let records: [Record] = try await Fixture.records(
        of: "humaneval_js", with: sandbox.runner.executor)
      try #require(records.count == 164)
      let rows = try await ProgramTable(language: "javascript").run(
        records.map {
          ($0.task_id, Self.prelude + $0.declaration + $0.canonical_solution + $0.test)
        }, in: sandbox)
      // 112 and 155 fail their own assertions; 162 needs js-md5, which is not part of Node.
      let failed = rows.filter { $0.result.verdict != .ok }
      #expect(
        failed.map(\.name) == ["JavaScript/112", "JavaScript/155", "JavaScript/162"],
        "\(failed.map(\.reason))")
      #expect(failed.allSatisfy { $0.result.verdict == .runtimeError })
    }
  }
}
