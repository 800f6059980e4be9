import Foundation
import OCISandbox
import SandboxEvaluation
import Synchronization
import Testing

/// Notes which samples are begun, and lets none of the first two end before both have begun: then these two are the
/// first that two workers are given.
private actor Beginnings {
  private(set) var solutions: [String] = []
  private var waiting: CheckedContinuation<Void, Never>?

  func begin(_ solution: String) async {
    solutions.append(solution)
    if solutions.count == 1 {
      await withCheckedContinuation { waiting = $0 }
    } else if solutions.count == 2 {
      waiting?.resume()
    }
  }
}

@Suite("The order of an evaluation", .timeLimit(.minutes(10)))
struct EvaluationOrderTests {
  private static func solution(_ number: Int) -> String {
    "def number():\n    return \(1000 + number)\n"
  }

  private static let benchmark = Benchmark(
    kind: .humanEval,
    tasks: (0..<6).map { number in
      BenchmarkTask(
        id: "Own/\(number)", prompt: "", entryPoint: "number", reference: solution(number),
        opening: "",
        tests: .functions(
          "def check(candidate):\n    assert candidate() == \(1000 + number)\ncheck(number)\n"))
    }, digest: "own")

  /// Judges a sample of each task with two workers; returns the numbers of the two tasks that are begun first, and the
  /// sample numbers in the order of the score.
  private static func evaluate(
    folder: String, number: Int = 0, journal: SampleJournal? = nil, samples: [Sample] = []
  ) async throws -> (first: Set<Int>, scored: [String]) {
    let sandbox = Sandbox(
      executor: SandboxExecutor(maximumConcurrentRuns: 2), expectsMany: true)
    let beginnings = Beginnings()
    let judge = SampleJudge(
      executor: sandbox.runner.executor, policy: try sandbox.policy(),
      cacheFolder: folder + "/truth"
    ) { program, language, policy in
      if case .bytes(let text)? = program.files["solution.txt"] {
        await beginnings.begin(String(decoding: text, as: UTF8.self))
      }
      return try await sandbox.run(program, language: language, under: policy)
    }
    let own = benchmark.tasks.map {
      Sample(task: $0.id, number: number, text: .solution($0.reference ?? ""))
    }
    let judged = try await Evaluation(benchmark, samples + own, judge: judge, workers: 2)
      .run(journal: journal)
    #expect(judged.allSatisfy { $0.verdict.isPassed }, "\(judged)")
    let score = Score(benchmark, judged, wallTime: 1)
    await sandbox.runner.executor.close()
    let begun = await beginnings.solutions.map { text in
      (0..<6).first { solution($0) == text } ?? -1
    }
    #expect(begun.sorted() == Array(0..<6))
    return (Set(begun.prefix(2)), score.samples.map(\.sample.key))
  }

  @Test("What takes longest is begun first, and results are in the order of the tasks")
  func longestFirst() async throws {
    let folder = "/var/tmp/ocisandbox-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let inOrder = (0..<6).map { "Own/\($0)#0" }
    let unknown = try await Self.evaluate(folder: folder)
    #expect(unknown.first == [0, 1] && unknown.scored == inOrder)

    // By what was kept: the times of tasks 2 and 5 are made the longest.
    let times = [0.1, 0.2, 0.9, 0.3, 0.1, 0.8]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder + "/truth") {
      let url = URL(filePath: "\(folder)/truth/\(name)")
      var lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map {
        String($0)
      }
      let task = try #require(
        (0..<6).first { number in lines.dropFirst().contains { $0.contains("\(1000 + number)") } })
      lines[0] = Array(repeating: "\(times[task])", count: 3).joined(separator: " ")
      try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: url)
    }
    let known = try await Self.evaluate(folder: folder)
    #expect(known.first == [2, 5] && known.scored == inOrder, "\(known)")

    // By what other samples of the same tasks took: that counts more, and 1 and 4 took longest.
    let earlier = Self.benchmark.tasks.map { Sample(task: $0.id, number: 0, text: .solution("")) }
    let subject = SampleSubject(
      benchmark: Self.benchmark, samples: earlier, limits: SampleJudge.Limits(), policy: "default")
    let journal = try SampleJournal(folder + "/journal.jsonl", for: subject)
    for (sample, time) in zip(earlier, [1.0, 9, 2, 3, 8, 4]) {
      var verdict = SampleVerdict(base: .ok)
      verdict.wallTime = time
      try journal.append(sample.key, verdict)
    }
    // One that is in the journal when it is opened.
    let again = try withExtendedLifetime(journal) {
      try Data(contentsOf: URL(filePath: folder + "/journal.jsonl"))
    }
    try again.write(to: URL(filePath: folder + "/again.jsonl"))
    let resumed = try await Self.evaluate(
      folder: folder, number: 1, journal: try SampleJournal(folder + "/again.jsonl", for: subject),
      samples: earlier)
    #expect(resumed.first == [1, 4])
    #expect(resumed.scored == (0..<6).flatMap { ["Own/\($0)#0", "Own/\($0)#1"] })
  }
}
