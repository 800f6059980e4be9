import Foundation
import SandboxExecution
import Testing

@testable import SandboxLanguages

/// A version manager like pyenv: a shim that chooses by a variable or a file, and real interpreters in
/// prefixes of their own, which are virtual environments of the host's.
private struct VersionManager {
  let folder: TemporaryFolder
  var root: String { folder.path + "/pyenv" }
  var cache: String { folder.path + "/cache/ocisandbox/toolchains" }
  var variables: [String: String]

  init(versions: [String]) throws {
    folder = try TemporaryFolder()
    variables = [
      "PATH": "/usr/bin:/bin", "HOME": folder.path + "/home", "PYENV_ROOT": folder.path + "/pyenv",
    ]
    try folder.write("", to: "home/file")
    try folder.write("", to: "cache/file")
    try folder.write(
      """
      #!/bin/sh
      echo asked >> "$PYENV_ROOT/asked"
      version="${PYENV_VERSION:-$(cat "$PYENV_ROOT/version")}"
      test -x "$PYENV_ROOT/versions/$version/bin/python3" || { echo "not installed" >&2; exit 127; }
      exec "$PYENV_ROOT/versions/$version/bin/python3" "$@"

      """, to: "pyenv/shims/python3", mode: 0o755)
    for version in versions {
      try folder.write("home = /usr/bin\n", to: "pyenv/versions/\(version)/pyvenv.cfg")
      try folder.link("pyenv/versions/\(version)/bin/python3", to: "/usr/bin/python3")
    }
    try select(versions.first ?? "none")
    try folder.write("", to: "pyenv/asked")
  }

  func select(_ version: String) throws { try folder.write(version, to: "pyenv/version") }

  /// How often the shim was asked.
  var questions: Int { get throws { try folder.read("pyenv/asked").split(separator: "\n").count } }

  func locate(cache: String? = nil, adding: [String: String] = [:]) async throws -> Toolchain {
    try await ToolchainLocator(
      searchPath: [root + "/shims"], cacheFile: cache ?? self.cache,
      environment: variables.merging(adding) { $1 }
    ).locate(Manifests.python.toolchain)
  }

  func python(_ version: String) -> String { "\(root)/versions/\(version)/bin/python3" }
}

private var hasPython: Bool { FileManager.default.isExecutableFile(atPath: "/usr/bin/python3") }

@Suite(
  "The locator", .timeLimit(.minutes(15)),
  .enabled(if: hasPython, "needs /usr/bin/python3 behind its shims"))
struct ToolchainLocatorTests {
  @Test("sees through the shim of a version manager")
  func shim() async throws {
    let manager = try VersionManager(versions: ["3.1"])
    let toolchain = try await manager.locate()
    #expect(toolchain.executable == manager.python("3.1"))
    #expect(toolchain.paths == [manager.root + "/versions/3.1", "/usr"])
  }

  @Test("asks once, and again when another version is selected by file or by variable")
  func selection() async throws {
    let manager = try VersionManager(versions: ["3.1", "3.22"])
    for _ in 1...3 { #expect(try await manager.locate().executable == manager.python("3.1")) }
    #expect(try manager.questions == 1)
    try manager.select("3.22")
    for _ in 1...2 { #expect(try await manager.locate().executable == manager.python("3.22")) }
    #expect(try manager.questions == 2)
    let chosen = ["PYENV_VERSION": "3.1"]
    for _ in 1...2 {
      #expect(try await manager.locate(adding: chosen).executable == manager.python("3.1"))
    }
    #expect(try manager.questions == 3)
    // Both answers are kept: going back asks nobody.
    #expect(try await manager.locate().executable == manager.python("3.22"))
    #expect(try manager.questions == 3)
  }

  @Test("asks again when the shim, or the toolchain beneath it, is replaced")
  func replaced() async throws {
    let manager = try VersionManager(versions: ["3.1"])
    _ = try await manager.locate()
    let python = manager.python("3.1")
    try FileManager.default.removeItem(atPath: python)
    try manager.folder.write(
      "#!/bin/sh\nexec /usr/bin/python3 \"$@\"\n", to: "pyenv/versions/3.1/bin/python3",
      mode: 0o755)
    #expect(try await manager.locate().executable == "/usr/bin/python3")
    #expect(try manager.questions == 2)
    let shim = try manager.folder.read("pyenv/shims/python3")
    try manager.folder.write(shim + "# new\n", to: "pyenv/shims/python3", mode: 0o755)
    _ = try await manager.locate()
    #expect(try manager.questions == 3)
  }

  @Test("does not keep the answer of a shim that fails, and says so")
  func silent() async throws {
    let manager = try VersionManager(versions: ["3.1"])
    let error = await #expect(throws: ToolchainError.self) {
      try await manager.locate(adding: ["PYENV_VERSION": "9.9"])
    }
    #expect(
      error?.description == """
        \(manager.root)/shims/python3 does not say where its toolchain is; hint: start it by hand: a \
        shim may name a version that is not installed
        """)
    #expect(!FileManager.default.fileExists(atPath: manager.cache))
    try manager.folder.link("pyenv/versions/9.9/bin/python3", to: "/usr/bin/python3")
    try manager.folder.write("home = /usr/bin\n", to: "pyenv/versions/9.9/pyvenv.cfg")
    let toolchain = try await manager.locate(adding: ["PYENV_VERSION": "9.9"])
    #expect(toolchain.executable == manager.python("9.9"))
  }

