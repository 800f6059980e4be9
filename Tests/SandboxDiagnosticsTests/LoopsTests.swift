import SandboxExecution
import Testing

@testable import SandboxDiagnostics

@Suite("Where a program was stopped")
struct LoopsTests {
  @Test(
    "is in the innermost loop around its line, in the same function",
    arguments: [
      ("while (x) {\n  f();\n  g();\n}\n", 3, 1),
      ("for (;;)\n  x++;\n", 2, 1),
      ("for (int i = 0; i < 3; i++) {\n  for (;;) {\n    f();\n  }\n  g();\n}\n", 3, 2),
      ("for (int i = 0; i < 3; i++) {\n  for (;;) {\n    f();\n  }\n  g();\n}\n", 5, 1),
      ("do {\n  f();\n} while (x);\n", 2, 1),
      ("do {\n  try f()\n} catch {\n  g()\n}\n", 2, nil),
      ("repeat {\n  let a = b.map { $0 }\n} while a\n", 2, 1),
      ("while a {\n  if b {\n    c()\n  } else {\n    d()\n  }\n}\n", 5, 1),
      ("while (a) {\n  b.forEach((x) => {\n    c();\n  });\n}\n", 3, nil),
      ("while (a) {\n  b.forEach((x) => { c(); });\n}\n", 2, 1),
      ("// while {\nf(\"for {\");\n/* for (;;) {\n*/ g();\n", 4, nil),
      ("func f() {\n  a()\n}\nwhile b {\n  f()\n}\n", 2, nil),
    ] as [(String, Int, Int?)])
  func around(text: String, line: Int, start: Int?) {
    #expect(Loops(in: text).start(around: line...line) == start)
  }

  @Test(
    "ends in linear time whatever the text is",
    arguments: ["{", "}", "(", "for ", "do {", "\"", "/*", "'\\"])
  func hostile(part: String) {
    let text = String(repeating: part, count: 20_000)
    #expect(Loops(in: text).start(around: 2...2) == nil)
  }

  private static let text = """
    int helper(int a) {
      int b = a + 1;
      return b;
    }
    int main(void) {
      while (1) {
        helper(1);
        helper(2);
      }
    }
    """

  private func common(_ looks: [[(String, Int)]]) -> [String] {
    let report = StageReport(
      stage: .run, outcome: .timeLimitExceeded(.cpu), sources: ["main.c": Self.text])
    var files = ProgramFiles(report)
    let stacks = looks.map {
      $0.map { Diagnostic.Frame(function: $0.0, file: "main.c", line: $0.1) }
    }
    return StoppedStack.common(stacks, &files).map {
      "\($0.function ?? ""):\($0.line ?? 0)" + ($0.isAtLeast == true ? "+" : "")
    }
  }

  @Test("is what several looks at it have in common")
  func looks() {
    #expect(common([]) == [])
    #expect(common([[("main", 7), ("helper", 2)]]) == ["main:7", "helper:2"])
    // Whatever line it was in, and whatever that has called.
    #expect(common([[("main", 7), ("helper", 2)], [("main", 8)]]) == ["main:6"])
    #expect(common([[("main", 7), ("helper", 2)], [("main", 7), ("helper", 3)]]) == ["main:6"])
    // One line that takes long.
    #expect(
      common([[("main", 7), ("helper", 2)], [("main", 7), ("helper", 2)]]) == [
        "main:7", "helper:2",
      ])
    // How deep a recursion is, and by which call of itself, is a matter of chance.
    #expect(
      common([
        [("main", 7), ("helper", 2), ("helper", 3)],
        [("main", 7), ("helper", 2), ("helper", 2), ("helper", 3)],
      ]) == ["main:7", "helper:1+"])
  }
}
