import Foundation
import Testing

@Suite("ocisandbox replay", .timeLimit(.minutes(10)))
struct ReplayTests {
  private static let program = """
    import os, sys
    print(sys.stdin.buffer.read(), sys.argv[1:], os.environ["WORD"], open("more.txt").read())
    raise ValueError("no")
    """

  /// A changed copy of a recording.
  private static func change(
    _ name: String, in folder: ScratchFolder, _ edit: (inout [String: Any]) -> Void
  ) throws {
    let bytes = try #require(folder.read(name))
    var document = try #require(
      try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    edit(&document)
    try folder.write(
      Array(try JSONSerialization.data(withJSONObject: document)), to: "changed.json")
  }

  private static func recorded() async throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.write(program, to: "main.py")
    try folder.write("more", to: "more.txt")
    var command = folder.command
    // No text: it must come back byte for byte.
    command.input = .bytes([0xFF, 0x00, 0x41])
    let ending = try await command.run(
      "run", "main.py", "--stdin", "-", "--file", "more.txt", "--env", "WORD=w", "--record",
      "r.json", "--wall-time", "10m", "--", "a", "b")
    #expect(ending.status == 1, "\(ending.errors)")
    #expect(ending.output == #"b'\xff\x00A' ['a', 'b'] w more"# + "\n")
    return folder
  }

  @Test("A run is done again from its one file alone, with all that it was given")
  func same() async throws {
    let folder = try await Self.recorded()
    try FileManager.default.removeItem(atPath: folder.path + "/main.py")
    try FileManager.default.removeItem(atPath: folder.path + "/more.txt")
    let ending = try await folder.command.run("replay", "r.json")
    #expect(ending.status == 0, "\(ending.output)\(ending.errors)")
    #expect(ending.output == "the same: 1 execution\n")
  }

  @Test("A compiled program is done again as it was, also where it was not compiled to be recorded")
  func compiled() async throws {
    let folder = try ScratchFolder()
    try folder.write("#include <stdio.h>\nint main(void) { puts(\"hello\"); }\n", to: "main.c")
    var command = folder.command
    command.environment = ["XDG_CACHE_HOME": folder.path + "/cache"]
    for name in ["first.json", "second.json"] {
      let ending = try await command.run("run", "main.c", "--record", name)
      #expect(ending.status == 0, "\(ending.errors)")
      let again = try await command.run("replay", name)
      #expect(again.output == "the same: 1 execution\n")
    }
  }

  @Test("What differs is told with both values")
  func different() async throws {
    let folder = try await Self.recorded()
    try Self.change("r.json", in: folder) { document in
      var recording = document["recording"] as? [String: Any] ?? [:]
      var program = recording["program"] as? [String: Any] ?? [:]
      program["arguments"] = ["c"]
      recording["program"] = program
      document["recording"] = recording
    }
    let ending = try await folder.command.run("replay", "changed.json", "--json")
    #expect(ending.status == 1, "\(ending.errors)")
    let document = try ending.document()
    #expect(document["same"] as? Bool == false)
    let differences = try #require(document["differences"] as? [[String: Any]])
    let output = differences.first { $0["path"] as? String == "result.run.stdout" }
    #expect((output?["then"] as? String)?.contains("['a', 'b']") == true)
    #expect((output?["now"] as? String)?.contains("['c']") == true)
  }

  @Test("A stranger's recording does not bring a policy of its own, unless that is asked for")
  func policy() async throws {
    let folder = try ScratchFolder()
    try folder.write(
      "import socket\ns = socket.socket()\nprint('made')\n", to: "main.py")
    _ = try await folder.command.run(
      "run", "main.py", "--record", "r.json", "--wall-time", "10m")
    try Self.change("r.json", in: folder) { document in
      var recording = document["recording"] as? [String: Any] ?? [:]
      var policy = recording["policy"] as? [String: Any] ?? [:]
      policy["network"] = "loopback"
      recording["policy"] = policy
      document["recording"] = recording
    }
    let ending = try await folder.command.run("replay", "changed.json")
    #expect(ending.output.contains("policy 'default': then as recorded, now this host's"))
    #expect(ending.output.contains("the same: 1 execution"), "\(ending.output)")
    let trusted = try await folder.command.run("replay", "changed.json", "--recorded-policy")
    #expect(!trusted.output.contains("this host's"), "\(trusted.output)")
  }

  @Test("Every execution of a transcript is done again, with its tests")
  func transcript() async throws {
    let folder = try ScratchFolder()
    let answers = ["return a - b", "return a + b"].map { body in
      #"{"answer": "```python\ndef add(a, b): \#(body)\n```"}"# + "\n"
    }
    try folder.write(answers.joined(), to: "answers.jsonl")
    try folder.write(#"{"call": "add(2, 3)", "expected": 5}"#, to: "calls.jsonl")
    let solved = try await folder.command.run(
      "solve", "add", "--answers", "answers.jsonl", "--tests", "calls.jsonl", "--transcript",
      "t.json", "--wall-time", "10m")
    #expect(solved.status == 0, "\(solved.errors)")
    try FileManager.default.removeItem(atPath: folder.path + "/calls.jsonl")
    let same = try await folder.command.run("replay", "t.json")
    #expect(same.status == 0, "\(same.output)\(same.errors)")
    #expect(same.output == "the same: 2 executions\n")
    try Self.change("t.json", in: folder) { document in
      var rounds = document["rounds"] as? [[String: Any]] ?? []
      rounds[0]["verdict"] = "ok"
      document["rounds"] = rounds
    }
    let other = try await folder.command.run("replay", "changed.json")
    #expect(other.status == 1)
    #expect(
      other.output.contains("rounds[0].verdict differs\n  then: \"ok\"\n  now:  \"wrong_answer\""))
  }

  @Test("A file that is no recording is told, and a test's name leads nowhere else")
  func wrongFiles() async throws {
    let folder = try ScratchFolder()
    try folder.write("{}", to: "none.json")
    let none = try await folder.command.run("replay", "none.json")
    #expect(none.status == 64)
    #expect(none.errors.contains("'none.json' is no recording"))
    try folder.write(#"{"answer": "```python\nprint(1)\n```"}"#, to: "answers.jsonl")
    try folder.write("1\n", to: "cases/1.out")
    try folder.write("", to: "cases/1.in")
    _ = try await folder.command.run(
      "solve", "x", "--answers", "answers.jsonl", "--tests", "cases", "--transcript", "t.json")
    try Self.change("t.json", in: folder) { document in
      var recording = document["recording"] as? [String: Any] ?? [:]
      var tests = recording["tests"] as? [String: Any] ?? [:]
      tests["files"] = ["../../canary-of-replay": ["text": "x"]]
      recording["tests"] = tests
      document["recording"] = recording
    }
    let ending = try await folder.command.run("replay", "changed.json")
    #expect(ending.status == 64)
    #expect(ending.errors.contains("not in its own folder"), "\(ending.errors)")
  }
}
