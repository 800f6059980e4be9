import OCISandbox
import Testing

/// What a source does to the host through its compiler, before any of it runs.
@Suite("Attacks through the compile step", .serialized, .timeLimit(.minutes(15)))
struct CompileAttacks {
  /// Sources that make the compiler tell, or build in, what the file `CANARY` holds.
  static let sources: [String: String] = [
    "included": "#include \"CANARY\"\nint main(void) { return 0; }",
    "included through /proc": """
    #include "/proc/self/rootCANARY"
    int main(void) { return 0; }
    """,
    "included from above": "#include \"../../../../../..CANARY\"\nint main(void) { return 0; }",
    "imported": "#import \"CANARY\"\nint main(void) { return 0; }",
    "included by a macro": "#define F \"CANARY\"\n#include F\nint main(void) { return 0; }",
    "quoted in an error, by #line": "int main(void) {\n#line 1 \"CANARY\"\n  return nothing; }",
    "asked for by __has_include": """
    #if __has_include("CANARY")
    #error secret-canary
    #endif
    int main(void) { return 0; }
    """,
    "built in by .incbin": """
    __asm__(".section .rodata\\n.incbin \\"CANARY\\"\\n.text");
    int main(void) { return 0; }
    """,
    "built in by .incbin through /proc": """
    __asm__(".section .rodata\\n.incbin \\"/proc/self/cwd/../..CANARY\\"\\n.text");
    int main(void) { return 0; }
    """,
    "assembled by .include": """
    __asm__(".include \\"CANARY\\"");
    int main(void) { return 0; }
    """,
  ]

  private func compile(
    _ source: String, under policy: Policy = Policy(), flags: [String] = []
  ) async throws -> ExecutionResult {
    try await sharedExecutor.run(
      Command(
        executable: "/usr/bin/gcc", arguments: flags + ["-o", "program", "main.c"],
        files: ["main.c": .bytes(Array(source.utf8))], keepsWorkspace: true),
      under: policy)
  }

  /// Whether the canary is in what the compiler said or made.
  private func tells(_ result: ExecutionResult) -> Bool {
    let made = result.workspace?.contents(of: "program", limit: ByteCount(mebibytes: 8)) ?? []
    let all = result.standardOutput.bytes + result.standardError.bytes + made
    return String(decoding: all, as: UTF8.self).contains("secret-canary")
  }

  @Test("a file of the host is not read by a compiler", arguments: sources.keys.sorted())
  func read(way: String) async throws {
    let folder = try TemporaryFolder()
    let canary = try folder.write("canary", Array("secret-canary\n".utf8))
    let source = (try #require(Self.sources[way])).replacing("CANARY", with: canary)
    let result = try await compile(source)
    #expect(!tells(result), "\(result.story)")
    // The way works where the file is in view.
    var policy = Policy()
    policy.fileSystem.read.append(folder.path)
    let shown = try await compile(source, under: policy)
    #expect(tells(shown), "\(shown.story)")
  }

  /// Words of the compiler's command that make it, or its linker, tell what the file `CANARY` holds: what the name of
  /// a source could become.
  static let words: [String: (words: [String], content: String)] = [
    "a response file": (["@CANARY"], "secret-canary"),
    "a response file of another": (["@inner.txt"], "secret-canary"),
    "an included file": (["-include", "CANARY"], "secret-canary"),
    "a linker script": (["CANARY"], "\"secret-canary\" = 42;\n"),
    "a linker script of another": (["inner.txt"], "\"secret-canary\" = 42;\n"),
  ]

  @Test("a file of the host is not read for a word of the command", arguments: words.keys.sorted())
  func word(way: String) async throws {
    let (words, content) = try #require(Self.words[way])
    let folder = try TemporaryFolder()
    let canary = try folder.write("canary", Array(content.utf8))
    let inner = way.contains("linker") ? "INCLUDE \(canary)\n" : "@\(canary)\n"
    func compile(_ policy: Policy) async throws -> ExecutionResult {
      try await sharedExecutor.run(
        Command(
          executable: "/usr/bin/gcc",
          arguments: words.map { $0.replacing("CANARY", with: canary) }
            + ["-o", "program", "main.c"],
          files: [
            "main.c": .bytes(Array("int main(void) { return 0; }".utf8)),
            "inner.txt": .bytes(Array(inner.utf8)),
          ], keepsWorkspace: true), under: policy)
    }
    let result = try await compile(Policy())
    #expect(!tells(result), "\(result.story)")
    var policy = Policy()
    policy.fileSystem.read.append(folder.path)
    let shown = try await compile(policy)
    #expect(tells(shown), "\(shown.story)")
  }

  /// What makes the Swift compiler tell it: modules of C beside the source.
  static let modules: [String: [String: String]] = [
    "a header of a module map": ["module.modulemap": "module Canary { header \"CANARY\" }"],
    "a header of a module map through /proc": [
      "module.modulemap": "module Canary { header \"/proc/self/rootCANARY\" }"
    ],
    "a module map of another": ["module.modulemap": "extern module Canary \"CANARY\""],
    "a header included by another": [
      "module.modulemap": "module Canary { header \"own.h\" }", "own.h": "#include \"CANARY\"",
    ],
  ]

  @Test("a file of the host is not read by the Swift compiler", arguments: modules.keys.sorted())
  func module(way: String) async throws {
    let folder = try TemporaryFolder()
    let canary = try folder.write("canary", Array("secret-canary\n".utf8))
    let catalog = Catalog.standard()
    var manifest = try catalog.language(named: "swift").value
    manifest.compile?.command = [
      "{toolchain}", "-I", ".", "-module-cache-path", "/tmp/cache", "-o", "{artifact}", "{sources}",
    ]
    manifest.compile?.drivers = [:]
    let files = try #require(Self.modules[way]).mapValues {
      $0.replacing("CANARY", with: canary)
    }.merging(["main.swift": "import Canary\n"]) { one, _ in one }
    func words(reading paths: [String]) async throws -> String {
      var policy = try catalog.policy(named: "compile").value
      policy.fileSystem.read += paths
      policy.limits.wallTime = .seconds(600)
      let result = try await ProgramRunner(executor: sharedExecutor).run(
        Program(files: files.mapValues { .bytes(Array($0.utf8)) }, entry: "main.swift"),
        in: ManifestLanguage(manifest), under: policy, stagePolicy: { [policy] _ in policy })
      let run = try #require(result.compile)
      return run.standardOutput.text + run.standardError.text
    }
    let hidden = try await words(reading: [])
    #expect(!hidden.contains("secret-canary"), "\(hidden)")
    let shown = try await words(reading: [folder.path])
    #expect(shown.contains("secret-canary"), "\(shown)")
  }

