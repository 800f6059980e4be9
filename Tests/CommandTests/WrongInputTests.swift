import Testing

@Suite(
  "Wrong input gets one error that says what, where and how to mend it", .timeLimit(.minutes(10)))
struct WrongInputTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var status: Int32
    /// Standard error, all of it.
    var errors: String
    var testDescription: String { arguments.joined(separator: " ") }

    init(_ arguments: String..., status: Int32, errors: String) {
      self.arguments = arguments
      self.status = status
      self.errors = errors + "\n"
    }
  }

  static let size = "a size from 1MiB to 1024GiB, such as 512KiB or 64MiB"
  static let time = "a time from 1ms to 24h, such as 500ms, 5s or 2m"
  static let huge = "1" + String(repeating: "0", count: 30)
  static let tellLanguage = "\nhint: say --language ID; 'ocisandbox languages' lists them"

  static let samples = [
    Sample(
      "run", "nope.py", status: 66,
      errors: "error: cannot read 'nope.py': No such file or directory"),
    Sample(
      "check", "nope.py", status: 66,
      errors: "error: cannot read 'nope.py': No such file or directory"),
    Sample(
      "run", "new\nline\u{1B}[31m.py", status: 66,
      errors: "error: cannot read 'new\\u{A}line\\u{1B}[31m.py': No such file or directory"),
    Sample(
      "run", "link.py", status: 66,
      errors: "error: cannot read 'link.py': No such file or directory"),
    Sample(
      "run", "empty", status: 66,
      errors: """
        error: cannot tell the language of the folder 'empty': its files are of no known language
        hint: say --language ID
        """),
    Sample(
      "run", "empty", "--language", "python", status: 66,
      errors: """
        error: 'empty' is a folder without a 'main.py'
        hint: run the file to start with, and give the rest with --file
        """),
    Sample(
      "run", "two", status: 66,
      errors: """
        error: 'two' is a folder without a 'main.py', and with several programs
        hint: run the file to start with, and give the rest with --file
        """),
    Sample(
      "run", "mixed", status: 64,
      errors: """
        error: cannot tell the language of the folder 'mixed': its files are of c, python
        hint: say --language ID
        """),
    Sample(
      "run", "a.pyy", status: 64,
      errors: "error: cannot tell the language of 'a.pyy': unknown file name extension 'pyy'; "
        + "did you mean 'py'?" + tellLanguage),
    Sample(
      "run", "plain", status: 64,
      errors: "error: cannot tell the language of 'plain': its name has no extension" + tellLanguage
    ),
    Sample(
      "run", "-", status: 64,
      errors: "error: the language of a program from standard input must be given" + tellLanguage),
    Sample(
      "run", "-", "--language", "python", "--stdin", "-", status: 64,
      errors:
        "error: the program itself is read from standard input, so --stdin - has nothing left "
        + "to read"),
    Sample(
      "run", "a.py", "--language", "pyton", status: 64,
      errors: "error: unknown language 'pyton'; did you mean 'python'?"),
    Sample(
      "run", "a.py", "--policy", "strct", status: 64,
      errors: "error: unknown policy 'strct'; did you mean 'strict'?"),
    Sample(
      "run", "a.py", "--policy", "typo.yaml", status: 64,
      errors: "typo.yaml:4:1: error: unknown key 'seccmp'; did you mean 'seccomp'?"),
    Sample(
      "policy", "check", "typo.yaml", status: 64,
      errors: "typo.yaml:4:1: error: unknown key 'seccmp'; did you mean 'seccomp'?"),
    Sample(
      "run", "a.py", "--policy", "./nowhere.yaml", status: 64,
      errors: "./nowhere.yaml: error: cannot be read: No such file or directory"),
    Sample(
      "run", "a.py", "--languages", "nowhere", status: 64,
      errors: "nowhere: error: cannot be read: No such file or directory"),
    Sample(
      "run", "a.py", "--policies", "nowhere", status: 64,
      errors: "nowhere: error: cannot be read: No such file or directory"),
    Sample(
      "run", "a.py", "--memory", "0", status: 64, errors: "error: --memory must be \(size), not '0'"
    ),
    Sample(
      "run", "a.py", "--memory", "-1", status: 64,
      errors: "error: --memory must be \(size), not '-1'"),
    Sample(
      "run", "a.py", "--memory", "\(huge)MiB", status: 64,
      errors: "error: --memory must be \(size), not '\(huge)MiB'"),
    Sample(
      "run", "a.py", "--memory", "5", status: 64, errors: "error: --memory must be \(size), not '5'"
    ),
    Sample(
      "run", "a.py", "--wall-time", "5", status: 64,
      errors: "error: --wall-time must be \(time), not '5'"),
    Sample(
      "run", "a.py", "--wall-time", "0s", status: 64,
      errors: "error: --wall-time must be \(time), not '0s'"),
    Sample(
      "run", "a.py", "--cpu-time", "-1s", status: 64,
      errors: "error: --cpu-time must be \(time), not '-1s'"),
    Sample(
      "run", "a.py", "--cpu-time", "\(huge)s", status: 64,
      errors: "error: --cpu-time must be \(time), not '\(huge)s'"),
    Sample(
      "run", "a.py", "--processes", "0", status: 64,
      errors: "error: --processes must be a whole number from 1 to 4096, not '0'"),
    Sample(
      "run", "a.py", "--env", "=x", status: 64, errors: "error: --env '=x': give it as NAME=VALUE"),
    Sample(
      "run", "a.py", "--file", "nope", status: 66,
      errors: "error: cannot read 'nope': No such file or directory"),
    Sample(
      "run", "a.py", "--file", "a.pyy:../x", status: 64,
      errors: """
        error: --file 'a.pyy:../x': '../x' is not a path in the workspace
        hint: give one after a colon, relative and without '..': --file SRC:DEST
        """),
    Sample(
      "run", "a.py", "--file", "a.pyy:a.py", status: 64,
      errors: """
        error: cannot put 'a.pyy' into the workspace: another file is 'a.py' there already
        hint: give another name after a colon: --file SRC:DEST
        """),
    Sample(
      "run", "a.py", "--stdin", "empty", status: 66,
      errors: "error: cannot read 'empty': it is a folder"),
    Sample(
      "run", "-x.py", status: 64,
      errors: """
        error: Missing expected argument '<file>'
        Help:  <file>  The program: a file, a folder, or - for standard input (with --language).
        Usage: ocisandbox run <file> [options] [-- <arguments> ...]
          See 'ocisandbox run --help' for more information.
        hint: a file whose name starts with '-' is given as './-x.py'
        """),
    Sample(
      "a.py", status: 64,
      errors: """
        error: unknown subcommand 'a.py'
        hint: to run a program: ocisandbox run a.py
        """),
    Sample(
      "languages", "check", "nope", status: 64,
      errors: "error: unknown language 'nope'; did you mean 'node'?"),
    Sample(
      "policy", "show", "nope", status: 64,
      errors:
        "error: unknown policy 'nope'\nhint: known are compile, default, loopback, notebook, strict"
    ),
  ]

  private func folder() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.write("print('it ran')", to: "a.py")
    for name in ["a.pyy", "plain", "-x.py", "two/a.py", "two/b.py", "mixed/a.py", "mixed/b.c"] {
      try folder.write("x", to: name)
    }
    try folder.makeFolder("empty")
    try folder.link("nowhere.py", at: "link.py")
    try folder.write(
      """
      schema: 1
      id: typo
      description: Has a typo.
      seccmp: { kill: ["@privileged"] }

      """, to: "typo.yaml")
    return folder
  }

  @Test("in its own words, with the documented status, and nothing runs", arguments: samples)
  func message(_ sample: Sample) async throws {
    let folder = try folder()
    let ending = try await folder.command.run(sample.arguments.map { Array($0.utf8) })
    #expect(ending.errors == sample.errors)
    #expect(ending.output == "")
    #expect(ending.status == sample.status)
  }

  @Test("A toolchain that is not there is one line with a hint, and status 126")
  func missingToolchain() async throws {
    let folder = try folder()
    var command = folder.command
    command.environment = ["PATH": folder.path]
    let ending = try await command.run("run", "a.py")
    #expect(
      ending.errors == "error: none of python3, python is on PATH; hint: apt-get install python3\n")
    #expect(ending.output == "")
    #expect(ending.status == 126)
    let json = try await command.run("run", "a.py", "--json")
    #expect(try json.document()["verdict"] as? String == "sandbox_error")
    #expect(json.status == 126)
  }

  @Test("A broken manifest disturbs only what needs it, and is told with its place")
  func brokenManifest() async throws {
    let folder = try folder()
    try folder.write("schema: 1\nid: lua\nextensons: [lua]\n", to: "Languages/lua.yaml")
    let python = try await folder.command.run("run", "a.py", "--languages", "Languages")
    #expect(python.output == "it ran\n")
    let lua = try await folder.command.run(
      "run", "a.py", "--language", "lua", "--languages", "Languages")
    #expect(
      lua.errors.contains(
        "Languages/lua.yaml:3:1: error: unknown key 'extensons'; did you mean 'extensions'?\n"),
      "\(lua.errors)")
    #expect(lua.status == 64)
    let list = try await folder.command.run("languages", "list", "--languages", "Languages")
    #expect(list.output.contains("broken, see below"))
    #expect(list.errors.contains("Languages/lua.yaml:3:1: error: unknown key 'extensons'"))
    #expect(list.status == 0)
  }
}
