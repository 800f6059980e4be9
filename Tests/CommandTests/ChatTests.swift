import Foundation
import Testing

@Suite("ocisandbox chat", .timeLimit(.minutes(15)))
struct ChatTests {
  private static func lines(_ answers: String...) -> String {
    answers.map { #"{"answer": "\#($0)"}"# + "\n" }.joined()
  }

  @Test("Every block is executed, what happened goes back, and all of it can be written down")
  func conversation() async throws {
    let folder = try ScratchFolder()
    try folder.write(
      Self.lines(
        #"Two.\n```python\nprint(open('d.txt').read() * 2)\n```\n```javascript\nnope()\n```"#,
        "Done, without code.", "again"), to: "answers.jsonl")
    try folder.write("data", to: "d.txt")
    var command = folder.command
    command.input = .bytes(
      Array("/file d.txt\ngo on\n/save c.md\n/save c.ipynb\n/retry\n/quit\n".utf8))
    let ending = try await command.run("chat", "--answers", "answers.jsonl")
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(ending.output.contains("Done, without code.\n"))
    #expect(ending.output.hasSuffix("again\n"))
    #expect(ending.errors.contains("datadata\n--- ok ---\n"), "\(ending.errors)")
    #expect(ending.errors.contains("ReferenceError: nope is not defined"))
    let markdown = String(decoding: try #require(folder.read("c.md")), as: UTF8.self)
    #expect(markdown.hasPrefix("## You\n\ngo on\n\n## Model\n\nTwo.\n"))
    #expect(
      markdown.contains(
        "Execution result:\n\n```text\nstandard output:\n  | datadata\nok; time under "))
    let data = Data(try #require(folder.read("c.ipynb")))
    let notebook = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(notebook["nbformat"] as? Int == 4)
    let cells = try #require(notebook["cells"] as? [[String: Any]])
    #expect(
      cells.map { $0["cell_type"] as? String }
        == ["markdown", "markdown", "code", "markdown", "markdown"])
    #expect(cells[1]["source"] as? String == "Two.")
    #expect(cells[2]["source"] as? String == "print(open('d.txt').read() * 2)\n")
    let outputs = try #require(cells[2]["outputs"] as? [[String: String]])
    #expect(outputs.map { $0["name"] } == ["stdout"])
    #expect(outputs.first?["text"] == "datadata\n")
    // A notebook has one language.
    #expect((cells[3]["source"] as? String)?.contains("nope is not defined") == true)
  }

  @Test("With --approve nothing runs that is not approved")
  func approval() async throws {
    let folder = try ScratchFolder()
    let program = #"```python\nprint(6 * 7)\n```"#
    try folder.write(Self.lines(program, program, "done"), to: "answers.jsonl")
    var command = folder.command
    command.input = .bytes(Array("first\nn\nsecond\ny\n".utf8))
    let ending = try await command.run("chat", "--approve", "--answers", "answers.jsonl")
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(ending.errors.components(separatedBy: "42\n").count == 2)
  }

  @Test("Ctrl-C stops an answer, and what was started for it, and the conversation goes on")
  func interrupted() async throws {
    let folder = try ScratchFolder()
    try folder.write(
      """
      #!/bin/bash
      if [ ! -e asked ]; then
        printf 'half an ans'
        echo $$ >asked.part; mv asked.part asked
        exec sleep 600
      fi
      cat >request.json
      echo 'All is well.'
      """, to: "model", mode: 0o755)
    var command = folder.command
    command.input = .bytes(Array("first\nsecond\n/save c.md\n".utf8))
    let running = try command.start("chat", "--model-command", "./model")
    var model: pid_t?
    while model == nil, !running.hasEnded {
      model = folder.read("asked").flatMap {
        pid_t(String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    kill(running.process, SIGINT)
    let ending = try await running.ending()
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(ending.errors.contains("(stopped)"))
    #expect(ending.output.contains("All is well."))
    let hanging = try #require(model)
    let status = try? String(contentsOfFile: "/proc/\(hanging)/stat", encoding: .utf8)
    #expect(status.map { $0.contains(") Z ") } ?? true, "the model's command goes on")
    let saved = String(decoding: try #require(folder.read("c.md")), as: UTF8.self)
    #expect(saved.contains("first") && saved.contains("second"))
    // The next question stands for itself, after what was said until then.
    let request = Data(try #require(folder.read("request.json")))
    let object = try JSONSerialization.jsonObject(with: request) as? [String: Any]
    let messages = try #require(object?["messages"] as? [[String: String]])
    #expect(messages.map { $0["role"] } == ["system", "user", "assistant", "user"])
    #expect(messages[2]["content"] == "half an ans\n(stopped)")
    #expect(messages[3]["content"] == "second")
  }

  @Test("The model is told the languages and the limits, by a prompt that a file replaces")
  func prompt() async throws {
    let folder = try ScratchFolder()
    try folder.write(
      "#!/bin/sh\ncat >request.json\necho 'No code.'\n", to: "model", mode: 0o755)
    try folder.write("{languages}; {limits}", to: "p/chat.txt")
    var command = folder.command
    for (options, parts) in [
      ([], ["(c, javascript, python, swift) is", "at most", "100 MiB of memory"]),
      (["--prompts", "p"], ["\"c, javascript, python, swift; at most"]),
    ] {
      command.input = .bytes(Array("hello\n".utf8))
      let words = ["chat", "--model-command", "./model", "--memory", "100MiB"] + options
      let ending = try await command.run(words.map { Array($0.utf8) })
      #expect(ending.status == 0, "\(ending.errors)")
      let request = String(decoding: try #require(folder.read("request.json")), as: UTF8.self)
      for part in parts { #expect(request.contains(part), "\(request)") }
    }
  }

  @Test("A wrong command is told, with those that there are")
  func wrongCommand() async throws {
    let folder = try ScratchFolder()
    try folder.write(Self.lines("x"), to: "answers.jsonl")
    var command = folder.command
    command.input = .bytes(Array("/sav x\n".utf8))
    let ending = try await command.run("chat", "--answers", "answers.jsonl")
    #expect(ending.status == 64)
    #expect(ending.errors.contains("'/sav x' is no command\nhint: there are /undo"))
  }
}
