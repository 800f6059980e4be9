import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite("Attacks on the disk", .serialized, .timeLimit(.minutes(15)))
struct DiskAttacks {
  /// Each fails where bytes or inodes run out, and ends with "all" where there is room.
  static let fillers: [String: String] = [
    "a file": """
    with open('fill', 'wb', buffering=0) as file:
      for _ in range(16): file.write(bytes(1 << 20))
    """,
    "many files": """
    for i in range(16):
      with open('/tmp/%d' % i, 'wb') as file: file.write(bytes(1 << 20))
    """,
    "empty files": "for i in range(2000): open('f%d' % i, 'w').close()",
    "links": """
    import os
    for i in range(2000): os.symlink('x', 'l%d' % i)
    """,
    "folders": """
    import os
    for i in range(2000): os.mkdir('/dev/shm/d%d' % i)
    """,
  ]

  @Test("bytes and inodes are bounded however they are taken", arguments: fillers.keys.sorted())
  func fill(name: String) async throws {
    let program = HostileProgram.python(try #require(Self.fillers[name]) + "\nprint('all')")
    let small = try await program.run(
      limits: Limits(disk: ByteCount(mebibytes: 4), files: 1000))
    #expect(small.outcome == .diskLimitExceeded, "\(small.story)")
    let large = try await program.run(limits: Limits(disk: ByteCount(mebibytes: 64), files: 10_000))
    #expect(large.outcome == .exited(code: 0), "\(large.story)")
    #expect(large.printed == "all\n")
  }

  /// The same, but nothing is left of the attempt that could prove why it failed.
  static let tracelessFillers: [String: String] = [
    "a deleted file": """
    import os
    file = open('fill', 'wb', buffering=0); os.unlink('fill')
    for _ in range(16): file.write(bytes(1 << 20))
    """,
    "preallocation":
      "import os; os.posix_fallocate(os.open('f', os.O_CREAT | os.O_RDWR), 0, 16 << 20)",
  ]

  @Test("what leaves no trace is refused all the same", arguments: tracelessFillers.keys.sorted())
  func fillWithoutTrace(name: String) async throws {
    let program = HostileProgram.python(
      try #require(Self.tracelessFillers[name]) + "\nprint('all')")
    let small = try await program.run(limits: Limits(disk: ByteCount(mebibytes: 4)))
    #expect(small.outcome == .exited(code: 1), "\(small.story)")
    #expect(small.standardError.text.contains("No space left on device"))
    let large = try await program.run(limits: Limits(disk: ByteCount(mebibytes: 64)))
    #expect(large.printed == "all\n", "\(large.story)")
  }

  @Test("a program that copes with a full disk has failed at nothing")
  func copes() async throws {
    let result = try await HostileProgram.python(
      """
      try: open('fill', 'wb').write(bytes(16 << 20))
      except OSError as error: print(error.errno)
      """
    ).run(limits: Limits(disk: ByteCount(mebibytes: 4)))
    #expect(result.outcome == .exited(code: 0), "\(result.story)")
    #expect(result.printed == "\(ENOSPC)\n")
  }

  @Test("the size of one file is bounded, and the verdict says so")
  func fileSize() async throws {
    let program = HostileProgram.c(
      """
      #include <fcntl.h>
      #include <string.h>
      #include <unistd.h>
      static char block[1 << 20];
      int main(void) {
        int fd = open("big", O_CREAT | O_WRONLY, 0644);
        memset(block, 1, sizeof block);
        for (int i = 0; i < 8; i++) if (write(fd, block, sizeof block) < 0) return 1;
      }
      """)
    let small = try await program.run(limits: Limits(fileSize: ByteCount(mebibytes: 4)))
    #expect(small.outcome == .diskLimitExceeded, "\(small.story)")
    let large = try await program.run(limits: Limits(fileSize: ByteCount(mebibytes: 16)))
    #expect(large.outcome == .exited(code: 0), "\(large.story)")
  }

  /// Each leaves a tree that is dear or dangerous to walk.
  static let trees: [String: String] = [
    "deep": """
    import os
    for _ in range(3000):
      os.mkdir('d'); os.chdir('d')
    open('bottom', 'w').close()
    """,
    "deep, with long names": """
    import os
    for _ in range(1000):
      os.mkdir('d' * 255); os.chdir('d' * 255)
    """,
    "huge": "for i in range(9000): open('%d' % i, 'w').close()",
    "locked": """
    import os
    os.makedirs('a/b/c'); open('a/b/c/file', 'w').close()
    for path in ('a/b/c', 'a/b', 'a'): os.chmod(path, 0)
    """,
    "names that are not text": """
    import os
    for name in (b'\\xff\\xfe', b'new\\nline', b' ', b'-rf', b'\\x1b[2J', b'*', b'a' * 255):
      os.mkdir(name); open(name + b'/file', 'w').close()
    """,
    "a ring of links": """
    import os
    os.mkdir('a'); os.symlink('../a', 'a/a'); os.symlink('b', 'c'); os.symlink('c', 'b')
    os.symlink('/', 'root'); os.symlink('/proc/self/cwd', 'here')
    """,
    "a deep tree moved into itself": """
    import os
    for _ in range(40):
      os.mkdir('d'); os.chdir('d')
    os.chdir('/workspace' if os.path.exists('/workspace') else os.environ['HOME'])
    os.rename('d', 'e')
    """,
  ]

  @Test("a tree left behind is listed in bounds and then gone", arguments: trees.keys.sorted())
  func tree(name: String) async throws {
    let program = HostileProgram.python(try #require(Self.trees[name]) + "\nprint('made')")
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    let result = try await program.run(keepsWorkspace: true, on: executor)
    #expect(result.outcome == .exited(code: 0), "\(result.story)")
    #expect(result.printed == "made\n")
    let entries = try #require(result.workspace).entries(limit: 500)
    #expect(entries.count <= 500)
    #expect(
      entries.allSatisfy {
        !$0.path.hasPrefix("/") && !$0.path.split(separator: "/").contains("..")
      })
    // The next run of the same worker finds a fresh workspace.
    let next = try await HostileProgram.python(
      "import os; print(os.listdir('.'), os.listdir('/tmp'))"
    )
    .run(on: executor)
    #expect(next.printed == "['main.py'] []\n", "\(next.story)")
    await executor.close()
  }
}
