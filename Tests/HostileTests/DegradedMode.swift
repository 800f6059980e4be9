import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A host without user namespaces, for a user without privileges.
enum HostWithoutNamespaces {
  /// Set for the process that runs there.
  static let variable = "HOSTILE_TESTS_WITHOUT_NAMESPACES"
  static var isHere: Bool { unsafe getenv(variable) != nil }

  /// Runs an executable there, and returns what it printed and, in the last line, its exit status.
  ///
  /// As nobody, where the tests run as root, whom RLIMIT_NPROC does not bind (getrlimit(2)); so it runs a
  /// copy in a place that nobody can reach, too.
  /// It is made from a user namespace in which no further one may be made (namespaces(7)), by a process
  /// that then gives up its capabilities. It has a `/tmp` of its own, so that what is left there is left by
  /// what runs here, and not by the tests beside it.
  static func run(_ executable: String, _ arguments: [String]) async throws -> String {
    let folder = try TemporaryFolder()
    let copied = await askHost(
      "/bin/cp", ["--", executable, folder.path + "/copy"], within: .seconds(60))
    try #require(copied == "")
    let script = """
      echo 0 > /proc/sys/user/max_user_namespaces && mount -t tmpfs -o mode=1777 tmpfs /tmp || exit
      setpriv --bounding-set=-all --inh-caps=-all --no-new-privs env \(variable)=1 "$@" 2>&1
      echo "exit status $?"
      """
    let words =
      [
        "/usr/bin/unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh",
        folder.path + "/copy",
      ]
      + arguments
    let drop = ["--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/tmp"]
    let printed =
      geteuid() == 0
      ? await askHost("/usr/bin/setpriv", drop + words, within: .seconds(600))
      : await askHost(words[0], Array(words.dropFirst()), within: .seconds(600))
    return try #require(printed)
  }

  /// This executable.
  static func ownPath() throws -> String {
    var path = [CChar](repeating: 0, count: 4096)
    let length = unsafe readlink("/proc/self/exe", &path, path.count)
    try #require(length > 0)
    return String(decoding: path.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

@Suite(
  "A host without user namespaces", .serialized, .timeLimit(.minutes(15)),
  .disabled(if: HostWithoutNamespaces.isHere))
struct DegradedMode {
  @Test("has the suite 'Degraded' pass")
  func library() async throws {
    let printed = try await HostWithoutNamespaces.run(
      try HostWithoutNamespaces.ownPath(),
      ["--testing-library", "swift-testing", "--filter", "HostileTests.Degraded/"])
    #expect(printed.hasSuffix("exit status 0\n"), "\(printed)")
    #expect(printed.contains("Suite \"Degraded\" passed after"), "\(printed)")
  }

  @Test(
    "is told by the command in one line with a fix, and status 125",
    .enabled(if: BuiltCommand.path != nil, "needs the built command"))
  func command() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("hello.py", Array("print('it ran')".utf8))
    let command = try #require(BuiltCommand.path)
    let refused = try await HostWithoutNamespaces.run(command, ["run", file])
    #expect(refused.hasSuffix("exit status 125\n"), "\(refused)")
    #expect(!refused.contains("it ran"))
    for part in ["namespaces", "No space left on device", "hint: ", "user.max_user_namespaces"] {
      #expect(refused.contains(part), "\(part): \(refused)")
    }
    let allowed = try await HostWithoutNamespaces.run(
      command, ["run", file, "--allow-degraded", "--json"])
    #expect(allowed.hasSuffix("exit status 0\n"), "\(allowed)")
    #expect(allowed.contains("it ran"))
    let compact = allowed.filter { !$0.isWhitespace }
    #expect(
      compact.contains(#""namespaces":[]"#) && compact.contains(#""missing":["namespaces""#),
      "\(allowed)")
    let broken = try folder.write("broken.py", Array("x = 1\nx / 0\n".utf8))
    let explained = try await HostWithoutNamespaces.run(
      command, ["run", broken, "--allow-degraded", "--format", "feedback"])
    #expect(explained.hasPrefix("broken.py:2:1: error: ZeroDivisionError"), "\(explained)")
    #expect(!explained.contains("/tmp/"), "a path of the host: \(explained)")
    // More than one message takes.
    let text = "#" + String(repeating: "x", count: 100_000) + "\nprint('all of it')\n"
    let long = try folder.write("long.py", Array(text.utf8))
    let whole = try await HostWithoutNamespaces.run(command, ["run", long, "--allow-degraded"])
    #expect(whole.hasPrefix("all of it\n") && whole.hasSuffix("exit status 0\n"), "\(whole)")
    let required = try await HostWithoutNamespaces.run(
      command, ["run", file, "--allow-degraded", "--require", "namespaces"])
    #expect(required.hasSuffix("exit status 125\n"), "\(required)")
  }
}

@Suite(
  "Degraded", .serialized, .timeLimit(.minutes(15)),
  .enabled(if: HostWithoutNamespaces.isHere, "run by the suite 'A host without user namespaces'"))
struct Degraded {
  private var policy: Policy {
    var policy = Policy()
    for layer in IsolationLayer.allCases { policy.enforcement[layer] = .bestEffort }
    return policy
  }

  private func policy(_ limits: Limits) -> Policy {
    var policy = policy
    policy.limits = limits
    return policy
  }

  @Test("Nothing runs where namespaces are required, and the error says why and what to do")
  func required() async throws {
    do {
      let result = try await HostileProgram.python("print(1)").run()
      Issue.record("it ran: \(result.story)")
    } catch SandboxError.layerUnavailable(let layer, let reason, let fix) {
      #expect(layer == .namespaces)
      #expect(reason.contains("No space left on device"))
      #expect(fix.contains("user.max_user_namespaces"))
    }
  }

  @Test("A run says which layers were missing")
  func enforcement() async throws {
    let result = try await HostileProgram.python("print('ran')").run(under: policy)
    #expect(result.outcome == .exited(code: 0), "\(result.story)")
    #expect(result.printed == "ran\n")
    #expect(result.enforcement.missing.contains(.namespaces))
    #expect(result.enforcement.namespaces == [])
    #expect(!result.enforcement.isFull)
    #expect(
      result.enforcement.seccomp && result.enforcement.noNewPrivileges
        && result.enforcement.resourceLimits)
  }

  @Test("No capability is held, no new privileges, and a filter")
  func privileges() async throws {
    let result = try await HostileProgram.python(
      """
      for line in open('/proc/self/status'):
        if line.startswith(('CapEff', 'CapPrm', 'CapBnd', 'NoNewPrivs', 'Seccomp:')): print(''.join(line.split()))
      """
    ).run(under: policy)
    let none = String(repeating: "0", count: 16)
    #expect(
      result.printed == "CapPrm:\(none)\nCapEff:\(none)\nCapBnd:\(none)\nNoNewPrivs:1\nSeccomp:2\n",
      "\(result.story)")
  }

