import SandboxDiagnostics
import SandboxExecution
import Testing

@Suite("Problem matchers of manifests")
struct ProblemMatcherParserTests {
  private func read(
    _ matchers: [ProblemMatcher], _ text: String, sources: [String: String] = [:]
  ) throws -> [Diagnostic] {
    try ProblemMatcherParser(matchers: matchers).diagnostics(
      in: StageReport(
        stage: .compile, outcome: .exited(code: 1), standardError: text, sources: sources))
  }

  static let lua = ProblemMatcher(
    regexp: #"^lua: (?<file>[^:]+):(?<line>\d+): (?<message>.*)$"#)

  @Test("named groups give the fields, and the program's file the line")
  func named() throws {
    let found = try read(
      [Self.lua], "lua: /workspace/main.lua:2: attempt to index a nil value\nother\n",
      sources: ["main.lua": "x = nil\nprint(x.y)\n"])
    #expect(
      found == [
        Diagnostic(
          severity: .error, stage: .compile, file: "main.lua", line: 2,
          message: "attempt to index a nil value", source: "print(x.y)")
      ])
  }

  @Test("where the stage succeeded, an error is no more than a warning")
  func succeeded() throws {
    let found = try ProblemMatcherParser(matchers: [Self.lua]).diagnostics(
      in: StageReport(
        stage: .run, outcome: .exited(code: 0), standardError: "lua: main.lua:2: not so bad\n"))
    #expect(found.map(\.severity) == [.warning])
  }

  @Test("numbered groups, words of severity, a code and a range")
  func numbered() throws {
    let matcher = ProblemMatcher(
      regexp: #"^(.+)\((\d+),(\d+)-(\d+)\): (\w+) (TS\d+): (.*)$"#, file: 1, line: 2, column: 3,
      endColumn: 4, severity: 5, code: 6, message: 7)
    let found = try read(
      [matcher],
      """
      ./a.ts(1,10-13): Warning TS1: careful
      a.ts(9,1-2): info TS2: about the one before
      /usr/lib/x.ts(1,1-2): error TS3: elsewhere
      """, sources: ["a.ts": "let é = foo;"])
    #expect(
      found == [
        Diagnostic(
          severity: .warning, stage: .compile, file: "a.ts", line: 1, column: 9, endLine: 1,
          endColumn: 12, code: "TS1", message: "careful", source: "let é = foo;",
          notes: [
            Diagnostic(
              severity: .note, stage: .compile, file: "a.ts", line: 9, column: 1, endLine: 9,
              endColumn: 2, code: "TS2", message: "about the one before")
          ]),
        Diagnostic(severity: .error, stage: .compile, code: "TS3", message: "elsewhere"),
      ])
  }

  @Test("the first matcher that matches wins; the default severity is used where none is given")
  func order() throws {
    let first = ProblemMatcher(
      regexp: "^W: (.*)$", message: 1, defaultSeverity: "warning")
    let second = ProblemMatcher(regexp: "^.: (.*)$", message: 1)
    let found = try read([first, second], "W: a\nE: b\n")
    #expect(found.map(\.severity) == [.warning, .error])
    #expect(found.map(\.message) == ["a", "b"])
  }

  @Test("standard output is read as well")
  func standardOutput() throws {
    let report = StageReport(
      stage: .run, outcome: .exited(code: 1), standardOutput: "lua: main.lua:1: x\n")
    let found = try ProblemMatcherParser(matchers: [Self.lua]).diagnostics(in: report)
    #expect(found.map(\.message) == ["x"])
  }

  static let broken: [(ProblemMatcher, String)] = [
    (
      ProblemMatcher(regexp: "(", message: 1), "problem matcher 1, '(', is not a regular expression"
    ),
    (
      ProblemMatcher(regexp: "^(.*)$", file: 2, message: 1),
      "has 1 capture groups, but a field names group 2"
    ),
    (ProblemMatcher(regexp: "^(.*)$", file: 1), "gives no message"),
    (
      ProblemMatcher(regexp: "^(?<message>.*)$", defaultSeverity: "grave"),
      "has the default severity 'grave'"
    ),
    (ProblemMatcher(regexp: "^(?<message>(?:a+)+)$"), "repeats a group that holds a repetition"),
    (
      ProblemMatcher(regexp: "^(?<message>(a|b*c){2,}d)$"),
      "repeats a group that holds a repetition"
    ),
  ]

  @Test("a matcher that cannot work is refused with words", arguments: broken)
  func refused(matcher: ProblemMatcher, words: String) throws {
    let error = try #require(throws: ProblemMatcherError.self) {
      try ProblemMatcherParser(matchers: [matcher])
    }
    #expect(error.description.contains(words), "\(error)")
  }

  @Test(
    "repetitions that are only beside each other are allowed",
    arguments: [
      #"^(?<file>[^:]+):(?<line>\d+):(?<message>.*)$"#, #"^[(a+)+]+(?<message>x)\)+$"#,
      #"^(?:\d+,){0,3}(?<message>.*)$"#, #"^\((?<message>\w+)\)+$"#,
    ])
  func allowed(pattern: String) throws {
    _ = try ProblemMatcherParser(matchers: [ProblemMatcher(regexp: pattern)])
  }

  @Test("a long line is matched by its start, and an endless one does not hold up the rest")
  func hostile() throws {
    let long = "lua: main.lua:3: " + String(repeating: "x", count: 1 << 20)
    let cubic = ProblemMatcher(regexp: "^(?<file>.+):(?<code>.+):(?<message>.+): never$")
    let text = long + "\n" + String(repeating: ":", count: 1 << 20) + "\n"
    let found = try read([Self.lua, cubic], text)
    #expect(found.count == 1)
    #expect(found.first?.line == 3)
    #expect((2000...4096).contains(try #require(found.first).message.count))
  }
}
