import Foundation
import SandboxRefinement
import Testing

@Suite("A conversation that is kept")
struct ChatRecordTests {
  @Test("Undo takes back what was said last and all since; roles take turns in what is sent")
  func undo() {
    var record = ChatRecord(system: "S")
    record.add(.person("a"))
    record.add(.model("b"))
    record.add(.execution(.init(language: "python", code: "c", feedback: "d")))
    record.add(.execution(.init(language: "c", code: "e", feedback: "f")))
    #expect(record.messages.map(\.role) == [.system, .user, .assistant, .user])
    #expect(record.messages.last?.content == "Execution result:\nd\n\nExecution result:\nf")
    record.add(.person("g"))
    #expect(record.undo() == "g")
    #expect(record.entries.count == 4)
    #expect(record.undo() == "a")
    #expect(record.entries.isEmpty)
    #expect(record.undo() == nil)
  }

  @Test("A notebook has programs in cells where they stood, with what they printed")
  func notebook() throws {
    var record = ChatRecord(system: "S")
    record.add(.person("Go."))
    record.add(.model("A\n```python\nx\n```\nB\n```c\ny\n```\nC\n```python\nz\n```\n"))
    record.add(
      .execution(.init(language: "python", code: "x\n", output: "1\n", feedback: "ok")))
    record.add(.execution(.init(language: "c", code: "y\n", output: "2\n", feedback: "two")))
    record.add(
      .execution(.init(language: "python", code: "z\n", errors: "Error\n", feedback: "bad")))
    struct Notebook: Decodable {
      struct Cell: Decodable {
        struct Output: Decodable { var name, text: String }
        var cell_type, source: String
        var outputs: [Output]?
      }
      var cells: [Cell]
    }
    let book = try JSONDecoder().decode(Notebook.self, from: Data(record.notebook().utf8))
    #expect(
      book.cells.map { "\($0.cell_type): \($0.source)" } == [
        "markdown: **You:** Go.", "markdown: A", "code: x\n",
        "markdown: B\n```c\ny\n```\n\nExecution result:\n\n```text\ntwo\n```\n",
        "markdown: C", "code: z\n",
      ])
    let outputs = book.cells.flatMap { $0.outputs ?? [] }
    #expect(outputs.map { "\($0.name): \($0.text)" } == ["stdout: 1\n", "stderr: Error\n"])
  }

  @Test("What a program printed cannot end its fence")
  func fence() {
    var record = ChatRecord(system: "S")
    record.add(.execution(.init(language: "python", code: "c", feedback: "```\nout")))
    #expect(record.markdown == "Execution result:\n\n````text\n```\nout\n````\n")
  }
}

@Suite("When a request is made again")
struct RetryPolicyTests {
  @Test("Waits double up to the longest, and take the second half of it by chance")
  func doubling() {
    let policy = RetryPolicy(
      maximumAttempts: 10, firstDelay: .seconds(1), longestDelay: .seconds(5))
    let error = ModelError.serverFailed(status: 500, message: "")
    func delay(_ attempt: Int, _ share: Double) -> Duration? {
      policy.delay(afterAttempt: attempt, retryAfter: nil, error: error, share: share)
    }
    #expect((1...4).map { delay($0, 1) } == [.seconds(1), .seconds(2), .seconds(4), .seconds(5)])
    #expect(delay(1, 0) == .milliseconds(500))
    #expect(delay(10, 1) == nil)
    #expect(
      policy.delay(
        afterAttempt: 1, retryAfter: nil, error: .unauthorized(server: "", message: ""), share: 1)
        == nil)
  }
}

@Suite("Keys")
struct APIKeyTests {
  @Test("A key is in no description of it")
  func hidden() {
    let key = APIKey(" sk-1234\n")
    var text = ""
    dump(key, to: &text)
    for shown in ["\(String(describing: key))", String(reflecting: key), text] {
      #expect(!shown.contains("1234"), "\(shown)")
    }
  }

  @Test("What cannot be a key is none", arguments: ["", " ", "a b", "clé", "a\u{7}", "a\nb"])
  func none(text: String) { #expect(APIKey(text) == nil) }
}
