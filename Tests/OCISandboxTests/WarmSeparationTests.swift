import FoundationEssentials
import OCISandbox
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Leaves something in every place that a run could share with the next: files, what is in memory, processes, sockets,
/// shared memory, attributes of the process. What is refused is left out: some of it is meant to be.
private let plant = """
  import builtins, ctypes, gc, json, os, resource, signal, socket, sys, threading, time, random
  def attempt(body):
      try: body()
      except BaseException: pass
  for folder in ('/workspace', '/tmp', '/dev/shm', '/box', '/box/drivers', '/usr/lib', '/', '/dev', '/var/tmp', sys.prefix + '/lib'):
      attempt(lambda: open(folder + '/planted', 'w').write('planted'))
      attempt(lambda: os.symlink('/etc', folder + '/planted-link'))
  builtins.planted = sys.planted = json.planted = os.planted = 'planted'
  sys.modules['planted'] = json
  os.environ['PLANTED'] = '1'
  sys.path.append('/planted')
  sys.setrecursionlimit(777)
  gc.set_threshold(7)
  signal.signal(signal.SIGUSR1, signal.SIG_IGN)
  attempt(lambda: os.umask(0o777))
  attempt(lambda: os.nice(13))
  attempt(lambda: os.sched_setaffinity(0, {0}))
  attempt(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (33, 33)))
  attempt(lambda: ctypes.CDLL(None).prctl(15, b'planted', 0, 0, 0))
  keep = []
  def listen(name):
      s = socket.socket(socket.AF_UNIX); s.bind(name); s.listen(); keep.append(s)
  attempt(lambda: listen('\\0planted'))
  attempt(lambda: listen('/tmp/planted-socket'))
  libc = ctypes.CDLL(None, use_errno=True)
  attempt(lambda: libc.shmget(0x706c616e, 4096, 0o1666))
  attempt(lambda: libc.msgget(0x706c616e, 0o1666))
  attempt(lambda: libc.semget(0x706c616e, 1, 0o1666))
  def key(): libc.syscall(248, b'user', b'planted', b'x', 1, -3)
  attempt(key)
  # In the memory that it has from its parent: the hash of a text that names are looked up by.
  text = '__file__'
  attempt(lambda: ctypes.memset(id(text) + 24, 0, 8))
  def stay():
      if os.fork() == 0:
          os.setsid()
          if os.fork() == 0:
              time.sleep(600)
          os._exit(0)
  attempt(stay)
  attempt(lambda: threading.Thread(target=time.sleep, args=(600,), daemon=True).start())
  """

/// Says what it finds of that.
private let look = """

  import builtins, ctypes, gc, json, os, resource, signal, socket, sys, threading
  def found(name): print('found', name)
  for folder in ('/workspace', '/tmp', '/dev/shm', '/box', '/box/drivers', '/usr/lib', '/', '/dev', '/var/tmp', sys.prefix + '/lib'):
      for name in ('/planted', '/planted-link'):
          if os.path.lexists(folder + name): found('a file in ' + folder)
  for holder in (builtins, sys, json, os):
      if hasattr(holder, 'planted'): found('an attribute of ' + holder.__name__)
  if 'planted' in sys.modules: found('a module')
  if 'PLANTED' in os.environ: found('a variable')
  if '/planted' in sys.path: found('a path')
  if not hasattr(os, '__file__'): found('a text that was changed in memory')
  if sys.getrecursionlimit() == 777: found('the recursion limit')
  if gc.get_threshold()[0] == 7: found('the threshold of gc')
  if signal.getsignal(signal.SIGUSR1) == signal.SIG_IGN: found('a handler')
  if os.umask(0o22) == 0o777: found('the umask')
  if os.nice(0) >= 13: found('the nice value')
  if resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 33: found('a limit')
  if open('/proc/self/comm').read() == 'planted\\n': found('a name')
  for name in ('\\0planted', '/tmp/planted-socket'):
      try: socket.socket(socket.AF_UNIX).connect(name); found('a socket')
      except OSError: pass
  libc = ctypes.CDLL(None)
  for call in ('shmget', 'msgget'):
      size = (4096,) if call == 'shmget' else ()
      if getattr(libc, call)(0x706c616e, *size, 0) >= 0: found(call)
  if libc.semget(0x706c616e, 1, 0) >= 0: found('semget')
  if libc.syscall(250, 10, -3, b'user', b'planted', 0) > 0: found('a key')
  others = [p for p in os.listdir('/proc') if p.isdigit() and int(p) not in (1, os.getpid())]
  if others: found('a process')
  if threading.active_count() > 1: found('a thread')
  print('looked')
  """

