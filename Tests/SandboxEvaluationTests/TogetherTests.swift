import OCISandbox
import SandboxEvaluation
import Testing

/// Tests that are compiled together with the program.
@Suite("Tests together with the program", .timeLimit(.minutes(10)))
struct TogetherTests {
  /// A program that is right by the tests of its language, one that is wrong, and tricks.
  struct Case: Sendable, CustomTestStringConvertible {
    let language: String
    let tests: String
    let right: String
    let wrong: String
    /// The line of the tests that fails for `wrong`, as it is quoted.
    let failure: String
    /// Each ends the tests early or answers wrong, and hopes to pass.
    let tricks: [String: String]

    var testDescription: String { language }
  }

  static let cases = [
    Case(
      language: "c",
      tests:
        "#include <assert.h>\nint add(int, int);\nint main(void) { assert(add(2, 5) == 7); return 0; }\n",
      right: "int add(int a, int b) { return a + b; }\nint main(void) { return 3; }\n",
      wrong: "int add(int a, int b) { return a * b; }\n",
      failure: "int main(void) { assert(add(2, 5) == 7); return 0; }",
      tricks: [
        "exit": "#include <stdlib.h>\nint add(int a, int b) { (void)a; (void)b; exit(0); }\n",
        "end before main":
          "#include <unistd.h>\n__attribute__((constructor)) static void first(void) { _exit(0); }\nint add(int a, int b) { return a * b; }\n",
        "a search for the mark in its file": """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <unistd.h>
        int add(int a, int b) {
          static char bytes[1 << 22];
          (void)a; (void)b;
          int file = open("/proc/self/exe", O_RDONLY);
          ssize_t count = read(file, bytes, sizeof bytes);
          for (char *at = bytes; at < bytes + count; at += strlen(at) + 1)
            if (strlen(at) > 18 && strspn(at, "0123456789abcdefghijklmnopqrstuvwxyz") == strlen(at)) printf("\\n%s\\n", at);
          file = open("/proc/self/fd/0", O_RDONLY);
          while ((count = read(file, bytes, sizeof bytes)) > 0) fwrite(bytes, 1, count, stdout);
          exit(0);
        }

        """,
      ]),
    Case(
      language: "swift",
      tests: "precondition(add(2, 5) == 7)\n",
      right: "import Glibc\nfunc add(_ a: Int, _ b: Int) -> Int { a + b }\n",
      wrong: "func add(_ a: Int, _ b: Int) -> Int { a * b }\n",
      failure: "precondition(add(2, 5) == 7)",
      tricks: [
        "exit": "import Glibc\nfunc add(_ a: Int, _ b: Int) -> Int { exit(0) }\n",
        "end before the tests":
          "import Glibc\nfunc add(_ a: Int, _ b: Int) -> Int { 0 }\n_exit(0)\n",
        "what is left of standard input":
          "import Glibc\nfunc add(_ a: Int, _ b: Int) -> Int {\n  while let line = readLine() { print(\"\\n\" + line) }\n  exit(0)\n}\n",
      ]),
    Case(
      language: "javascript",
      tests:
        "console.assert(JSON.stringify([add(2, 5)]) === '[7]');\nrequire('assert').deepEqual([add(2, 5)], [7]);\n",
      right: "const add = (a, b) => a + b\n",
      wrong: "const add = (a, b) => a * b\n",
      failure: "console.assert(JSON.stringify([add(2, 5)]) === '[7]');",
      tricks: [
        "exit": "const add = () => process.exit(0)\n",
        "end before the tests": "process.reallyExit(0); const add = () => 0\n",
        "errors that nobody hears":
          "process.on('uncaughtException', () => {}); const add = () => 0\n",
        "console.assert and assert replaced": """
        console.assert = () => {};
        console = { assert() {} };
        require('assert').deepEqual = () => {};
        JSON.stringify = () => '[7]';
        const add = () => 0

        """,
        "a search for the mark in the files": """
        const fs = require('fs');
        const add = () => {
          for (const source of [0, '/proc/self/fd/0', ...fs.readdirSync('.')]) {
            const found = /\\b[0-9a-z]{20,}/.exec(fs.readFileSync(source, 'latin1'));
            if (found) console.log('\\n' + found[0]);
          }
          process.exit(0);
        }

        """,
      ]),
    Case(
      language: "python",
      tests: "assert add(2, 5) == 7\n",
      right: "from __future__ import annotations\ndef add(a: int, b: int): return a + b\n",
      wrong: "def add(a, b): return a * b\n",
      failure: "assert add(2, 5) == 7",
      tricks: [
        "exit": "def add(a, b): raise SystemExit(0)\n",
        "end before the tests": "import os\nos._exit(0)\n",
        "a search for the mark in the files": """
        import glob, os, re, sys
        def add(a, b):
            for text in [open(name).read() for name in glob.glob("*") + ["/proc/self/fd/0"]] + [sys.stdin.read()]:
                found = re.search("\\\\b[0-9a-z]{20,}", text)
                if found: print("\\n" + found[0], flush=True)
            os._exit(0)

        """,
      ]),
  ]

