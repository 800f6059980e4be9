import SandboxDiagnostics
import SandboxExecution
import Testing

/// Forms that the tools on the machine where the fixtures were made do not print.
@Suite("Parsers on other versions' forms")
struct ParserEdgeTests {
  private func read(
    _ parser: any DiagnosticParser, _ text: String, outcome: Outcome = .exited(code: 1),
    sources: [String: String] = [:], workspace: String = "/workspace"
  ) -> [Diagnostic] {
    parser.diagnostics(
      in: StageReport(
        stage: .run, outcome: outcome, standardError: text, sources: sources, workspace: workspace))
  }

  @Test("gcc 9 has no byte-column, and its columns are bytes")
  func gcc9() {
    let text = """
      [{"kind": "error", "locations": [{"caret": {"file": "a.c", "line": 1, "column": 4}, \
      "finish": {"file": "a.c", "line": 1, "column": 5}}], "message": "m"}]

      """
    let found = read(GCCJSONParser(), text, sources: ["a.c": "é xy;"])
    #expect(found.first?.column == 3)
    #expect(found.first?.endColumn == 5)
  }

  @Test("gcc 14 writes its JSON over several lines, with text before and after")
  func multiline() {
    let text = """
      make: nonsense
      [{"kind": "warning",
        "message": "a [bracket] and a \\"quote\\"",
        "option": "-Wx", "locations": [], "children": []},
       {"kind": "error", "message": "b"}]
      collect2: error: ld returned 1 exit status
      """
    let found = read(GCCJSONParser(), text)
    #expect(found.map(\.message) == [#"a [bracket] and a "quote""#, "b"])
    #expect(found.map(\.code) == ["-Wx", nil])
  }

  @Test("several compilations give several arrays")
  func arrays() {
    let text =
      "[]\n[{\"kind\":\"error\",\"message\":\"a\"}]\n[{\"kind\":\"error\",\"message\":\"b\"}]\n"
    #expect(read(GCCJSONParser(), text).map(\.message) == ["a", "b"])
  }

  @Test("a line that only starts like JSON hides nothing")
  func notJSON() {
    let found = read(GCCJSONParser(), "[not JSON]\na.c:1:2: error: x\n[\na.c:2:3: error: y\n")
    #expect(found.map(\.message) == ["x", "y"])
  }

  @Test("what the assembler says has a place; a line that only begins as its messages do is none")
  func assembler() {
    let text = """
      a.c: Assembler messages:
      a.c:2: Error: no such instruction: `frobnicate'
      a.c:3: Warning: left operand is a bignum
      Error: of the program
      """
    let found = read(CCompilerParser(), text, sources: ["a.c": "int f() {\n asm(\"x\");\n}\n"])
    #expect(
      found.map(\.message) == ["no such instruction: `frobnicate'", "left operand is a bignum"])
    #expect(found.map(\.severity) == [.error, .warning])
    #expect(found.map(\.line) == [2, 3])
    #expect(found.first?.source == #" asm("x");"#)
  }

  @Test("lld and gold name an undefined symbol in their own ways")
  func linkers() {
    let lld = "ld.lld: error: undefined symbol: nope\n>>> referenced by a.c:3 (/workspace/a.c:3)\n"
    #expect(read(LLVMStyleParser(), lld).map(\.message) == ["undefined symbol: nope"])
    let gold = "/tmp/x.o:/workspace/a.c:3: error: undefined reference to 'nope'\n"
    let found = read(LLVMStyleParser(), gold, sources: ["a.c": "1\n2\n3\n"])
    #expect(found.map(\.file) == ["a.c"])
    #expect(found.map(\.line) == [3])
  }

  @Test("clang may print ranges behind the place")
  func ranges() {
    let found = read(LLVMStyleParser(), "err.c:4:18:{4:13-4:16}: error: too few arguments\n")
    #expect(found.map(\.line) == [4])
    #expect(found.map(\.column) == [18])
    #expect(found.map(\.message) == ["too few arguments"])
  }

  @Test("the next line is only quoted with its number or a caret below")
  func quoted() {
    let text = """
      a.c:1:3: error: x
      other
      more
      a.c:1:3: error: x
          1 | int é;
      a.swift:1:4: error: x
      let x
         ^~
      a.swift:2:1: error: x
      1 | let x
      """
    let found = read(LLVMStyleParser(), text)
    #expect(found.map(\.source) == [nil, "int é;", "let x", nil])
    #expect(found.map(\.endColumn) == [nil, nil, 6, nil])
  }

  @Test("Python 3.13 prints several lines of one call; only a marker right under the first counts")
  func python313() {
    let text = """
      Traceback (most recent call last):
        File "/workspace/main.py", line 1, in <module>
          same(
          ~~~~^
              1,
              ^^
        File "/workspace/main.py", line 3, in <module>
          f(
              2)
          ^^
      ValueError: x
      """
    let found = read(
      PythonTracebackParser(), text, sources: ["main.py": "same(\n    1,\nf(\n    2)\n"])
    #expect(found.first?.stack.map(\.column) == [1, nil])
  }

  @Test("a traceback whose beginning was dropped is read from its first whole frame")
  func truncated() {
    let text = """
      [... 9000 bytes dropped ...]
      File "/workspace/main.p
        File "/workspace/main.py", line 3, in g
          h()
      pkg.Custom.Error: too deep
      """
    let found = read(PythonTracebackParser(), text)
    #expect(found.map(\.line) == [3])
    #expect(found.map(\.code) == ["pkg.Custom.Error"])
  }

  @Test("a file of the host is never named", arguments: DiagnosticParsers.names)
  func hostPaths(name: String) throws {
    let parser = try #require(DiagnosticParsers.named(name))
    let text = """
      /home/user/a.c:1:1: error: x
      Traceback (most recent call last):
        File "/home/user/a.py", line 1, in f
          y
        File "/workspace/../home/user/a.py", line 1, in f
          y
      E: x
      /home/user/a.js:1
      y
      ^

      Error: x
          at f (/home/user/a.js:1:1)
      home/user.swift:1: Fatal error: x
      Thread 0 "x" crashed:
        0 0x1 f() + 1 in x at /home/user/a.swift:1:1
      a: /home/user/a.c:1: main: Assertion `x' failed.
      """
    for outcome in [Outcome.exited(code: 1), .signalled(signal: 6)] {
      let found = read(parser, text, outcome: outcome)
      #expect(found.allSatisfy { $0.file == nil && $0.stack.isEmpty })
    }
  }

  @Test("the workspace may be at any path, and is taken off messages too")
  func workspace() {
    let text = """
      /a b/main.js:1
      x
      ^

      Error: cannot open /a b/data.txt
          at f (/a b/main.js:1:1)
      """
    let found = read(NodeErrorParser(), text, workspace: "/a b/")
    #expect(found.map(\.file) == ["main.js"])
    #expect(found.map(\.message) == ["cannot open data.txt"])
  }

  @Test("each name has a parser, and no other name has")
  func names() {
    #expect(
      DiagnosticParsers.names == [
        "c-compiler", "gcc-json", "llvm-style", "native-crash", "node-error", "python-traceback",
        "sanitizer", "sarif", "swift-trap",
      ])
    #expect(DiagnosticParsers.names.allSatisfy { DiagnosticParsers.named($0) != nil })
    #expect(DiagnosticParsers.named("nope") == nil)
  }
}
