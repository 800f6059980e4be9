internal import SandboxExecution

#if canImport(Glibc)
  import Glibc
#endif

/// A socket of the host's that a probe tries to reach. Closed with the last reference.
final class HostListener: Sendable {
  /// The port on 127.0.0.1; 0 for a socket of another family.
  let port: UInt16
  /// The path of a path socket.
  let path: String?
  private let descriptor: Int32

  /// Listens on a port of 127.0.0.1, a free one by default.
  init?(type: Int32, port: UInt16 = 0) {
    path = nil
    descriptor = socket(AF_INET, type | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        guard bind(descriptor, address, length) == 0 else { return Int32(-1) }
        if type == Int32(SOCK_STREAM.rawValue), listen(descriptor, 64) != 0 { return -1 }
        return getsockname(descriptor, address, &length)
      }
    }
    self.port = UInt16(bigEndian: address.sin_port)
    if status != 0 { return nil }
  }

  /// Listens on an abstract socket (unix(7)).
  init?(abstract name: String) {
    port = 0
    path = nil
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: [0] + Array(name.utf8)) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + 1 + name.utf8.count)
    let descriptor = descriptor
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 ? listen(descriptor, 64) : -1
      }
    }
    if status != 0 { return nil }
  }

  /// Listens on a path socket in a folder of its own (unix(7)), whose path is in `path`.
  init?(inFolderOf type: Int32) {
    port = 0
    var template = Array("/var/tmp/ocisandbox-probe-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { return nil }
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    chmod(folder, 0o755)
    let path = folder + "/socket"
    self.path = path
    descriptor = socket(AF_UNIX, type | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let descriptor = descriptor
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        guard bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 else {
          return Int32(-1)
        }
        return type == Int32(SOCK_STREAM.rawValue) ? listen(descriptor, 64) : 0
      }
    }
    // Any user may connect to it: the sandbox is what has to refuse.
    chmod(path, 0o777)
    if status != 0 { return nil }
  }

  /// Whether a datagram has come.
  var hasReceived: Bool {
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT)) > 0
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    guard let path else { return }
    unlink(path)
    rmdir(String(path.dropLast("/socket".count)))
  }
}
