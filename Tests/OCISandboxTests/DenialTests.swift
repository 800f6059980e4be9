import OCISandbox
import Testing

@Suite("What was refused, and where", .timeLimit(.minutes(15)))
struct DenialTests {
  private func run(
    _ source: String, _ language: String, explains: Bool = false, policy name: String = "default"
  ) async throws -> ProgramResult {
    let catalog = Catalog.standard()
    let manifest = try catalog.language(named: language).value
    var policy = try catalog.policy(named: name).value
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
      """, [#"view "/srv/data.csv", O_RDONLY errno(ENOENT) main.c:3"#]
    ),
    (
      "c",
      """
      #define _GNU_SOURCE
      #include <fcntl.h>
      #include <sched.h>
      #include <sys/socket.h>
      #include <sys/stat.h>
      #include <sys/syscall.h>
      #include <sys/un.h>
      #include <unistd.h>
      int main(void) {
        struct stat status;
        if (stat("/home/x", &status) == 0) return 1;
        int folder = open("/usr/lib", O_PATH);
        if (openat(folder, "new", O_CREAT | O_WRONLY, 0644) >= 0) return 2;
        if (chdir("/usr/bin") || open("other", O_CREAT | O_RDWR, 0644) >= 0) return 3;
        if (open("../../etc/shadow", O_RDONLY) >= 0 || open("../../etc/passwd", O_RDONLY) < 0) return 4;
        if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || unshare(0x10000000) == 0) return 5;
        if (syscall(SYS_io_uring_setup, 1, 0) >= 0) return 6;
        struct sockaddr_un address = {AF_UNIX, "/run/docker.sock"};
        if (connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&address, sizeof address) == 0) return 7;
        return access("main.c", F_OK) == 0;
      }
      """,
      [
        #"syscall  errno(ENOSYS) main.c:17"#,
        #"syscall AF_INET, SOCK_STREAM errno(EPERM) main.c:16"#,
        #"syscall CLONE_NEWUSER errno(EPERM) main.c:16"#,
        #"view "/etc/shadow", O_RDONLY errno(ENOENT) -:0"#,
        #"view "/home/x" errno(ENOENT) main.c:11"#,
        #"view "/run/docker.sock" errno(ENOENT) main.c:19"#,
        #"view "/usr/bin/other", O_RDWR | O_CREAT errno(EROFS) main.c:14"#,
        #"view "/usr/lib/new", O_WRONLY | O_CREAT errno(EROFS) main.c:13"#,
      ]
    ),
    (
      "python",
      """
      import os
      os.chdir('/usr/lib')
      try: open('new', 'w')
      except OSError: pass
      try: open('../../etc/shadow')
      except OSError: pass
      open('../../etc/passwd').close()
      """,
      [
        #"view "/etc/shadow", O_RDONLY errno(ENOENT) -:0"#,
        #"view "/usr/lib/new", O_WRONLY | O_CREAT | O_TRUNC errno(EROFS) main.py:3"#,
      ]
    ),
    (
      "swift",
      """
      import Foundation
      print(FileManager.default.contents(atPath: "/srv/data.csv") == nil)
      func inner() {
        try? FileManager.default.createDirectory(atPath: "/usr/folder", withIntermediateDirectories: false)
      }
      inner()
      print(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) < 0)
      """,
      [
        #"syscall AF_INET, SOCK_STREAM errno(EPERM) main.swift:7"#,
        #"view "/srv/data.csv", O_RDONLY errno(ENOENT) main.swift:2"#,
        #"view "/usr/folder" errno(EROFS) main.swift:4"#,
      ]
    ),
  ]

  @Test(
    "A program that went on is told of too, where it is asked for", arguments: survivors.indices)
  func survived(index: Int) async throws {
    let (language, source, expected) = Self.survivors[index]
    let result = try await run(source, language, explains: true)
    #expect(result.verdict == .ok, "\(result.feedback)")
    // What Node and Foundation look for by themselves is beside it.
    #expect(Set(told(result)).isSuperset(of: expected), "\(result.denied)")
    if !["javascript", "swift"].contains(language) {
      #expect(told(result).sorted() == expected.sorted())
    }
    if expected.count == 1 { #expect(result.denied.map(\.count) == [3]) }
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

  @Test("A connection that the run's own network has no way for is told of, with the address")
  func network() async throws {
    let source = """
      import socket
      for address in ('192.0.2.7', 80), ('127.0.0.1', 9):
        try: socket.create_connection(address, 5)
        except OSError as error: print(error.errno)
      """
    let result = try await run(source, "python", explains: true, policy: "loopback")
    #expect(result.run?.standardOutput.text == "101\n111\n", "\(result.feedback)")
    #expect(told(result) == ["network AF_INET 192.0.2.7:80 errno(ENETUNREACH) main.py:3"])
    #expect(result.denied.map(\.name) == ["connect"])
    let ended = try await run(
      "import socket\nsocket.create_connection(('192.0.2.7', 80))", "python", policy: "loopback")
    #expect(told(ended) == ["network  errno(ENETUNREACH) main.py:2"])
    let six = try await run(
      "import socket\nsocket.socket(socket.AF_INET6).connect_ex(('2001:db8::1', 80))", "python",
      explains: true, policy: "loopback")
    #expect(told(six) == ["network AF_INET6 [2001:db8::1]:80 errno(ENETUNREACH) -:0"])
  }

  /// The error comes when the call that asked for the connection has returned.
  @Test(
    "A connection that JavaScript asked for has its line, whether its error ended the program or not"
  )
  func javascriptNetwork() async throws {
    let source = """
      const net = require('net');

      function ask(host) {
        return net.connect(80, host)
      }
      const socket = ask(HOST);
      """
    let noticing = "\nsocket.on('error', (error) => console.log(error.code));"
    for (host, policy, code, told, toldAtOnce) in [
      ("192.0.2.7", "default", "EPERM", "syscall AF_INET, SOCK_STREAM errno(EPERM)", nil),
      ("127.0.0.1", "default", "EPERM", "syscall AF_INET, SOCK_STREAM errno(EPERM)", nil),
      ("::1", "default", "EPERM", "syscall AF_INET6, SOCK_STREAM errno(EPERM)", nil),
      // By what ended it the address is not told.
      (
        "192.0.2.7", "loopback", "ENETUNREACH", "network AF_INET 192.0.2.7:80 errno(ENETUNREACH)",
        "network  errno(ENETUNREACH)"
      ),
      ("127.0.0.1", "loopback", "ECONNREFUSED", nil, nil),
    ] as [(String, String, String, String?, String?)] {
      let program = source.replacing("HOST", with: "'\(host)'")
      let ended = try await run(program, "javascript", policy: policy)
      #expect(ended.verdict == .runtimeError)
      #expect(self.told(ended) == (toldAtOnce ?? told).map { ["\($0) main.js:4"] } ?? [], "\(host)")
      #expect(ended.diagnostics.first?.line == 4, "\(ended.feedback)")
      let survived = try await run(program + noticing, "javascript", explains: true, policy: policy)
      #expect(survived.verdict == .ok)
      #expect(survived.run?.standardOutput.text == code + "\n")
      // What Node looks for by itself is beside it.
      let refused = self.told(survived).filter { !$0.hasPrefix("view ") }
      #expect(refused == told.map { ["\($0) main.js:4"] } ?? [], "\(host)")
    }
    let sent = try await run(
      """
      const dgram = require('dgram');
      dgram.createSocket('udp4').send('x', 53, '192.0.2.9');
      """, "javascript")
    #expect(self.told(sent) == ["syscall AF_INET, SOCK_DGRAM errno(EPERM) main.js:2"])
    // By a socket of its own only the second run tells.
    let own = try await run(
      """
      const { Socket } = require('net');
      const socket = new Socket();
      socket.on('error', () => {});
      socket.connect(80, '192.0.2.7');
      """, "javascript", explains: true)
    #expect(
      self.told(own).filter { $0.hasPrefix("syscall") }
        == ["syscall AF_INET, SOCK_STREAM errno(EPERM) main.js:4"])
    let request = try await run(
      "const http = require('http');\n\nhttp.get('http://192.0.2.7/');", "javascript")
    #expect(self.told(request) == ["syscall AF_INET, SOCK_STREAM errno(EPERM) main.js:3"])
  }
}
