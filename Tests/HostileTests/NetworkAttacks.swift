import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A listening socket of the host's, closed with the last reference.
final class HostListener: Sendable {
  private let descriptor: Int32
  /// The port on 127.0.0.1; 0 for an abstract socket.
  let port: UInt16

  /// Listens on a free port of 127.0.0.1.
  static func loopback() throws -> HostListener {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = unsafe withUnsafeMutablePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, length) | listen(descriptor, 8)
          | getsockname(descriptor, $0, &length)
      }
    }
    try #require(status == 0)
    return HostListener(descriptor, port: UInt16(bigEndian: address.sin_port))
  }

  /// Listens on an abstract socket (unix(7)).
  static func abstract(name: String) throws -> HostListener {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) {
      unsafe $0.copyBytes(from: [0] + Array(name.utf8))
    }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + 1 + name.utf8.count)
    let status = unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, length) | listen(descriptor, 8)
      }
    }
    try #require(status == 0)
    return HostListener(descriptor, port: 0)
  }

  private init(_ descriptor: Int32, port: UInt16) {
    self.descriptor = descriptor
    self.port = port
  }

  deinit { close(descriptor) }
}

@Suite("Attacks over the network", .serialized, .timeLimit(.minutes(15)))
struct NetworkAttacks {
  @Test(
    "a listener on the host's loopback is out of reach", arguments: [NetworkAccess.none, .loopback])
  func loopback(access: NetworkAccess) async throws {
    let listener = try HostListener.loopback()
    let program = HostileProgram.python(
      "import socket; socket.create_connection(('127.0.0.1', \(listener.port)), 5); print('connected')"
    )
    let result = try await program.run(under: Policy(network: access))
    #expect(result.outcome == .exited(code: 1), "\(result.story)")
    #expect(result.printed == "")
    let expected = Denial(
      kind: "syscall", name: "socket", detail: "AF_INET, SOCK_STREAM", count: 1,
      action: "errno(EPERM)")
    #expect(result.denied == (access == .none ? [expected] : []))
    // The listener is there, for a policy that gives the host's network.
    let reached = try await program.run(under: Policy(network: .host))
    #expect(reached.printed == "connected\n", "\(reached.story)")
    #expect(reached.denied == [])
  }

  @Test("a run with a loopback of its own reaches itself")
  func ownLoopback() async throws {
    let result = try await HostileProgram.python(
      """
      import socket
      listener = socket.create_server(('127.0.0.1', 0))
      socket.create_connection(listener.getsockname(), 5)
      print(listener.accept()[1][0])
      """
    ).run(under: Policy(network: .loopback))
    #expect(result.printed == "127.0.0.1\n", "\(result.story)")
  }

  @Test(
    "an abstract socket of the host is out of reach", arguments: [NetworkAccess.none, .loopback])
  func abstractSocket(access: NetworkAccess) async throws {
    let name = "hostile-\(UInt32.random(in: 0 ... .max))"
    let listener = try HostListener.abstract(name: name)
    let program = HostileProgram.python(
      "import socket; socket.socket(socket.AF_UNIX).connect('\\0\(name)'); print('connected')")
    let result = try await program.run(under: Policy(network: access))
    #expect(result.outcome == .exited(code: 1), "\(result.story)")
    #expect(result.standardError.text.contains("ConnectionRefusedError"))
    #expect(try await program.runUnprotected() == "connected\n")
    // In the host's own network namespace Landlock still keeps it away, from ABI 6 on.
    let host = try await program.run(under: Policy(network: .host))
    let isScoped = host.enforcement.landlockABI >= 6
    #expect(host.printed == (isScoped ? "" : "connected\n"), "\(host.story)")
    withExtendedLifetime(listener) {}
  }

  @Test(
    "no family but AF_UNIX has a socket",
    arguments: [
      "AF_INET, SOCK_STREAM", "AF_INET, SOCK_DGRAM", "AF_INET, SOCK_RAW", "AF_INET6, SOCK_STREAM",
      "AF_INET6, SOCK_DGRAM", "AF_NETLINK, SOCK_RAW", "AF_NETLINK, SOCK_DGRAM",
      "AF_PACKET, SOCK_RAW",
      "AF_VSOCK, SOCK_STREAM", "AF_ALG, SOCK_SEQPACKET",
    ])
  func families(family: String) async throws {
    let arguments = family.split(separator: ", ").map { "socket.\($0)" }.joined(separator: ", ")
    let result = try await HostileProgram.python(
      """
      import socket
      try: socket.socket(\(arguments)); print('made')
      except OSError as error: print(error.errno)
      """
    ).run()
    #expect(result.printed == "\(EPERM)\n", "\(result.story)")
    #expect(result.denied.map(\.detail) == [family])
  }

  @Test("set upper bits of the family are no way around the filter")
  func upperBits() async throws {
    let result = try await HostileProgram.python(
      """
      import ctypes, socket
      libc = ctypes.CDLL(None, use_errno=True)
      number = \(try number(of: "socket"))
      for family in (2, 2 | 1 << 32, 16 | 1 << 63):
        print(libc.syscall(ctypes.c_long(number), ctypes.c_ulong(family), ctypes.c_ulong(2), 0), ctypes.get_errno())
      # The kernel reads 32 bits: this is AF_UNIX, and passes.
      print(libc.syscall(ctypes.c_long(number), ctypes.c_ulong(1 | 1 << 32), ctypes.c_ulong(2), 0) >= 0)
      """
    ).run()
    #expect(
      result.printed == String(repeating: "-1 \(EPERM)\n", count: 3) + "True\n", "\(result.story)")
  }

  @Test("names are not resolved, and that is said by the resolver, not by a wait")
  func names() async throws {
    let result = try await HostileProgram.python(
      """
      import socket
      try: socket.getaddrinfo('example.com', 80); print('resolved')
      except OSError: print('not resolved')
      """
    ).run(limits: Limits(wallTime: .seconds(5)))
    #expect(result.printed == "not resolved\n", "\(result.story)")
  }
}
