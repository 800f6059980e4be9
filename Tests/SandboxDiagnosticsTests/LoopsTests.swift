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
    // One that was just entered hides its caller.
    #expect(common([[("helper", 1)], [("main", 7), ("helper", 2)], [("main", 8)]]) == ["main:6"])
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

  private static let recursive = """
    static int odd(int n);
    static int even(int n) {
      note(n);
      return odd(n - 1);
    }
    static int odd(int n) {
      note(n);
      return even(n - 1);
    }
    int main(void) {
      return even(-1);
    }
    """

  /// What is told of a stack overflow, of which AddressSanitizer says these calls, the innermost first.
  private func overflow(_ calls: [(String, Int)]) throws -> (line: Int?, stack: [String]) {
    let frames = calls.enumerated().map {
      "    #\($0) 0x55d3b8b5322b in \($1.0) /workspace/main.c:\($1.1)\n"
    }
    let text =
      "==2==ERROR: AddressSanitizer: stack-overflow on address 0x7ffc5e359c9c (pc 0x55 bp 0x7f sp 0x7f T0)\n"
      + frames.joined() + "\nSUMMARY: AddressSanitizer: stack-overflow /workspace/main.c:1 in f\n"
    let report = StageReport(
      stage: .run, outcome: .exited(code: 1), sources: ["main.c": Self.recursive],
      driverReport: DriverReport(
        records: [#"{"kind": "report"}"#], text: text, isTaken: true))
    let found = try #require(SanitizerParser().diagnostics(in: report).first)
    #expect(found.line == found.stack.last?.line)
    #expect(found.source == found.stack.last?.source)
    return (
      found.line,
      found.stack.map {
        "\($0.function ?? ""):\($0.line ?? 0)" + ($0.repeats.map { " \($0)" } ?? "")
          + ($0.isAtLeast == true ? "+" : "") + ($0.repeatedCalls.map { " of \($0)" } ?? "")
      }
    )
  }

  @Test("a full stack is the same text, whichever line and depth it was full in")
  func overflow() throws {
    let own = Array(repeating: ("even", 4), count: 247)
    for calls in [
      own, [("even", 2)] + own.dropLast(), [("note", 1), ("even", 3)] + own.dropLast(2),
    ] {
      let (line, stack) = try overflow(calls)
      #expect(line == 4)
      #expect(stack == ["even:4 200+"])
    }
    // Functions that call each other.
    let both = (0..<247).map { $0 % 2 == 0 ? ("even", 4) : ("odd", 8) }
    for calls in [
      both, Array(both.dropFirst()), [("odd", 6)] + both.dropLast(),
      [("note", 1), ("even", 3)] + both.dropFirst(2),
    ] {
      let (line, stack) = try overflow(calls)
      #expect(line == 8)
      #expect(stack == ["even:4", "odd:8 100+ of 2"])
    }
    // With the calls that led to it.
    let few = Array(both.prefix(101))
    for calls in [few, Array(few.dropFirst())] {
      #expect(
        try overflow(calls + [("main", 11)]).stack == ["main:11", "even:4", "odd:8 20+ of 2"])
    }
    // By several of its own calls.
    let mixed = (0..<247).map { ("even", $0 % 3 == 0 ? 3 : 4) }
    #expect(try overflow(mixed).stack == ["even:2 200+"])
    #expect(try overflow(Array(mixed.dropFirst(2))).stack == ["even:2 200+"])
    // No recursion: a variable that is too large.
    #expect(try overflow([("even", 2), ("main", 11)]).stack == ["main:11", "even:2"])
  }
}