@Suite("Between forked runs", .serialized, .timeLimit(.minutes(10)))
struct WarmSeparationTests {
  @Test("nothing of one is left for the next")
  func nothingIsLeft() async throws {
    let runs = try WarmRuns()
    // The control: who looks where it was planted finds it.
    let control = try await runs.run(warm: plant + look)
    #expect(control.run?.start == .warm)
    let lines = (control.run?.standardOutput.text ?? "").split(separator: "\n")
    #expect(lines.last == "looked", "\(control.feedback)")
    #expect(lines.count > 12, "\(lines)")
    for _ in 0..<3 {
      let planted = try await runs.run(plant)
      #expect(planted.run?.start == .warm)
      let result = try await runs.run(look)
      #expect(result.run?.start == .warm)
      #expect(result.run?.standardOutput.text == "looked\n", "\(result.feedback)")
    }
  }

  /// Descriptors that are on their way through sockets that are on their way themselves: no process has them.
  @Test("what is on its way through a socket is not left")
  func underway() async throws {
    var runs = try WarmRuns()
    runs.policy.limits.memory = ByteCount(mebibytes: 96)
    let look = """
      import array, os, socket
      listener = socket.socket(socket.AF_UNIX)
      try: print(listener.bind('\\0underway'))
      except OSError as error: print(error.strerror)
      file = os.memfd_create('x')
      for _ in range(40): os.write(file, b'x' * (1 << 20))
      print(os.fstat(file).st_size >> 20)
      """
    let leave = """

      one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
      def give(channel, *descriptors):
        channel.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', descriptors))])
      give(one, other.fileno(), listener.fileno(), file); give(other, one.fileno())
      """
    _ = try await runs.run(warm: "pass")
    for _ in 0..<4 {
      // It would be over its limit with what the one before has left.
      let result = try await runs.run(look + leave)
      #expect(result.run?.start == .warm)
      #expect(result.run?.standardOutput.text == "None\n40\n", "\(result.feedback)")
    }
    let control = try await runs.run(
      look + leave + "\nos.close(file); listener.close(); one.close(); other.close()\n" + look)
    #expect(
      control.run?.standardOutput.text.contains("Address already in use") == true
        || control.verdict == .memoryLimit)
  }

  @Test("System V objects are a run's own, also where the policy allows them")
  func systemV() async throws {
    var runs = try WarmRuns()
    runs.policy.systemCalls.allow.append("@ipc")
    let source = """
      import ctypes
      c = ctypes.CDLL(None)
      find = lambda: (c.shmget(0x4f4349, 4096, 0) >= 0, c.msgget(0x4f4349, 0) >= 0, c.semget(0x4f4349, 1, 0) >= 0)
      print(find())
      c.shmget(0x4f4349, 4096, 0o1600), c.msgget(0x4f4349, 0o1600), c.semget(0x4f4349, 1, 0o1600)
      print(find())
      """
    _ = try await runs.run(warm: "pass")
    for _ in 0..<3 {
      let result = try await runs.run(source)
      #expect(result.run?.start == .warm)
      // The second line is the control.
      #expect(
        result.run?.standardOutput.text == "(False, False, False)\n(True, True, True)\n",
        "\(result.feedback)")
    }
  }

  /// There is room for 16; what was left out, or entered twice, would be seen.
  @Test("has as many layers of Landlock as one that is started")
  func layers() async throws {
    let source = """
      import ctypes
      c = ctypes.CDLL(None)
      rules, count = (ctypes.c_uint64 * 1)(1 << 1), 0
      while count < 99:
          made = c.syscall(444, rules, 8, 0)
          if made < 0 or c.syscall(446, made, 0) < 0: break
          count += 1
      print(count)
      """
    var printed: [String] = []
    for isWarm in [true, false] {
      var runs = try WarmRuns(isWarm: isWarm)
      runs.policy.systemCalls.allow += ["landlock_create_ruleset", "landlock_restrict_self"]
      runs.policy.systemCalls.refuse = []
      if isWarm { _ = try await runs.run(warm: "pass") }
      let result = try await runs.run(source)
      #expect(result.run?.start == (isWarm ? .warm : .cold))
      printed.append(result.run?.standardOutput.text ?? "")
    }
    let hasLandlock = try await WarmRuns().run("pass").run?.enforcement.landlockABI != 0
    #expect(printed == Array(repeating: hasLandlock ? "15\n" : "16\n", count: 2))
  }

  @Test("a program does not reach what it was forked from")
  func cannotReachParent() async throws {
    let runs = try WarmRuns()
    let source = """
      import ctypes, os, signal, socket
      def attempt(name, body):
          try: print(name, body())
          except OSError as error: print(name, error.errno)
      attempt('descriptors', lambda: sorted(n for n in os.listdir('/proc/self/fd') if int(n) > 2 and os.path.exists('/proc/self/fd/' + n)))
      attempt('kill', lambda: os.kill(1, signal.SIGKILL))
      attempt('all', lambda: os.kill(-1, 0))
      attempt('group', lambda: os.getpgid(0) == os.getpid())
      attempt('memory', lambda: open('/proc/1/mem', 'rb').read(1))
      attempt('view', lambda: os.listdir('/proc/1/fd'))
      attempt('processes', lambda: sorted(p for p in os.listdir('/proc') if p.isdigit()))
      libc = ctypes.CDLL(None, use_errno=True)
      def traced():
          libc.ptrace(16, 1, 0, 0); return ctypes.get_errno()
      attempt('ptrace', traced)
      attempt('shared', lambda: [line.split(' ', 1)[1] for line in open('/proc/self/maps') if line.split()[1][3] == 's'])
      attempt('namespace', lambda: libc.setns(0, 0))
      """
    let forked = try await runs.run(warm: source)
    #expect(forked.run?.start == .warm)
    let started = try await WarmRuns(isWarm: false).run(source)
    let text = forked.run?.standardOutput.text ?? ""
    #expect(text.contains("processes ['2']"), "\(forked.feedback)")
    #expect(text == started.run?.standardOutput.text)
    // And it is there for the next.
    #expect(try await runs.run("print(1)").run?.start == .warm)
  }

  @Test("hashes, random numbers and places in memory differ, from parent to parent at least")
  func isSeededAnew() async throws {
    let runs = try WarmRuns()
    _ = try await runs.run(warm: "pass")
    var numbers: Set<String> = []
    for _ in 0..<20 {
      let result = try await runs.run("import random\nprint(random.random())")
      #expect(result.run?.start == .warm)
      numbers.insert(result.run?.standardOutput.text ?? "")
    }
    #expect(numbers.count == 20)
    var loaded = try WarmRuns()
    loaded.policy.preload = ["random", "uuid", "tempfile"]
    numbers = []
    _ = try await loaded.run(warm: "pass")
    for _ in 0..<10 {
      let result = try await loaded.run(
        "import random, uuid, tempfile\nprint(random.random(), uuid.uuid4(), next(tempfile._get_candidate_names()), sep='\\n')"
      )
      #expect(result.run?.start == .warm)
      numbers.formUnion(
        (result.run?.standardOutput.text ?? "").split(separator: "\n").map(String.init))
    }
    #expect(numbers.count == 30)
    let first = try await runs.run("print(hash('a'))").run?.standardOutput.text
    let other = try WarmRuns()
    let second = try await other.run(warm: "print(hash('a'))").run?.standardOutput.text
    #expect(first != second)
  }

  @Test("a parent that is killed costs no verdict")
  func parentIsKilled() async throws {
    var runs = try WarmRuns()
    runs.policy.environment.set["MARK"] = Self.mark
    for round in 0..<2 {
      #expect(try await runs.run(warm: "print(1)").run?.start == .warm)
      let parents = Self.parents()
      #expect(!parents.isEmpty)
      for parent in parents { kill(parent, SIGKILL) }
      while parents.contains(where: isRunning) { try await Task.sleep(for: .milliseconds(1)) }
      let result = try await runs.run("print(2)")
      #expect(result.verdict == .ok, "round \(round): \(result.feedback)")
      #expect(result.run?.start == .cold)
      #expect(result.run?.coldReason == (round == 0 ? .failed : .broken))
      #expect(result.run?.standardOutput.text == "2\n")
    }
    // Twice is broken: from now on all is started, and said to be.
    for _ in 0..<4 {
      let result = try await runs.run("print(3)")
      #expect(result.verdict == .ok)
      #expect(result.run?.start == .cold)
      #expect(result.run?.coldReason == .broken)
    }
  }

  private static let mark = "killed-parents"

  /// The parents that workers of this process have, of the test that marks its own by a variable.
  private static func parents() -> [pid_t] {
    children(of: getpid()).flatMap(children).filter {
      (try? String(contentsOfFile: "/proc/\($0)/environ", encoding: .utf8))?
        .contains("MARK=\(mark)") ?? false
    }
  }

  @Test("a thread that a module loaded ahead has started is none of a program's")
  func threadsAhead() async throws {
    let ahead = """
          import threading, time
          threading.Thread(target=time.sleep, args=(600,), name="ahead").start()

      """
    let runs = try WarmRuns(ahead: ahead)
    let forked = try await runs.run(
      warm: "import threading\nprint([t.name for t in threading.enumerate()])\n")
    #expect(forked.run?.start == .warm && forked.verdict == .ok)
    #expect(forked.run?.standardOutput.text == "['MainThread']\n")
  }

  @Test("a module that is asked for is loaded ahead, and random numbers of its own are drawn anew")
  func preloads() async throws {
    var runs = try WarmRuns()
    runs.policy.preload = ["colorsys", "numpy.random", "nowhere_to_be_found"]
    let source = """
      import sys
      print('colorsys' in sys.modules)
      try:
          import numpy
          print(numpy.random.rand())
      except ImportError:
          pass
      """
    let first = try await runs.run(warm: source)
    let second = try await runs.run(source)
    #expect(first.run?.start == .warm)
    #expect(second.run?.start == .warm)
    let texts = [first, second].map { $0.run?.standardOutput.text ?? "" }
    #expect(texts.allSatisfy { $0.hasPrefix("True\n") })
    if texts[0] != "True\n" { #expect(texts[0] != texts[1]) }
  }
}
