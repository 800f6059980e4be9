import SandboxExecution
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A pipe of the test's own.
private final class Pipe: Sendable {
  let reading: Int32
  let writing: Int32
  private let isClosed = Mutex(false)

  init() throws {
    var ends: [Int32] = [-1, -1]
    try #require(unsafe pipe(&ends) == 0)
    (reading, writing) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  }

  func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe Glibc.write(writing, bytes, bytes.count)
  }

  func closeWriting() {
    isClosed.withLock { isClosed in
      if !isClosed { close(writing) }
      isClosed = true
    }
  }

  deinit {
    closeWriting()
    close(reading)
  }
}

@Suite("Standard input", .serialized, .timeLimit(.minutes(15)))
struct StandardInputStreaming {
  @Test("streams as it comes, and output is handed on as it comes")
  func conversation() async throws {
    let pipe = try Pipe()
    let rounds = Mutex(0)
    // Each answer asks for the next line, so a stream that waited for its end would never go on.
    let result = try await sharedExecutor.run(
      Command(
        executable: "/usr/bin/python3",
        arguments: [
          "-I", "-S", "-u", "-c",
          "import sys\\nprint('ready')\\nfor line in sys.stdin: print('got', line, end='')"
            .replacing("\\n", with: "\n"),
        ],
        standardInput: .descriptor(pipe.reading))
    ) { _ in
      let round = rounds.withLock { rounds in
        rounds += 1
        return rounds
      }
      if round <= 3 { pipe.write("line \(round)\n") } else { pipe.closeWriting() }
    }
    #expect(result.outcome == .exited(code: 0), "\(result.story)")
    #expect(result.printed == "ready\ngot line 1\ngot line 2\ngot line 3\n")
  }

  @Test("that never ends does not hold up a program that has ended, and is not lost for the next")
  func openEnd() async throws {
    let pipe = try Pipe()
    let program = HostileProgram.python("print('done')")
    let result = try await program.run(input: .descriptor(pipe.reading))
    #expect(result.printed == "done\n")
    // The caller's descriptor is still open.
    pipe.write("later")
    pipe.closeWriting()
    let next = try await HostileProgram.python("import sys; print(sys.stdin.read())")
      .run(input: .descriptor(pipe.reading))
    #expect(next.printed == "later\n", "\(next.story)")
  }

  @Test(
    "that nobody reads does not hold up the end",
    arguments: ["", "import os; os.close(0); import time; time.sleep(0.3)"])
  func unread(source: String) async throws {
    let descriptor = open("/dev/zero", O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    let result = try await HostileProgram.python(source).run(input: .descriptor(descriptor))
    #expect(result.outcome == .exited(code: 0), "\(result.story)")
  }

  @Test("of many megabytes comes through whole")
  func large() async throws {
    let bytes = (0..<(6 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let sum = bytes.reduce(0) { $0 &+ Int($1) }
    let result = try await HostileProgram.python(
      "import sys; data = sys.stdin.buffer.read(); print(len(data), sum(data))"
    ).run(input: .bytes(bytes))
    #expect(result.printed == "\(6 << 20) \(sum)\n", "\(result.story)")
  }

  @Test("is empty by default")
  func empty() async throws {
    #expect(
      try await HostileProgram.python("import sys; print(sys.stdin.read() == '')").run().printed
        == "True\n")
  }

  /// What JavaScript knows no other way for.
  @Test("and the two outputs can be opened by their names, too")
  func names() async throws {
    let program = HostileProgram.python(
      """
      read = open('/dev/stdin').read()
      for name in ('/dev/stdout', '/proc/self/fd/1', '/dev/stderr'): open(name, 'w').write(repr(read) + ' ')
      """)
    let pipe = try Pipe()
    pipe.write("some")
    pipe.closeWriting()
    let inputs: [(StandardInput, String)] = [
      (.descriptor(pipe.reading), "'some' "), (.bytes(Array("some".utf8)), "'some' "),
      (.empty, "'' "),
    ]
    for (input, read) in inputs {
      let result = try await program.run(input: input)
      #expect(result.outcome == .exited(code: 0), "\(result.story)")
      #expect(result.printed == read + read && result.standardError.text == read, "\(result.story)")
    }
  }
}