  @Test(
    "The filter still refuses and reports",
    arguments: ["ptrace", "mount", "bpf", "unshare", "keyctl"])
  func filter(name: String) async throws {
    let result = try await HostileProgram.python(
      """
      import ctypes
      libc = ctypes.CDLL(None, use_errno=True)
      print(libc.syscall(ctypes.c_long(\(try number(of: name))), -1, -1, -1, -1), ctypes.get_errno())
      """
    ).run(under: policy)
    #expect(result.printed == "-1 \(EPERM)\n", "\(result.story)")
    #expect(result.deniedNames == [name])
  }

  @Test("No socket reaches a listener on the loopback")
  func network() async throws {
    let listener = try HostListener.loopback()
    let program = HostileProgram.python(
      "import socket; socket.create_connection(('127.0.0.1', \(listener.port)), 5); print('connected')"
    )
    let result = try await program.run(under: policy)
    #expect(result.printed == "" && result.deniedNames == ["socket"], "\(result.story)")
    #expect(try await program.runUnprotected() == "connected\n")
  }

  @Test("Landlock keeps files, abstract sockets and processes of the host out of reach")
  func landlock() async throws {
    let folder = try TemporaryFolder()
    let canary = try folder.write("canary", Array("secret".utf8), mode: 0o666)
    chmod(folder.path, 0o777)
    let name = "hostile-\(UInt32.random(in: 0 ... .max))"
    let listener = try HostListener.abstract(name: name)
    let program = HostileProgram.python(
      """
      import os, socket
      for act in (lambda: open('\(canary)').read(), lambda: open('\(canary)', 'w'), lambda: os.listdir('\(folder.path)'),
                  lambda: os.unlink('\(canary)'), lambda: open('\(folder.path)/new', 'w'),
                  lambda: os.listdir('/etc'), lambda: os.listdir('/tmp'), lambda: open('/tmp/hostile', 'w')):
        try: act(); print('file')
        except OSError: pass
      try: os.kill(\(getpid()), 0); print('signal')
      except OSError: pass
      try: socket.socket(socket.AF_UNIX).connect('\\0\(name)'); print('socket')
      except OSError: pass
      open('own', 'w').write('own'); open(os.environ['TMPDIR'] + '/own', 'w').write('own')
      print('end')
      """)
    let result = try await program.run(under: policy)
    try #require(result.enforcement.landlockABI >= 1)
    let scoped = result.enforcement.landlockABI >= 6 ? "" : "signal\nsocket\n"
    #expect(result.printed == scoped + "end\n", "\(result.story)")
    #expect(access(canary, F_OK) == 0)
    withExtendedLifetime(listener) {}
  }

