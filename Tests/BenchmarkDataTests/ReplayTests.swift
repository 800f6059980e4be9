import Foundation
import OCISandbox
import Testing

extension BenchmarkDataTests {
  /// Unreviewed code: what a weak model answered to HumanEval, ten times a task.
  @Suite("Recorded answers of a model", .timeLimit(.minutes(15)))
  struct ReplayTests {
    /// They run in a process of their own: what other suites hold of the host is not theirs.
    @Test("get the verdicts that were recorded, and leave nothing behind")
    func replay() async throws {
      let ended = await #expect(
        processExitsWith: .success, observing: [\.standardOutputContent, \.standardErrorContent]
      ) {
        try await ReplayReport.make(whole: BenchmarkDataTests.isWhole).write()
      }
      let report = try ReplayReport(
        writtenTo: try #require(ended).standardOutputContent,
        errors: try #require(ended).standardErrorContent)
      for line in report.limited { print("  " + line) }

      #expect(report.answers == (isWhole ? 1640 : 164))
      #expect(report.passed == (isWhole ? 533 : 53))
      #expect(report.differencesInFirstAnswers == [])
      #expect(report.differencesInOthers == [])

      #expect(report.left.processes == [])
      #expect(report.left.descriptors == [])
      #expect(report.left.mounts == [])
      #expect(report.left.cgroups == [])
      #expect(report.left.temporaryFiles == [])

      // All of this was there while the programs ran, so it would have been seen after them.
      #expect(report.seen.processes != [])
      #expect(report.seen.descriptors != [])
      #expect(report.seen.mounts != [])
      #expect((report.seen.cgroups != []) == report.hasCgroup)
    }
  }
}
