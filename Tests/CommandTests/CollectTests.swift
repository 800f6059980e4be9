import Foundation
import Testing

@Suite("ocisandbox collect", .timeLimit(.minutes(15)))
struct CollectTests {
  @Test("Queries become dialogues; what is there is left out, and a line that was cut off removed")
  func resumes() async throws {
    let folder = try ScratchFolder()
    try folder.write(
      #"{"id": 7, "query": "one"}"# + "\n" + #"{"query": "two"}"# + "\n", to: "queries.jsonl")
    try folder.write(
      ##"{"answer": "```python\nprint(x)\n```"}"## + "\n"
        + ##"{"answer": "```python\nprint(1)\n```"}"## + "\n" + ##"{"answer": "No. Sorry."}"##,
      to: "answers.jsonl")
    let first = try await folder.command.run(
      "collect", "queries.jsonl", "--output", "d.jsonl", "--answers", "answers.jsonl")
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.errors.hasSuffix("1 kept, 1 left out, 0 were there before\n"), "\(first.errors)")
    let bytes = try #require(folder.read("d.jsonl"))
    let object = try JSONSerialization.jsonObject(with: Data(bytes))
    let dialogue = try #require(object as? [String: Any])
    #expect(dialogue["id"] as? String == "7")
    let messages = try #require(dialogue["messages"] as? [[String: String]])
    #expect(messages.map { $0["role"] } == ["user", "assistant", "user", "assistant"])
    #expect(messages[0]["content"] == "one")
    #expect(messages[2]["content"]?.hasPrefix("Execution result: \n") == true)
    #expect(messages[2]["content"]?.contains("NameError") == true)
    let provenance = try #require(dialogue["provenance"] as? [String: Any])
    #expect(provenance["verdicts"] as? [String] == ["runtime_error", "ok"])
    #expect(provenance["policy"] as? String == "default")
    // As after a kill in the middle of a line.
    try folder.write(bytes + Array(#"{"id":"2","mess"#.utf8), to: "d.jsonl")
    try folder.write(##"{"answer": "```python\nprint(2)\n```"}"##, to: "answers.jsonl")
    let second = try await folder.command.run(
      "collect", "queries.jsonl", "--output", "d.jsonl", "--answers", "answers.jsonl")
    #expect(second.errors.hasSuffix("1 kept, 0 left out, 1 were there before\n"))
    let lines = try #require(folder.read("d.jsonl")).split(separator: 0x0A)
    #expect(lines.count == 2)
    for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line)) }
    #expect(lines.first.map(Array.init) == Array(bytes.dropLast()))
  }

  @Test("Pairs are packed without a model; what fails, repeats or holds a secret is left out")
  func packing() async throws {
    let folder = try ScratchFolder()
    let pairs = [
      ("sort a list of numbers", "print(sorted([2, 1]))"),
      ("sort numbers in a list down", "print(sorted([2, 1], reverse=True))"),
      ("open the file of words", "open('none')"),
      ("connect to the data base", "url = 'postgres://me:hunter22@db.example.org/x'"),
    ]
    let lines = try pairs.enumerated().map { index, pair in
      let object: [String: Any] = [
        "id": index, "query": pair.0, "answer": "```python\n\(pair.1)\n```",
      ]
      return String(
        decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self) + "\n"
    }
    try folder.write(lines.joined(), to: "pairs.jsonl")
    let words = ["collect", "pairs.jsonl", "--output", "d.jsonl", "--method", "packing"]
    let ending = try await folder.command.run(words.map { Array($0.utf8) })
    #expect(ending.status == 0, "\(ending.errors)")
    let kept = try #require(folder.read("d.jsonl")).split(separator: 0x0A).map {
      try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
    }
    #expect(kept.count == 1, "\(ending.errors)")
    let messages = try #require(kept[0]["messages"] as? [[String: String]])
    #expect(messages.map { $0["role"] } == ["user", "assistant", "user", "assistant"])
    let provenance = kept[0]["provenance"] as? [String: Any]
    #expect(provenance?["sources"] as? [String] == ["0", "1"])
    #expect(ending.errors.contains("left out: secret"), "\(ending.errors)")
  }

  @Test("A file that is no output of it is left as it is")
  func otherFile() async throws {
    let folder = try ScratchFolder()
    try folder.write("{\"query\": \"a\"}\n", to: "q.jsonl")
    try folder.write("precious", to: "d.jsonl")
    let ending = try await folder.command.run("collect", "q.jsonl", "--output", "d.jsonl")
    #expect(ending.status == 64)
    #expect(folder.read("d.jsonl") == Array("precious".utf8))
  }

  @Test("A query that is none is told with its line")
  func wrongQuery() async throws {
    let folder = try ScratchFolder()
    try folder.write("{\"query\": \"a\"}\n{\"question\": \"b\"}\n", to: "q.jsonl")
    let ending = try await folder.command.run("collect", "q.jsonl", "--output", "d.jsonl")
    #expect(ending.status == 64)
    #expect(ending.errors.contains("q.jsonl:2: no object with \"query\""))
    #expect(folder.read("d.jsonl") == nil)
  }
}
