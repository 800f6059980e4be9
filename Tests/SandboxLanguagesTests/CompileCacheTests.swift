import Foundation
import SandboxExecution
import Testing

@testable import SandboxLanguages

@Suite(
  "What was compiled earlier", .timeLimit(.minutes(10)),
  .enabled("needs the sandbox and cc") {
    guard (try? await ToolchainLocator(cacheFile: nil).locate(Manifests.c.toolchain)) != nil else {
      return false
    }
    return (try? await SandboxExecutor().run(Command(executable: "/usr/bin/true"))) != nil
  })
struct CompileCacheTests {
  private let home: TemporaryFolder
  private let cache: CompileCache

  init() throws {
    home = try TemporaryFolder()
    cache = CompileCache(folder: home.path + "/new/compiled")
  }

  private func run(
    _ source: String, _ manifest: LanguageManifest = Manifests.c, compiling: Policy = Policy(),
    cache: CompileCache? = nil, files: [String: String] = [:]
  ) async throws -> ProgramResult {
    let language = ManifestLanguage(manifest)
    var program = Program(source: source, language: language)
    for (path, text) in files { program.files[path] = .bytes(Array(text.utf8)) }
    return try await ProgramRunner(
      locator: ToolchainLocator(cacheFile: nil), compileCache: cache ?? self.cache
    ).run(program, in: language, under: Policy(), stagePolicy: { _ in compiling })
  }

  private var entries: [URL] {
    let folder = URL(filePath: home.path + "/new/compiled")
    return
      (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil))
      ?? []
  }

  private static let source = """
    #include <stdio.h>
    int main(void) { int unused; puts("hello"); }
    """

  @Test("is started again, and its messages are told again")
  func again() async throws {
    let first = try await run(Self.source)
    let second = try await run(Self.source)
    #expect(!first.compileIsCached && second.compileIsCached)
    #expect(second.verdict == .ok && second.run?.standardOutput.text == "hello\n")
    #expect(!first.diagnostics.isEmpty)
    #expect(second.diagnostics == first.diagnostics)
    #expect(second.compile?.wallTime == first.compile?.wallTime)
    #expect(second.compile?.standardError == first.compile?.standardError)
    #expect(try second.json().contains("\"cached\" : true"))
    #expect(try first.json().contains("\"cached\" : false"))
  }

  @Test("is not taken for another source, header, command or policy")
  func others() async throws {
    _ = try await run(Self.source)
    #expect(!(try await run(Self.source + "\n").compileIsCached))
    var flags = Manifests.c
    flags.compile?.command.append("-O2")
    #expect(!(try await run(Self.source, flags).compileIsCached))
    var limits = Policy()
    limits.limits.memory = ByteCount(mebibytes: 200)
    #expect(!(try await run(Self.source, compiling: limits).compileIsCached))
    let including = "#include \"a.h\"\nint main(void) { return A; }\n"
    #expect(try await run(including, files: ["a.h": "#define A 0\n"]).exitStatus == 0)
    #expect(try await run(including, files: ["a.h": "#define A 3\n"]).exitStatus == 3)
    #expect(try await run(including, files: ["a.h": "#define A 3\n"]).compileIsCached)
  }

  @Test("is not kept where it did not compile, or depends on the time")
  func unkept() async throws {
    for source in [
      "int main(void) { return a; }\n", "int main(void) { return __TIME__[0] == 0; }\n",
      "#define P(a, b) a##b\nint main(void) { return P(__TI, ME__)[0] == 0; }\n",
    ] {
      let first = try await run(source)
      let second = try await run(source)
      #expect(!second.compileIsCached)
      #expect(first.verdict == second.verdict)
    }
    #expect(entries.isEmpty)
  }

  @Test("is not believed where it is broken, or others could have written it")
  func broken() async throws {
    _ = try await run(Self.source)
    let entry = try #require(entries.first)
    #expect(entries.count == 1)
    let record = entry.appending(path: "record")
    let artifact = entry.appending(path: "artifact")
    let (good, program) = (try Data(contentsOf: record), try Data(contentsOf: artifact))
    for bad in [Data(), Data("{}".utf8), good.dropLast(5), Data(repeating: 0xFF, count: 100)] {
      try bad.write(to: record)
      #expect(!(try await run(Self.source).compileIsCached))
    }
    try good.write(to: record)
    try program.dropLast().write(to: artifact)
    #expect(!(try await run(Self.source).compileIsCached))
    try program.write(to: artifact)
    #expect(try await run(Self.source).compileIsCached)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: entry.path)
    #expect(!(try await run(Self.source).compileIsCached))
    // What was no good was replaced.
    #expect(try await run(Self.source).compileIsCached)
  }

  @Test("takes no more room than it may, and what was used last stays")
  func room() async throws {
    func source(_ number: Int) -> String { "int main(void) { return \(number); }\n" }
    _ = try await run(source(0))
    let entry = try #require(entries.first)
    let size = try FileManager.default.attributesOfItem(
      atPath: entry.appending(path: "artifact").path)[.size]
    let bytes = try #require(size as? Int64)
    // An artifact may take an eighth of it.
    let small = CompileCache(
      folder: home.path + "/new/compiled", limit: ByteCount(bytes: bytes * 9))
    for number in 1...6 { _ = try await run(source(number), cache: small) }
    #expect(try await run(source(0), cache: small).compileIsCached)
    for number in 7...11 { _ = try await run(source(number), cache: small) }
    #expect(entries.count <= 9 && entries.count >= 7)
    #expect(try await run(source(0), cache: small).compileIsCached)
    #expect(!(try await run(source(1), cache: small).compileIsCached))
  }

  @Test("is there whole for each of many that compile the same at once")
  func together() async throws {
    try await withThrowingTaskGroup(of: Int32.self) { group in
      for number in 0..<8 {
        group.addTask { try await run("int main(void) { return \(number % 2 + 3); }\n").exitStatus }
      }
      for try await status in group { #expect([3, 4].contains(status)) }
    }
    #expect(Set(entries.map { $0.lastPathComponent.count }) == [64])
    #expect(entries.count == 2)
    for entry in entries {
      let names = try FileManager.default.contentsOfDirectory(atPath: entry.path)
      #expect(names.sorted() == ["artifact", "record"])
    }
  }

  @Test("is no more than so many")
  func number() throws {
    let folders = CacheFolders(root: home.path + "/folders")
    for number in 0..<5 {
      let path = try #require(folders.write(["a/b": [UInt8(number)]], for: "\(number)"))
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: Double(number))], ofItemAtPath: path)
    }
    folders.touch("0")
    folders.shrink(to: ByteCount(mebibytes: 1), count: 2)
    #expect((0..<5).map { folders["\($0)"] != nil } == [true, false, false, false, true])
  }
}
