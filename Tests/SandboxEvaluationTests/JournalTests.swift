import Foundation
import OCISandbox
import SandboxEvaluation
import Testing

@Suite("Journal of an evaluation", .timeLimit(.minutes(10)))
struct JournalTests {
  private static func subject() -> SampleSubject {
    SampleSubject(
      benchmark: Benchmark(kind: .humanEval, tasks: [], digest: "d"), samples: [],
      limits: SampleJudge.Limits(), policy: "default")
  }

  /// Other tests start processes, which hold the lock until they are another program.
  private static func open(_ path: String) async throws -> SampleJournal {
    for _ in 0..<1000 {
      do {
        return try SampleJournal(path, for: subject())
      } catch let error as EvaluationError where error.description.contains("is in use") {
        try await Task.sleep(for: .milliseconds(5))
      }
    }
    return try SampleJournal(path, for: subject())
  }

  /// A kill leaves a part of what was to be written, from nothing to all of it.
  @Test("Cut off after any byte, it goes on with the lines that are whole, each once")
  func cutAnywhere() async throws {
    let folder = "/var/tmp/ocisandbox-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/journal.jsonl"
    let names = ["a", "b", "c"]
    do {
      let journal = try await Self.open(path)
      for name in names { try journal.append(name, SampleVerdict(base: .ok, feedback: "\n\u{e9}")) }
    }
    let whole = Array(try Data(contentsOf: URL(filePath: path)))
    let ends = whole.indices.filter { whole[$0] == 0x0A }
    #expect(ends.count == 4)
    for count in 0...whole.count {
      try Data(whole.prefix(count)).write(to: URL(filePath: path))
      let known = names.prefix(max(0, ends.count { $0 < count } - 1))
      do {
        let journal = try await Self.open(path)
        #expect(journal.values.keys.sorted() == Array(known), "cut after \(count)")
        for name in names.dropFirst(known.count) {
          try journal.append(name, SampleVerdict(base: .ok, feedback: "\n\u{e9}"))
        }
      }
      #expect(Array(try Data(contentsOf: URL(filePath: path))) == whole, "cut after \(count)")
    }
  }
}
