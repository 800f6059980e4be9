import SandboxDiagnostics
import Testing

@Suite("Text for a terminal")
struct TextRendererTests {
  static let full = Diagnostic(
    severity: .error, stage: .run, file: "main.py", line: 12, column: 5, endLine: 12, endColumn: 10,
    code: "ValueError", message: "no\nsecond line", source: "\tx = a / 0",
    notes: [
      Diagnostic(
        severity: .note, stage: .run, file: "main.py", line: 1, column: 1, message: "here",
        source: "def f():")
    ],
    stack: [
      Diagnostic.Frame(function: "<module>", file: "main.py", line: 20, source: "  f()"),
      Diagnostic.Frame(function: "f", file: "main.py", line: 12, column: 5),
    ],
    values: ["b": "2", "a": "[1, 2]"],
    fixIts: [
      Diagnostic.FixIt(line: 1, column: 2, endLine: 1, endColumn: 2, replacement: ";"),
      Diagnostic.FixIt(line: 1, column: 2, endLine: 1, endColumn: 4, replacement: "x"),
      Diagnostic.FixIt(line: 1, column: 2, endLine: 2, endColumn: 1, replacement: ""),
    ])

  @Test("everything that a diagnostic can hold has its place")
  func everything() {
    #expect(
      TextRenderer().render(Self.full) == """
        main.py:12:5: error: ValueError: no
            second line
           12 |     x = a / 0
              |        ^~~~~
          stack, innermost call last:
            main.py:20 in <module>
              f()
            main.py:12:5 in f
          a = [1, 2]
          b = 2
          fix: insert ';' at 1:2
          fix: replace 1:2-1:4 with 'x'
          fix: remove 1:2-2:1
          main.py:1:1: note: here
              1 | def f():
                | ^

        """)
  }

  @Test("colours are only around the text, never in it")
  func colours() {
    let plain = TextRenderer().render(Self.full)
    let painted = TextRenderer(color: true).render(Self.full)
    #expect(painted.contains("\u{1B}[1;31merror:\u{1B}[0m"))
    #expect(painted.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plain)
  }

  @Test("what could drive a terminal, reorder text or pass for another line is made visible")
  func visible() {
    let evil = "a\u{1B}[2J\rb\0\u{7F}\u{9B}\u{202E}c\u{2066}\u{2028}d"
    let shown =
      #"a\u{1B}[2J\rb\u{0}\u{7F}\u{9B}\u{202E}c\u{2066}\u{2028}d"#
    let text = TextRenderer().render(
      Diagnostic(
        severity: .error, stage: .run, file: evil, line: 1, code: "E" + evil,
        message: evil + "\nmain.py:1:1: error: forged", source: evil,
        stack: [Diagnostic.Frame(function: evil, file: "x", line: 2, source: evil)],
        values: [evil: evil]))
    #expect(
      text == """
        '\(shown)':1: error: E\(shown): \(shown)
            main.py:1:1: error: forged
            1 | \(shown)
          stack, innermost call last:
            x:2 in \(shown)
              \(shown)
          \(shown) = \(shown)

        """)
  }

  static let underlines: [(source: String, column: Int, end: Int?, text: String, marks: String)] = [
    ("abc", 2, 3, "abc", " ^"),
    ("abc", 2, nil, "abc", " ^"),
    ("\t\tx", 3, 4, "        x", "        ^"),
    ("漢字 x", 4, 5, "漢字 x", "     ^"),
    ("漢字 x", 1, 3, "漢字 x", "^~~~"),
    ("e\u{301}x", 3, 4, "e\u{301}x", " ^"),
    ("a\u{0}b", 3, 4, #"a\u{0}b"#, "      ^"),
    ("abc", 9, 12, "abc", "   ^"),
    ("abc", 2, 1, "abc", " ^"),
    ("", 1, 2, "", "^"),
    ("abc", .max - 1, .max, "abc", "   ^"),
  ]

  @Test("the caret stands under its column", arguments: underlines)
  func underline(source: String, column: Int, end: Int?, text: String, marks: String) {
    let diagnostic = Diagnostic(
      severity: .error, stage: .run, file: "f", line: 1, column: column,
      endLine: end.map { _ in 1 }, endColumn: end, message: "m", source: source)
    #expect(
      TextRenderer().render(diagnostic)
        == "f:1:\(column): error: m\n    1 | \(text)\n      | \(marks)\n")
  }

  @Test("a very long line is shown around its column")
  func long() {
    let source = String(repeating: "a", count: 1000) + "X" + String(repeating: "b", count: 1000)
    let lines = TextRenderer().render(
      Diagnostic(
        severity: .error, stage: .run, file: "f", line: 1, column: 1001, message: "m",
        source: source)
    ).split(separator: "\n")
    #expect(lines[1].count < 200)
    let caret = lines[2].firstIndex(of: "^").map {
      lines[2].distance(from: lines[2].startIndex, to: $0)
    }
    let mark = lines[1].firstIndex(of: "X").map {
      lines[1].distance(from: lines[1].startIndex, to: $0)
    }
    #expect(caret != nil && caret == mark)
  }
}
