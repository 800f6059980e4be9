import OCISandbox
import SandboxEvaluation
import Testing

/// Programs that change what the tests beside them compare with, or wait for.
@Suite("Cheats on tests in one process", .timeLimit(.minutes(10)))
struct ComparisonCheatTests {
  /// A program that is wrong, and passes where nobody looks for what it does.
  struct Cheat: Sendable, CustomTestStringConvertible {
    let language: String
    let testDescription: String
    let tests: String
    let source: String
    /// A program that is right by the same tests.
    let right: String
  }

  private static let cTests =
    "#include <assert.h>\n#include <string.h>\nconst char *word(void);\nint main(void) { assert(strcmp(word(), \"yes\") == 0); return 0; }\n"
  private static let cRight =
    "static int strange(int index) { return index; }\nint index_of(int x) { return strange(x); }\nconst char *word(void) { return \"yes\"; }\n"
  private static let wrongWord = "const char *word(void) { return \"no\"; }\n"
  private static let swiftRight = "func add(_ a: Int, _ b: Int) -> Int { a + b }\n"
  private static let swiftWrong = "func add(_ a: Int, _ b: Int) -> Int { a * b }\n"
  private static let right = "const add = (a, b) => a + b\n"
  private static let wrong = "; const add = (a, b) => a * b\n"
  private static let asyncRight =
    "const sleep = (t) => new Promise((r) => setTimeout(r, t));\nconst add = async (a, b) => { await sleep(2); return a + b }\n"
  private static let waiting =
    "(async () => { console.assert((await add(2, 5)) === 7); await add(1, 1); })();\n"

