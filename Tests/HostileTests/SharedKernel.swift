import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Files in view are the host's own, and some counts of the kernel are of a user or of the whole host: a program
/// can try to see others by them, to hold them up, or to use them up.
@Suite("What all runs share", .serialized, .timeLimit(.minutes(15)))
struct SharedKernel {
  /// Prints the names that are opened in a folder within a second, or the error.
  private static func watcher(of folder: String) throws -> HostileProgram {
    .python(
      """
      import ctypes, errno, os, struct, time
      libc = ctypes.CDLL(None, use_errno=True)
      watcher = libc.syscall(\(try number(of: "inotify_init1")), 0o4000)
      if watcher < 0: print(errno.errorcode[ctypes.get_errno()]); raise SystemExit
      libc.syscall(\(try number(of: "inotify_add_watch")), watcher, b'\(folder)', 0x20)
      print('watching', flush=True)
      time.sleep(1.5)
      try: print(os.read(watcher, 65536))
      except BlockingIOError: print('nothing')
      """)
  }

  @Test("what others open is not told, unless the policy allows watching")
  func watching() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("canary-of-the-host", [1])
    let program = try Self.watcher(of: folder.path)
    let opener = Task {
      while !Task.isCancelled {
        close(open(path, O_RDONLY | O_CLOEXEC))
        try await Task.sleep(for: .milliseconds(50))
      }
    }
    defer { opener.cancel() }
    var policy = Policy()
    policy.fileSystem.read.append(folder.path)
    let result = try await program.run(under: policy)
    #expect(result.printed == "ENOSYS\n", "\(result.story)")
    #expect(result.deniedNames == ["inotify_init1"])
    policy.systemCalls = SystemCallRules(allow: ["@default", "@watch"])
    let allowed = try await program.run(under: policy)
    #expect(allowed.printed.contains("canary-of-the-host"), "\(allowed.story)")
  }

  @Test("a file is not leased, nor a folder watched through fcntl")
  func leases() async throws {
    let program = HostileProgram.python(
      """
      import ctypes, errno, os
      libc = ctypes.CDLL(None, use_errno=True)
      path = os.environ.get('FOLDER', '.')
      file = os.open(path + '/file', os.O_CREAT | os.O_RDONLY); folder = os.open(path, os.O_RDONLY)
      for descriptor, command, given in ((file, 1024, 0), (file, 0x1_0000_0400, 0), (folder, 1026, 1), (file, 1024, 2)):
        status = libc.syscall(ctypes.c_long(\(try number(of: "fcntl"))), descriptor, ctypes.c_ulong(command), given)
        print(errno.errorcode[ctypes.get_errno()] if status else 'done')
      print(errno.errorcode[ctypes.get_errno()] if libc.fcntl(file, 1025) < 0 else libc.fcntl(file, 1025))
      """)
    let result = try await program.run()
    #expect(result.printed == "EPERM\nEPERM\nEPERM\nEPERM\n2\n", "\(result.story)")
    #expect(
      Set(result.denied.map(\.detail)) == ["F_SETLEASE", "F_NOTIFY"], "\(result.denied)")
    let folder = try TemporaryFolder()
    setenv("FOLDER", folder.path, 1)
    defer { unsetenv("FOLDER") }
    #expect(try await program.runUnprotected() == "done\ndone\ndone\ndone\n2\n")
  }

  /// Whether this process has CAP_SYS_RESOURCE.
  private static var mayRaiseLimits: Bool {
    let line = HostProcesses.text(of: "/proc/self/status").split(separator: "\n").first {
      $0.hasPrefix("CapEff:")
    }
    let held = line?.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
    return held >> 24 & 1 == 1
  }

  /// Tries to be scheduled before others, and prints what came of it, line by line.
  private static let raisingPriority = """
    import os
    for attack in (lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
                   lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1)),
                   lambda: os.nice(-1), lambda: os.setpriority(os.PRIO_PROCESS, 0, -2)):
      try: print(attack())
      except OSError as error: print(error.strerror)
    """

  @Test("the signals and timers of the user are not used up, priority is not raised")
  func countsOfTheUser() async throws {
    let result = try await HostileProgram.python(
      """
      import ctypes, os, resource
      libc = ctypes.CDLL(None, use_errno=True)
      made, timer = 0, ctypes.c_int()
      while made < 100000 and libc.syscall(\(try number(of: "timer_create")), 1, None, ctypes.byref(timer)) == 0: made += 1
      print(made <= 1024, made > 900)
      print(resource.getrlimit(resource.RLIMIT_RTPRIO), resource.getrlimit(resource.RLIMIT_NICE))
      \(Self.raisingPriority)
      try: print(os.setpriority(os.PRIO_USER, 0, -1))
      except OSError as error: print(error.strerror)
      """
    ).run()
    let lines = result.printed.split(separator: "\n")
    #expect(lines.prefix(2) == ["True True", "(0, 0) (0, 0)"], "\(result.story)")
    #expect(
      lines.dropFirst(2).allSatisfy {
        ["Operation not permitted", "Permission denied"].contains($0)
      }
        && lines.count == 7, "\(result.story)")
    // It is not the filter that refuses it.
    #expect(result.denied.isEmpty, "\(result.denied)")
  }

  @Test(
    "priority is not raised where the host lets its user do it, and would be without the limits of a run",
    .enabled(
      if: geteuid() == 0 && mayRaiseLimits,
      "only root with CAP_SYS_RESOURCE may raise the limits of priority that a host gives others"))
  func priority() async throws {
    let command = try #require(BuiltCommand.path)
    let folder = try TemporaryFolder()
    let file = try folder.write("attack.py", Array(Self.raisingPriority.utf8))
    let printed = try await HostileProgram.python(
      """
      import os, resource, subprocess
      resource.setrlimit(resource.RLIMIT_RTPRIO, (5, 5)); resource.setrlimit(resource.RLIMIT_NICE, (40, 40))
      def become_nobody(): os.setgroups([]); os.setgid(65534); os.setuid(65534)
      attack = open('\(file)').read()
      def show(words, **options):
        done = subprocess.run(words, capture_output=True, text=True, **options)
        print(done.stdout.split('\\n'), flush=True)
      show(['/usr/bin/python3', '-I', '-S', '-c', attack], preexec_fn=become_nobody)
      show(['\(command)', 'run', '\(file)'], env={'PATH': '/usr/bin:/bin', 'HOME': '/nonexistent'})
      """
    ).runUnprotected(within: .seconds(600))
    let lines = printed.split(separator: "\n")
    try #require(lines.count == 2, "\(printed)")
    // The control: the host lets it be done.
    #expect(lines[0] == "['None', 'None', '-1', 'None', '']")
    #expect(
      lines[1]
        == "['Operation not permitted', 'Operation not permitted', 'Operation not permitted', 'Permission denied', '']"
    )
  }

  @Test("the host's room for asynchronous requests is not used up")
  func asynchronous() async throws {
    let program = HostileProgram.python(
      """
      import ctypes, errno
      libc = ctypes.CDLL(None, use_errno=True)
      context = ctypes.c_ulong()
      print(errno.errorcode[ctypes.get_errno()] if libc.syscall(\(try number(of: "io_setup")), 8, ctypes.byref(context)) else 'made')
      """)
    let result = try await program.run()
    #expect(result.printed == "ENOSYS\n", "\(result.story)")
    #expect(try await program.runUnprotected() == "made\n")
  }

  @Test("the limits of pid 1 are not set, those of one's own processes are")
  func limitsOfOthers() async throws {
    let result = try await HostileProgram.python(
      """
      import os, resource
      child = os.fork()
      if child == 0:
        while resource.getrlimit(resource.RLIMIT_NOFILE)[0] != 20: pass
        os._exit(20)
      for who in (1, child, os.getpid()):
        try: print(resource.prlimit(who, resource.RLIMIT_NOFILE, (20, 20))[0])
        except OSError as error: print(error.strerror)
      print(os.waitpid(child, 0)[1] >> 8, resource.getrlimit(resource.RLIMIT_NOFILE))
      """
    ).run()
    #expect(
      result.printed == "Operation not permitted\n256\n256\n20 (20, 20)\n", "\(result.story)")
    #expect(
      result.denied.map { [$0.name, $0.detail, $0.action] } == [
        ["prlimit64", "process 1", "errno(EPERM)"]
      ])
  }
}
