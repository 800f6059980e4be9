import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite("A host that forbids user namespaces", .timeLimit(.minutes(15)))
struct ContainerProfile {
  @Test("by a container's filter is told so, with the fix, and nothing runs")
  func filter() async throws {
    // As Docker's default profile: unshare, mount and clone with namespace flags answer EPERM.
    let numbers = try ["unshare", "mount", "setns", "pivot_root", "open_tree"].map {
      try number(of: $0)
    }
    let printed = try await HostileProgram.python(
      """
      import ctypes, os, struct, subprocess
      libc = ctypes.CDLL(None, use_errno=True)
      calls = \(numbers)
      code = [(0x20, 0, 0, 0)]
      for place, call in enumerate(calls): code.append((0x15, len(calls) - place, 0, call))
      code += [(0x06, 0, 0, 0x7fff0000), (0x06, 0, 0, 0x00050001)]
      raw = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *line) for line in code))
      class Program(ctypes.Structure): _fields_ = [('length', ctypes.c_ushort), ('code', ctypes.c_void_p)]
      program = Program(len(code), ctypes.addressof(raw))
      assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, ctypes.byref(program), 0, 0) == 0
      open('/tmp/hostile-profile.py', 'w').write("print('it ran')")
      for options in [], ['--allow-degraded']:
        done = subprocess.run(['\(try Self.command())', 'run', '/tmp/hostile-profile.py'] + options, capture_output=True, text=True, env={'PATH': '/usr/bin:/bin', 'HOME': '/nonexistent'})
        print(done.returncode, done.stdout, done.stderr)
      os.unlink('/tmp/hostile-profile.py')
      """
    ).runUnprotected()
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

  private static func command() throws -> String {
    let path = try HostWithoutNamespaces.ownPath()
    return String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.endIndex)) + "/ocisandbox"
  }
}
