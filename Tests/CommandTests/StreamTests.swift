import Foundation
import Testing

@Suite("Streams of the command", .timeLimit(.minutes(10)))
struct StreamTests {
  /// Waits for what must come; the suite's time limit ends what does not.
  private func wait(until condition: () throws -> Bool) async throws {
    while try !condition() { try await Task.sleep(for: .milliseconds(10)) }
  }

  @Test("Output comes before the program ends, and input as it is written")
  func streaming() async throws {
    let folder = try ScratchFolder()
    try folder.write("print('first', flush=True)\nprint('got', input())\n", to: "a.py")
    let pipe = Pipe()
    var command = folder.command
    command.input = .descriptor(pipe.fileHandleForReading.fileDescriptor)
    let running = try command.start("run", "a.py", "--stdin", "-", "--wall-time", "10m")
    // It waits for its input now, so it has not ended.
    try await wait { try running.outputSoFar() == "first\n" }
    try pipe.fileHandleForWriting.write(contentsOf: Data("a line\n".utf8))
    let ending = try await running.ending()
    #expect(ending.output == "first\ngot a line\n")
    #expect(ending.status == 0)
    try pipe.fileHandleForWriting.close()
  }

  @Test("What a terminal signals to its group is not for a worker that has no run yet")
  func signalledBefore() async throws {
    let folder = try ScratchFolder()
    let pipe = Pipe()
    _ = fcntl(pipe.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
    var command = folder.command
    command.input = .descriptor(pipe.fileHandleForReading.fileDescriptor)
    // The command reads its program, and has started a worker by then.
    let running = try command.start("run", "-", "--language", "python")
    var worker: pid_t?
    try await wait {
      worker = running.children.first { child in
        let words = try? String(contentsOfFile: "/proc/\(child)/cmdline", encoding: .utf8)
        return words?.hasPrefix("ocisandbox-worker") == true
      }
      return worker != nil
    }
    for signal in [SIGINT, SIGTSTP, SIGHUP] { kill(try #require(worker), signal) }
    try pipe.fileHandleForWriting.write(contentsOf: Data("print('on')\n".utf8))
    try pipe.fileHandleForWriting.close()
    let ending = try await running.ending()
    #expect(ending.output == "on\n")
    #expect(ending.status == 0, "\(ending.errors)")
  }

  @Test("Without --stdin a program's input is empty, whatever the command's own is")
  func emptyInput() async throws {
    let folder = try ScratchFolder()
    try folder.write("import sys\nprint(len(sys.stdin.read()))\n", to: "a.py")
    var command = folder.command
    command.input = .bytes(Array("not for it".utf8))
    let ending = try await command.run("run", "a.py")
    #expect(ending.output == "0\n")
    try folder.write("for it", to: "in.txt")
    let given = try await folder.command.run("run", "a.py", "--stdin", "in.txt")
    #expect(given.output == "6\n")
  }

  @Test("Every byte passes unchanged where no terminal is")
  func everyByte() async throws {
    let folder = try ScratchFolder()
    try folder.write("import sys\nsys.stdout.buffer.write(bytes(range(256)) * 300)\n", to: "a.py")
    let ending = try await folder.command.run("run", "a.py")
    let bytes = Array([[UInt8]](repeating: Array(0...255), count: 300).joined())
    #expect(ending.outputBytes == bytes)
    let json = try await folder.command.run("run", "a.py", "--json")
    let run = try #require(try json.document()["run"] as? [String: Any])
    let encoded = try #require(run["stdout_base64"] as? String)
    #expect(Data(base64Encoded: encoded).map(Array.init) == ending.outputBytes)
    #expect(run["stdout_bytes"] as? Int == 256 * 300)
  }

  @Test("On a terminal, control characters are made visible")
  func terminal() async throws {
    let folder = try ScratchFolder()
    try folder.write("print('\\x1b[31mred\\x07\\x9b2J\\ttab é')\n", to: "a.py")
    var (leader, follower): (Int32, Int32) = (-1, -1)
    try #require(openpty(&leader, &follower, nil, nil, nil) == 0)
    defer { close(leader) }
    var command = folder.command
    command.output = .descriptor(follower)
    let ending = try await command.run("run", "a.py")
    // Where nothing was written, reading would never end.
    try #require(ending.status == 0, "\(ending.errors)")
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(leader, &buffer, buffer.count)
    close(follower)
    // A terminal writes a newline as CR LF.
    #expect(
      String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        == "^[[31mred^G\\u{9B}2J\ttab é\r\n")
  }

  @Test("A reader that has gone is no failure", arguments: ["text", "json"])
  func readerGone(_ format: String) async throws {
    let folder = try ScratchFolder()
    try folder.write("for i in range(20000): print(i)\nraise SystemExit(7)\n", to: "a.py")
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    var command = folder.command
    command.output = .descriptor(pipe.fileHandleForWriting.fileDescriptor)
    let ending = try await command.run("run", "a.py", "--quiet", "--format", format)
    #expect(ending.errors == "")
    #expect(ending.status == 7)
  }

  @Test(
    "Ctrl-C and SIGTERM end the program and leave no process, also where they came blocked",
    arguments: [(SIGINT, 130, []), (SIGTERM, 143, []), (SIGTERM, 143, [SIGTERM])]
      as [(Int32, Int32, [Int32])])
  func interruption(_ signal: Int32, _ status: Int32, _ blocked: [Int32]) async throws {
    let folder = try ScratchFolder()
    try folder.write(
      """
      import os, signal, time
      for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)
      if os.fork() == 0: os.setsid()
      print('started', flush=True)
      time.sleep(1000)
      """, to: "a.py")
    // Known by its arguments, which its children have too.
    let mark = UUID().uuidString
    var command = folder.command
    command.blockedSignals = blocked
    let running = try command.start("run", "a.py", "--wall-time", "10m", "--", mark)
    // The test may end early, by its time limit too; the program must not outlive it.
    defer { if let process = running.ifUnended { kill(process, SIGKILL) } }
    try await wait { try running.outputSoFar() == "started\nstarted\n" }
    let descendants = Self.processes(below: running.process)
    let programs = try Self.processes(with: mark).subtracting([running.process])
    #expect(programs.count == 2)
    #expect(descendants.isSuperset(of: programs))
    kill(running.process, signal)
    let ending = try await running.ending()
    #expect(ending.status == status)
    #expect(ending.errors == "error: interrupted; the program was ended\n")
    #expect(try Self.processes(with: mark).isEmpty)
    // The worker ends with its socket, which is that of the command's process.
    try await wait { descendants.allSatisfy { Self.parent(of: $0) == nil } }
  }

  @Test("A signal that the caller has ignored stays ignored, as nohup has it")
  func ignoredSignal() async throws {
    let folder = try ScratchFolder()
    try folder.write("print('started', flush=True)\ninput()\nprint('ended')\n", to: "a.py")
    let pipe = Pipe()
    let script = "trap '' HUP; exec \"$@\""
    var command = folder.command
    command.input = .descriptor(pipe.fileHandleForReading.fileDescriptor)
    command.executable = ["/bin/sh", "-c", script, "sh", BuiltCommand.path]
    let running = try command.start("run", "a.py", "--stdin", "-", "--wall-time", "10m")
    try await wait { try running.outputSoFar() == "started\n" }
    kill(running.process, SIGHUP)
    try pipe.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
    let ending = try await running.ending()
    #expect(ending.output == "started\nended\n")
    #expect(ending.status == 0)
  }

  /// The ids of all processes that have `mark` among their arguments.
  private static func processes(with mark: String) throws -> Set<pid_t> {
    Set(
      try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }.filter {
        let words = FileManager.default.contents(atPath: "/proc/\($0)/cmdline") ?? Data()
        return String(decoding: words, as: UTF8.self).contains(mark)
      })
  }

  private static func processes(below root: pid_t) -> Set<pid_t> {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    let parents = names.compactMap { pid_t($0) }.compactMap { id in parent(of: id).map { (id, $0) }
    }
    var found: Set<pid_t> = []
    var count = -1
    while count != found.count {
      count = found.count
      for (id, parent) in parents where parent == root || found.contains(parent) {
        found.insert(id)
      }
    }
    return found
  }

  /// The parent of a process that has not ended; `nil` where there is none such.
  private static func parent(of process: pid_t) -> pid_t? {
    guard let bytes = FileManager.default.contents(atPath: "/proc/\(process)/stat") else {
      return nil
    }
    // The name is in parentheses, and may hold anything (proc_pid_stat(5)).
    let fields = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.split(
      separator: " ")
    guard let fields, fields.count > 1, fields[0] != "Z", fields[0] != "X" else { return nil }
    return pid_t(fields[1])
  }

  @Test("Artifacts are collected, and links that lie in wait are not followed")
  func artifacts() async throws {
    let folder = try ScratchFolder()
    try folder.write(
      """
      import os
      os.makedirs('d')
      open('d/out.txt', 'w').write('made')
      open('trap', 'w').write('x')
      """, to: "a.py")
    let good = try await folder.command.run("run", "a.py", "--artifacts", "out/deep", "--json")
    #expect(good.status == 0)
    #expect(folder.read("out/deep/d/out.txt") == Array("made".utf8))
    #expect(folder.read("out/deep/a.py") == nil)
    let listed = try #require(try good.document()["artifacts"] as? [[String: Any]])
    #expect(listed.compactMap { $0["path"] as? String }.sorted() == ["d/out.txt", "trap"])
    try folder.write("precious", to: "precious")
    try folder.makeFolder("other")
    try folder.link(folder.path + "/precious", at: "other/trap")
    let trapped = try await folder.command.run("run", "a.py", "--artifacts", "other")
    #expect(trapped.status == 73)
    #expect(folder.read("precious") == Array("precious".utf8))
  }
}
