import Foundation
import Testing

@Suite("ocisandbox solve", .timeLimit(.minutes(15)))
struct SolveTests {
  private static func answers(_ programs: String..., language: String = "python") -> String {
    programs.map { program in
      let text = "Here it is.\n```\(language)\n\(program)\n```\n"
      let object = try? JSONSerialization.data(withJSONObject: ["answer": text])
      return String(decoding: object ?? Data(), as: UTF8.self) + "\n"
    }.joined()
  }

  @Test("A program that fails is mended by the next answer, and the transcript has both rounds")
  func mends() async throws {
    let folder = try ScratchFolder()
    try folder.write(
      Self.answers("def add(a, b): return a - b", "def add(a, b): return a + b"),
      to: "answers.jsonl")
    try folder.write("assert add(1, 2) == 3", to: "tests.py")
    let ending = try await folder.command.run(
      "solve", "Write add.", "--answers", "answers.jsonl", "--tests", "tests.py", "--transcript",
      "t.json", "--output", "add.py")
    #expect(ending.status == 0, "\(ending.errors)")
    #expect(ending.output == "")
    #expect(folder.read("add.py") == Array("def add(a, b): return a + b\n".utf8))
    #expect(ending.errors.contains("the tests passed with answer 2"))
    #expect(!ending.errors.contains("tests done"))
    let data = Data(try #require(folder.read("t.json")))
    let document = try #require(
      try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(document["schema"] as? Int == 1)
    #expect(document["verdict"] as? String == "ok")
    #expect(document["ending"] as? String == "passed")
    let rounds = try #require(document["rounds"] as? [[String: Any]])
    #expect(rounds.map { $0["passed"] as? Bool } == [false, true])
    #expect((rounds[0]["feedback"] as? String)?.contains("AssertionError") == true)
    #expect((rounds[0]["result"] as? [String: Any])?["verdict"] as? String == "runtime_error")
    let messages = try #require(rounds[1]["messages"] as? [[String: String]])
    #expect(messages.map { $0["role"] } == ["system", "user", "assistant", "user"])
    #expect(messages[3]["content"]?.contains("AssertionError") == true)
    // The transcript is itself a file of answers.
    let again = try await folder.command.run(
      "solve", "Write add.", "--answers", "t.json", "--tests", "tests.py", "--json", "--quiet")
    #expect(again.status == 0)
    #expect(again.errors == "")
    #expect(try again.document()["code"] as? String == "def add(a, b): return a + b\n")
  }

  struct Sample: Sendable, CustomTestStringConvertible {
    var language: String
    var right: String
    var wrong: String
    /// One that ends before its tests do, with status 0.
    var early: String
    var tests: String
    var testDescription: String { language }
  }

  static let samples = [
    Sample(
      language: "python", right: "def f(): return 3", wrong: "def f(): return 4",
      early: "import os\ndef f(): os._exit(0)", tests: "assert f() == 3"),
    Sample(
      language: "javascript", right: "function f() { return 3 }",
      wrong: "function f() { return 4 }", early: "function f() { process.exit(0) }",
      tests: "if (f() !== 3) throw new Error('f() is ' + f())"),
    Sample(
      language: "c", right: "int f(void) { return 3; }\nint main(void) { return 1; }",
      wrong: "int f(void) { return 4; }",
      early: "#include <stdlib.h>\nint f(void) { exit(0); }",
      tests: "int f(void);\nint main(void) { return f() == 3 ? 0 : 1; }"),
    Sample(
      language: "swift", right: "func f() -> Int { 3 }", wrong: "func f() -> Int { 4 }",
      early: "import Glibc\nfunc f() -> Int { exit(0) }", tests: "precondition(f() == 3)"),
  ]

  @Test(
    "Tests tell right from wrong, and from a program that ends before they do", arguments: samples)
  func tests(_ sample: Sample) async throws {
    let folder = try ScratchFolder()
    try folder.write(sample.tests, to: "tests.txt")
    for (program, status) in [(sample.right, Int32(0)), (sample.wrong, 1), (sample.early, 1)] {
      try folder.write(Self.answers(program, language: sample.language), to: "answers.jsonl")
      let ending = try await folder.command.run(
        "solve", "Write f.", "--language", sample.language, "--answers", "answers.jsonl",
        "--tests", "tests.txt", "--rounds", "1", "--wall-time", "10m")
      #expect(ending.status == status, "\(program)\n\(ending.errors)")
      #expect(ending.output == program + "\n")
    }
  }

  @Test("Cases and calls are tests too, which the program never sees; what failed is told")
  func cases() async throws {
    let folder = try ScratchFolder()
    try folder.write("3\n", to: "cases/1.in")
    try folder.write("6\n", to: "cases/1.out")
    try folder.write("5\n", to: "cases/2.in")
    try folder.write("10\n", to: "cases/2.out")
    try folder.write(#"{"call": "add(2, 3)", "expected": 5}"#, to: "calls.jsonl")
    try folder.write("assert add(2, 3) == 5\n", to: "tests.py")
    try folder.write(
      Self.answers("print(6)", "print(2 * int(input()))"), to: "doubles.jsonl")
    try folder.write(
      Self.answers("def add(a, b): return a - b", "def add(a, b): return a + b"), to: "adds.jsonl")
    for (answers, options) in [
      ("doubles.jsonl", ["--tests", "cases"]), ("adds.jsonl", ["--tests", "calls.jsonl"]),
      ("adds.jsonl", ["--tests", "tests.py", "--function", "add"]),
    ] {
      let words = ["solve", "x", "--answers", answers, "--json", "--wall-time", "10m"] + options
      let ending = try await folder.command.run(words.map { Array($0.utf8) })
      #expect(ending.status == 0, "\(options)\n\(ending.errors)")
      let rounds = try #require(try ending.document()["rounds"] as? [[String: Any]])
      #expect(rounds.map { $0["verdict"] as? String } == ["wrong_answer", "ok"])
      let feedback = rounds.first?["feedback"] as? String ?? ""
      #expect(feedback.contains(answers == "doubles.jsonl" ? "10" : "5"), "\(feedback)")
      let messages = rounds.first?["messages"] as? [[String: String]]
      #expect(messages?.last?["content"]?.contains("must pass these tests") == true)
    }
    let other = try await folder.command.run(
      "solve", "x", "--language", "c", "--answers", "adds.jsonl", "--tests", "calls.jsonl")
    #expect(other.status == 64)
    #expect(other.errors.contains("in Python only"))
  }

  @Test("An answer without a program is no success")
  func noProgram() async throws {
    let folder = try ScratchFolder()
    try folder.write(#""I would rather not. Sorry.""#, to: "answers.jsonl")
    let ending = try await folder.command.run("solve", "x", "--answers", "answers.jsonl", "--json")
    #expect(ending.status == 1)
    #expect(try ending.document()["ending"] as? String == "no_code")
  }

  @Test("A command can be the model; it is sent the conversation and the sandbox's limits")
  func command() async throws {
    let folder = try ScratchFolder()
    try folder.write(
      """
      #!/bin/sh
      cat >request.json
      printf '```python\\nprint(6 * 7)\\n```\\n'
      """, to: "model", mode: 0o755)
    let ending = try await folder.command.run(
      "solve", "the answer", "--model-command", "./model", "--memory", "100MiB", "--quiet")
    #expect(ending.output == "print(6 * 7)\n", "\(ending.errors)")
    #expect(ending.status == 0)
    let text = String(decoding: try #require(folder.read("request.json")), as: UTF8.self)
    #expect(text.contains("the answer"))
    #expect(text.contains("100 MiB of memory"))
    #expect(text.contains("Python 3."))
  }

  @Test("Ctrl-C ends the model's command, all that it started, and writes the transcript so far")
  func interrupted() async throws {
    let folder = try ScratchFolder()
    // Answers once; then hangs, with a child of its own that ignores being told to end.
    try folder.write(
      """
      #!/bin/bash
      if [ -e asked ]; then
        (trap '' INT TERM; echo $BASHPID >child.part; mv child.part child; exec sleep 600) &
        printf 'half an ans'
        wait
      fi
      touch asked
      printf '```python\\nprint(undefined)\\n```\\n'
      """, to: "model", mode: 0o755)
    let running = try folder.command.start(
      "solve", "x", "--model-command", "./model", "--transcript", "t.json")
    var child: pid_t?
    while child == nil, !running.hasEnded {
      child = folder.read("child").flatMap {
        pid_t(String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    guard let hanging = child else {
      Issue.record("it ended early: \(try await running.ending())")
      return
    }
    kill(running.process, SIGINT)
    let ending = try await running.ending()
    #expect(ending.status == 130, "\(ending.errors)")
    #expect(kill(hanging, 0) == -1 || Self.isZombie(hanging))
    let data = Data(try #require(folder.read("t.json")))
    let document = try #require(
      try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(document["ending"] as? String == "interrupted")
    let rounds = try #require(document["rounds"] as? [[String: Any]])
    #expect(rounds.count == 2)
    #expect((rounds[0]["feedback"] as? String)?.contains("undefined") == true)
  }

  private static func isZombie(_ process: pid_t) -> Bool {
    let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    return status.map { $0.contains(") Z ") } ?? true
  }

  @Test("A model that cannot be asked is told, and what was done before is in the transcript")
  func unreachable() async throws {
    let folder = try ScratchFolder()
    var command = folder.command
    command.environment = ["OPENAI_API_KEY": "sk-canary-0815"]
    let ending = try await command.run(
      "solve", "x", "--model", "m", "--base-url", "http://127.0.0.1:1/v1", "--json")
    #expect(ending.status == 69)
    #expect(
      ending.errors.contains("error: cannot reach the model's server at http://127.0.0.1:1/v1"))
    #expect(try ending.document()["ending"] as? String == "model_error")
    #expect(!(ending.output + ending.errors).contains("sk-canary-0815"))
  }

  @Test("Prompts in a folder replace the built-in ones")
  func prompts() async throws {
    let folder = try ScratchFolder()
    try folder.write("You speak {language}.", to: "p/system.txt")
    try folder.write(Self.answers("pass"), to: "answers.jsonl")
    let ending = try await folder.command.run(
      "solve", "x", "--answers", "answers.jsonl", "--prompts", "p", "--json")
    let rounds = try ending.document()["rounds"] as? [[String: Any]]
    let messages = rounds?.first?["messages"] as? [[String: String]]
    #expect(messages?.first?["content"] == "You speak Python.")
  }

  @Test(
    "Wrong use is told, with the way out",
    arguments: [
      (["solve"], 64, "give the task either in words, or as a file"),
      (["solve", "x", "--rounds", "0"], 64, "--rounds must be from 1 to 100"),
      (["solve", "x", "--answers", "none"], 66, "cannot read 'none'"),
      (["solve", "x", "--answers", "bad.jsonl"], 64, "bad.jsonl:2: neither a JSON string"),
      (["solve", "x", "--answers", "bad.jsonl", "--model", "m"], 64, "each name a model"),
      (["solve", "x", "--model-command", "./none"], 69, "cannot start the model's command"),
      (["solve", "x", "--feedback", "oracle"], 64, "--reference go together"),
      (["solve", "x", "--max-cost", "1"], 64, "--max-cost needs --price"),
      (["solve", "x", "--model", "m", "--base-url", "nonsense"], 64, "is not a URL of a server"),
      (["solve", "x", "--model", "m", "--api-key-file", "none"], 64, "cannot read the key file"),
      (["solve", "--task", "empty", "--answers", "bad.jsonl"], 64, "the task is empty"),
    ] as [([String], Int32, String)])
  func wrongUse(arguments: [String], status: Int32, text: String) async throws {
    let folder = try ScratchFolder()
    try folder.write("\"a\"\n{\"other\": 1}\n", to: "bad.jsonl")
    try folder.write("\n", to: "empty")
    var command = folder.command
    command.environment = ["OPENAI_API_KEY": nil, "OPENAI_BASE_URL": nil]
    let ending = try await command.run(arguments.map { Array($0.utf8) })
    #expect(ending.status == status)
    #expect(ending.errors.contains(text), "\(ending.errors)")
    #expect(ending.output == "")
  }
}
