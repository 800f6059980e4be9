import Foundation
import SandboxCatalog
import SandboxExecution
import SandboxLanguages
import Testing

@Suite("Looking up definitions")
struct CatalogTests {
  private func catalog(languages folders: [String], embedded ids: [String] = ["python"]) throws
    -> Catalog
  {
    Catalog(
      languagePath: SearchPath(
        kind: .languages, folders: folders.map { .init(path: $0, isRequired: true) }),
      embeddedLanguages: try ids.map { id in
        let text = manifest(id: id, aliases: "[\(id)3]", extensions: "[\(id)]")
        return EmbeddedDefinition(
          value: try LanguageManifest(yaml: text, file: "embedded"), text: text)
      })
  }

  private func message(_ body: () throws -> some Any) throws -> String {
    try #require(throws: CatalogError.self) { _ = try body() }.description
  }

  @Test("the first definition of an id wins, and says whom it hides")
  func order() throws {
    let folder = try TemporaryFolder()
    let first = try folder.write(manifest(id: "python"), to: "1/python.yaml")
    let second = try folder.write(manifest(id: "python"), to: "2/python.yaml")
    let catalog = try catalog(languages: [folder.path + "/1", folder.path + "/2"])
    let entry = try catalog.language(named: "python")
    #expect(entry.origin == .file(first))
    #expect(entry.shadowed == [.file(second), .embedded])
    #expect(entry.text == manifest(id: "python"))
    #expect(try catalog.languages().items.map(\.id) == ["python"])
  }

  @Test("a language is found by id, by alias and by extension, in files and embedded")
  func names() throws {
    let folder = try TemporaryFolder()
    try folder.write(manifest(aliases: "[moon]"), to: "lua.yml")
    let catalog = try catalog(languages: [folder.path])
    #expect(try catalog.language(named: "lua").value.id == "lua")
    #expect(try catalog.language(named: "moon").value.id == "lua")
    #expect(try catalog.language(forExtension: "lua").value.id == "lua")
    #expect(try catalog.language(forExtension: ".lua").value.id == "lua")
    #expect(try catalog.language(named: "python3").origin == .embedded)
    #expect(try catalog.language(forExtension: "python").value.id == "python")
  }

