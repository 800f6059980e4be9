import Testing

/// What a person meets who gives a program and tests of their own.
@Suite("judge", .timeLimit(.minutes(10)))
struct JudgeTests {
  @Test(
    "A line of tests that makes no sense is told with its place and what is wrong",
    arguments: [
      (
        #"{"stdin": "", "expected_stdout": "", "cpu_time_seconds": 1e300}"#,
        "the value of 'cpu_time_seconds' is 1e+300: it must be above 0 and at most 86400"
      ),
      (
        #"{"stdin": "", "expected_stdout": "", "wall_time_seconds": 0}"#,
        "the value of 'wall_time_seconds' is 0.0"
      ),
      (
        #"{"stdin": "", "expected_stdout": "", "memory_bytes": -1}"#,
        "the value of 'memory_bytes' is -1.0: it must be whole and at least 1048576"
      ),
      (
        #"{"stdin": "", "expected_stdout": "", "memory_bytes": 1e300}"#,
        "the value of 'memory_bytes' is 1e+300: it must be whole"
      ),
      (
        #"{"stdin": 1, "expected_stdout": ""}"#, "the value of 'stdin' is of the wrong type"
      ),
      (#"{"call": "f(1)", "expected": 1, "stdin": "1"}"#, "a case has \"expected_stdout\""),
      (#"{"call": "f(1)", "expected": 1, "raises": "ValueError"}"#, "a case has"),
      (#"{"stdin": "1", "expected_stdout": "", "expected": 1}"#, "a case has"),
      (#"{"stdin""#, "not a JSON object"),
    ])
  func senseless(line: String, message: String) async throws {
    let folder = try ScratchFolder()
    try folder.write("print(1)", to: "main.py")
    try folder.write("\n\(line)\n", to: "tests.jsonl")
    let ended = try await folder.command.run("judge", "main.py", "--tests", "tests.jsonl")
    #expect(ended.status == 66)
    #expect(ended.output.isEmpty)
    #expect(ended.errors.hasPrefix("tests.jsonl:2: error: "), "\(ended.errors)")
    #expect(ended.errors.contains(message), "\(ended.errors)")
  }

  @Test("Half a case in a folder is told", arguments: ["2.in", "2.out", "2.ans"])
  func halfACase(name: String) async throws {
    let folder = try Self.folder()
    for whole in ["1.in", "1.out", name] { try folder.write("1\n", to: "cases/\(whole)") }
    let ended = try await Self.run(["--tests", "cases"], in: folder)
    #expect(ended.status == 66)
    #expect(ended.errors.contains("'cases/\(name)' has no '"), "\(ended.errors)")
  }

  @Test(
    "A checker is refused where nothing of output is compared, and beside another one",
    arguments: [
      ["--tests", "calls.jsonl", "--checker", "float"],
      ["--tests", "calls.jsonl", "--checker-program", "checker.py"],
      ["--tests", "tests.py", "--function", "f", "--checker", "exact"],
      ["--tests", "calls.jsonl", "--function", "f"],
      ["--tests", "cases.jsonl", "--checker", "float", "--checker-program", "checker.py"],
      ["--tests", "cases.jsonl", "--rtol", "0.1"],
      ["--tests", "cases.jsonl", "--checker", "float", "--atol", "nan"],
    ])
  func checkers(arguments: [String]) async throws {
    let folder = try Self.folder()
    let ended = try await Self.run(arguments, in: folder)
    #expect([64, 66].contains(ended.status), "\(ended.errors)")
    #expect(ended.output.isEmpty)
    #expect(ended.errors.contains("--") || ended.errors.contains("a checker compares"))
  }

  private static func run(
    _ arguments: [String], in folder: ScratchFolder
  ) async throws -> BuiltCommand.Ending {
    try await folder.command.run((["judge", "main.py"] + arguments).map { Array($0.utf8) })
  }

  private static func folder() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.write("print(1)\ndef f(x): return x", to: "main.py")
    try folder.write(#"{"call": "f(1)", "expected": 1}"#, to: "calls.jsonl")
    try folder.write(#"{"stdin": "1", "expected_stdout": "1\n"}"#, to: "cases.jsonl")
    try folder.write("assert f(1) == 1", to: "tests.py")
    try folder.write("raise SystemExit(0)", to: "checker.py")
    return folder
  }

  @Test("The same tests are right without what was refused")
  func right() async throws {
    let folder = try Self.folder()
    for arguments in [
      ["--tests", "calls.jsonl"], ["--tests", "tests.py", "--function", "f"],
      ["--tests", "cases.jsonl", "--checker", "float", "--rtol", "0.1"],
      ["--tests", "cases.jsonl", "--checker-program", "checker.py"],
    ] {
      let ended = try await Self.run(arguments, in: folder)
      #expect(ended.status == 0, "\(ended.errors)\(ended.output)")
    }
  }

  @Test("The report has one line a case, and no line end is told by its number")
  func report() async throws {
    let folder = try Self.folder()
    try folder.write(
      #"{"name": "two\nlines", "stdin": "", "expected_stdout": "a\nb\n"}"#, to: "cases.jsonl")
    let ended = try await folder.command.run("judge", "main.py", "--tests", "cases.jsonl")
    #expect(ended.status == 1)
    #expect(ended.output.contains("two\\u{A}lines  wrong_answer"), "\(ended.output)")
    #expect(ended.output.contains("- a\n      - b\n      + 1\n"), "\(ended.output)")
    let feedback = try await folder.command.run(
      "judge", "main.py", "--tests", "cases.jsonl", "--format", "feedback")
    #expect(!feedback.output.contains("b\\u{A}"), "\(feedback.output)")
  }

  @Test("JUnit XML can be read whatever the names and outputs are, and tells not judged from wrong")
  func junit() async throws {
    let folder = try Self.folder()
    try folder.write(
      #"""
      import sys
      word = sys.stdin.read()
      sys.stdout.buffer.write(b"\x00\x1b[31m ]]> & < \" \xff \xef\xbf\xbf" if word == "odd" else word.encode())
      """#, to: "main.py")
    try folder.write(
      "import sys\nword, out, right = (open(name, 'rb').read() for name in sys.argv[1:])\nsys.exit(3 if word == b'3' else out != right)\n",
      to: "checker.py")
    try folder.write(
      #"""
      {"name": "a <b> & \"c\" ]]> \u0001 \ufffe \ud83d\ude00", "stdin": "odd", "expected_stdout": "\u0000 ]]>"}
      {"stdin": "3", "expected_stdout": "3"}
      {"stdin": "4", "expected_stdout": "4"}
      """#, to: "cases.jsonl")
    let words = ["--tests", "cases.jsonl", "--checker-program", "checker.py"]
    let ended = try await Self.run(words + ["--format", "junit"], in: folder)
    #expect(ended.status == 1, "\(ended.errors)")
    try folder.write(ended.output, to: "junit.xml")
    try folder.write(
      """
      import sys, xml.etree.ElementTree as tree
      suite = tree.fromstring(sys.stdin.buffer.read())
      print(suite.get("tests"), suite.get("failures"), suite.get("errors"), [
          (case.get("classname"), [part.tag for part in case]) for case in suite])
      """, to: "read.py")
    let read = try await folder.command.run("run", "read.py", "--stdin", "junit.xml")
    #expect(
      read.output
        == "3 1 1 [('main.py', ['failure']), ('main.py', ['error']), ('main.py', [])]\n",
      "\(read.errors)\(ended.output)")
    let text = try await Self.run(words, in: folder)
    #expect(text.output.contains("1 of 3 right, 1 not judged"), "\(text.output)")
  }

  @Test("Integers of any size are what they are")
  func integers() async throws {
    let folder = try Self.folder()
    try folder.write(
      """
      {"call": "f(10**30 + 1)", "expected": 1000000000000000000000000000001}
      {"call": "f(10**30)", "expected": 1000000000000000000000000000001}
      {"call": "f(2**70)", "expected": 1180591620717411303424}
      """, to: "calls.jsonl")
    let ended = try await folder.command.run("judge", "main.py", "--tests", "calls.jsonl", "--json")
    let cases = try ended.document()["cases"] as? [[String: Any]] ?? []
    #expect(cases.map { $0["verdict"] as? String } == ["ok", "wrong_answer", "ok"])
  }
}
