import Foundation
import SandboxDiagnostics
import SandboxExecution
import Testing

// The parser of the article "Writing a diagnostics parser", as it stands there.
// BEGIN
struct LuaErrorParser: DiagnosticParser {
  func diagnostics(in report: StageReport) -> [Diagnostic] {
    guard report.outcome != .exited(code: 0) else { return [] }
    let lines = report.standardError.split(separator: "\n").prefix(1000)
    guard let at = lines.firstIndex(where: { $0.hasPrefix("lua: ") }),
      let place = Self.place(lines[at].dropFirst(5), report)
    else { return [] }
    let calls = lines[(at + 1)...].compactMap { Self.place($0.drop { $0 == "\t" }, report)?.frame }
    return [
      Diagnostic(
        severity: .error, stage: report.stage, file: place.frame.file, line: place.frame.line,
        code: "error", message: place.rest, source: place.frame.source,
        stack: calls.filter { $0.line != nil }.reversed())
    ]
  }

  /// `main.lua:3: words`, where the file is one of the program's.
  private static func place(
    _ text: Substring, _ report: StageReport
  ) -> (frame: Diagnostic.Frame, rest: String)? {
    let parts = text.split(separator: ":", maxSplits: 2)
    guard parts.count == 3, let line = Int(parts[1]),
      let source = report.sources[String(parts[0])]
    else { return nil }
    let quoted = source.split(separator: "\n", omittingEmptySubsequences: false)
    return (
      Diagnostic.Frame(
        file: String(parts[0]), line: line,
        source: quoted.indices.contains(line - 1) ? String(quoted[line - 1]) : nil),
      String(parts[2].drop { $0 == " " })
    )
  }
}
// END

@Suite("The article on parsers")
struct ParserArticleTests {
  private func text(_ path: String) throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  @Test("has the parser that is tested here")
  func same() throws {
    let own = try text("Tests/SandboxDiagnosticsTests/ParserArticleTests.swift")
    let begin = try #require(own.range(of: "// BEGIN\n"))
    let end = try #require(own.range(of: "// END\n"))
    let article = try text(
      "Sources/SandboxDiagnostics/Documentation.docc/Writing-a-diagnostics-parser.md")
    #expect(article.contains(own[begin.upperBound..<end.lowerBound]))
  }

  private func report(_ errors: String) -> StageReport {
    StageReport(
      stage: .run, outcome: .exited(code: 1), standardError: errors,
      sources: ["main.lua": "local t = nil\nlocal function f()\n  return t.x\nend\nf()\n"])
  }

  @Test("reads what Lua prints")
  func parses() throws {
    let found = LuaErrorParser().explanation(
      of: report(
        "lua: main.lua:3: attempt to index a nil value (upvalue 't')\nstack traceback:\n"
          + "\tmain.lua:3: in local 'f'\n\tmain.lua:5: in main chunk\n\t[C]: in ?\n"),
      limits: Limits())
    #expect(found.count == 1)
    #expect(found[0].file == "main.lua" && found[0].line == 3 && found[0].source == "  return t.x")
    #expect(found[0].message == "attempt to index a nil value (upvalue 't')")
    #expect(found[0].stack.map(\.line) == [5, 3])
  }

  @Test(
    "keeps to the rules that it gives",
    arguments: [
      "lua: /etc/passwd:1: x", "lua: main.lua:9999999999999999999999999999999999999999: x", "lua: ",
      "",
      "lua: main.lua:77: " + String(repeating: "x", count: 1 << 20),
    ])
  func hostile(errors: String) {
    let found = LuaErrorParser().explanation(of: report(errors), limits: Limits())
    #expect(!found.isEmpty)
    #expect(found.allSatisfy { $0.file == nil || $0.file == "main.lua" })
  }

  /// A profile such as a third party writes: with what the module shows, and nothing else.
  private struct FirstLine: FeedbackProfile {
    func render(_ account: RunAccount, within budget: FeedbackBudget?) -> String {
      VisibleText.line(account.primary?.message ?? account.verdict)
    }
  }

  @Test("lets a profile of one's own can make visible what a program printed")
  func profile() {
    let account = RunAccount(
      verdict: "runtime_error", language: "lua", entry: "main.lua", stage: .run,
      outcome: .exited(code: 1),
      diagnostics: LuaErrorParser().diagnostics(in: report("lua: main.lua:3: \u{1B}[2J\u{202E}x")))
    #expect(FirstLine().render(account, within: nil) == "\\u{1B}[2J\\u{202E}x")
  }
}
