import Foundation
import SandboxDiagnostics
import SandboxExecution
import Synchronization
import Testing

@testable import SandboxLanguages

private let runner = ProgramRunner(
  executor: SandboxExecutor(maximumConcurrentRuns: 2), locator: ToolchainLocator(cacheFile: nil))

private let compilePolicy = Policy(
  id: "compile",
  limits: Limits(
    cpuTime: .seconds(60), wallTime: .seconds(60), memory: ByteCount(mebibytes: 1024),
    processes: 128))

/// Whether this host can run a program of the language: the sandbox starts, and the toolchain is here.
private func canRun(_ manifest: LanguageManifest) async -> Bool {
  guard (try? await runner.locator.locate(manifest.toolchain)) != nil else { return false }
  return (try? await runner.executor.run(Command(executable: "/usr/bin/true"))) != nil
}

private func run(
  _ manifest: LanguageManifest, _ program: Program, under policy: Policy = Policy(),
  purpose: ExecutionPlan.Purpose = .run, collectsArtifacts: Bool = false,
  onOutput: (@Sendable (OutputChunk) -> Void)? = nil
) async throws -> ProgramResult {
  try await runner.run(
    program, in: ManifestLanguage(manifest), under: policy,
    stagePolicy: { name in
      guard name == "compile" else { throw LanguageError("no policy \(name)") }
      return compilePolicy
    }, purpose: purpose, collectsArtifacts: collectsArtifacts, onOutput: onOutput)
}

private func run(_ manifest: LanguageManifest, _ source: String) async throws -> ProgramResult {
  try await run(manifest, Program(source: source, language: ManifestLanguage(manifest)))
}

@Suite(
  "A Python program", .timeLimit(.minutes(15)),
  .enabled("needs the sandbox and python3") { await canRun(Manifests.python) })
