// swift-format-ignore-file: lines of a hostile text are easier to compare in one piece

import SandboxDiagnostics
import SandboxExecution
import Testing

@Suite("Parsers on hostile output")
struct HostileOutputTests {
  /// A megabyte where it is one line; less where there are many, for the sake of unoptimised builds.
  static let texts: [(name: String, text: String)] = {
    func times(_ piece: String) -> String {
      let size = piece.utf8.contains(0x0A) ? 1 << 17 : 1 << 20
      return String(repeating: piece, count: size / piece.utf8.count)
    }
    let huge = "99999999999999999999"
    return [
      ("nothing", ""),
      ("parentheses", times("(")),
      ("brackets", times("[")),
      ("a bracket a line", times("[\n")),
      ("closed arrays", times("[[]]\n")),
      ("deep JSON", times("[{\"children\":")),
      ("JSON that does not end", "[{\"kind\": \"error\", \"message\": \"" + times("x")),
      (
        "JSON with huge numbers",
        times(
          "[{\"kind\":\"error\",\"message\":\"m\",\"locations\":[{\"caret\":{\"file\":\"main.c\",\"line\":\(Int.max),\"column\":\(Int.max)}}]}]\n"
        )
      ),
      (
        "JSON with negative numbers",
        times(
          "[{\"kind\":\"error\",\"message\":\"m\",\"locations\":[{\"caret\":{\"file\":\"main.c\",\"line\":-1,\"column\":0},\"finish\":{\"line\":-1,\"column\":-5}}]}]\n"
        )
      ),
      ("line ends", times("\n")),
      ("lone carriage returns", times("\r")),
      ("lines that end in CR LF", times("main.c:1:1: error: x\r\n")),
      ("NUL bytes", times("\0")),
      ("colons", times(":")),
      ("colons a line", times(":::::::: error: \n")),
      ("places that are no numbers", times("main.c:\(huge):\(huge): error: x\n")),
      ("a place at zero", times("main.c:0:0: error: x\n")),
      ("carets", times("^")),
      ("combining marks", "  File \"\u{301}" + times("\u{301}")),
      (
        "tracebacks",
        times(
          "Traceback (most recent call last):\n  File \"/workspace/main.py\", line 1, in f\nE: x\n")
      ),
      (
        "frames without an end",
        "Traceback (most recent call last):\n"
          + times("  File \"/workspace/main.py\", line 1, in f\n    x\n    ^\n") + "E: x"
      ),
      ("frames with huge lines", times("  File \"/workspace/main.py\", line \(huge), in f\n")),
      (
        "chains",
        times(
          "E: x\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"/workspace/main.py\", line 1\nE: x\n"
        )
      ),
      (
        "deep groups",
        (0..<700).map { String(repeating: " ", count: 2 * $0 + 2) + "| E: x\n" }.joined()
      ),
      (
        "fatal frames",
        "Fatal Python error: x\n" + times("  File \"/workspace/main.py\", line 1 in f\n")
      ),
      (
        "calls of node",
        "/workspace/main.js:1\nx\n^\n\nError: x\n" + times("    at f (/workspace/main.js:1:1)\n")
      ),
      ("headers of node", times("/workspace/main.js:1\nx\n^\n")),
      (
        "causes of node",
        "/workspace/main.js:1\nx\n^\n\nError: x\n    at f (node:x:1:1) {\n"
          + times("  [cause]: E: x\n      at f (/workspace/main.js:1:1)\n")
      ),
      ("traps", times("a/main.swift:1: Fatal error: x\n")),
      (
        "a backtrace without an end",
        "Thread 0 \"x\" crashed:\n"
          + times("  0 [ra] 0x0 f() + 1 in x at /workspace/main.swift:1:1\n")
      ),
      (
        "sanitizers",
        times("==1==ERROR: AddressSanitizer: x on\n    #0 0x0 in f /workspace/main.c:1\n")
      ),
      ("undefined references", times("main.c:1: undefined reference to `x'\n")),
      ("escape sequences", times("\u{1B}[2J")),
      ("places out of the workspace", times("/workspace/../etc/passwd:1:1: error: x\n")),
    ]
  }()

  static let outcomes: [Outcome] = [.exited(code: 1), .signalled(signal: 6)]

  @Test(
    "end soon, with bounded diagnostics", .timeLimit(.minutes(15)),
    arguments: DiagnosticParsers.names, outcomes)
  func bounded(name: String, outcome: Outcome) throws {
    let parser = try #require(DiagnosticParsers.named(name))
    for (what, text) in Self.texts {
      let report = StageReport(
        stage: .run, outcome: outcome, standardError: text,
        sources: ["main.c": "int x;\n", "main.py": "x\n", "main.js": "x\n", "main.swift": "x\n"])
      let found = parser.diagnostics(in: report)
      let rendered = TextRenderer().render(found)
      #expect(found.count <= 100, "\(what)")
      #expect(found.allSatisfy { $0.notes.count <= 20 && $0.stack.count <= 50 }, "\(what)")
      #expect(found.allSatisfy { $0.message.utf8.count <= 8192 }, "\(what)")
      #expect(found.allSatisfy { ($0.line ?? 1) > 0 && ($0.column ?? 1) > 0 }, "\(what)")
      #expect(!rendered.unicodeScalars.contains("\u{1B}"), "\(what)")
      #expect(!rendered.unicodeScalars.contains("\0"), "\(what)")
      #expect(found.allSatisfy { $0.file?.contains("..") != true }, "\(what)")
    }
  }
}
