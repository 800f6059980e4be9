import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Runs the built command where system calls answer as on another host.
enum OtherHost {
  /// Has a filter answer `calls` with `error`, then runs the command once for each list of options.
  ///
  /// - Returns: For each: status, output and errors.
  static func run(
    answering calls: [String], with error: Int32, options: [[String]]
  ) async throws -> String {
    let numbers = try calls.map { try number(of: $0) }
    let command = try #require(BuiltCommand.path)
    return try await HostileProgram.python(
      """
      import ctypes, os, struct, subprocess, tempfile
      libc = ctypes.CDLL(None, use_errno=True)
      calls = \(numbers)
      code = [(0x20, 0, 0, 0)]
      for place, call in enumerate(calls): code.append((0x15, len(calls) - place, 0, call))
      code += [(0x06, 0, 0, 0x7fff0000), (0x06, 0, 0, 0x00050000 | \(error))]
      raw = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *line) for line in code))
      class Program(ctypes.Structure): _fields_ = [('length', ctypes.c_ushort), ('code', ctypes.c_void_p)]
      program = Program(len(code), ctypes.addressof(raw))
      assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, ctypes.byref(program), 0, 0) == 0
      \(starting(command, options))
      """
    ).runUnprotected(within: .seconds(600))
  }

  /// The end of a Python program that runs the command once for each list of options.
  static func starting(_ command: String, _ options: [[String]]) -> String {
    """
    with tempfile.TemporaryDirectory(dir='/var/tmp') as folder:
      open(folder + '/hello.py', 'w').write("print('it ran')")
      for options in \(options):
        done = subprocess.run(['\(command)', 'run', folder + '/hello.py'] + options, capture_output=True, text=True, env={'PATH': '/usr/bin:/bin', 'HOME': '/nonexistent'})
        print(done.returncode, done.stdout, done.stderr, flush=True)
    """
  }
}

@Suite("A host that forbids user namespaces", .timeLimit(.minutes(15)))
struct ContainerProfile {
  @Test("by a container's filter is told so, with the fix, and nothing runs")
  func filter() async throws {
    // As Docker's default profile: unshare, mount and clone with namespace flags answer EPERM.
    let printed = try await OtherHost.run(
      answering: ["unshare", "mount", "setns", "pivot_root", "open_tree"], with: EPERM,
      options: [[], ["--allow-degraded"]])
    let parts = printed.split(separator: "\n0 it ran")
    try #require(parts.count == 2, "\(printed)")
    #expect(parts[0].hasPrefix("125 "), "\(printed)")
    for word in [
      "namespaces", "container's profile", "--security-opt seccomp=unconfined", "hint: ",
    ] {
      #expect(parts[0].contains(word), "\(word): \(printed)")
    }
    #expect(parts[1].contains("ran without namespaces"), "\(printed)")
  }
}

@Suite("A host without Landlock", .timeLimit(.minutes(15)))
struct HostWithoutLandlock {
  @Test("runs what does not require it, and says so; refuses what does, with the fix")
  func filter() async throws {
    for (error, reason, fix) in [
      (ENOSYS, "the kernel has no Landlock", "use Linux 5.13 or newer"),
      (EOPNOTSUPP, "it is in the kernel, but not enabled", "'landlock' in its lsm= list"),
      (EPERM, "such as a container's profile, forbids it", "seccomp=unconfined"),
    ] {
      let printed = try await OtherHost.run(
        answering: [
          "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self",
        ], with: error,
        options: [["--json"], ["--policy", "strict"], ["--require", "landlock"], []])
      let compact = printed.filter { !$0.isWhitespace }
      #expect(compact.contains(#""landlock_abi":0"#), "\(printed)")
      #expect(compact.contains(#""missing":["landlock""#), "\(printed)")
      #expect(compact.contains(#""level":"full""#), "\(printed)")
      // The document says it twice.
      #expect(printed.components(of: "it ran") == 3, "\(printed)")
      #expect(printed.components(of: "the policy requires landlock") == 2, "\(printed)")
      #expect(printed.components(of: reason) == 2, "\(printed)")
      #expect(printed.components(of: fix) == 2, "\(printed)")
    }
  }
}

