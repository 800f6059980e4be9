import Foundation
import OCISandbox
import Testing

/// The drivers that compile without the compiler's own driver say and make the same as it.
@Suite("A driver that compiles", .timeLimit(.minutes(10)))
struct CompileDriverTests {
  private struct Seen: Hashable {
    var verdict: Verdict
    var diagnostics: [Diagnostic]
    var output: String?

    /// What the compiler's text tells too: a driver has the fix-its and ranges as well.
    var printed: Seen {
      Seen(verdict: verdict, diagnostics: diagnostics.map(Self.printed), output: output)
    }

    private static func printed(_ diagnostic: Diagnostic) -> Diagnostic {
      var printed = diagnostic
      (printed.endLine, printed.endColumn, printed.fixIts) = (nil, nil, [])
      printed.notes = diagnostic.notes.map(Self.printed)
      return printed
    }
  }

  private let runner: ProgramRunner

  private func run(_ program: Program, _ manifest: LanguageManifest) async throws -> Seen {
    let catalog = Catalog.standard()
    var policy = try catalog.policy(named: "default").value
    policy.limits.wallTime = .seconds(600)
    let result = try await runner.run(
      program, in: ManifestLanguage(manifest), under: policy,
      stagePolicy: { try catalog.policy(named: $0).value })
    return Seen(
      verdict: result.verdict, diagnostics: result.diagnostics,
      output: result.run?.standardOutput.text)
  }

  /// Runs the files as the manifest says, and with the given command for the compile stage.
  private func compare(
    _ files: [String: String], _ language: String, with command: [String], _ verdict: Verdict
  ) async throws {
    let manifest = try Catalog.standard().language(named: language).value
    var other = manifest
    other.compile?.command = command
    other.compile?.drivers = [:]
    let program = Program(
      files: files.mapValues { .bytes(Array($0.utf8)) }, entry: manifest.source)
    let (ours, theirs) = try await (run(program, manifest), run(program, other))
    #expect(ours.printed == theirs.printed)
    #expect(ours.verdict == verdict)
  }

  // The cache is not in /tmp, which in the sandbox is another folder.
  private let cache = URL(filePath: "/var/tmp/" + UUID().uuidString)

  init() {
    runner = ProgramRunner(locator: ToolchainLocator(cacheFile: cache.path + "/toolchains"))
  }

  @Test("Swift: messages, crashes and results are swiftc's")
  func swift() async throws {
    let programs: [([String: String], Verdict)] = [
      (["main.swift": "print(\"hello\")\n"], .ok),
      (["main.swift": "import Foundation\nprint(Data([1]).count)\n"], .ok),
      // A module that is not in what was prepared.
      (["main.swift": "import FoundationNetworking\nprint(1)\n"], .ok),
      (["main.swift": "func f() { let a = 1 }\nprint(2)\nf()\n"], .ok),
      (["main.swift": "let a: Int = \"\"\nprint(b)\n"], .compileError),
      (["main.swift": "import Nothing\n"], .compileError),
      // Compiles with a warning, and does not link.
      (
        ["main.swift": "@_silgen_name(\"none\") func f()\nfunc g() { let a = 1 }\nf()\n"],
        .compileError
      ),
      (["main.swift": "print(\"-lnone -lswiftNone\")\n"], .ok),
      (["main.swift": "@main struct S { static func main() { print(1) } }\n"], .compileError),
      (["main.swift": "let a = [1]\nfunc f() {\n  print(a[a.count])\n}\nf()\n"], .runtimeError),
      (["main.swift": "print(a)\n", "a.swift": "let a = 3\n"], .ok),
    ]
    defer { try? FileManager.default.removeItem(at: cache) }
    for (files, verdict) in programs {
      try await compare(
        files, "swift",
        with: [
          "{toolchain}", "-Onone", "-gline-tables-only", "-use-ld=lld", "-diagnostic-style", "llvm",
          "-no-color-diagnostics", "-module-cache-path", "/tmp/other-cache", "-o", "{artifact}",
          "{sources}",
        ], verdict)
    }
    // Else all of it was swiftc's own work.
    let prepared = cache.appending(path: "prepared")
    #expect(try FileManager.default.contentsOfDirectory(atPath: prepared.path).count == 1)
  }

  @Test(
    "C: messages and results are the compiler's",
    arguments: [
      (["main.c": "#include <stdio.h>\nint main(void) { puts(\"hello\"); }\n"], Verdict.ok),
      (["main.c": "int main(void) { int a; return 0; }\n"], .ok),  // a warning
      (["main.c": "int main(void) { return a; }\n"], .compileError),
      (["main.c": "int f(void);\nint main(void) {\n  return f();\n}\n"], .compileError),
      (["main.c": "int f(void);\n"], .compileError),
      (
        [
          "main.c": "int f(void) { return 0; }\nint main(void) { return f(); }\n",
          "a.c": "int f(void) { return 1; }\n",
        ],
        .compileError
      ),
    ])
  func c(files: [String: String], verdict: Verdict) async throws {
    defer { try? FileManager.default.removeItem(at: cache) }
    try await compare(
      files, "c",
      with: [
        "{toolchain}", "-std=gnu17", "-O1", "-g", "-Wall", "-Wextra", "-fno-diagnostics-color",
        "-o", "{artifact}", "{sources}", "-lm",
      ], verdict)
  }
}