  @Test("does not believe an answer that names nothing")
  func wrong() async throws {
    let folder = try TemporaryFolder()
    try folder.write("#!/bin/sh\necho executable=/no/such\n", to: "python3", mode: 0o755)
    let locator = ToolchainLocator(searchPath: [folder.path], cacheFile: nil)
    await #expect(throws: ToolchainError.self) {
      try await locator.locate(Manifests.python.toolchain)
    }
  }

  @Test("keeps the version too, in a file that nobody else can read and that holds no variable")
  func version() async throws {
    let manager = try VersionManager(versions: ["3.1"])
    let secret = ["MISE_GITHUB_TOKEN": "never-written"]
    let toolchain = try await manager.locate(adding: secret)
    let version = try #require(await toolchain.version())
    #expect(version.hasPrefix("3."))
    let attributes = try FileManager.default.attributesOfItem(atPath: manager.cache)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let text = try manager.folder.read("cache/ocisandbox/toolchains")
    #expect(text.contains(version))
    #expect(!text.contains("never-written"))
    // The answer is the file's now, whoever put it there.
    let other = text.replacing("\t\(version)", with: "\t1.2.3")
    #expect(other != text)
    try manager.folder.write(other, to: "cache/ocisandbox/toolchains", mode: 0o600)
    #expect(await toolchain.version() == "1.2.3")
  }

  @Test(
    "does without a cache that is broken, that others can write, or that cannot be there",
    arguments: [
      ("{", 0o600), ("a\tb", 0o600), ("", 0o600), ("\n\t\t\t\t\t\n", 0o600), (nil, 0o666),
    ])
  func badCache(content: String?, mode: Int) async throws {
    let manager = try VersionManager(versions: ["3.1"])
    _ = try await manager.locate()
    let name = "cache/ocisandbox/toolchains"
    try manager.folder.write(try content ?? manager.folder.read(name), to: name, mode: mode)
    #expect(try await manager.locate().executable == manager.python("3.1"))
    #expect(try manager.questions == 2)
    // It was replaced by a good one.
    #expect(try await manager.locate().executable == manager.python("3.1"))
    #expect(try manager.questions == 2)
    let impossible = manager.folder.path + "/cache/file/toolchains"
    #expect(try await manager.locate(cache: impossible).executable == manager.python("3.1"))
    #expect(try manager.questions == 3)
  }

  @Test("looks in absolute folders of PATH only, in their order, for what can be started")
  func path() async throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "a/tool", mode: 0o644)
    try folder.write("", to: "b/tool/file")
    let tool = try folder.write("", to: "c/tool", mode: 0o755)
    try folder.write("", to: "d/tool", mode: 0o755)
    let locator = ToolchainLocator(
      cacheFile: nil,
      environment: [
        "PATH": "::.:bin:"
          + ["a", "b", "c", "d"].map { folder.path + "/" + $0 }.joined(
            separator: ":")
      ])
    #expect(locator.searchPath == ["a", "b", "c", "d"].map { folder.path + "/" + $0 })
    let toolchain = try await locator.locate(ToolchainDefinition(executables: ["none", "tool"]))
    #expect(toolchain.executable == tool)
    #expect(await toolchain.version() == nil)
  }

  @Test(
    "says what is not there, and what to install",
    arguments: [
      (["python3"], "python3 is not on PATH; hint: apt-get install python3"),
      (["node", "nodejs"], "none of node, nodejs is on PATH; hint: apt-get install nodejs"),
      (
        ["swiftc"],
        "swiftc is not on PATH; hint: install Swift from https://swift.org/install and put its bin "
          + "folder on PATH"
      ),
      (["zig"], "zig is not on PATH; hint: install it, and put its folder on PATH"),
    ])
  func absent(executables: [String], text: String) async {
    let error = await #expect(throws: ToolchainError.self) {
      try await ToolchainLocator(searchPath: ["/nowhere"], cacheFile: nil).locate(
        ToolchainDefinition(executables: executables))
    }
    #expect(error?.description == text)
  }
}

@Suite("A question to a toolchain", .timeLimit(.minutes(15)))
struct HostQuestionTests {
  @Test("is asked in the folder /, with the variables given and with empty input")
  func surroundings() async {
    let answer = await askHost(
      "/bin/sh", ["-c", "pwd; echo $A-$HOME; cat; echo err >&2"], environment: ["A": "b"],
      within: .seconds(60))
    #expect(answer == "/\nb-\nerr\n")
  }

  @Test("ends at its time limit with everything that it started")
  func limit() async throws {
    let answer = await askHost(
      "/bin/sh", ["-c", "sleep 300 & echo $!; sleep 300"], environment: ["PATH": "/usr/bin:/bin"],
      within: .milliseconds(500))
    let text = try #require(answer).split(separator: "\n").first
    let child = try #require(text.flatMap { Int32($0) })
    for _ in 0..<200 where !["Z", nil].contains(state(of: child)) {
      try await Task.sleep(for: .milliseconds(10))
    }
    // Killed, it may still wait for init to reap it.
    #expect(["Z", nil].contains(state(of: child)))
  }

  @Test("has an answer of bounded size")
  func size() async {
    let answer = await askHost(
      "/bin/sh", ["-c", "while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done"],
      environment: [:], within: .seconds(60))
    #expect((65_536...70_000).contains(answer?.utf8.count ?? 0))
  }

  /// The letter of proc_pid_stat(5); `nil` where there is no such process.
  private func state(of process: Int32) -> Character? {
    let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    return stat?.split(separator: ")").last?.dropFirst().first
  }
}