  static let cheats =
    [
      ("strcmp", "int strcmp(const char *a, const char *b) { (void)a; (void)b; return 0; }\n"),
      (
        "strcmp by another name",
        "int same(const char *a, const char *b) __asm__(\"strcmp\");\nint same(const char *a, const char *b) { (void)a; (void)b; return 0; }\n"
      ),
      (
        "strcmp that no other library sees",
        "__attribute__((visibility(\"hidden\"))) int strcmp(const char *a, const char *b) { (void)a; (void)b; return 0; }\n"
      ),
      (
        "a weak strcmp",
        "__attribute__((weak)) int strcmp(const char *a, const char *b) { (void)a; (void)b; return 0; }\n"
      ),
      (
        "__assert_fail",
        "#include <unistd.h>\nvoid __assert_fail(const char *a, const char *b, unsigned c, const char *d) { (void)a; (void)b; (void)c; (void)d; _exit(0); }\n"
      ),
    ].map {
      Cheat(
        language: "c", testDescription: "c: \($0)", tests: cTests, source: $1 + wrongWord,
        right: cRight)
    }
    + [
      ("assert", "func assert(_: @autoclosure () -> Bool, _: String = \"\") {}\n"),
      ("precondition", "func precondition(_: Bool) {}\n"),
      (
        "a Swift of its own",
        "enum Swift { static func assert(_: Bool) {} }\nfunc assert(_: Bool) {}\nfunc precondition(_: Bool) {}\n"
      ),
    ].map {
      Cheat(
        language: "swift", testDescription: "swift: \($0)",
        tests: $0 == "precondition" ? "precondition(add(2, 5) == 7)\n" : "assert(add(2, 5) == 7)\n",
        source: $1 + swiftWrong, right: swiftRight)
    }
    + [
      (
        "toJSON", "console.assert(JSON.stringify([add(2, 5)]) === JSON.stringify([7]));\n",
        "Array.prototype.toJSON = () => 1" + wrong
      ),
      (
        "every", "console.assert([7].every((x) => x === add(2, 5)));\n",
        "Array.prototype.every = () => true" + wrong
      ),
      (
        "every, replaced while the tests run",
        "console.assert([7].every((x) => x === add(2, 5)));\nconsole.assert([8].every((x) => x === add(2, 6)));\n",
        "const add = () => { Array.prototype.every = () => true; return 7 }\n"
      ),
      (
        "an iterator", "for (const x of [7]) console.assert(add(2, 5) === x);\n",
        "Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true })" + wrong
      ),
      (
        "RegExp", "console.assert(/^7$/.test(add(2, 5)));\n",
        "RegExp.prototype.test = () => true" + wrong
      ),
      (
        "a JSON of its own",
        "console.assert(JSON.stringify([add(2, 5)]) === JSON.stringify([7]));\n",
        "const JSON = { stringify: () => '' }" + wrong
      ),
      (
        "a JSON of its own, later",
        "const found = add(2, 5); console.assert(JSON.stringify([found]) === JSON.stringify([7]));\n",
        "let JSON = globalThis.JSON; const add = (a, b) => { JSON = { stringify: () => '' }; return a * b }\n"
      ),
      (
        "require", "const found = add(2, 5); require('assert').equal(found, 7);\n",
        "const add = (a, b) => { require = () => ({ equal() {} }); return a * b }\n"
      ),
      (
        "the loader of modules", "require('assert').equal(add(2, 5), 7);\n",
        "require('module')._load = () => ({ equal() {} })" + wrong
      ),
      (
        "the cache of modules", "require('assert').equal(add(2, 5), 7);\n",
        "require.cache.assert = { exports: { equal() {} }, loaded: true }" + wrong
      ),
      (
        "another cache of modules", "require('assert').equal(add(2, 5), 7);\n",
        "require('module')._cache = { assert: { exports: { equal() {} }, loaded: true } }" + wrong
      ),
      (
        "where a module is", "require('assert').equal(add(2, 5), 7);\n",
        "require('fs').writeFileSync('/tmp/own.js', 'exports.equal = () => {}');\nrequire('module')._resolveFilename = () => '/tmp/own.js'"
          + wrong
      ),
      (
        "the module's own require", "require('assert').equal(add(2, 5), 7);\n",
        "module.require = () => ({ equal() {} })" + wrong
      ),
      (
        "an end outside of functions", "console.assert(add(2, 5) === 7);\n",
        "const add = (a, b) => a * b\n{ if (add) return }\n"
      ),
      (
        "half a statement", "{ console.assert(add(2, 5) === 7); }\n",
        "const add = (a, b) => a * b\nif (false)\n"
      ),
      (
        "half a function", "{ console.assert(add(2, 5) === 7); }\n",
        "const add = (a, b) => a * b\nconst unused = () =>\n"
      ),
    ].map {
      Cheat(
        language: "javascript", testDescription: "javascript: \($0)", tests: $1, source: $2,
        right: right)
    }
    + [
      (
        "a listener for rejections",
        "process.on('unhandledRejection', () => {}); const add = async (a, b) => a * b\n"
      ),
      (
        "a listener for exceptions",
        "process.on('uncaughtException', () => {}); const add = async (a, b) => a * b\n"
      ),
      (
        "events that nobody hears", "process.emit = () => true; const add = async (a, b) => a * b\n"
      ),
      ("an answer that never comes", "const add = () => new Promise(() => {})\n"),
      (
        "an answer that never comes, without a trace",
        "Error.stackTraceLimit = 0; Error.prepareStackTrace = () => ''; const add = () => new Promise(() => {})\n"
      ),
    ].map {
      Cheat(
        language: "javascript", testDescription: "javascript: \($0)", tests: waiting, source: $1,
        right: asyncRight)
    }
    + [
      Cheat(
        language: "python", testDescription: "python: half a function",
        tests: "check(add)\n",
        source:
          "def check(f): assert f(2, 5) == 7\ndef add(a, b): return a * b\nunused = lambda: \\\n",
        right: "def check(f): assert f(2, 5) == 7\ndef add(a, b): return a + b\n")
    ]

