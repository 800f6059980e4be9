import SandboxDiagnostics
import SandboxExecution
import SandboxLanguages

/// Languages as a plugin from outside would give them: nothing here is read from a file.
enum Manifests {
  static let python = LanguageManifest(
    id: "python", name: "Python", aliases: ["py"], extensions: ["py"], source: "main.py",
    toolchain: ToolchainDefinition(
      executables: ["python3"],
      version: ToolchainQuestion(
        arguments: ["--version"], pattern: #"Python (?<version>\d+\.\d+\.\d+)"#),
      locate: ToolchainQuestion(
        arguments: [
          "-E", "-s", "-c",
          "import sys; print('executable=' + sys.executable); "
            + "print('prefix=' + sys.prefix); print('prefix=' + sys.base_prefix)",
        ],
        pattern: #"executable=(?<executable>[^\n]+)|prefix=(?<prefix>[^\n]+)"#)),
    run: StageDefinition(
      command: ["{toolchain}", "-E", "-s", "-B", "{source}", "{arguments}"],
      diagnostics: .parser("python-traceback")),
    check: StageDefinition(
      command: [
        "{toolchain}", "-c",
        "import sys; [compile(open(name).read(), name, 'exec') for name in sys.argv[1:]]",
        "{sources}",
      ],
      diagnostics: .parser("python-traceback")))

  static let node = LanguageManifest(
    id: "javascript", name: "JavaScript", extensions: ["js"], source: "main.js",
    toolchain: ToolchainDefinition(
      executables: ["node"],
      locate: ToolchainQuestion(
        arguments: ["-p", "'executable=' + process.execPath"],
        pattern: #"executable=(?<executable>[^\n]+)"#)),
    run: StageDefinition(
      command: ["{toolchain}", "{source}", "{arguments}"], diagnostics: .parser("node-error")))

  static let c = LanguageManifest(
    id: "c", name: "C", extensions: ["c"], source: "main.c", artifact: "program",
    toolchain: ToolchainDefinition(
      executables: ["cc"],
      locate: ToolchainQuestion(
        arguments: ["-print-search-dirs"],
        pattern: #"(?:install: |programs: =)(?<prefix>/[^\n:]*?)/(?:lib|libexec|bin)(?:[/:]|\n)"#)),
    compile: StageDefinition(
      policy: "compile",
      command: [
        "{toolchain}", "-Wall", "-fno-diagnostics-color", "-o", "{artifact}", "{sources}",
      ],
      diagnostics: .parser("llvm-style")),
    run: StageDefinition(
      command: ["{artifact}", "{arguments}"], diagnostics: .parser("native-crash")))

  static let swift = LanguageManifest(
    id: "swift", name: "Swift", extensions: ["swift"], source: "main.swift", artifact: "program",
    toolchain: ToolchainDefinition(
      executables: ["swiftc"],
      locate: ToolchainQuestion(
        arguments: ["-print-target-info"],
        pattern: #""runtimeResourcePath": "(?<prefix>/[^"]+)/lib/swift""#)),
    compile: StageDefinition(
      policy: "compile",
      command: [
        "{toolchain}", "-Onone", "-use-ld=lld", "-diagnostic-style", "llvm",
        "-no-color-diagnostics", "-module-cache-path", "/tmp/cache", "-o", "{artifact}",
        "{sources}",
      ],
      diagnostics: .parser("llvm-style")),
    run: StageDefinition(
      command: ["{artifact}", "{arguments}"], diagnostics: .parser("swift-trap")))

  static let all = [python, node, c, swift]
}
