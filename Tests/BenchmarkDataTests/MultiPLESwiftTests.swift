import OCISandbox
import Testing

extension BenchmarkDataTests {
  /// Swift: Cassano et al., "MultiPL-E", arXiv:2208.08227, with a model's recorded reply to each task.
  @Suite("MultiPL-E in Swift", .timeLimit(.minutes(10)))
  struct MultiPLESwiftTests {
    private struct Record: Decodable {
      let name: String
      let tests: String
      let gpt_solution: String

      /// The code of the reply, checked by the tests. These start with the brace that ends a function
      /// which was to be completed; the reply holds the whole of it.
      var program: String {
        get throws {
          let fence = /```swift\n(.*?)```/.dotMatchesNewlines()
          let reply = try #require(gpt_solution.firstMatch(of: fence))
          try #require(tests.hasPrefix("}"))
          return reply.1 + "\n" + tests.dropFirst()
        }
      }
    }

    @Test("finds as many recorded replies ok as the compiler without -O does")
    func replies() async throws {
      let records: [Record] = try await Fixture.records(
        of: "humaneval-swift", with: sandbox.runner.executor)
      try #require(records.count == 158)
      let rows = try await ProgramTable(language: "swift").run(
        records.map { ($0.name, try $0.program) }, in: sandbox)
      for row in rows where row.result.verdict != .ok { print("  " + row.reason) }
      #expect(rows.count { $0.result.verdict == .ok } == 128)
    }
  }
}
