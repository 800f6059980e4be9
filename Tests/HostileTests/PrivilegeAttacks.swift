import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite("Attacks on privileges", .serialized, .timeLimit(.minutes(15)))
struct PrivilegeAttacks {
  @Test(
    "a setuid program of the host gives no privilege",
    .enabled(if: geteuid() == 0, "needs root, to make a setuid program"))
  func setuidOfRoot() async throws {
    let folder = try TemporaryFolder()
    let program = HostileProgram.c(
      """
      #include <stdio.h>
      #include <unistd.h>
      int main(void) { printf("%d %d\\n", geteuid() == 0, setuid(0)); }
      """)
    let path = try folder.write("privileged", try await program.bytes(), mode: 0o4755)
    // On the host it makes root of nobody, so it would in here.
    let host = try #require(
      await askHost(
        "/usr/bin/setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", path],
        within: .seconds(60)))
    #expect(host == "1 0\n")
    var policy = Policy()
    policy.fileSystem.read.append(folder.path)
    let result = try await sharedExecutor.run(Command(executable: path), under: policy)
    #expect(result.printed == "0 -1\n", "\(result.story)")
  }

  @Test("a setuid program of one's own gives no privilege, and no user can be taken on")
  func setuidOfOneself() async throws {
    let result = try await HostileProgram.python(
      """
      import os, shutil
      shutil.copy('/usr/bin/id', 'id'); os.chmod('id', 0o6755)
      os.spawnv(os.P_WAIT, 'id', ['id', '-u'])
      for act in (lambda: os.setuid(0), lambda: os.setresuid(0, 0, 0), lambda: os.setgid(0),
                  lambda: os.setuid(65534), lambda: os.setgroups([0]), lambda: os.chown('id', 0, 0)):
        try: act(); print('worked')
        except OSError: pass
      print(os.getresuid(), os.getresgid())
      """
    ).run()
    #expect(result.printed.hasSuffix("(1000, 1000, 1000) (1000, 1000, 1000)\n"), "\(result.story)")
    #expect(result.printed.hasPrefix("1000\n") || result.printed.hasSuffix("1000)\n1000\n"))
    #expect(!result.printed.contains("worked"))
  }

  @Test("no capability is held, nor can one be had")
  func capabilities() async throws {
    let result = try await HostileProgram.python(
      """
      for line in open('/proc/self/status'):
        if line.startswith(('Cap', 'NoNewPrivs', 'Seccomp:')): print(''.join(line.split()))
      """
    ).run()
    let none = String(repeating: "0", count: 16)
    let expected = ["Inh", "Prm", "Eff", "Bnd", "Amb"].map { "Cap\($0):\(none)" }
    #expect(
      result.printed == (expected + ["NoNewPrivs:1", "Seccomp:2", ""]).joined(separator: "\n"))
  }

  @Test("no descriptor of the host's is inherited")
  func descriptors() async throws {
    let folder = try TemporaryFolder()
    let canary = try folder.write("canary", Array("secret".utf8))
    // Without close-on-exec: a child of this process has it.
    let descriptor = open(canary, O_RDONLY)
    defer { close(descriptor) }
    let program = HostileProgram.python(
      """
      import os
      found = []
      for name in os.listdir('/proc/self/fd'):
        try: found.append((int(name), os.readlink('/proc/self/fd/' + name)))
        except OSError: pass
      print(sorted(number for number, _ in found), any('canary' in path for _, path in found))
      """)
    #expect(childSees(descriptor).contains("canary"))
    let result = try await program.run()
    #expect(result.printed == "[0, 1, 2] False\n", "\(result.story)")
  }

  /// What a child that the C library starts finds under the number: popen(3) passes on what is open.
  private func childSees(_ descriptor: Int32) -> String {
    guard let stream = popen("readlink /proc/self/fd/\(descriptor)", "r") else { return "" }
    defer { pclose(stream) }
    var line = [CChar](repeating: 0, count: 4096)
    guard fgets(&line, Int32(line.count), stream) != nil else { return "" }
    return String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  @Test("standard input and output lead to nothing of the host's")
  func streams() async throws {
    let result = try await HostileProgram.python(
      """
      import os
      print([os.readlink('/proc/self/fd/%d' % n).split(':')[0] for n in range(3)])
      try: print(open('/proc/self/fd/0', 'w').write('x'))
      except OSError as error: print('refused')
      """
    ).run(input: .bytes(Array("in".utf8)))
    let lines = result.printed.split(separator: "\n")
    #expect(
      lines.first == "['/memfd', 'pipe', 'pipe']" || lines.first == "['pipe', 'pipe', 'pipe']",
      "\(result.story)")
  }

  @Test("no variable of the host's reaches the program, unless the policy names it")
  func environment() async throws {
    let name = "HOSTILE_TESTS_TOKEN"
    setenv(name, "secret-token", 1)
    let program = HostileProgram.python(
      """
      import os
      print(sorted(os.environ))
      for path in ('self', '1', str(os.getppid())):
        try: print('secret-token' in open('/proc/%s/environ' % path).read())
        except OSError: print('closed')
      """)
    // A child of this process has it.
    #expect(try await program.runUnprotected().contains("True"))
    let result = try await program.run()
    #expect(
      result.printed == "['HOME', 'LANG', 'PATH', 'TMPDIR']\nFalse\nclosed\nclosed\n",
      "\(result.story)")
    var policy = Policy()
    policy.environment.inherit = [name]
    #expect(try await program.run(under: policy).printed.contains("\(name)', 'HOME") == false)
    #expect(try await program.run(under: policy).printed.contains(name))
  }

  @Test("what the host is called, and by whom it is used, is not told")
  func identity() async throws {
    let result = try await HostileProgram.python(
      """
      import os
      print(os.uname().nodename, os.getuid(), os.getgid(), os.getgroups() in ([], [1000], [65534]), os.getppid())
      print(open('/proc/self/cgroup').read().count('/..'))
      """
    ).run()
    #expect(result.printed == "sandbox 1000 1000 True 0\n0\n", "\(result.story)")
  }

  @Test("limits cannot be raised")
  func limits() async throws {
    let result = try await HostileProgram.python(
      """
      import resource
      for name in ('CPU', 'FSIZE', 'NOFILE', 'STACK', 'NPROC', 'CORE'):
        number = getattr(resource, 'RLIMIT_' + name)
        try: resource.setrlimit(number, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)); print('raised', name)
        except (OSError, ValueError): pass
      """
    ).run()
    #expect(result.outcome == .exited(code: 0) && result.printed == "", "\(result.story)")
  }

  @Test("no memory is written through /proc, neither that of pid 1 nor its own")
  func memoryOfInit() async throws {
    let source = """
      import ctypes
      def poke(process, address):
        try:
          with open('/proc/%s/mem' % process, 'r+b', buffering=0) as memory:
            memory.seek(address); memory.write(b'new'); return 'written'
        except OSError as error: return type(error).__name__
      text = ctypes.create_string_buffer(b'old')
      print(poke('self', ctypes.addressof(text)), text.value, poke(1, 0x400000))
      """
    let result = try await HostileProgram.python(source).run()
    #expect(result.printed == "PermissionError b'old' FileNotFoundError\n", "\(result.story)")
    #expect(try await HostileProgram.python(source).runUnprotected().hasPrefix("written b'new'"))
  }
}
