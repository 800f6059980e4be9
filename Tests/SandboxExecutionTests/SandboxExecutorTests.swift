import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Shared, as a program would: runs that follow each other meet what the ones before left.
private let executor = SandboxExecutor()

/// Runs Python source in the sandbox.
private func python(_ source: String, limits: Limits = Limits()) async throws -> ExecutionResult {
  try await executor.run(
    Command(
      executable: "/usr/bin/python3", arguments: ["-I", "-S", "main.py"],
      files: ["main.py": .bytes(Array(source.utf8))]),
    under: Policy(limits: limits))
}

@Suite("A run", .timeLimit(.minutes(15)))
struct SandboxExecutorTests {
  @Test("a limit of open files binds the program alone, not the launcher before its start")
  func fewOpenFiles() async throws {
    let result = try await SandboxExecutor(maximumConcurrentRuns: 1).run(
      Command(
        executable: "/bin/sh",
        arguments: ["-c", "exec 3</dev/null && exec 4</dev/null && echo five; exec 5</dev/null"]),
      under: Policy(limits: Limits(openFiles: 5)))
    #expect(result.standardOutput.text == "five\n", "\(result.standardError.text)")
    #expect(result.outcome == .exited(code: 2))
  }

  /// From the third run on a worker has made it ready before it was asked for.
  @Test("has its own limits, files, arguments, variables and input, whichever run of its worker")
  func made() async throws {
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    for index in 1...8 {
      // The same limits twice, then others.
      let own = Limits(
        fileSize: ByteCount(mebibytes: 4),
        disk: ByteCount(mebibytes: 8 + Int64((index - 1) / 2 % 2)),
        openFiles: 40 + (index - 1) / 4)
      let script = """
        read line; ulimit -n; stat -f -c '%b %S' . | { read b s; echo $((b * s >> 20)); }
        echo $1 $NAME $line; cat folder/text; ls; pwd; echo $$
        """
      let result = try await executor.run(
        Command(
          executable: "/bin/sh", arguments: ["-c", script, "sh", "argument \(index)"],
          environment: ["NAME": "variable \(index)"],
          files: ["folder/text": .bytes(Array("file \(index)\n".utf8))],
          standardInput: .bytes(Array("input \(index)\n".utf8))),
        under: Policy(limits: own))
      #expect(
        result.standardOutput.text == """
          \(own.openFiles)
          \(own.disk.bytes >> 20)
          argument \(index) variable \(index) input \(index)
          file \(index)
          folder
          /workspace
          2

          """, "\(result.standardError.text)")
    }
    await executor.close()
  }

  @Test("hands back output and exit status")
  func exits() async throws {
    let result = try await python(
      "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")
    #expect(result.outcome == .exited(code: 3))
    #expect(result.standardOutput.text == "out\n")
    #expect(result.standardError.text == "err\n")
  }

  @Test("cannot forge a verdict by its status or by a signal")
  func forgery() async throws {
    #expect(try await python("raise SystemExit(137)").outcome == .exited(code: 137))
    for signal in [SIGKILL, SIGXCPU, SIGSYS] {
      let source =
        "import os, signal; signal.signal(24, signal.SIG_DFL); os.kill(os.getpid(), \(signal))"
      #expect(try await python(source).outcome == .signalled(signal: signal))
    }
  }

  @Test("is ended by the clock, though it sleeps and ignores every signal")
  func wallTime() async throws {
    let result = try await python(
      """
      import signal, time
      for number in range(1, 32):
        try: signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError): pass
      print('started', flush=True)
      time.sleep(60)
      """, limits: Limits(wallTime: .seconds(1)))
    #expect(result.outcome == .timeLimitExceeded(.wall))
    #expect(result.standardOutput.text == "started\n")
  }

  @Test("is ended by its CPU time")
  func cpuTime() async throws {
    let result = try await python(
      "while True: pass", limits: Limits(cpuTime: .seconds(1), wallTime: .seconds(300)))
    #expect(result.outcome == .timeLimitExceeded(.cpu), "CPU time \(result.cpuTime)")
  }

  @Test("is ended by its CPU time also when many children spend it")
  func cpuTimeOfChildren() async throws {
    let result = try await python(
      """
      import os, time
      while True:
        if os.fork() == 0:
          end = time.process_time() + 0.2
          while time.process_time() < end: pass
          os._exit(0)
        os.wait()
      """, limits: Limits(cpuTime: .seconds(1), wallTime: .seconds(300)))
    #expect(result.outcome == .timeLimitExceeded(.cpu), "CPU time \(result.cpuTime)")
  }

  @Test(
    "is ended by its memory, of one process or of many, private or shared",
    arguments: [
      "data = bytearray(96 << 20)",
      "import mmap; m = mmap.mmap(-1, 96 << 20)\nfor i in range(0, len(m), 4096): m[i] = 1",
      "import os\nfor _ in range(6):\n  if os.fork() == 0:\n    data = bytearray(b'x') * (16 << 20); break",
    ])
  func memory(source: String) async throws {
    let program = source + "\nimport time; time.sleep(1); print('held')"
    let small = try await python(program, limits: Limits(memory: ByteCount(mebibytes: 64)))
    #expect(small.outcome == .memoryLimitExceeded)
    // The same program ends well where there is room: it is the limit that stops it.
    let large = try await python(program, limits: Limits(memory: ByteCount(mebibytes: 256)))
    #expect(large.outcome == .exited(code: 0))
  }

  @Test("is held to account for what a process does that a thread of it started")
  func childOfThread() async throws {
    let result = try await python(
      """
      import os, threading, time
      def start():
        if os.fork() == 0:
          data = bytearray(96 << 20); time.sleep(1); os._exit(0)
        time.sleep(2)
      threading.Thread(target=start).start()
      """, limits: Limits(memory: ByteCount(mebibytes: 64)))
    #expect(result.outcome == .memoryLimitExceeded)
  }

  @Test("is not ended for memory that its children share with it")
  func sharedAfterFork() async throws {
    let result = try await python(
      """
      import os, time
      data = bytearray(b'x') * (40 << 20)
      for _ in range(4):
        if os.fork() == 0: break
      time.sleep(0.5)
      """, limits: Limits(memory: ByteCount(mebibytes: 96)))
    #expect(result.outcome == .exited(code: 0))
  }

  @Test("that floods its output is stopped, and the beginning is kept")
  func outputFlood() async throws {
    let result = try await python(
      "while True: print('x' * 1000)", limits: Limits(output: ByteCount(kibibytes: 64)))
    #expect(result.outcome == .outputLimitExceeded)
    #expect(result.standardOutput.head.count + result.standardOutput.tail.count == 65_536)
    #expect(result.standardOutput.isTruncated)
    #expect(result.standardOutput.totalBytes > 8 * 65_536)
  }

  @Test("has no more processes than its limit")
  func forkBomb() async throws {
    let result = try await python(
      """
      import os, time
      made = 0
      try:
        while made < 200:
          if os.fork() == 0: time.sleep(30); os._exit(0)
          made += 1
      except OSError as error: print(error.errno, made < 16)
      """, limits: Limits(processes: 16))
    #expect(result.standardOutput.text == "\(EAGAIN) True\n")
  }

  @Test("writes no more than its disk holds")
  func diskFill() async throws {
    let source = """
      written = 0
      try:
        with open('fill', 'wb', buffering=0) as file:
          while written < 64 << 20: written += file.write(bytes(1 << 20))
        print('all')
      except OSError as error: print(error.errno)
      """
    // The same program succeeds where there is room: it is the limit that stops it.
    #expect(try await python(source).standardOutput.text == "all\n")
    let small = try await python(source, limits: Limits(disk: ByteCount(mebibytes: 4)))
    #expect(small.standardOutput.text == "\(ENOSPC)\n")
  }

  @Test("leaves no daemon behind")
  func daemon() async throws {
    let marker = "ocisandbox-daemon-\(getpid())"
    let result = try await python(
      """
      import os, time
      if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
          os.execv('/usr/bin/python3', ['\(marker)', '-I', '-S', '-c', 'import time; time.sleep(60)'])
        os._exit(0)
      os.wait(); time.sleep(0.3)
      alive = [open('/proc/%s/cmdline' % p).read() for p in os.listdir('/proc') if p.isdigit()]
      print(any('\(marker)' in line for line in alive))
      """)
    #expect(result.standardOutput.text == "True\n")  // it was there, so the check below can fail
    #expect(!processes().contains { $0.hasPrefix(marker) })
  }

  @Test("sees neither the host's files nor its processes")
  func view() async throws {
    let result = try await python(
      """
      import os
      print(os.path.exists('/etc/shadow'), os.path.exists('/root'), os.path.exists('/home'))
      print(len([p for p in os.listdir('/proc') if p.isdigit()]), os.getcwd(), os.getuid())
      for path in ['/x', '/usr/x', '/dev/x', '/etc/x']:
        try: open(path, 'w'); print('written', path)
        except OSError: pass
      """)
    #expect(result.standardOutput.text == "False False False\n1 /workspace 1000\n")
    #expect(access("/etc/passwd", F_OK) == 0)  // the host itself has an /etc
  }

  @Test("has no capability, no new privileges and a filter")
  func privileges() async throws {
    let result = try await python(
      """
      for line in open('/proc/self/status'):
        if line.startswith(('Cap', 'NoNewPrivs', 'Seccomp:')): print(''.join(line.split()))
      """)
    let none = String(repeating: "0", count: 16)
    let capabilities = ["Inh", "Prm", "Eff", "Bnd", "Amb"].map { "Cap\($0):\(none)" }
    #expect(
      result.standardOutput.text
        == (capabilities + ["NoNewPrivs:1", "Seccomp:2", ""]).joined(separator: "\n"))
  }

  @Test(
    "is refused the calls that reach the kernel's administration",
    arguments: [
      ("ptrace", 101), ("mount", 165), ("unshare", 272), ("bpf", 321), ("keyctl", 250),
      ("setns", 308), ("process_vm_readv", 310), ("userfaultfd", 323),
    ])
  func refusedCalls(name: String, number: Int) async throws {
    #if arch(x86_64)
      let result = try await python(
        """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        print(libc.syscall(\(number), -1, -1, -1, -1, -1, -1), ctypes.get_errno())
        """)
      #expect(result.standardOutput.text == "-1 \(EPERM)\n", "\(name)")
    #endif
  }

  @Test(
    "is ended when it enters the kernel by a foreign ABI",
    arguments: [
      "libc.syscall(0x40000000 | 39)",  // x32 getpid
      // i386 getpid: mov eax, 20; int 0x80; ret
      """
      import mmap
      page = mmap.mmap(-1, 4096, prot=7)
      page.write(b'\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3')
      ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
      """,
    ])
  func foreignABI(source: String) async throws {
    #if arch(x86_64)
      let result = try await python("import ctypes; libc = ctypes.CDLL(None)\n" + source)
      #expect(result.outcome == .policyViolated)
      #expect(result.denied.map(\.action) == ["kill"])
    #endif
  }

  @Test("finds io_uring and clone3 absent, and no socket that leaves it")
  func absentCalls() async throws {
    let result = try await python(
      """
      import ctypes, socket
      libc = ctypes.CDLL(None, use_errno=True)
      for number in (425, 435):
        print(libc.syscall(number, 0, 0), ctypes.get_errno())
      for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_VSOCK):
        try: socket.socket(family, socket.SOCK_DGRAM if family == socket.AF_NETLINK else socket.SOCK_STREAM); print('open')
        except OSError as error: print(error.errno)
      a, b = socket.socketpair(); a.send(b'within'); print(b.recv(9))
      """)
    #expect(
      result.standardOutput.text
        == "-1 \(ENOSYS)\n-1 \(ENOSYS)\n" + String(repeating: "\(EPERM)\n", count: 4)
        + "b'within'\n")
  }

  @Test("that cannot start is an error of the sandbox, with the step")
  func missingExecutable() async throws {
    await #expect(throws: SandboxError.stepFailed(.execute, errorNumber: ENOENT)) {
      try await executor.run(Command(executable: "/usr/bin/no-such-program"))
    }
    await #expect(throws: SandboxError.self) {
      try await executor.run(Command(executable: "/bin/true", arguments: ["a\0b"]))
    }
  }

  @Test("keeps its own descriptors off the numbers of streams that the caller has closed")
  func closedStreams() async throws {
    await #expect(processExitsWith: .success) {
      for number in Int32(0)...2 { close(number) }
      let executor = SandboxExecutor()
      let result = try await executor.run(Command(executable: "/bin/echo", arguments: ["a"]))
      // A pipe or a worker's socket there would take what the caller prints. (A timer of the test
      // library's own may be there.)
      for number in Int32(0)...2 {
        var status = stat()
        let type = fstat(number, &status) == 0 ? status.st_mode & S_IFMT : 0
        if type == S_IFSOCK || type == S_IFIFO { exit(10 + number) }
      }
      exit(result.standardOutput.text == "a\n" ? 0 : 1)
    }
  }

  @Test("is one of many at once")
  func concurrent() async throws {
    try await withThrowingTaskGroup(of: String.self) { group in
      for number in 0..<16 {
        group.addTask { try await python("print(\(number))").standardOutput.text }
      }
      var seen = Set<String>()
      for try await text in group { seen.insert(text) }
      #expect(seen.count == 16)
    }
  }
}

/// The command lines of all processes of the host.
private func processes() -> [String] {
  guard let folder = unsafe opendir("/proc") else { return [] }
  defer { unsafe closedir(folder) }
  var lines: [String] = []
  while let entry = unsafe readdir(folder) {
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
      unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
    }
    guard Int(name) != nil else { continue }
    let fd = open("/proc/\(name)/cmdline", O_RDONLY)
    guard fd >= 0 else { continue }
    defer { close(fd) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = unsafe read(fd, &bytes, bytes.count)
    lines.append(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self))
  }
  return lines
}