@Suite("A host without any cgroup", .serialized, .timeLimit(.minutes(15)))
struct HostWithoutCgroup {
  /// For root, in a mount namespace where an empty folder covers them; others cannot make any here.
  private func run(_ body: String) async throws -> String {
    let script = "import os, subprocess, tempfile\n" + body
    let python = ["/usr/bin/python3", "-I", "-S", "-c", script]
    let cover = "mount -t tmpfs none /sys/fs/cgroup && exec \"$@\""
    let words =
      geteuid() == 0
      ? ["/usr/bin/unshare", "--mount", "sh", "-c", cover, "sh"] + python : python
    return try #require(await askHost(words[0], Array(words.dropFirst()), within: .seconds(600)))
  }

  @Test("runs what does not require one, and says so; refuses what does, with the fix")
  func message() async throws {
    let command = try #require(BuiltCommand.path)
    let printed = try await run(
      OtherHost.starting(command, [["--json"], ["--require", "cgroup"]]))
    let compact = printed.filter { !$0.isWhitespace }
    #expect(
      compact.contains(#""cgroup":null"#) && compact.contains(#""missing":["cgroup""#), "\(printed)"
    )
    #expect(printed.components(of: "it ran") == 2, "\(printed)")
    #expect(
      printed.contains("\n125 ") && printed.contains("the policy requires cgroup"), "\(printed)")
    #expect(printed.contains("Delegate=yes"), "\(printed)")
  }

  @Test("bounds memory, processes and time by the worker's own account")
  func limits() async throws {
    let command = try #require(BuiltCommand.path)
    let printed = try await run(
      """
      programs = {
        'memory': 'data = []\\nwhile True: data.append(bytearray(b"x") * (1 << 20))',
        'shared': 'import mmap, os, time\\nm = mmap.mmap(-1, 96 << 20)\\nos.fork()\\nfor i in range(0, len(m), 4096): m[i] = 1\\ntime.sleep(5)',
        # Counted every few milliseconds, so it is at the limit for longer than that.
        'processes': 'import os, time\\ntry:\\n  while True:\\n    if os.fork() == 0: time.sleep(20)\\nfinally: time.sleep(1)',
        'time': 'import os\\nos.fork()\\nwhile True: pass',
        'thread': 'import ctypes, os, threading, time\\ndef fill():\\n  time.sleep(0.1)\\n  data = bytearray(b"x") * (96 << 20)\\n  time.sleep(5)\\nthreading.Thread(target=fill).start()\\nctypes.CDLL(None).syscall(60 if os.uname().machine == "x86_64" else 93, 0)',
        'vfork': 'import subprocess\\ndata = bytearray(b"x") * (44 << 20)\\nfor _ in range(200): subprocess.run(["/bin/true"])',
        # What its driver reports to.
        'report': 'import os, time\\nfor _ in range(48): os.write(5, bytes(1 << 20))\\ndata = bytearray(b"x") * (30 << 20)\\ntime.sleep(5)',
        'fine': 'import mmap, os\\nm = mmap.mmap(-1, 48 << 20)\\nfor i in range(0, len(m), 4096): m[i] = 1\\nfor _ in range(3):\\n  if os.fork() == 0: m[0]; os._exit(0)\\n  os.wait()',
      }
      import json
      with tempfile.TemporaryDirectory(dir='/var/tmp') as folder:
        for name, source in programs.items():
          open(folder + '/main.py', 'w').write(source)
          done = subprocess.run(['\(command)', 'run', folder + '/main.py', '--json', '--memory', '64MiB', '--cpu-time', '1s', '--policy', 'default'],
            capture_output=True, text=True, env={'PATH': '/usr/bin:/bin', 'HOME': '/nonexistent'})
          result = json.loads(done.stdout)
          print(name, result['verdict'], result['run']['peak_memory_bytes'] < 256 << 20, flush=True)
      """)
    #expect(
      printed == """
        memory memory_limit True
        shared memory_limit True
        processes process_limit True
        time time_limit True
        thread memory_limit True
        vfork ok True
        report memory_limit True
        fine ok True

        """, "\(printed)")
  }
}

extension String {
  /// How often a text is in it.
  fileprivate func components(of text: String) -> Int {
    split(separator: text, omittingEmptySubsequences: false).count - 1
  }
}
