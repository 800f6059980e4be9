// What compiling and running a short program takes in a warm executor, with nothing cached, beside its compiler and the program
// without a sandbox: one after the other in each round. Prints a table in Markdown.
//
//     compiled-benchmark [ROUNDS]
import CBareSpawn
import Foundation
import OCISandbox
import Ratios

let rounds =
  CommandLine.arguments.count > 1 ? max(1, Int(CommandLine.arguments[1]) ?? 30) : 30

func milliseconds(_ body: () async throws -> Void) async rethrows -> Double {
  let start = ContinuousClock.now
  try await body()
  return (ContinuousClock.now - start) / .milliseconds(1)
}

let folder = "/var/tmp/compiled-benchmark-\(getpid())"
try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(atPath: folder) }

/// Runs a line of the shell in the folder. The compiler has what it finds in a user's home, its module cache above all.
func bare(_ line: String) {
  let home = FileManager.default.homeDirectoryForCurrentUser.path
  let words = [
    "/bin/sh", "-c", "export PATH=/usr/bin:/bin HOME='\(home)'; cd '\(folder)' && \(line)",
  ]
  var list: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
  list.append(nil)
  defer { for word in list { free(word) } }
  let status = bare_run(&list)
  precondition(status == 0, "\(line): wait status \(status)")
}

struct Compiled {
  var name: String
  var language: String
  var file: String
  var source: String
  /// The options that the manifest gives the compiler.
  var options: String
}

let swiftOptions = "-Onone -gline-tables-only -use-ld=lld -o program"
let programs = [
  Compiled(
    name: "C", language: "c", file: "hello.c",
    source: "#include <stdio.h>\nint main(void) { puts(\"hello\"); }\n",
    options: "-std=gnu17 -O1 -g -Wall -Wextra -lm -o program"),
  Compiled(
    name: "Swift", language: "swift", file: "hello.swift", source: "print(\"hello\")\n",
    options: swiftOptions),
  Compiled(
    name: "Swift, Foundation imported", language: "swift", file: "imported.swift",
    source: "import Foundation\nprint(\"hello\")\n", options: swiftOptions),
  Compiled(
    name: "Swift, Foundation used", language: "swift", file: "used.swift",
    source: "import Foundation\nprint(Date.now > .distantPast)\n", options: swiftOptions),
]

let catalog = Catalog.standard()
let policy = try catalog.policy(named: "default").value
print("| compile and run | bare ms | ocisandbox ms | ratio of the medians | of the pairs |")
print("| --- | --- | --- | --- | --- |")
for program in programs {
  let language = ManifestLanguage(try catalog.language(named: program.language).value)
  guard let toolchain = try? await ToolchainLocator().locate(language.manifest.toolchain) else {
    print("| \(program.name) | not there | | | |")
    continue
  }
  try program.source.write(
    toFile: folder + "/" + program.file, atomically: true, encoding: .utf8)
  let line = "'\(toolchain.executable)' \(program.file) \(program.options) && ./program"
  let sandbox = Sandbox(catalog: catalog, executor: SandboxExecutor(maximumConcurrentRuns: 1))
  func run() async throws {
    let result = try await sandbox.run(
      Program(source: program.source, language: language), in: language, under: policy)
    precondition(result.verdict == .ok, result.feedback)
  }
  for _ in 0..<3 {
    bare(line)
    try await run()
  }
  var times: (bare: [Double], sandboxed: [Double]) = ([], [])
  for _ in 0..<rounds {
    times.bare.append(await milliseconds { bare(line) })
    times.sandboxed.append(try await milliseconds(run))
  }
  let (without, with) = (quantile(times.bare, 0.5), quantile(times.sandboxed, 0.5))
  let pairs = quantile(zip(times.sandboxed, times.bare).map { $0 / $1 }, 0.5)
  print(
    String(
      format: "| %@ | %.1f | %.1f | %.2f | %.2f |", program.name as NSString, without, with,
      with / without, pairs))
  note("\(program.name), compiled and run: ocisandbox / bare", pairs, better: .lower)
  await sandbox.runner.executor.close()
}
