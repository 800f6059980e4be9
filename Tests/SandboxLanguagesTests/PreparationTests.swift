import Foundation
import SandboxExecution
import Testing

@testable import SandboxLanguages

@Suite(
  "What is made once with a toolchain", .timeLimit(.minutes(10)),
  .enabled("needs the sandbox") {
    (try? await SandboxExecutor().run(Command(executable: "/usr/bin/true"))) != nil
  })
struct PreparationTests {
  private let home: TemporaryFolder
  private let locator: ToolchainLocator

  init() throws {
    // Not in /tmp, which in the sandbox is another one.
    home = try TemporaryFolder(in: "/var/tmp")
    locator = ToolchainLocator(cacheFile: home.path + "/cache/toolchains")
  }

  /// Prints what was prepared, and tries to change it.
  private func language(preparing command: String) -> ManifestLanguage {
    ManifestLanguage(
      LanguageManifest(
        id: "shell", name: "Shell", extensions: ["sh"], source: "main.sh",
        toolchain: ToolchainDefinition(
          executables: ["/bin/sh"],
          preparation: PreparationDefinition(
            stage: StageDefinition(command: ["{toolchain}", "-c", command]), folder: "made")),
        run: StageDefinition(command: ["{toolchain}", "{source}", "{prepared}"])))
  }

  private func run(_ language: ManifestLanguage, _ text: String) async throws -> ProgramResult {
    try await ProgramRunner(locator: locator).run(
      Program(source: text, language: language), in: language, under: Policy(),
      stagePolicy: { throw LanguageError("no policy \($0)") })
  }

  private var kept: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: home.path + "/cache/prepared")) ?? []
  }

  @Test("is kept, can be read by all programs and changed by none")
  func kept() async throws {
    // Each time that it is made it is another one.
    let language = language(
      preparing: "mkdir -p made/a; date +%N%s%N >made/a/b")
    let first = try await run(language, "cat $1/a/b")
    let made = try #require(first.run?.standardOutput.text)
    #expect(made.count > 20)
    let change = """
      for file in $1/a/b $1/new; do echo changed 2>/dev/null >$file && echo could; done
      rm -rf $1/a 2>/dev/null && echo could
      chmod 777 $1 $1/a/b 2>/dev/null && echo could
      cat $1/a/b
      """
    #expect(try await run(language, change).run?.standardOutput.text == made)
    #expect(try await run(language, "cat $1/a/b").run?.standardOutput.text == made)
    #expect(kept.count == 1)
    #expect(
      try await run(self.language(preparing: "mkdir made; echo 2 >made/a"), "cat $1/a").run?
        .standardOutput.text == "2\n")
    #expect(kept.count == 2)
  }

  @Test("is nothing where it fails, makes nothing, or makes no regular file")
  func nothing() async throws {
    for command in [
      "mkdir made; echo 1 >made/a; exit 1", "exit 0", "mkdir made",
      "ln -s /etc made", "mkdir made; ln -s /etc/passwd made/a; mkfifo made/b",
    ] {
      let result = try await run(language(preparing: command), "echo \"<$1>\"")
      #expect(result.run?.standardOutput.text == "<>\n", "\(command)")
      #expect(result.verdict == .ok)
    }
    // That it failed is kept, so that it is not tried before every run.
    #expect(kept.count == 5)
    for name in kept {
      let folder = home.path + "/cache/prepared/" + name
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["failed"])
    }
  }

  @Test("is not believed where others could have written it")
  func writable() async throws {
    let language = language(preparing: "mkdir made; echo 1 >made/a")
    let result = try await run(language, "echo $1")
    let text = try #require(result.run?.standardOutput.text)
    let folder = String(text.dropLast())
    #expect(folder.hasPrefix(home.path))
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder)
    #expect(
      try await ProgramRunner(locator: locator).toolchain(of: language).prepared == nil)
    // It is made anew.
    #expect(try await run(language, "cat $1/a").run?.standardOutput.text == "1\n")
    #expect(
      try await ProgramRunner(locator: locator).toolchain(of: language).prepared == folder)
  }

  @Test("is nothing where the cache is in a folder that the sandbox has of its own")
  func hidden() async throws {
    let other = try TemporaryFolder(in: "/tmp")
    let language = language(preparing: "mkdir made; echo 1 >made/a")
    let result = try await ProgramRunner(locator: ToolchainLocator(cacheFile: other.path + "/c/t"))
      .run(
        Program(source: "echo \"<$1>\"", language: language), in: language, under: Policy(),
        stagePolicy: { throw LanguageError("no policy \($0)") })
    #expect(result.run?.standardOutput.text == "<>\n")
  }

  @Test("is nothing where nothing can be kept, and then not made before every run")
  func unwritable() async throws {
    let file = try home.write("", to: "file")
    let locator = ToolchainLocator(cacheFile: file + "/toolchains")
    #expect(locator.preparedFolders?.isWritable == false)
    let language = language(preparing: "mkdir made; echo 1 >made/a")
    let result = try await ProgramRunner(locator: locator).run(
      Program(source: "echo \"<$1>\"", language: language), in: language, under: Policy(),
      stagePolicy: { throw LanguageError("no policy \($0)") })
    #expect(result.run?.standardOutput.text == "<>\n")
  }

  @Test("goes with who waits for it, and is made by the next")
  func cancelled() async throws {
    let marker = "600.\(UInt32.random(in: 0 ... .max))"
    let language = language(preparing: "sleep \(marker); mkdir made; echo 1 >made/a")
    let locator = locator
    // Seen at work before any limit strikes, however busy the machine is.
    let policy = Policy(limits: Limits(wallTime: .seconds(600)))
    let waiting = Task {
      try await ProgramRunner(locator: locator).run(
        Program(source: "echo", language: language), in: language, under: policy,
        stagePolicy: { throw LanguageError("no policy \($0)") })
    }
    while !Self.isRunning(marker) { try await Task.sleep(for: .milliseconds(20)) }
    waiting.cancel()
    await #expect(throws: SandboxError.self) { try await waiting.value }
    #expect(kept == [])
    #expect(!Self.isRunning(marker))
  }

  /// Whether a process of the host has `marker` among its arguments.
  private static func isRunning(_ marker: String) -> Bool {
    let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return processes.contains { process in
      guard Int(process) != nil else { return false }
      let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
      return words.split(separator: 0).contains(Data(marker.utf8))
    }
  }

  @Test("is made once where many begin at the same time")
  func together() async throws {
    let language = language(preparing: "mkdir made; date +%N%s%N >made/a")
    let texts = try await withThrowingTaskGroup(of: String?.self) { group in
      for _ in 0..<4 {
        group.addTask { try await run(language, "cat $1/a").run?.standardOutput.text }
      }
      return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
    }
    #expect(texts.count == 1)
    #expect((texts.first??.count ?? 0) > 20)
  }
}