struct PythonProgramTests {
  @Test("gets its arguments, input, variables and files, in folders too")
  func surroundings() async throws {
    let result = try await run(
      Manifests.python,
      Program(
        files: [
          "app/main.py": .bytes(
            Array(
              """
              import os, sys, sibling
              print(sys.argv[1:], sys.stdin.read(), os.environ["A"], sibling.value)
              print(open("data/x.txt").read())
              """.utf8)),
          "app/sibling.py": .bytes(Array("value = 7".utf8)),
          "data/x.txt": .bytes(Array("text".utf8)),
        ], entry: "app/main.py", arguments: ["-x", "", "a b"],
        standardInput: .bytes(Array("in".utf8)), environment: ["A": "b"]))
    #expect(result.run?.standardOutput.text == "['-x', '', 'a b'] in b 7\ntext\n")
    #expect(result.verdict == .ok)
    #expect(result.exitStatus == 0)
    #expect(result.diagnostics == [])
    #expect(result.compile == nil)
    #expect(
      result.feedback.hasPrefix("standard output:\n  | ['-x', '', 'a b'] in b 7\n  | text\nok"))
  }

  @Test(
    "may have any name", arguments: ["-x.py", "@x.py", "a b.py", "'\"$`\n.py", "é.py", "-d/-x.py"])
  func names(entry: String) async throws {
    let result = try await run(
      Manifests.python, Program(files: [entry: .bytes(Array("print(1)".utf8))], entry: entry))
    #expect(result.run?.standardOutput.text == "1\n")
  }

  @Test("that fails is told where, and keeps its own status")
  func failure() async throws {
    let result = try await run(Manifests.python, "def f():\n  return 1 / 0\nf()\n")
    #expect(result.verdict == .runtimeError)
    #expect(result.exitStatus == 1)
    let diagnostic = try #require(result.diagnostics.first)
    #expect(diagnostic.code == "ZeroDivisionError")
    #expect(diagnostic.file == "main.py")
    #expect(diagnostic.line == 2)
    #expect(diagnostic.stage == .run)
    #expect(result.feedback.hasPrefix("main.py:2"))
    #expect(try await run(Manifests.python, "raise SystemExit(137)").verdict == .runtimeError)
  }

  @Test("that says nothing is explained by how it ended")
  func silent() async throws {
    let result = try await run(Manifests.python, "import os; os._exit(3)")
    #expect(result.diagnostics.map(\.message) == ["the program exited with status 3"])
    #expect(result.exitStatus == 3)
    let killed = try await run(Manifests.python, "import os; os.kill(os.getpid(), 9)")
    #expect(killed.diagnostics.first?.code == "SIGKILL")
    #expect(killed.verdict == .runtimeError)
    #expect(killed.exitStatus == 137)
  }

  @Test("that meets a limit has that limit's verdict")
  func limit() async throws {
    let result = try await run(
      Manifests.python,
      Program(source: "while True: pass", language: ManifestLanguage(Manifests.python)),
      under: Policy(limits: Limits(cpuTime: .seconds(1))))
    #expect(result.verdict == .timeLimit)
    #expect(result.exitStatus == 124)
    #expect(result.diagnostics.first?.code == "time_limit")
  }

  @Test("is heard while it runs, in the order in which it wrote")
  func streaming() async throws {
    let heard = Mutex<[UInt8]>([])
    let result = try await run(
      Manifests.python,
      Program(
        source: "import time\nfor i in range(3):\n  print(i, flush=True); time.sleep(0.05)",
        language: ManifestLanguage(Manifests.python))
    ) { chunk in
      if chunk.stream == .standardOutput { heard.withLock { $0 += chunk.bytes } }
    }
    #expect(heard.withLock { $0 } == Array("0\n1\n2\n".utf8))
    #expect(result.run?.standardOutput.text == "0\n1\n2\n")
  }

  @Test("leaves what it made or changed, and nothing else, when that is asked for")
  func artifacts() async throws {
    let program = Program(
      files: [
        "main.py": .bytes(
          Array(
            """
            import os
            os.mkdir("out")
            open("out/plot.PNG", "wb").write(b"png")
            open("changed.csv", "a").write("2")
            open("none", "w")
            os.symlink("/etc/passwd", "link")
            os.mkfifo("pipe")
            """.utf8)),
        "changed.csv": .bytes(Array("1".utf8)), "kept.csv": .bytes(Array("1".utf8)),
      ], entry: "main.py")
    let result = try await run(Manifests.python, program, collectsArtifacts: true)
    #expect(result.artifacts.map(\.path) == ["changed.csv", "none", "out/plot.PNG"])
    #expect(
      result.artifacts.map(\.mediaType) == [
        "text/csv", "application/octet-stream", "image/png",
      ])
    #expect(
      result.artifacts.map { $0.file?.contents(limit: ByteCount(kibibytes: 1)) } == [
        Array("12".utf8), [], Array("png".utf8),
      ])
    let json = try result.json()
    #expect(json.contains(#""media_type" : "image/png""#))
    #expect(try await run(Manifests.python, program).artifacts.isEmpty)
  }

  @Test("that leaves thousands of files takes no descriptor for each")
  func manyArtifacts() async throws {
    let program = Program(
      source: "for i in range(2000): open(f'f{i}', 'w').write('x')",
      language: ManifestLanguage(Manifests.python))
    let before = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    let result = try await run(Manifests.python, program, collectsArtifacts: true)
    let after = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    #expect(result.artifacts.count == 2000)
    // Other tests run meanwhile, with a few dozen of their own.
    #expect(after < before + 1000)
    #expect(
      result.artifacts.allSatisfy {
        $0.file?.contents(limit: ByteCount(kibibytes: 1)) == Array("x".utf8)
      })
  }

  @Test("is checked without being run")
  func check() async throws {
    let language = ManifestLanguage(Manifests.python)
    let good = try await run(
      Manifests.python, Program(source: "print('ran')", language: language), purpose: .check)
    #expect(good.verdict == .ok)
    #expect(good.run == nil)
    #expect(good.compile?.standardOutput.text == "")
    let bad = try await run(
      Manifests.python, Program(source: "x = 1\nif:\n", language: language), purpose: .check)
    #expect(bad.verdict == .compileError)
    #expect(bad.exitStatus == 65)
    #expect(bad.diagnostics.first?.line == 2)
    #expect(bad.diagnostics.first?.stage == .compile)
  }

  @Test("is run by the interpreter that was located, with its own packages")
  func toolchain() async throws {
    let result = try await run(Manifests.python, "import sys, json; print(sys.executable)")
    #expect(result.run?.standardOutput.text == result.toolchain.executable + "\n")
  }

  @Test("that makes no sense is refused before anything is started")
  func refused() async throws {
    await #expect(throws: LanguageError("the program has no file 'b.py' to start with")) {
      try await run(Manifests.python, Program(files: ["a.py": .bytes([])], entry: "b.py"))
    }
    for path in ["/a.py", "../a.py", "a/../b.py", "a//b.py", "./a.py", "a\0.py", ""] {
      await #expect(throws: SandboxError.self, "\(path)") {
        try await run(Manifests.python, Program(files: [path: .bytes([])], entry: path))
      }
    }
    var absent = Manifests.python
    absent.toolchain.executables = ["no-such-python"]
    await #expect(throws: ToolchainError(executables: ["no-such-python"])) {
      try await run(absent, "print(1)")
    }
  }

  @Test("has the verdict of the limit that its compiler met, and is not run")
  func compilerLimit() async throws {
    var manifest = Manifests.python
    manifest.compile = StageDefinition(command: ["{toolchain}", "-c", "while True: pass"])
    let result = try await run(
      manifest, Program(source: "print(1)", language: ManifestLanguage(manifest)),
      under: Policy(limits: Limits(cpuTime: .seconds(1))))
    #expect(result.verdict == .timeLimit)
    #expect(result.run == nil)
    #expect(result.diagnostics.first?.stage == .compile)
  }

  @Test("is not run when its compiler made nothing")
  func noArtifact() async throws {
    var manifest = Manifests.python
    manifest.artifact = "program"
    manifest.compile = StageDefinition(command: ["{toolchain}", "-c", ""])
    let result = try await run(manifest, "print(1)")
    #expect(result.verdict == .compileError)
    #expect(
      result.diagnostics.map(\.message) == [
        "the compiler ended well, but made no file 'program'"
      ])
    #expect(result.run == nil)
  }

  @Test("has the caller's policy where a stage names none, and the caller's layers in every stage")
  func policies() throws {
    var caller = Policy(id: "caller")
    caller.enforcement[.cgroup] = .required
    let named = StagePlan(executable: "x", arguments: [], policy: "compile")
    let resolved = named.resolve({ Policy(id: $0) }, else: caller)
    #expect(resolved.id == "compile")
    #expect(resolved.enforcement == caller.enforcement)
    let unnamed = StagePlan(executable: "x", arguments: [])
    #expect(unnamed.resolve({ Policy(id: $0) }, else: caller) == caller)
  }
}