  @Test("Each limit still has its verdict")
  func limits() async throws {
    let sleeping = try await HostileProgram.python("import time; time.sleep(60)")
      .run(under: policy(Limits(wallTime: .seconds(1))))
    #expect(sleeping.outcome == .timeLimitExceeded(.wall), "\(sleeping.story)")
    let computing = try await HostileProgram.python(
      """
      import os, time
      while True:
        if os.fork() == 0:
          while time.process_time() < 0.2: pass
          os._exit(0)
        os.wait()
      """
    ).run(under: policy(Limits(cpuTime: .seconds(1))))
    #expect(computing.outcome == .timeLimitExceeded(.cpu), "\(computing.story)")
    let taking = try await HostileProgram.python(
      "data = bytearray(b'x') * (96 << 20); import time; time.sleep(1)"
    ).run(under: policy(Limits(memory: ByteCount(mebibytes: 64))))
    #expect(taking.outcome == .memoryLimitExceeded, "\(taking.story)")
    // No cgroup counts here, so it is the worker that has to look.
    let refused = try await RefusalFlood.taking.run(
      under: policy(Limits(cpuTime: .seconds(60), memory: ByteCount(mebibytes: 64))))
    #expect(refused.outcome == .memoryLimitExceeded, "\(refused.story)")
    let flooding = try await HostileProgram.python("while True: print('x' * 1000)")
      .run(under: policy(Limits(wallTime: .seconds(300), output: ByteCount(kibibytes: 64))))
    #expect(flooding.outcome == .outputLimitExceeded, "\(flooding.story)")
    let filling = try await HostileProgram.python(
      "f = open('f', 'wb', 0)\nfor _ in range(9): f.write(bytes(1 << 20))"
    ).run(under: policy(Limits(fileSize: ByteCount(mebibytes: 4))))
    #expect(filling.outcome == .diskLimitExceeded, "\(filling.story)")
  }

  @Test("A bomb of forks is bounded")
  func forkBomb() async throws {
    let program = HostileProgram.python(
      """
      import os, time
      made = 0
      try:
        while made < 600:
          if os.fork() == 0: time.sleep(30); os._exit(0)
          made += 1
      except OSError: pass
      print(made)
      """)
    let result = try await program.run(under: policy(Limits(processes: 24)))
    let made = try #require(Int(result.printed.dropLast()), "\(result.story)")
    // The room that the user's other processes take is counted before; they come and go.
    #expect(made <= 2 * 24)
    let wide = try await program.run(
      under: policy(Limits(memory: ByteCount(mebibytes: 4096), processes: 700)))
    #expect(wide.printed == "600\n", "\(wide.story)")
  }

  @Test(
    "Nothing is left, whatever the program did",
    arguments: [
      "", "import os\nif os.fork() == 0: os.setsid(); time.sleep(60)",
      "for i in range(500): os.mkdir('d%d' % i)",
      """
      for _ in range(3000):
        os.mkdir('d'); os.chdir('d')
      """,
      "os.makedirs('a/b'); open('a/b/c', 'w').close(); os.chmod('a/b', 0); os.chmod('a', 0); os.chmod('.', 0)",
      "while True: print('x' * 1000)",
      """
      for step in range(30):
        if os.fork() > 0:
          if step == 0: break
          os._exit(0)
        os.setsid()
      else: time.sleep(60)
      """,
    ])
  func remains(source: String) async throws {
    let marker = "hostile-degraded-\(UInt32.random(in: 0 ... .max))"
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    let before = Self.workspaces
    for keeps in [false, true] {
      do {
        let result = try await executor.run(
          Command(
            executable: "/usr/bin/python3",
            arguments: ["-I", "-S", "-c", "import os, time\n" + source, marker],
            keepsWorkspace: keeps),
          under: policy(Limits(wallTime: .seconds(300), output: ByteCount(kibibytes: 64))))
        #expect(
          [.exited(code: 0), .outputLimitExceeded].contains(result.outcome), "\(result.story)")
        #expect(HostProcesses.with(marker: marker).isEmpty)
      }
      #expect(await Self.left(since: before) == [], "keeps its workspace: \(keeps)")
    }
    await executor.close()
  }

  private static var workspaces: Set<String> {
    Set(names(in: "/tmp").filter { $0.hasPrefix("ocisandbox-") })
  }

  /// The workspaces that were not there before, and stay.
  private static func left(since before: Set<String>) async -> Set<String> {
    var left = workspaces.subtracting(before)
    for _ in 0..<1200 where !left.isEmpty {
      try? await Task.sleep(for: .milliseconds(100))
      left.formIntersection(workspaces)
    }
    return left
  }

  @Test("A cancelled run leaves nothing")
  func cancelled() async throws {
    let marker = "hostile-degraded-\(UInt32.random(in: 0 ... .max))"
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    let policy = policy
    let before = Self.workspaces
    let run = Task {
      try await executor.run(
        Command(
          executable: "/usr/bin/python3",
          arguments: [
            "-I", "-S", "-c", "import os, time; os.fork() or os.setsid(); time.sleep(60)", marker,
          ],
          keepsWorkspace: true), under: policy)
    }
    #expect(await HostProcesses.eventually { HostProcesses.with(marker: marker).count == 2 })
    run.cancel()
    await #expect(throws: SandboxError.cancelled) { try await run.value }
    #expect(HostProcesses.with(marker: marker).isEmpty)
    #expect(await Self.left(since: before) == [])
    await executor.close()
  }
}
