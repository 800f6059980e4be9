import OCISandbox
import Testing

extension BenchmarkDataTests {
  /// Swift: Cassano et al., "MultiPL-E", arXiv:2208.08227, with a model's recorded reply to each task.
  @Suite("MultiPL-E in Swift", .timeLimit(.minutes(15)))
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

    private func records() async throws -> [Record] {
      let records: [Record] = try await Fixture.records(
        of: "humaneval-swift", with: sandbox.runner.executor)
      try #require(records.count == 158)
      return records
    }

    /// Each takes half a second to compile, so these few stand for all.
    @Test("finds good replies ok, and bad ones what they are")
    func fewReplies() async throws {
      let expected: [String: Verdict] = [
        "HumanEval_0_has_close_elements": .ok, "HumanEval_31_is_prime": .ok,
        "HumanEval_55_fib": .ok, "HumanEval_105_by_length": .ok, "HumanEval_119_match_parens": .ok,
        "HumanEval_161_solve": .ok,
        "HumanEval_65_circular_shift": .compileError,  // a Substring is not a String
        "HumanEval_14_all_prefixes": .runtimeError,  // a range that ends before it starts
      ]
      let records = try await records().filter { expected[$0.name] != nil }
      let rows = try await ProgramTable(language: "swift").run(
        records.map { ($0.name, try $0.program) }, in: sandbox)
      let found = Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0.result.verdict) })
      #expect(found == expected, "\(rows.map(\.reason))")
    }

    @Test("finds 128 of all 158 replies ok", .enabled(if: isWhole))
    func allReplies() async throws {
      let rows = try await ProgramTable(language: "swift").run(
        try await records().map { ($0.name, try $0.program) }, in: sandbox)
      for row in rows where row.result.verdict != .ok { print("  " + row.reason) }
      #expect(rows.count { $0.result.verdict == .ok } == 128)
      // Nothing but the replies' own faults: no limit was met, and the sandbox refused nothing.
      #expect(
        rows.filter { ![.ok, .compileError, .runtimeError].contains($0.result.verdict) }
          .map(\.reason) == [])
    }
  }
}
