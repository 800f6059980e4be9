import SandboxExecution
import Testing

@Suite("Attacks by output", .serialized, .timeLimit(.minutes(15)))
struct OutputAttacks {
  @Test(
    "a flood is stopped, however it is made",
    arguments: [
      "while True: print('x' * 1000)",
      "import sys\nwhile True: print('x' * 1000, file=sys.stderr)",
      // By many.
      """
      import os
      for _ in range(3): os.fork()
      while True: os.write(1, b'x' * 4096)
      """,
      // By what outlives the program.
      """
      import os
      if os.fork() == 0:
        os.setsid()
        while True: os.write(1, b'x' * 4096)
      import time; time.sleep(20)
      """,
      // Without a write: from a pipe to the pipe.
      """
      import os
      r, w = os.pipe()
      while True:
        os.write(w, b'x' * 4096); os.splice(r, 1, 4096)
      """,
    ])
  func flood(source: String) async throws {
    let result = try await HostileProgram.python(source)
      .run(limits: Limits(output: ByteCount(kibibytes: 64)))
    #expect(result.outcome == .outputLimitExceeded, "\(result.story)")
    for stream in [result.standardOutput, result.standardError] {
      #expect(stream.head.count + stream.tail.count <= 65_536)
    }
  }

  @Test("a flood has room where the limit is larger")
  func roomForFlood() async throws {
    let program = HostileProgram.python("for _ in range(200): print('x' * 1000)")
    let small = try await program.run(limits: Limits(output: ByteCount(kibibytes: 64)))
    #expect(small.outcome == .outputLimitExceeded, "\(small.story)")
    let large = try await program.run(limits: Limits(output: ByteCount(kibibytes: 256)))
    #expect(large.outcome == .exited(code: 0))
    #expect(large.standardOutput.totalBytes == 200_200 && !large.standardOutput.isTruncated)
  }

  @Test(
    "of a stream past its limit, head and tail are kept and no character is cut",
    arguments: ["a", "é", "語", "🧨"], [1000, 1001, 1002, 1003])
  func headAndTail(character: String, limit: Int64) async throws {
    // Shifted by one byte, so that every place of the cut is tried.
    let result = try await HostileProgram.python(
      """
      import sys
      sys.stdout.write('<' + '\(character)' * 2000 + '>')
      """
    ).run(limits: Limits(output: ByteCount(bytes: limit)))
    let output = result.standardOutput
    #expect(result.outcome == .outputLimitExceeded, "\(result.story)")
    #expect(output.totalBytes == 2 + 2000 * character.utf8.count)
    #expect(output.head.count + output.tail.count <= Int(limit))
    #expect(output.head.count + output.tail.count > Int(limit) - 8)
    let head = try #require(String(validating: output.head, as: UTF8.self))
    let tail = try #require(String(validating: output.tail, as: UTF8.self))
    #expect(head.first == "<" && head.dropFirst().allSatisfy { String($0) == character })
    #expect(tail.last == ">" && tail.dropLast().allSatisfy { String($0) == character })
    #expect(output.droppedBytes == output.totalBytes - output.head.count - output.tail.count)
  }

  @Test("what is not UTF-8 is kept byte for byte")
  func binary() async throws {
    let result = try await HostileProgram.python(
      "import os; os.write(1, bytes(range(256)) + b'\\xff\\xfe\\xc3')"
    ).run()
    #expect(result.standardOutput.head == Array(0...255) + [0xff, 0xfe, 0xc3])
  }

  @Test("an end of all output does not end the program, nor hold up its result")
  func closedStreams() async throws {
    let result = try await HostileProgram.python(
      """
      import os, time
      os.close(1); os.close(2)
      time.sleep(0.3)
      os._exit(7)
      """
    ).run()
    #expect(result.outcome == .exited(code: 7))
  }
}
