import OCISandbox
import Testing

@Suite("What was refused, and where", .timeLimit(.minutes(15)))
struct DenialTests {
  private func run(
    _ source: String, _ language: String, explains: Bool = false
  ) async throws -> ProgramResult {
    let catalog = Catalog.standard()
    let manifest = try catalog.language(named: language).value
    var policy = try catalog.policy(named: "default").value
    policy.limits.wallTime = .seconds(600)
    policy.limits.cpuTime = .seconds(300)
    return try await Sandbox(catalog: catalog).run(
      Program(source: source, language: ManifestLanguage(manifest)), in: ManifestLanguage(manifest),
      under: policy, explainsDenials: explains)
  }

  /// What refused it, the path or arguments, what the program saw, and the line.
  private func told(_ result: ProgramResult) -> [String] {
    result.denied.map {
      "\($0.kind) \($0.detail) \($0.action) \($0.file ?? "-"):\($0.line ?? 0)"
    }
  }

  @Test("An error that ends the program tells the path and the line, in the first run")
  func uncaught() async throws {
    let python = try await run("import os\nos.stat('/srv/data.csv')", "python")
    #expect(told(python) == [#"view "/srv/data.csv" errno(ENOENT) main.py:2"#])
    let javascript = try await run(
      "const fs = require('fs');\n\nfs.readFileSync('/srv/data.csv');", "javascript")
    #expect(told(javascript) == [#"view "/srv/data.csv" errno(ENOENT) main.js:3"#])
    #expect(javascript.denied.map(\.name) == ["open"])
    // What is not there, but could be, is not refused.
    let own = try await run("import os\nos.stat('/workspace/data.csv')", "python")
    #expect(told(own) == [])
  }

  @Test("A call that the filter refused has its line, where it ended the program")
  func filtered() async throws {
    let result = try await run(
      "import socket\n\nsocket.socket(socket.AF_INET)", "python")
    #expect(told(result) == ["syscall AF_INET, SOCK_STREAM errno(EPERM) main.py:3"])
  }

  static let survivors: [(language: String, source: String, expected: [String])] = [
    (
      "python",
      """
      import os, socket
      for path in '/srv/data.csv', '/home', '/workspace/none', '/usr/none':
        try: open(path)
        except OSError: pass
      try: open('/usr/new', 'w')
      except OSError: pass
      def inner():
        os.mkdir('/usr/folder')
      try: inner()
      except OSError: pass
      try: socket.socket(socket.AF_INET)
      except OSError: pass
      """,
      [
        #"view "/home", O_RDONLY errno(ENOENT) main.py:3"#,
        #"view "/srv/data.csv", O_RDONLY errno(ENOENT) main.py:3"#,
        #"view "/usr/folder" errno(EROFS) main.py:8"#,
        #"view "/usr/new", O_WRONLY | O_CREAT | O_TRUNC errno(EROFS) main.py:5"#,
        "syscall AF_INET, SOCK_STREAM errno(EPERM) main.py:11",
      ]
    ),
    (
      "javascript",
      """
      const fs = require('fs');
      try { fs.readFileSync('/srv/data.csv'); } catch {}
      fs.readFile('/home/x', () => {});
      fs.promises.mkdir('/usr/folder').catch(() => {});
      """,
      [
        #"view "/home/x", O_RDONLY errno(ENOENT) main.js:3"#,
        #"view "/srv/data.csv", O_RDONLY errno(ENOENT) main.js:2"#,
        #"view "/usr/folder" errno(EROFS) main.js:4"#,
      ]
    ),
    (
      "c",
      """
      #include <stdio.h>
      int main(void) {
        for (int i = 0; i < 3; i++) if (fopen("/srv/data.csv", "r")) return 1;
        return fopen("/workspace/none", "r") != 0;
      }
      """, [#"view "/srv/data.csv", O_RDONLY errno(ENOENT) -:0"#]
    ),
  ]

  @Test(
    "A program that went on is told of too, where it is asked for", arguments: survivors.indices)
  func survived(index: Int) async throws {
    let (language, source, expected) = Self.survivors[index]
    let result = try await run(source, language, explains: true)
    #expect(result.verdict == .ok, "\(result.feedback)")
    // What Node looks for by itself is beside it.
    #expect(Set(told(result)).isSuperset(of: expected), "\(result.denied)")
    if language != "javascript" { #expect(told(result).sorted() == expected.sorted()) }
    if language == "c" { #expect(result.denied.map(\.count) == [3]) }
    let plain = try await run(source, language)
    #expect(plain.denied.allSatisfy { $0.kind == "syscall" })
  }

  @Test("A program that does otherwise the second time is told of what the first run saw")
  func unsteady() async throws {
    let result = try await run(
      """
      import os, sys
      try: open('/srv/data.csv')
      except OSError: pass
      sys.exit(1 + os.urandom(8)[0] % 100 if sys.gettrace() else 0)
      """, "python", explains: true)
    #expect(result.verdict == .ok)
    // The run without instruments did the same.
    #expect(told(result) == [#"view "/srv/data.csv", O_RDONLY errno(ENOENT) -:0"#])
  }
}
