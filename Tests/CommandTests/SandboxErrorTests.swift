import Testing

@Suite("Where nothing can be said about a program", .timeLimit(.minutes(10)))
struct SandboxErrorTests {
  private static let message = """
    cannot start the program: No such file or directory
    hint: the executable must be in the workspace or under a path that the policy lets it read
    """

  /// A program, and a policy under which no interpreter is in view.
  private func folder() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.write("print('it ran')\n", to: "a.py")
    try folder.write(
      """
      schema: 1
      id: narrow
      description: Shows no interpreter.
      filesystem: { read: [/lib64], write: ["{workspace}"] }
      """, to: "narrow.yaml")
    return folder
  }

  @Test(
    "the sandbox's own failure has status 125, whatever the format",
    arguments: [
      ("text", ""),
      ("feedback", "The sandbox could not do its work; nothing is known about the program.\n"),
    ])
  func status(_ format: String, _ output: String) async throws {
    let folder = try folder()
    let ending = try await folder.command.run(
      "run", "a.py", "--policy", "narrow.yaml", "--format", format)
    #expect(ending.output == output)
    #expect(ending.errors == "error: \(Self.message)\n")
    #expect(ending.status == 125)
  }

  @Test("the document has the keys of every other one, and the error")
  func document() async throws {
    let folder = try folder()
    let failed = try await folder.command.run("run", "a.py", "--policy", "narrow.yaml", "--json")
    let document = try failed.document()
    #expect(document["verdict"] as? String == "sandbox_error")
    #expect(document["error"] as? String == Self.message)
    #expect(document["language"] as? String == "python")
    #expect(document["policy"] as? String == "narrow")
    #expect(failed.errors == "error: \(Self.message)\n")
    #expect(failed.status == 125)
    let sound = try await folder.command.run("run", "a.py", "--json").document()
    #expect(Set(document.keys).subtracting(["error"]) == Set(sound.keys))
  }

  @Test(
    "a file or a name that is wrong is told in a document too, where one is asked for",
    arguments: [("run", ["nope.py"], Int32(66)), ("check", ["a.py", "--policy", "nope"], 64)])
  func wrongInput(_ subcommand: String, _ arguments: [String], _ status: Int32) async throws {
    let folder = try folder()
    let words = [subcommand] + arguments + ["--json"]
    let ending = try await folder.command.run(words.map { Array($0.utf8) })
    #expect(try ending.document()["verdict"] as? String == "sandbox_error")
    #expect(ending.status == status)
  }

  @Test("a stream that the caller closed is never mistaken for another file")
  func closedStreams() async throws {
    let folder = try folder()
    try folder.write("import sys\nprint('out')\nsys.exit(sys.stdin.read() + 'err')\n", to: "b.py")
    var command = folder.command
    command.input = .closed
    command.output = .closed
    let silent = try await command.run("run", "b.py", "--quiet", "--stdin", "-")
    #expect(silent.errors == "err\n")
    #expect(silent.status == 1)
    command.output = .captured
    command.errors = .closed
    let loud = try await command.run("run", "b.py")
    #expect(loud.output == "out\n")
    #expect(loud.status == 1)
  }
}
