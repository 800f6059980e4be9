import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Between two runs of a worker its sockets are counted. Where one does not go away, the next run gets another
/// network namespace.
@Suite("A socket that does not go away", .serialized, .timeLimit(.minutes(15)))
struct RenewedNetwork {
  /// Prints the network namespace it is in, and what it finds of a listener there; before that it waits for it,
  /// where it is told to.
  private static func look(waiting isWaiting: Bool, marker: String = "none") -> Command {
    let source = """
      import os, socket, sys, time
      def find():
        # To connect to it is Landlock's to refuse, too. Its name tells that it is there.
        try: socket.socket(socket.AF_UNIX).bind('\\0planted'); return 'nothing'
        except OSError as error: return error.strerror
      end = time.time() + (15 if sys.argv[1] == 'wait' else 0)
      while find() == 'nothing' and time.time() < end: time.sleep(0.01)
      print(os.readlink('/proc/self/ns/net'), find())
      """
    return Command(
      executable: "/usr/bin/python3",
      arguments: ["-I", "-S", "main.py", isWaiting ? "wait" : "look", marker],
      files: ["main.py": .bytes(Array(source.utf8))])
  }

  /// Enters the network namespace of a program, which is its worker's, as the user whose it is, and listens there
  /// until the file `end` is there: no end of a run's processes closes that socket.
  private static func plant(beside program: pid_t, until end: String) -> String {
    """
    import ctypes, fcntl, os, socket, time
    libc = ctypes.CDLL(None, use_errno=True)
    network = os.open('/proc/\(program)/ns/net', os.O_RDONLY)
    owner = fcntl.ioctl(network, 0xb701)  # NS_GET_USERNS
    for namespace in [network] if os.geteuid() == 0 else [owner, network]:
      if libc.setns(namespace, 0): raise OSError(ctypes.get_errno(), 'setns')
    listener = socket.socket(socket.AF_UNIX)
    while True:
      try: listener.bind('\\0planted'); break
      except OSError: pass  # the program has it while it looks
    listener.listen()
    while not os.path.exists('\(end)'): time.sleep(0.01)
    print('listened')
    """
  }

  @Test("leaves the next run another network, in which what was planted is not found")
  func renewed() async throws {
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    func run(_ command: Command) async throws -> [String] {
      let result = try await executor.run(command, under: Policy())
      let words = result.printed.split(separator: " ", maxSplits: 1).map(String.init)
      try #require(words.count == 2, "\(result.story)")
      return words
    }
    // The control: one run after the other is in the same, so what stays there would be found.
    let before = try await run(Self.look(waiting: false))
    #expect(before[1] == "nothing\n")
    #expect(try await run(Self.look(waiting: false)) == before)

    let folder = try TemporaryFolder()
    let marker = "planted-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    async let first = run(Self.look(waiting: true, marker: marker))
    var programs: [pid_t] = []
    for _ in 0..<1000 where programs.isEmpty {
      programs = HostProcesses.with(marker: marker)
      if programs.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
    }
    let source = Self.plant(
      beside: try #require(programs.first), until: folder.path + "/end")
    async let planted = askHost(
      "/usr/bin/python3", ["-I", "-S", "-c", source], within: .seconds(300))
    // The control: it is found where it was planted, by the run that was going on.
    #expect(try await first == [before[0], "Address already in use\n"])
    let next = try await run(Self.look(waiting: false))
    #expect(next[1] == "nothing\n")
    #expect(next[0] != before[0])
    // It was there all the time.
    _ = try folder.write("end", [], mode: 0o644)
    #expect(await planted == "listened\n")
    #expect(try await run(Self.look(waiting: false)) == next)
    await executor.close()
  }
}