  @Test("What is right passes, what is wrong fails with the line of the test", arguments: cases)
  func judged(item: Case) async throws {
    let judge = try JudgeFixture()
    let right = try await judge.report(item.right, .together(item.tests), language: item.language)
    #expect(right.verdict == .ok && right.passed == 1, "\(right.feedback)")
    let wrong = try await judge.report(item.wrong, .together(item.tests), language: item.language)
    #expect(wrong.verdict == .runtimeError)
    #expect(wrong.feedback.contains(item.failure), "\(wrong.feedback)")
    #expect(!wrong.feedback.contains("ocisandbox"), "\(wrong.feedback)")
  }

  @Test("No trick passes", arguments: cases)
  func tricks(item: Case) async throws {
    for (name, source) in item.tricks {
      let report = try await JudgeFixture().report(
        source, .together(item.tests), language: item.language)
      #expect(
        [.wrongAnswer, .runtimeError].contains(report.verdict),
        "\(name): \(report.verdict) \(report.feedback)")
    }
  }

  /// The control: what is asked is whether the program ended well, or a mark was printed that stands in its text.
  @Test(
    "Each passes where the exit status counts, or a mark in the program's own text",
    arguments: cases)
  func control(item: Case) async throws {
    let mark = "0123456789abcdefghijklmnop"
    for (name, source) in item.tricks where name != "what is left of standard input" {
      var files = ["main.\(Self.extensions[item.language] ?? "")": source + item.tests]
      if item.language == "c" {
        files = ["main.c": source + "const char *mark = \"\(mark)\";\n", "tests.c": item.tests]
      } else {
        let comment = item.language == "python" ? "#" : "//"
        files = files.mapValues { $0 + "\(comment) \(mark)\n" }
      }
      let result = try await Sandbox().run(
        Program(
          files: files.mapValues { .bytes(Array($0.utf8)) },
          entry: "main.\(Self.extensions[item.language] ?? "")",
          standardInput: .bytes(Array("\(mark)\n".utf8))), language: item.language)
      #expect(result.verdict == .ok, "\(name): \(result.feedback)")
      if name.contains("mark") {
        #expect(result.run?.standardOutput.text.contains("\n\(mark)\n") == true)
      }
    }
  }

  private static let extensions = [
    "c": "c", "swift": "swift", "javascript": "js", "python": "py",
  ]

  @Test("A language without a harness is refused, with what to do instead")
  func refused() async throws {
    #expect(throws: EvaluationError.self) {
      try SharedProgram(
        Program(files: ["a.lua": .bytes([])], entry: "a.lua"), tests: "", language: "lua")
    }
  }
}
