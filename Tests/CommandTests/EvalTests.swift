import Foundation
import Testing

@Suite("ocisandbox eval", .timeLimit(.minutes(10)))
struct EvalTests {
  private static func task(_ number: Int) -> String {
    #"{"task_id": "HumanEval/\#(number)", "prompt": "def f():\n", "entry_point": "f", "canonical_solution": "    return \#(number)\n", "test": "def check(c): assert c() == \#(number)"}"#
      + "\n"
  }

  private static func folder(_ samples: String, tasks: Int) throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.write((0..<tasks).map(task).joined(), to: "data.jsonl")
    try folder.write(samples, to: "samples.jsonl")
    return folder
  }

  private static func sample(_ number: Int, _ body: String) -> String {
    #"{"task_id": "HumanEval/\#(number)", "completion": "    \#(body)\n"}"# + "\n"
  }

  @Test("The score, the result files of other tools, and what has no sample")
  func score() async throws {
    let folder = try Self.folder(
      Self.sample(0, "return 0") + Self.sample(0, "return 7") + Self.sample(1, "return 1")
        + Self.sample(1, "raise KeyError(3)"), tasks: 3)
    let ending = try await folder.command.run(
      "eval", "humaneval", "--data", "data.jsonl", "--samples", "samples.jsonl", "--k", "1", "--k",
      "2", "--json", "--output", "out")
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(ending.errors == "1 tasks have no sample and count neither way: HumanEval/2\n")
    let document = try ending.document()
    #expect(document["samples"] as? Int == 4)
    #expect(document["not_judged"] as? Int == 0)
    let scores = try #require(document["pass_at_k"] as? [String: [String: Double]])
    #expect(scores == ["base": ["pass@1": 0.5, "pass@2": 1]])
    let verdicts = document["verdicts"] as? [String: Int]
    #expect(verdicts == ["ok": 2, "wrong_answer": 1, "runtime_error": 1])
    let results = try #require(folder.read("out/results.jsonl")).split(separator: 0x0A).map {
      try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any]
    }
    #expect(results.map { $0?["passed"] as? Bool } == [true, false, true, false])
    #expect(results[3]?["result"] as? String == "failed: KeyError: '3'")
    let plus = try JSONSerialization.jsonObject(
      with: Data(try #require(folder.read("out/eval_results.json"))))
    let eval = (plus as? [String: Any])?["eval"] as? [String: [[String: Any]]]
    #expect(eval?["HumanEval/0"]?.map { $0["base_status"] as? String } == ["pass", "fail"])
    let page = String(decoding: try #require(folder.read("out/report.html")), as: UTF8.self)
    #expect(page.contains("HumanEval/1") && !page.contains("http"), "no network")
  }

  @Test("Killed in the middle and with a torn line, it goes on; nothing is lost or counted twice")
  func resumes() async throws {
    let quick = (0..<6).map { Self.sample($0, "return \($0)") }.joined()
    // Two that take their whole time: enough to be seen running on a busy machine.
    let slow = (6..<8).map { Self.sample($0, "while True: pass") }.joined()
    let folder = try Self.folder(quick + slow, tasks: 8)
    let words = [
      "eval", "humaneval", "--data", "data.jsonl", "--samples", "samples.jsonl", "--workers", "1",
      "--json", "--output", "out", "--min-time", "6",
    ]
    let first = try folder.command.start(words.map { Array($0.utf8) })
    // On a thread of its own: a task can wait long for its turn while hundreds of tests begin.
    let process = first.process
    Thread.detachNewThread {
      for _ in 0..<30_000 {
        if (folder.read("out/journal.jsonl") ?? []).count(where: { $0 == 0x0A }) >= 7 { break }
        usleep(20_000)
      }
      kill(process, SIGKILL)
    }
    #expect(try await first.ending().status == 128 + SIGKILL)
    let before = try #require(folder.read("out/journal.jsonl"))
    #expect((7...8).contains(before.count { $0 == 0x0A }))
    try folder.write(before + Array(#"{"key":"HumanEval/7#0","ver"#.utf8), to: "out/journal.jsonl")
    let second = try await folder.command.run(words.map { Array($0.utf8) })
    #expect(second.status == 0, "\(second.errors)")
    let document = try second.document()
    #expect(document["samples"] as? Int == 8)
    #expect(document["verdicts"] as? [String: Int] == ["ok": 6, "time_limit": 2])
    let after = try #require(folder.read("out/journal.jsonl"))
    #expect(Array(after.prefix(before.count)) == before)
    #expect(after.count { $0 == 0x0A } == 9)
    // All is there: nothing is judged again.
    let third = try await folder.command.run(words.map { Array($0.utf8) })
    #expect(third.status == 0)
    #expect(folder.read("out/journal.jsonl") == after)
    // Other samples are another evaluation.
    try folder.write(quick, to: "samples.jsonl")
    let other = try await folder.command.run(words.map { Array($0.utf8) })
    #expect(other.status == 64)
    #expect(other.errors.contains("the samples are not the same"), "\(other.errors)")
    #expect(folder.read("out/journal.jsonl") == after)
  }

  /// The moments are spread over starting, reading, judging and writing.
  @Test("Killed again and again at any moment, it comes to its end with each sample judged once")
  func killedAgainAndAgain() async throws {
    let folder = try Self.folder(
      (0..<24).map { Self.sample($0, "return \($0)") }.joined(), tasks: 24)
    let words = [
      "eval", "humaneval", "--data", "data.jsonl", "--samples", "samples.jsonl", "--json",
      "--output", "out",
    ]
    var kills = 0
    var before: [UInt8] = []
    for attempt in 0..<40 {
      let run = try folder.command.start(words.map { Array($0.utf8) })
      let process = run.process
      Thread.detachNewThread {
        usleep(UInt32(5_000 + attempt * 12_345 % 400_000))
        // It has not been waited for, so that the number is still its own.
        if run.ifUnended != nil { kill(process, SIGKILL) }
      }
      let ending = try await run.ending()
      let after = folder.read("out/journal.jsonl") ?? []
      let whole = before.lastIndex(of: 0x0A).map { before[...$0] } ?? []
      #expect(after.starts(with: whole), "what was there stays")
      before = after
      if ending.status == 0 { break }
      #expect(ending.status == 128 + SIGKILL, "\(ending.errors)")
      kills += 1
    }
    let last = try await folder.command.run(words.map { Array($0.utf8) })
    let document = try last.document()
    #expect(document["samples"] as? Int == 24 && document["not_judged"] as? Int == 0)
    #expect(document["verdicts"] as? [String: Int] == ["ok": 24])
    let keys = try #require(folder.read("out/journal.jsonl")).split(separator: 0x0A).dropFirst()
      .map { try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any] }
      .compactMap { $0?["key"] as? String }
    #expect(keys.count == 24 && Set(keys).count == 24)
    #expect(kills > 0)
  }

  @Test("Answers with prose and fences are scored with --extract")
  func extracts() async throws {
    let answer =
      #"{"task_id": "HumanEval/1", "solution": "Sure!\n```python\ndef f():\n    return 1\n```\nDone."}"#
    let folder = try Self.folder(answer, tasks: 2)
    let ending = try await folder.command.run(
      "eval", "humaneval", "--data", "data.jsonl", "--samples", "samples.jsonl", "--json",
      "--extract")
    #expect(try ending.document()["verdicts"] as? [String: Int] == ["ok": 1])
    let raw = try await folder.command.run(
      "eval", "humaneval", "--data", "data.jsonl", "--samples", "samples.jsonl", "--json")
    #expect(try raw.document()["verdicts"] as? [String: Int] == ["runtime_error": 1])
  }

  @Test("Where a reference solution fails its tests, its task is not judged, and the others are")
  func brokenReference() async throws {
    let folder = try Self.folder(
      Self.sample(0, "return 0") + Self.sample(1, "return 1"), tasks: 2)
    let text = String(decoding: try #require(folder.read("data.jsonl")), as: UTF8.self)
    try folder.write(text.replacingOccurrences(of: "return 0", with: "return 9"), to: "data.jsonl")
    let ending = try await folder.command.run(
      "eval", "humaneval", "--data", "data.jsonl", "--samples", "samples.jsonl", "--json")
    #expect(ending.status == 125, "\(ending.errors)")
    let document = try ending.document()
    #expect(document["not_judged"] as? Int == 1)
    #expect(document["verdicts"] as? [String: Int] == ["ok": 1])
    #expect(
      ending.errors.contains(
        "HumanEval/0: the reference solution does not pass its own tests (runtime_error): Asser"),
      "\(ending.errors)")
  }
}
