internal import CSandboxLauncher

#if canImport(Glibc)
  import Glibc
#endif

/// Something that the policy refused.
public struct Denial: Sendable, Hashable, Codable {
  /// What kind of thing was refused: `syscall`.
  public var kind: String
  /// The call's name.
  public var name: String
  /// Its key arguments in words, such as `AF_INET, SOCK_STREAM`.
  public var detail: String
  /// How often.
  public var count: Int
  /// What the program saw: `errno(EPERM)`, `errno(ENOSYS)` or `kill`.
  public var action: String

  /// Creates a denial.
  public init(kind: String, name: String, detail: String, count: Int, action: String) {
    self.kind = kind
    self.name = name
    self.detail = detail
    self.count = count
    self.action = action
  }
}

extension Denial {
  /// What the worker noted, in the order of the first time.
  static func list(_ report: sandbox_report) -> [Denial] {
    var noted = report.denied
    return unsafe withUnsafeBytes(of: &noted) { bytes in
      let denials = unsafe bytes.bindMemory(to: sandbox_denial.self)
      return (0..<min(Int(report.denials), denials.count)).map { unsafe Denial(denials[$0]) }
    }
  }

  private init(_ denial: sandbox_denial) {
    kind = "syscall"
    name = unsafe String(unsafeUninitializedCapacity: 64) { buffer in
      unsafe buffer.withMemoryRebound(to: CChar.self) { buffer in
        guard let base = buffer.baseAddress else { return 0 }
        unsafe sandbox_system_call_name(denial.number, denial.architecture, base, buffer.count)
        return unsafe strlen(base)
      }
    }
    detail = Self.detail(name, denial)
    count = Int(denial.count)
    switch denial.error_number {
    case 0: action = "kill"
    case EPERM: action = "errno(EPERM)"
    case ENOSYS: action = "errno(ENOSYS)"
    default: action = "errno(\(denial.error_number))"
    }
  }

  private static func detail(_ name: String, _ denial: sandbox_denial) -> String {
    if sandbox_is_native(denial.architecture) == 0 {
      return "through a foreign architecture's entry"
    }
    if denial.number & 0x4000_0000 != 0 { return "through the x32 entry" }
    let (first, second) = (denial.arguments.0, denial.arguments.1)
    switch name {
    case "socket": return "\(family(first)), \(type(second))"
    case "ioctl": return "request 0x" + String(second, radix: 16)
    case "clone", "unshare": return "flags 0x" + String(first, radix: 16)
    default: return ""
    }
  }

  /// address_families(7).
  private static func family(_ number: UInt64) -> String {
    let names: [UInt64: String] = [
      1: "AF_UNIX", 2: "AF_INET", 10: "AF_INET6", 16: "AF_NETLINK", 17: "AF_PACKET", 38: "AF_ALG",
      40: "AF_VSOCK", 44: "AF_XDP",
    ]
    return names[number] ?? "family \(number)"
  }

  /// socket(2): the lower four bits; above them are flags.
  private static func type(_ number: UInt64) -> String {
    let names: [UInt64: String] = [
      1: "SOCK_STREAM", 2: "SOCK_DGRAM", 3: "SOCK_RAW", 5: "SOCK_SEQPACKET",
    ]
    return names[number & 0xf] ?? "type \(number)"
  }
}
