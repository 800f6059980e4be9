import Foundation
import Testing

/// What is run is asked for before the command itself is there, as the last run of such a file was.
@Suite("A run that is begun before the command")
struct FirstRunTests {
  private let folder: ScratchFolder
  private let command: BuiltCommand

  init() throws {
    folder = try ScratchFolder()
    var command = folder.command
    command.environment = ["XDG_CACHE_HOME": folder.path + "/cache"]
    self.command = command
  }

  /// Which file says how such runs are asked for: it is written anew by each run that was not asked for so.
  private func template(_ name: String = "first-run.py") throws -> UInt64 {
    var status = stat()
    try #require(stat(folder.path + "/cache/ocisandbox/" + name, &status) == 0)
    return UInt64(status.st_ino)
  }

  /// Runs a file until it is begun so.
  private func warmUp(_ arguments: String..., template name: String = "first-run.py") async throws
    -> UInt64
  {
    for _ in 0..<2 { _ = try await command.run(arguments.map { Array($0.utf8) }) }
    return try template(name)
  }

  @Test("comes to the same, whatever the file is called and holds")
  func same() async throws {
    try folder.write("print(6 * 7)", to: "a.py")
    let kept = try await warmUp("run", "a.py")
    let again = try await command.run("run", "a.py")
    #expect(again.output == "42\n" && again.status == 0, "\(again.errors)")
    #expect(try template() == kept)

    let long = String(repeating: "# as long as a message and longer\n", count: 4000)
    try folder.write(long + "import sys; print('other'); sys.exit(3)", to: "my 'other'.py")
    let other = try await command.run("run", "my 'other'.py")
    #expect(other.output == "other\n" && other.status == 3, "\(other.errors)")
    try folder.write("def f():\n  return [][1]\nf()\n", to: "a.py")
    let failed = try await command.run("run", "--json", "a.py")
    #expect(failed.status == 1)
    let found = (try failed.document()["diagnostics"] as? [[String: Any]])?.first
    #expect(found?["file"] as? String == "a.py" && found?["line"] as? Int == 2, "\(failed.output)")
    try folder.write("", to: "a.py")
    #expect(try await command.run("run", "a.py").status == 0)
    #expect(try template() == kept)

    try FileManager.default.removeItem(atPath: folder.path + "/a.py")
    #expect(try await command.run("run", "a.py").status == 66)
  }

  @Test("is also that of a check, which is another than that of a run")
  func check() async throws {
    try folder.write("print(6 * 7", to: "a.py")
    let kept = try await warmUp("check", "a.py", template: "first-check.py")
    let again = try await command.run("check", "a.py")
    #expect(again.status == 65 && again.errors.hasPrefix("a.py:1:"), "\(again.errors)")
    #expect(try template("first-check.py") == kept)
    try folder.write("print(6 * 7)", to: "a.py")
    #expect(try await command.run("run", "a.py").output == "42\n")
    #expect(try await command.run("check", "a.py").output == "")
  }

  @Test("is not that of another definition of the language, and nothing of it is seen then")
  func otherDefinition() async throws {
    try folder.write("import os; print(os.environ.get('WORD'))", to: "a.py")
    let kept = try await warmUp("run", "a.py")
    var other = command
    other.environment["OCISANDBOX_LANGUAGES"] = folder.path + "/languages"
    let languages = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../Languages")
    for driver in ["python-driver.py", "python-report.py"] {
      try folder.write(
        String(contentsOf: languages.appending(path: driver), encoding: .utf8),
        to: "languages/" + driver)
    }
    let manifest = try String(
      contentsOf: languages.appending(path: "python.yaml"), encoding: .utf8)
    for word in ["one", "two"] {
      let changed = manifest.replacing(
        "\nrun:\n", with: "\nrun:\n  environment: { WORD: \(word) }\n")
      try folder.write(changed, to: "languages/python.yaml")
      let ending = try await other.run("run", "a.py")
      #expect(ending.output == word + "\n" && ending.status == 0, "\(ending.errors)")
      #expect(try template() != kept)
    }
    #expect(try await command.run("run", "a.py").output == "None\n")
  }

  @Test(
    "is not believed where the file that says how is broken, or another build's, or anybody could have written it"
  )
  func broken() async throws {
    try folder.write("print(6 * 7)", to: "a.py")
    var kept = try await warmUp("run", "a.py")
    let file = folder.path + "/cache/ocisandbox/first-run.py"
    let bytes = try #require(folder.read("cache/ocisandbox/first-run.py"))
    var other = bytes
    other[8] ^= 1  // the executable's inode
    var cut = bytes
    cut.removeLast(bytes.count / 2)
    let contents: [([UInt8], Int)] = [
      ([], 0o600), (Array("nonsense".utf8), 0o600), (cut, 0o600), (other, 0o600), (bytes, 0o622),
      (Array(bytes[..<48]) + [UInt8](repeating: 0xFF, count: 4000), 0o600),
    ]
    for (content, mode) in contents {
      try folder.write(content, to: "cache/ocisandbox/first-run.py", mode: mode)
      kept = try template()
      let ending = try await command.run("run", "a.py")
      #expect(ending.output == "42\n" && ending.status == 0, "\(ending.errors)")
      #expect(try template() != kept, "\(content.count) \(mode)")
    }
    try FileManager.default.removeItem(atPath: file)
    try folder.link("/dev/zero", at: "cache/ocisandbox/first-run.py")
    #expect(try await command.run("run", "a.py").output == "42\n")
  }

  @Test("has a worker that knows nothing of the caller's environment and arguments")
  func forgets() async throws {
    try folder.write("import time; print('there', flush=True); time.sleep(20)", to: "a.py")
    var command = command
    command.environment["WORD"] = "secret-of-the-caller"
    for _ in 0..<2 {
      let running = try command.start("run", "a.py")
      var told = ""
      for _ in 0..<1000 where told.isEmpty {
        told = running.children.compactMap { child in
          let files = ["environ", "cmdline"].map { name in
            (try? Data(contentsOf: URL(filePath: "/proc/\(child)/\(name)"))) ?? Data()
          }
          let texts = files.map { String(decoding: $0, as: UTF8.self) }
          return texts[1].hasPrefix("ocisandbox-worker") ? texts.joined() : nil
        }.joined()
        try await Task.sleep(for: .milliseconds(10))
      }
      #expect(!told.isEmpty && !told.contains("secret-of-the-caller") && !told.contains("a.py"))
      // The same can be told of who has it.
      let own = try Data(contentsOf: URL(filePath: "/proc/\(running.process)/environ"))
      #expect(String(decoding: own, as: UTF8.self).contains("secret-of-the-caller"))
      kill(running.process, SIGTERM)
      _ = try await running.ending()
    }
  }

  @Test("leaves a named pipe to who reads it", .timeLimit(.minutes(1)))
  func namedPipe() async throws {
    try folder.write("print(6 * 7)", to: "a.py")
    _ = try await warmUp("run", "a.py")
    try FileManager.default.removeItem(atPath: folder.path + "/a.py")
    #expect(mkfifo(folder.path + "/a.py", 0o600) == 0)
    let running = try command.start("run", "a.py")
    let path = folder.path + "/a.py"
    Thread { try? Data("print(6 * 9)".utf8).write(to: URL(filePath: path)) }.start()
    let ending = try await running.ending()
    #expect(ending.output == "54\n" && ending.status == 0, "\(ending.errors)")
  }
}
