import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite("Attacks on the host's files", .serialized, .timeLimit(.minutes(15)))
struct FileAttacks {
  /// Ways to the file `canary`. Each prints its content, or fails.
  static let ways: [String: String] = [
    "by its path": "print(open(canary).read())",
    "by a link": "import os; os.symlink(canary, 'link'); print(open('link').read())",
    "upwards": "print(open('../' * 40 + canary).read())",
    "through /proc/self/root": "print(open('/proc/self/root' + canary).read())",
    "through /proc/1/root": "print(open('/proc/1/root' + canary).read())",
    "through the parent's root":
      "import os; print(open('/proc/%d/root%s' % (os.getppid(), canary)).read())",
    "by a child": "import os; os.execv('/bin/cat', ['cat', canary])",
    "as a program": "import os; os.execv(canary, ['x'])",
    "by its folder": """
    import os
    fd = os.open(os.path.dirname(canary), os.O_PATH)
    print(open(os.open('canary', os.O_RDONLY, dir_fd=fd)).read())
    """,
    "as a hard link": "import os; os.link(canary, 'own'); print(open('own').read())",
  ]

  @Test("a file of the host is out of reach", arguments: ways.keys.sorted())
  func read(way: String) async throws {
    let folder = try TemporaryFolder()
    let canary = try folder.write("canary", Array("#!/bin/echo secret-canary".utf8), mode: 0o755)
    let program = HostileProgram.python("canary = '\(canary)'\n" + (try #require(Self.ways[way])))
    let result = try await program.run()
    #expect(!result.printed.contains("secret-canary"), "\(result.story)")
    #expect(result.outcome == .exited(code: 1), "\(result.story)")
    // It is there to be read, by a policy that shows it; but no policy lets a link to it be made, and
    // pid 1 is closed.
    var policy = Policy()
    policy.fileSystem.read.append(folder.path)
    let shown = try await program.run(under: policy)
    let isClosedAnyway =
      way.contains("/proc/1") || way.contains("parent") || way == "as a hard link"
    #expect(shown.printed.contains("secret-canary") == !isClosedAnyway, "\(shown.story)")
    if way.contains("parent") {
      #expect(try await program.runUnprotected().contains("secret-canary"))
    }
  }

  @Test(
    "nothing of the host's own is in view",
    arguments: [
      "/etc/shadow", "/etc/hostname", "/etc/ssh", "/root", "/home", "/var", "/run", "/sys", "/boot",
      "/dev/mem", "/dev/kmsg", "/dev/ptmx", "/dev/fuse", "/dev/tty", "/proc/kcore",
      "/proc/kallsyms",
      "/proc/sys", "/proc/sysrq-trigger", "/proc/keys", "/proc/mounts/../../etc/shadow", "/old",
      "/proc/self/map_files/../../../root", "/.dockerenv",
    ])
  func view(path: String) async throws {
    let program = HostileProgram.python(
      """
      import os
      try:
        os.stat('\(path)')
        (os.listdir if os.path.isdir('\(path)') else open)('\(path)')
        print('found')
      except OSError: print('nothing')
      """)
    #expect(try await program.run().printed == "nothing\n")
    // The probe finds what is there.
    let control = HostileProgram.python(
      "import os; os.stat('/usr'); print('found' if os.listdir('/usr') else 'nothing')")
    #expect(try await control.run().printed == "found\n")
  }

  @Test("the home of who runs the tests is out of reach")
  func home() async throws {
    let record = try #require(unsafe getpwuid(geteuid()))
    let home = unsafe String(cString: record.pointee.pw_dir)
    let program = HostileProgram.python(
      "import os; print(os.path.exists('\(home)'), os.path.expanduser('~') == '\(home)')")
    #expect(try await program.run().printed == "False False\n")
  }

  @Test(
    "nothing outside of the workspace can be written",
    arguments: [
      "/", "/usr", "/usr/bin", "/dev", "/etc", "/proc", "/proc/self", "/box", "/lib", "/..",
    ])
  func write(folder: String) async throws {
    let program = HostileProgram.python(
      """
      import os, sys
      for place in ['\(folder)', '/tmp', '/workspace', '/dev/shm']:
        try: open(place + '/planted', 'w').close(); print(place)
        except OSError: pass
      """)
    #expect(try await program.run().printed == "/tmp\n/workspace\n/dev/shm\n")
  }

  @Test("a file in view cannot be changed in any way")
  func change() async throws {
    let folder = try TemporaryFolder()
    // Of the program's own user on the host, and open to all: only the mount and Landlock protect it.
    let canary = try folder.write("canary", Array("before".utf8), mode: 0o666)
    chmod(folder.path, 0o777)
    let source = """
      import os
      canary = '\(canary)'
      for act in (
          lambda: open(canary, 'w').write('changed'), lambda: open(canary, 'r+').write('changed'),
          lambda: os.truncate(canary, 0), lambda: os.unlink(canary), lambda: os.rename(canary, canary + '2'),
          lambda: os.link(canary, canary + '3'), lambda: os.chmod(canary, 0o777),
          lambda: os.utime(canary, (1, 1)), lambda: os.setxattr(canary, 'user.x', b'x'),
          lambda: open('/proc/self/fd/%d' % os.open(canary, os.O_RDONLY), 'w').write('changed')):
        try: act(); print('worked')
        except OSError: pass
      """
    var policy = Policy()
    policy.fileSystem.read.append(folder.path)
    let result = try await HostileProgram.python(source).run(under: policy)
    #expect(result.printed == "" && result.outcome == .exited(code: 0), "\(result.story)")
    // Without the sandbox the first of them works already.
    #expect(try await HostileProgram.python(source).runUnprotected().contains("worked"))
  }

  // A device is the host's own where it cannot be made anew, as by an ordinary user.
  @Test("a device's times and mode are not changed")
  func devices() async throws {
    let source = """
      import os
      for name in ('null', 'zero', 'full', 'random', 'urandom'):
        for act in (lambda: os.utime('/dev/' + name), lambda: os.chmod('/dev/' + name, 0o666)):
          try: act(); print('worked', name)
          except OSError: pass
      print(os.write(os.open('/dev/null', os.O_WRONLY), b'x'), os.read(os.open('/dev/zero', os.O_RDWR), 1))
      """
    let result = try await HostileProgram.python(source).run()
    #expect(result.printed == "1 b'\\x00'\n", "\(result.story)")
    // It writes into that, too, and its mode stays what it is everywhere.
    #expect(try await HostileProgram.python(source).runUnprotected().contains("worked null"))
  }

  @Test("the root cannot be left by chroot, fchdir, pivot_root or a descriptor kept open")
  func root() async throws {
    let source = """
      import os
      os.mkdir('jail')
      outside = os.open('.', os.O_RDONLY)
      os.chroot('jail')
      os.fchdir(outside)
      for _ in range(40): os.chdir('..')
      os.chroot('.')
      print('left')
      """
    let result = try await HostileProgram.python(source).run()
    #expect(result.outcome == .exited(code: 1), "\(result.story)")
    #expect(result.deniedNames == ["chroot"], "\(result.story)")
    // Where the call is allowed, the missing capability refuses it.
    let policy = Policy(systemCalls: SystemCallRules(allow: ["@default", "chroot"], refuse: []))
    let allowed = try await HostileProgram.python(source).run(under: policy)
    #expect(allowed.outcome == .exited(code: 1) && allowed.denied.isEmpty, "\(allowed.story)")
    #expect(allowed.standardError.text.contains("PermissionError"))
  }
}