  @Test("None passes, and a right program does", arguments: cheats)
  func judged(cheat: Cheat) async throws {
    let fixture = try JudgeFixture()
    let report = try await fixture.report(
      cheat.source, .together(cheat.tests), language: cheat.language)
    #expect(
      [.wrongAnswer, .runtimeError, .compileError].contains(report.verdict), "\(report.verdict)")
    let right = try await fixture.report(
      cheat.right, .together(cheat.tests), language: cheat.language)
    #expect(right.verdict == .ok, "\(right.feedback)")
  }

  /// The control.
  @Test("Each passes where program and tests are simply one program", arguments: cheats)
  func control(cheat: Cheat) async throws {
    let result = try await Self.plain(cheat.source, cheat.tests, cheat.language)
    #expect(result.verdict == .ok, "\(result.feedback)")
  }

  private static func plain(
    _ source: String, _ tests: String, _ language: String, input: String = ""
  ) async throws -> ProgramResult {
    let entry =
      ["c": "main.c", "swift": "main.swift", "javascript": "main.js", "python": "main.py"][language]
      ?? ""
    // As the harness has it, so that the cheat is what makes the difference.
    let throwing =
      "console.assert = (condition) => { if (!condition) throw new Error('Assertion failed') };\n"
    let files =
      language == "c"
      ? [entry: source, "tests.c": tests]
      : [entry: (language == "javascript" ? throwing : "") + source + tests]
    return try await Sandbox().run(
      Program(
        files: files.mapValues { .bytes(Array($0.utf8)) }, entry: entry,
        standardInput: .bytes(Array(input.utf8))), language: language)
  }

  private static let plainTests =
    "#include <assert.h>\nint add(int, int);\nint main(void) { assert(add(2, 5) == 7); return 0; }\n"

  /// Each of these learns the mark, and prints it at the end of the program.
  static let thieves = [
    "its own read": """
    #define _GNU_SOURCE
    #include <sys/syscall.h>
    #include <unistd.h>
    #include <stdlib.h>
    static char kept[100]; static long length;
    ssize_t read(int file, void *bytes, size_t size) {
      long count = syscall(SYS_read, file, bytes, size);
      for (long i = 0; i < count; i++) kept[length++] = ((char *)bytes)[i];
      return count;
    }
    int add(int a, int b) { (void)a; (void)b; write(1, "\\n", 1); write(1, kept, length); _exit(0); }

    """,
    "an early constructor": """
    #include <unistd.h>
    #include <stdlib.h>
    static char kept[100]; static long length;
    __attribute__((constructor(50))) static void first(void) { length = read(0, kept, sizeof kept); }
    int add(int a, int b) { (void)a; (void)b; write(1, "\\n", 1); write(1, kept, length); _exit(0); }

    """,
    "code before all constructors": """
    #include <unistd.h>
    #include <stdlib.h>
    static char kept[100]; static long length;
    static void begin(int a, char **b, char **c) { (void)a; (void)b; (void)c; length = read(0, kept, sizeof kept); }
    __attribute__((section(".preinit_array"), used)) static void (*const first)(int, char **, char **) = begin;
    int add(int a, int b) { (void)a; (void)b; write(1, "\\n", 1); write(1, kept, length); _exit(0); }

    """,
    "code that chooses a function while it is loaded": """
    #include <sys/syscall.h>
    #include <unistd.h>
    #include <stdlib.h>
    static char kept[100]; static long length;
    static int wrong(int a, int b) { (void)a; (void)b; write(1, "\\n", 1); write(1, kept, length); _exit(0); }
    static void *choose(void) {
    #ifdef __x86_64__
      __asm__ volatile("syscall" : "=a"(length) : "a"(SYS_read), "D"(0), "S"(kept), "d"(sizeof kept) : "rcx", "r11", "memory");
    #endif
      return wrong;
    }
    int add(int a, int b) __attribute__((ifunc("choose")));

    """,
  ]

  @Test(
    "A C program does not come to the mark before the harness has it",
    arguments: thieves.keys.sorted())
  func mark(name: String) async throws {
    let source = Self.thieves[name] ?? ""
    let report = try await JudgeFixture().report(source, .together(Self.plainTests), language: "c")
    #expect(
      [.wrongAnswer, .runtimeError, .compileError].contains(report.verdict),
      "\(report.verdict) \(report.feedback)")
  }

  /// The control: a harness that begins in a constructor, and reads by the C library's name.
  @Test(
    "It does where the harness is later, or calls what the program defines",
    arguments: thieves.keys.sorted())
  func markControl(name: String) async throws {
    let reading = """
      #include <unistd.h>
      __attribute__((constructor(101))) static void begin(void) { char bytes[64]; if (read(0, bytes, sizeof bytes) < 0) _exit(1); close(0); }

      """
    let result = try await Self.plain(
      Self.thieves[name] ?? "", reading + Self.plainTests, "c", input: "the mark\n")
    #if arch(x86_64)
      #expect(result.run?.standardOutput.text == "\nthe mark\n", "\(result.feedback)")
    #else
      #expect(result.run?.standardOutput.text == "\nthe mark\n" || name.contains("chooses"))
    #endif
  }

  @Test("What a program is refused for is told")
  func told() async throws {
    let report = try await JudgeFixture().report(
      "int strcmp(const char *a, const char *b) { int unused; return *a - *b; }\n" + Self.wrongWord,
      .together(Self.cTests), language: "c")
    #expect(report.verdict == .compileError)
    #expect(
      report.feedback.contains("names of the C library's that its tests call: strcmp; rename them"),
      "\(report.feedback)")
    let script = try await JudgeFixture().report(
      "class Map {}\n" + Self.right,
      .together("console.assert(new Map([[1, add(2, 5)]]).get(1) === 7);\n"),
      language: "javascript")
    #expect(script.diagnostics.first?.message.contains("the program has a Map of its own") == true)
    #expect(
      script.diagnostics.first?.line == 4 && !script.feedback.contains("ocisandbox"),
      "\(script.feedback)")
    for attribute in ["@_cdecl(\"read\")", "@c", "@c(read)", "@ /**/ _cdecl(\"read\")"] {
      let swift = try await JudgeFixture().report(
        "\(attribute) func own() {}\n" + Self.swiftRight, .together("assert(add(2, 5) == 7)\n"),
        language: "swift")
      #expect(swift.verdict == .compileError)
      #expect(swift.feedback.contains("must not choose symbols"), "\(swift.feedback)")
    }
    let comment = try await JudgeFixture().report(
      "/// >>> solve(\"#$@c\")\n/// \"a@c.d\"\n" + Self.swiftRight,
      .together("assert(add(2, 5) == 7)\n"), language: "swift")
    #expect(comment.verdict == .ok, "\(comment.feedback)")
  }

  @Test("Programs that extend JavaScript's own, or inherit from it, run as ever")
  func honest() async throws {
    let source = """
      #!/usr/bin/env node
      'use strict';
      module.exports = { path: require('path') };
      function Animal() {}
      Animal.prototype.toString = function () { return 'animal'; };
      function Dog() {}
      Dog.prototype = Object.create(Animal.prototype);
      Dog.prototype.constructor = Dog;
      function Own(message) { this.message = message; this.name = 'Own'; }
      Own.prototype = Object.create(Error.prototype);
      class Stack extends Array { push(x) { return super.push(x * 2); } }
      String.prototype.reversed = function () { return [...this].reverse().join(''); };
      BigInt.prototype.toJSON = function () { return String(this); };
      const box = { n: 1 };
      box.valueOf = () => 3;
      box.toJSON = () => 5;
      box.hasOwnProperty = () => 'mine';
      """
    let tests = """
      console.assert(String(new Dog()) === 'animal' && new Own('m').name === 'Own' && 'abc'.reversed() === 'cba');
      console.assert(box + 1 === 4 && JSON.stringify(box) === '5' && box.hasOwnProperty('n') === 'mine');
      const stack = new Stack(); stack.push(2); console.assert(stack[0] === 4);
      console.assert(JSON.stringify({ a: 7n }) === '{"a":"7"}');
      """
    let report = try await JudgeFixture().report(source, .together(tests), language: "javascript")
    #expect(report.verdict == .ok, "\(report.feedback)")
  }
}