  @Test("a name that nothing has is told with what is near, or with all there are")
  func unknownNames() throws {
    let catalog = try catalog(languages: [], embedded: ["python", "c"])
    #expect(
      try message { try catalog.language(named: "pyton") }
        == "error: unknown language 'pyton'; did you mean 'python'?")
    #expect(
      try message { try catalog.language(named: "cobol") }
        == "error: unknown language 'cobol'\nhint: known are c, c3, python, python3")
    #expect(
      try message { try catalog.language(forExtension: "txt") }
        == "error: unknown file name extension 'txt'\nhint: known are c, python")
    #expect(
      try message { try catalog.policy(named: "strict") } == "error: unknown policy 'strict'")
  }

  @Test("a broken file disturbs only what needs it")
  func brokenFile() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("schema: 1\nid: lua\n", to: "lua.yaml")
    let catalog = try catalog(languages: [folder.path])
    #expect(try catalog.language(named: "python").value.id == "python")
    #expect(try catalog.language(forExtension: "python").value.id == "python")
    #expect(
      try message { try catalog.language(named: "lua") }.hasPrefix(
        "\(path):1:1: error: missing key 'name'"))
    let extensionMessage = try message { try catalog.language(forExtension: "lua") }
    #expect(extensionMessage.hasPrefix("error: unknown file name extension 'lua'"))
    #expect(extensionMessage.contains("\(path):1:1: error: missing key 'name'"))

    let items = try catalog.languages().items
    #expect(items.map(\.id) == ["lua", "python"])
    #expect(items.map(\.origin) == [.file(path), .embedded])
    #expect(try catalog.languages().entries.map(\.value.id) == ["python"])
  }

  @Test("a broken file is not replaced by the definition that it hides")
  func brokenFileHides() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("schema: 7\n", to: "python.yaml")
    let catalog = try catalog(languages: [folder.path])
    let expected = """
      \(path):1:9: error: schema '7' is not supported
      hint: this version reads schema 1
      """
    #expect(try message { try catalog.language(named: "python") } == expected)
    #expect(try message { try catalog.language(forExtension: "python") } == expected)
    #expect(try message { try catalog.language(named: "python3") } == expected)
  }

  @Test("a file that others can write is refused", arguments: [0o664, 0o646, 0o666])
  func writableFile(mode: Int) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(manifest(), to: "lua.yaml", mode: mode)
    let catalog = try catalog(languages: [folder.path])
    #expect(
      try message { try catalog.language(named: "lua") } == """
        \(path): error: can be written by others (mode 0\(String(mode, radix: 8))), so it is not \
        trusted
        hint: chmod go-w '\(path)'
        """)
    try folder.setMode(0o644, of: "lua.yaml")
    #expect(try catalog.language(named: "lua").origin == .file(path))
  }

  @Test("a folder that others can write is refused")
  func writableFolder() throws {
    let folder = try TemporaryFolder()
    try folder.write(manifest(), to: "open/lua.yaml")
    try folder.setMode(0o777, of: "open")
    let path = folder.path + "/open"
    let catalog = try catalog(languages: [path])
    #expect(
      try message { try catalog.language(named: "lua") } == """
        \(path): error: can be written by others (mode 0777), so it is not trusted
        hint: chmod go-w '\(path)'
        """)
    #expect(try catalog.language(named: "python").origin == .embedded)
  }

  @Test(
    "a file of another user is refused",
    .enabled(if: geteuid() == 0, "needs root to give a file away"))
  func foreignFile() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(manifest(), to: "lua.yaml")
    try #require(chown(path, 12345, 12345) == 0)
    let catalog = try catalog(languages: [folder.path])
    #expect(
      try message { try catalog.language(named: "lua") } == """
        \(path): error: belongs to user 12345, so it is not trusted
        hint: it must belong to you (user 0) or to root
        """)
  }

  @Test("a file that is none, not text, or too large is refused", .timeLimit(.minutes(15)))
  func strangeFiles() throws {
    let folder = try TemporaryFolder()
    try #require(mkfifo(folder.path + "/pipe.yaml", 0o600) == 0)
    try FileManager.default.createDirectory(
      atPath: folder.path + "/folder.yaml", withIntermediateDirectories: true)
    try folder.write(String(repeating: "#", count: 1 << 20) + "#", to: "large.yaml")
    try Data([0x69, 0x64, 0x3A, 0x20, 0xFF]).write(
      to: URL(filePath: folder.path + "/latin.yaml"))
    try folder.setMode(0o644, of: "latin.yaml")
    let catalog = try catalog(languages: [folder.path])
    let expected = [
      "pipe": "is not a file", "folder": "is not a file",
      "large": "is larger than a definition may be (1 MiB)", "latin": "is not UTF-8 text",
    ]
    for (id, problem) in expected {
      #expect(
        try message { try catalog.language(named: id) }
          == "\(folder.path)/\(id).yaml: error: \(problem)")
    }
  }

  @Test("a policy is found by its id, or by a path in any form")
  func policies() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(policy(id: "other"), to: "mine.yaml")
    let catalog = Catalog(
      policyPath: SearchPath(
        kind: .policies, folders: [.init(path: folder.path, isRequired: true)]))
    #expect(try catalog.policy(named: path).value.id == "other")
    #expect(try catalog.policy(named: path).origin == .file(path))
    #expect(
      try message { try catalog.policy(named: "mine") } == """
        \(path):2:5: error: the id 'other' is not the name of the file
        hint: name the file 'other.yaml', or write 'id: mine'
        """)
    #expect(
      try message { try catalog.policy(named: "absent.yaml") }
        == "absent.yaml: error: cannot be read: No such file or directory")
  }

  @Test("a folder that somebody named must exist; one that nobody named need not")
  func missingFolder() throws {
    let folder = try TemporaryFolder()
    let missing = folder.path + "/missing"
    let catalog = try catalog(languages: [missing])
    #expect(
      try message { try catalog.languages() }
        == "\(missing): error: cannot be read: No such file or directory")
    var other = catalog
    other.languagePath.folders = [.init(path: missing, isRequired: false)]
    #expect(try other.languages().items.count == 1)
  }
}
