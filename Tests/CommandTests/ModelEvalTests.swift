import Foundation
import Testing

@Suite("ocisandbox eval with a model", .timeLimit(.minutes(10)))
struct ModelEvalTests {
  /// f() is to return the number of its task. The model knows 0; 1 it says right when it was told what is
  /// expected; 2 it never knows; of 3 it does not write a program.
  private static func folder() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    let tasks = (0..<4).map { number in
      #"{"task_id": "HumanEval/\#(number)", "prompt": "def f():\n    \"\"\"number \#(number)\"\"\"\n", "#
        + #""entry_point": "f", "canonical_solution": "    return \#(number)\n", "#
        + #""test": "def check(c): assert c() == \#(number)"}"# + "\n"
    }
    try folder.write(tasks.joined(), to: "data.jsonl")
    try folder.write(
      #"""
      #!/bin/sh
      messages=$(cat)
      echo asked >>asked
      code() { printf '```python\ndef f():\n    return %s\n```\n' "$1"; }
      case $messages in
        *"number 0"*) code 0 ;;
        *"number 1"*expected*"| 1"* | *"number 1"*"Expected Output: 1"*) code 1 ;;
        *"number 1"*) code 7 ;;
        *"number 2"*) code 8 ;;
        *) echo 'I would rather not. Sorry.' ;;
      esac
      """#, to: "model", mode: 0o755)
    return folder
  }

  private static func count(_ folder: ScratchFolder) -> Int {
    (folder.read("asked") ?? []).count { $0 == 0x0A }
  }

  private static let words = ["eval", "humaneval", "--data", "data.jsonl", "--json"]

  private static func rounds(_ ending: BuiltCommand.Ending) throws -> [[String: Any]] {
    let score = try ending.document()["score"] as? [String: Any]
    return try #require(score?["rounds"] as? [[String: Any]], "\(ending.errors)")
  }

  private static func standing(_ round: [String: Any]) -> [String: Int] {
    let base = round["base"] as? [String: Any] ?? [:]
    return base.compactMapValues { $0 as? Int }.filter {
      ["passed", "fixed", "broken", "unchanged"].contains($0.key)
    }
  }

  @Test("One run gives the single-turn score and that after the feedback, and goes on where it was")
  func rounds() async throws {
    let folder = try Self.folder()
    let words =
      Self.words + ["--model-command", "./model", "--output", "out", "--answer-cache", "a.jsonl"]
    let ending = try await folder.command.run(words.map { Array($0.utf8) })
    #expect(ending.status == 0, "\(ending.errors)")
    let rounds = try Self.rounds(ending)
    #expect(rounds.map { $0["answers"] as? Int } == [4, 3])
    #expect(
      rounds.map(Self.standing) == [
        ["passed": 1, "fixed": 0, "broken": 0, "unchanged": 4],
        ["passed": 2, "fixed": 1, "broken": 0, "unchanged": 3],
      ])
    #expect(Self.count(folder) == 7)
    let page = String(decoding: try #require(folder.read("out/report.html")), as: UTF8.self)
    #expect(page.contains("<h2>Rounds</h2>") && page.contains("What the model was told"))
    #expect(!page.contains("http"), "no network")
    #expect(page.contains("<h1>humaneval, model</h1>") && page.contains("<h2>Pass by round</h2>"))
    let results = try #require(folder.read("out/results.jsonl")).split(separator: 0x0A)
    #expect(results.count == 4)
    // The same again: nothing is asked, whether the journal or the cache knows it.
    let again = try await folder.command.run(words.map { Array($0.utf8) })
    #expect(try Self.rounds(again).map(Self.standing) == rounds.map(Self.standing))
    #expect(Self.count(folder) == 7)
    try FileManager.default.removeItem(atPath: folder.path + "/out")
    let cached = try await folder.command.run(words.map { Array($0.utf8) })
    #expect(try Self.rounds(cached).map(Self.standing) == rounds.map(Self.standing))
    #expect(Self.count(folder) == 7)
    // Another form of feedback is another evaluation.
    let other = try await folder.command.run((words + ["--profile", "raw"]).map { Array($0.utf8) })
    #expect(other.status == 64)
    #expect(other.errors.contains("--profile is 'compiler' there and 'raw' here"))
    // Another evaluation beside it, in one table.
    let beside = try await folder.command.run(
      (Self.words + ["--model-command", "./model", "--output", "raw", "--profile", "raw"]
        + ["--answer-cache", "a.jsonl", "--beside", "out"]).map { Array($0.utf8) })
    #expect(beside.status == 0, "\(beside.errors)")
    let table = String(decoding: try #require(folder.read("raw/report.html")), as: UTF8.self)
    #expect(
      table.contains("Feedback execution, raw, full</td>")
        && table.contains("Feedback execution, compiler, full</td>"))
  }

  @Test(
    "What the model is told decides what it can mend",
    arguments: [
      (["--profile", "oci"], [1, 2]), (["--profile", "raw"], [1, 1]),
      (["--exposure", "public"], [1, 1]), (["--feedback", "none"], [1]),
      (["--rounds", "3"], [1, 2, 2]),
    ])
  func told(options: [String], passed: [Int]) async throws {
    let folder = try Self.folder()
    let words = Self.words + ["--model-command", "./model"] + options
    let ending = try await folder.command.run(words.map { Array($0.utf8) })
    #expect(try Self.rounds(ending).map { Self.standing($0)["passed"] } == passed)
  }

  @Test("A model that fails ends it with its error, and what was done is kept")
  func modelFails() async throws {
    let folder = try Self.folder()
    let words =
      Self.words + ["--model-command", "./model", "--output", "out", "--workers", "1"]
    let text = String(decoding: try #require(folder.read("model")), as: UTF8.self)
    try folder.write(
      text.replacingOccurrences(of: "*\"number 2\"*) code 8", with: "*\"number 2\"*) exit 3"),
      to: "model", mode: 0o755)
    let ending = try await folder.command.run(words.map { Array($0.utf8) })
    #expect(ending.status == 69, "\(ending.errors)")
    #expect(ending.output.isEmpty)
    #expect(Self.count(folder) == 4)
    try folder.write(text, to: "model", mode: 0o755)
    let second = try await folder.command.run(words.map { Array($0.utf8) })
    #expect(try Self.rounds(second).map { Self.standing($0)["passed"] } == [1, 2])
    // The two tasks that were whole are not asked again.
    #expect(Self.count(folder) == 8)
  }

  @Test("An oracle's words reach the model without the reference, and its leaks are counted")
  func oracle() async throws {
    let folder = try Self.folder()
    try folder.write(
      #"""
      #!/bin/sh
      messages=$(cat)
      case $messages in
        *Guidance*) printf 'Look at the number.\nThat is `return     0`.\nAs it says: """number 0"""\n' ;;
        *) printf '%s' "$messages" >>seen; printf '```python\ndef f():\n    return 9\n```\n' ;;
      esac
      """#, to: "model", mode: 0o755)
    let words =
      Self.words + ["--model-command", "./model", "--feedback", "oracle", "--limit", "1"]
    let ending = try await folder.command.run(words.map { Array($0.utf8) })
    let score = try #require(try ending.document()["score"] as? [String: Any], "\(ending.errors)")
    // The docstring is in the task; whoever repeats it gives nothing away.
    #expect(score["leaks"] as? Int == 1)
    let seen = String(decoding: try #require(folder.read("seen")), as: UTF8.self)
    #expect(seen.contains("Look at the number."))
    #expect(seen.contains("As it says") && !seen.contains("return     0"))
  }
}
