import SandboxExecution
import Testing

@Suite("Attacks on what is collected", .serialized, .timeLimit(.minutes(15)))
struct ArtifactAttacks {
  @Test(
    "what a link in the workspace points to is never handed out",
    arguments: [
      // The last component, one before it, absolute, relative, through /proc.
      ("os.symlink(canary, 'out.txt')", "out.txt"),
      ("os.symlink(os.path.dirname(canary), 'folder')", "folder/canary"),
      ("os.symlink('../' * 40 + canary[1:], 'out.txt')", "out.txt"),
      ("os.symlink('/etc/shadow', 'out.txt')", "out.txt"),
      ("os.symlink('/proc/self/root' + canary, 'out.txt')", "out.txt"),
      ("os.symlink('/', 'root')", "root/etc/passwd"),
      ("os.symlink('inside', 'out.txt'); open('inside', 'w').write('own')", "out.txt"),
    ])
  func links(source: String, path: String) async throws {
    let folder = try TemporaryFolder()
    let canary = try folder.write("canary", Array("secret".utf8))
    let result = try await HostileProgram.python("import os; canary = '\(canary)'\n" + source)
      .run(keepsWorkspace: true)
    #expect(result.outcome == .exited(code: 0), "\(result.story)")
    let workspace = try #require(result.workspace)
    #expect(workspace.file(at: path) == nil)
    #expect(!workspace.entries().contains { $0.path == path })
  }

  @Test(
    "a path cannot leave the workspace",
    arguments: [
      "/etc/passwd", "../etc/passwd", "../../../../../../etc/passwd", "a/../../../etc/passwd", "",
      ".",
      "..", "/", "/proc/self/environ",
    ])
  func paths(path: String) async throws {
    let result = try await HostileProgram.python(
      "import os; os.mkdir('a'); open('a/x', 'w').write('own')"
    )
    .run(keepsWorkspace: true)
    let workspace = try #require(result.workspace)
    #expect(workspace.file(at: path) == nil)
    // What it has itself is handed out.
    #expect(workspace.contents(of: "a/x", limit: ByteCount(bytes: 3)) == Array("own".utf8))
    #expect(workspace.contents(of: "a/x", limit: ByteCount(bytes: 2)) == nil)
  }

  @Test(
    "only regular files are handed out, and nothing holds the caller up",
    arguments: [
      "os.mkfifo('out')", "os.mkdir('out')",
      "import socket; socket.socket(socket.AF_UNIX).bind('out')",
    ])
  func kinds(source: String) async throws {
    let result = try await HostileProgram.python("import os\n" + source)
      .run(under: Policy(), keepsWorkspace: true)
    #expect(result.outcome == .exited(code: 0), "\(result.story)")
    let workspace = try #require(result.workspace)
    #expect(workspace.file(at: "out") == nil)
    #expect(workspace.entries().map(\.path) == ["main.py"])
  }

  @Test("a device cannot be made")
  func devices() async throws {
    let result = try await HostileProgram.python(
      """
      import os, stat
      try: os.mknod('disk', 0o666 | stat.S_IFBLK, os.makedev(8, 0)); print('made')
      except OSError as error: print(error.errno)
      """
    ).run()
    #expect(result.printed == "1\n", "\(result.story)")
  }

  @Test("a file that claims to be huge is refused, not read")
  func hugeFile() async throws {
    let result = try await HostileProgram.python("open('out', 'wb').truncate(60 << 20)")
      .run(keepsWorkspace: true)
    let workspace = try #require(result.workspace)
    #expect(workspace.entries().last?.size == ByteCount(mebibytes: 60))
    #expect(workspace.contents(of: "out", limit: ByteCount(mebibytes: 1)) == nil)
  }
}