@Suite(
  "A JavaScript program", .timeLimit(.minutes(15)),
  .enabled("needs the sandbox and node") { await canRun(Manifests.node) })
struct JavaScriptProgramTests {
  @Test("runs, and is told where it fails")
  func runs() async throws {
    let good = try await run(Manifests.node, "console.log([1, 2].map(x => x * 2))")
    #expect(good.run?.standardOutput.text == "[ 2, 4 ]\n")
    let bad = try await run(Manifests.node, "const a = 1;\nnull.x;\n")
    #expect(bad.verdict == .runtimeError)
    #expect(bad.diagnostics.first?.code == "TypeError")
    #expect(bad.diagnostics.first?.file == "main.js")
    #expect(bad.diagnostics.first?.line == 2)
  }
}

@Suite(
  "A C program", .timeLimit(.minutes(15)),
  .enabled("needs the sandbox and cc") { await canRun(Manifests.c) })
struct CProgramTests {
  @Test("is compiled, and runs without its sources but with its data")
  func runs() async throws {
    let result = try await run(
      Manifests.c,
      Program(
        files: [
          "main.c": .bytes(
            Array(
              """
              #include <dirent.h>
              #include <stdio.h>
              #include "value.h"
              int value(void);
              int main(int count, char **arguments) {
                DIR *folder = opendir(".");
                for (struct dirent *e; (e = readdir(folder));)
                  if (e->d_name[0] != '.') fprintf(stderr, "%s\\n", e->d_name);
                printf("%d %s\\n", value() + OFFSET, arguments[count - 1]);
                return 4;
              }
              """.utf8)),
          "@value.c": .bytes(Array("int value(void) { return 40; }".utf8)),
          "value.h": .bytes(Array("#define OFFSET 2".utf8)),
          "data.txt": .bytes([]),
        ], entry: "main.c", arguments: ["-last"]))
    #expect(result.run?.standardOutput.text == "42 -last\n")
    let files = (result.run?.standardError.text ?? "").split(separator: "\n").sorted()
    #expect(files == ["data.txt", "program", "value.h"])
    #expect(result.verdict == .runtimeError)
    #expect(result.exitStatus == 4)
    #expect(result.compile?.outcome == .exited(code: 0))
  }

  @Test("that does not compile is not run, and is told why")
  func refused() async throws {
    let result = try await run(Manifests.c, "int main(void) {\n  return x;\n}\n")
    #expect(result.verdict == .compileError)
    #expect(result.exitStatus == 65)
    #expect(result.run == nil)
    #expect(result.diagnostics.first?.file == "main.c")
    #expect(result.diagnostics.first?.line == 2)
    #expect(result.diagnostics.first?.stage == .compile)
  }

  @Test("keeps its warnings when it runs, and a crash beside them")
  func crash() async throws {
    let result = try await run(
      Manifests.c, "int main(void) {\n  int unused;\n  __builtin_trap();\n}\n")
    #expect(result.verdict == .runtimeError)
    #expect(result.diagnostics.contains { $0.severity == .warning && $0.line == 2 })
    #expect(result.diagnostics.contains { $0.severity == .error && $0.stage == .run })
    #expect(result.run?.outcome == .signalled(signal: SIGILL))
    #expect(result.exitStatus == 128 + SIGILL)
  }
}

@Suite(
  "A Swift program", .timeLimit(.minutes(15)),
  .enabled("needs the sandbox and swiftc") { await canRun(Manifests.swift) })
struct SwiftProgramTests {
  @Test("of several files is compiled and runs")
  func runs() async throws {
    let result = try await run(
      Manifests.swift,
      Program(
        files: [
          "main.swift": .bytes(Array("print(value())".utf8)),
          "value.swift": .bytes(Array("func value() -> Int { 42 }".utf8)),
        ], entry: "main.swift"))
    #expect(result.run?.standardOutput.text == "42\n")
    #expect(result.verdict == .ok)
  }

  @Test("that does not compile is told where")
  func refused() async throws {
    let result = try await run(Manifests.swift, "let a = 1\nlet b: String = a\n")
    #expect(result.verdict == .compileError)
    #expect(result.diagnostics.first?.file == "main.swift")
    #expect(result.diagnostics.first?.line == 2)
  }
}