  /// 2 to the power of 60 inclusions.
  static let includeBomb = """
    #if __INCLUDE_LEVEL__ < 60
    #include "main.c"
    #include "main.c"
    #endif
    """

  /// 16 to the power of 8 items of one list.
  static let macroBomb =
    "#define A0 1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,\n"
    + (1..<8).map { level in
      "#define A\(level) " + String(repeating: "A\(level - 1) ", count: 16) + "\n"
    }.joined() + "int main(void) { return sizeof (int[]){A7}; }\n"

  @Test("a compiler that never ends is ended by its time")
  func includeBomb() async throws {
    let limits = Limits(cpuTime: .seconds(1), wallTime: .seconds(600))
    let result = try await compile(Self.includeBomb, under: Policy(limits: limits))
    #expect(result.outcome == .timeLimitExceeded(.cpu), "\(result.story)")
    // The same to a depth that ends.
    let small = try await compile(
      Self.includeBomb.replacing("60", with: "6") + "\n", flags: ["-fsyntax-only"])
    #expect(small.outcome == .exited(code: 0), "\(small.story)")
  }

  @Test("a compiler that takes all memory is ended by its limit")
  func macroBomb() async throws {
    let limits = Limits(
      cpuTime: .seconds(300), wallTime: .seconds(600), memory: ByteCount(mebibytes: 128))
    let result = try await compile(Self.macroBomb, under: Policy(limits: limits))
    #expect(result.outcome == .memoryLimitExceeded, "\(result.story)")
    let small = try await compile(
      Self.macroBomb.replacing("A7}", with: "A1}"), under: Policy(limits: limits))
    #expect(small.outcome == .exited(code: 0), "\(small.story)")
  }

  @Test("a flood of a compiler's messages is stopped")
  func flood() async throws {
    let source = String(repeating: "#error more of it\n", count: 8_000)
    let limits = Limits(
      cpuTime: .seconds(300), wallTime: .seconds(600), output: ByteCount(bytes: 1 << 16))
    let result = try await compile(
      source, under: Policy(limits: limits), flags: ["-fsyntax-only"])
    #expect(result.outcome == .outputLimitExceeded, "\(result.story)")
    #expect(result.standardError.bytes.count < 1 << 17)
    // A longer limit lets it say all.
    var more = limits
    more.output = ByteCount(mebibytes: 64)
    let whole = try await compile(source, under: Policy(limits: more), flags: ["-fsyntax-only"])
    #expect(whole.outcome == .exited(code: 1), "\(whole.story.prefix(500))")
    #expect(!whole.standardError.isTruncated)
  }

  @Test("a compiler's parts are not replaced, unless the policy sets the variable that does it")
  func wrapper() async throws {
    // gcc starts what lies in COMPILER_PATH in place of its own parts, gcc(1).
    let wrapper = Array("#!/bin/sh\necho secret-canary\nexit 1\n".utf8)
    let folder = try TemporaryFolder()
    _ = try folder.write("as", wrapper, mode: 0o755)
    var policy = Policy()
    policy.fileSystem.read.append(folder.path)
    let source = "int main(void) { return 0; }"
    let result = try await compile(source, under: policy)
    #expect(result.outcome == .exited(code: 0) && !tells(result), "\(result.story)")
    policy.environment.set["COMPILER_PATH"] = folder.path
    let shown = try await compile(source, under: policy)
    #expect(tells(shown), "\(shown.story)")
  }
}
