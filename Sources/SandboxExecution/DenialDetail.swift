internal import CSandboxLauncher

#if canImport(Glibc)
  import Glibc
#endif

/// The key arguments of a refused call in words.
enum DenialDetail {
  static func words(_ name: String, _ denial: sandbox_denial) -> String {
    if sandbox_is_native(denial.architecture) == 0 {
      return "through a foreign architecture's entry"
    }
    if denial.number & 0x4000_0000 != 0 { return "through the x32 entry" }
    let arguments = denial.arguments
    let (first, second, third) = (arguments.0, arguments.1, arguments.2)
    switch name {
    case "socket", "socketpair": return "\(family(first)), \(type(second))"
    case "ioctl": return "request 0x" + String(second, radix: 16)
    case "fcntl":
      let command = second & 0xffff_ffff
      return command == 1024 ? "F_SETLEASE" : command == 1026 ? "F_NOTIFY" : "command \(command)"
    case "clone", "unshare": return flags(first, of: cloneFlags)
    case "setns": return flags(second, of: cloneFlags)
    case "ptrace": return ptraceRequests[first] ?? "request 0x" + String(first, radix: 16)
    case "connect", "bind", "sendto": return address(text(denial)) ?? ""
    case "open", "openat":
      let mode = name == "open" ? second : third
      return joined(path(denial), openFlags(mode))
    case "kill", "prlimit64", "tgkill", "tkill", "rt_sigqueueinfo":
      return "process \(Int32(truncatingIfNeeded: first))"
    default: return path(denial) ?? ""
    }
  }

  private static func joined(_ parts: String?...) -> String {
    parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// What the worker read of the program's memory.
  private static func text(_ denial: sandbox_denial) -> [UInt8] {
    unsafe withUnsafeBytes(of: denial.text) { bytes in
      unsafe Array(bytes.prefix(Int(denial.text_length)))
    }
  }

  /// What the worker reads of a path.
  static let mostPathBytes = MemoryLayout.size(ofValue: sandbox_denial().text) - 1

  private static func path(_ denial: sandbox_denial) -> String? {
    let bytes = text(denial)
    return bytes.isEmpty ? nil : quoted(bytes)
  }

  /// A path in quotes, control characters escaped: the program chose it.
  static func quoted(_ bytes: [UInt8]) -> String {
    let shown = String(decoding: bytes, as: UTF8.self).unicodeScalars.map { scalar -> String in
      switch scalar {
      case "\"", "\\": return "\\\(scalar)"
      default:
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator:
          return "\\u{\(String(scalar.value, radix: 16))}"
        default: return String(scalar)
        }
      }
    }
    let isCut = bytes.count >= mostPathBytes
    return "\"\(shown.joined())\(isCut ? "..." : "")\""
  }

  // MARK: Addresses

  /// A `struct sockaddr`: `AF_INET 10.0.0.1:80`, `AF_UNIX "/run/x"`.
  static func address(_ bytes: [UInt8]) -> String? {
    guard bytes.count >= 2 else { return nil }
    let number = UInt64(bytes[0]) | UInt64(bytes[1]) << 8
    let name = family(number)
    let rest = bytes.dropFirst(2)
    switch Int32(number) {
    case AF_INET where bytes.count >= 8:
      return "\(name) " + bytes[4..<8].map { "\($0)" }.joined(separator: ".") + ":\(port(bytes))"
    case AF_INET6 where bytes.count >= 24:
      return "\(name) [\(ipv6(Array(bytes[8..<24])))]:\(port(bytes))"
    case AF_UNIX:
      let isAbstract = rest.first == 0
      let path = isAbstract ? rest.dropFirst() : rest.prefix { $0 != 0 }
      let shown = path.map { byte -> String in
        (0x20..<0x7f).contains(byte) && byte != 0x22
          ? String(UnicodeScalar(byte)) : "\\x" + String(byte, radix: 16)
      }
      return "\(name) \"\(isAbstract ? "@" : "")\(shown.joined())\""
    default: return name
    }
  }

  /// The path of an address of a path socket (unix(7)).
  static func socketPath(_ bytes: [UInt8]) -> String? {
    guard bytes.count > 2, UInt16(bytes[0]) | UInt16(bytes[1]) << 8 == UInt16(AF_UNIX),
      bytes[2] != 0
    else {
      return nil
    }
    return String(decoding: bytes.dropFirst(2).prefix { $0 != 0 }, as: UTF8.self)
  }

  /// An address in words that one machine has, where it is another than this one: in a network of its own a run
  /// has no route to it.
  static func addressBeyondLoopback(_ bytes: [UInt8]) -> String? {
    guard bytes.count >= 8 else { return nil }
    switch Int32(UInt16(bytes[0]) | UInt16(bytes[1]) << 8) {
    case AF_INET where ![0, 127].contains(bytes[4]) && bytes[4] < 224: return address(bytes)
    case AF_INET6 where bytes.count >= 24:
      let host = bytes[8..<24]
      let isMapped = host.starts(with: Array(repeating: 0, count: 10) + [0xff, 0xff])
      // :: and ::1; addresses of many, and of a link, have another answer.
      let isOwn = host.dropLast().allSatisfy { $0 == 0 } && bytes[23] <= 1
      return isOwn || isMapped || bytes[8] >= 0xfe ? nil : address(bytes)
    default: return nil
    }
  }

  private static func port(_ bytes: [UInt8]) -> Int { Int(bytes[2]) << 8 | Int(bytes[3]) }

  /// As inet_ntop(3) writes it.
  private static func ipv6(_ bytes: [UInt8]) -> String {
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard unsafe inet_ntop(AF_INET6, bytes, &buffer, socklen_t(buffer.count)) != nil else {
      return ""
    }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  // MARK: Numbers

  /// address_families(7).
  private static func family(_ number: UInt64) -> String {
    let names: [UInt64: String] = [
      0: "AF_UNSPEC", 1: "AF_UNIX", 2: "AF_INET", 10: "AF_INET6", 16: "AF_NETLINK",
      17: "AF_PACKET", 30: "AF_TIPC", 31: "AF_BLUETOOTH", 38: "AF_ALG", 40: "AF_VSOCK",
      44: "AF_XDP",
    ]
    return names[number & 0xffff_ffff] ?? "family \(number)"
  }

  /// socket(2): the lower four bits; above them are flags.
  private static func type(_ number: UInt64) -> String {
    let names: [UInt64: String] = [
      1: "SOCK_STREAM", 2: "SOCK_DGRAM", 3: "SOCK_RAW", 5: "SOCK_SEQPACKET",
    ]
    return names[number & 0xf] ?? "type \(number)"
  }

  /// clone(2).
  private static let cloneFlags: [(String, UInt64)] = [
    ("CLONE_NEWTIME", 0x80), ("CLONE_VM", 0x100), ("CLONE_FS", 0x200), ("CLONE_FILES", 0x400),
    ("CLONE_VFORK", 0x4000), ("CLONE_THREAD", 0x10000), ("CLONE_NEWNS", 0x2_0000),
    ("CLONE_NEWCGROUP", 0x0200_0000), ("CLONE_NEWUTS", 0x0400_0000),
    ("CLONE_NEWIPC", 0x0800_0000), ("CLONE_NEWUSER", 0x1000_0000), ("CLONE_NEWPID", 0x2000_0000),
    ("CLONE_NEWNET", 0x4000_0000),
  ]

  private static func flags(_ number: UInt64, of names: [(String, UInt64)]) -> String {
    let known = names.filter { number & $0.1 != 0 }.map(\.0)
    return known.isEmpty ? "flags 0x" + String(number, radix: 16) : known.joined(separator: " | ")
  }

  /// open(2).
  static func openFlags(_ number: UInt64) -> String {
    let access = ["O_RDONLY", "O_WRONLY", "O_RDWR", "O_RDWR"][Int(number & 3)]
    let more = [("O_CREAT", UInt64(0o100)), ("O_TRUNC", 0o1000), ("O_APPEND", 0o2000)]
      .filter { number & $0.1 != 0 }.map(\.0)
    return ([access] + more).joined(separator: " | ")
  }

  /// ptrace(2).
  private static let ptraceRequests: [UInt64: String] = [
    0: "PTRACE_TRACEME", 1: "PTRACE_PEEKTEXT", 2: "PTRACE_PEEKDATA", 4: "PTRACE_POKETEXT",
    5: "PTRACE_POKEDATA", 7: "PTRACE_CONT", 16: "PTRACE_ATTACH", 0x4206: "PTRACE_SEIZE",
  ]
}
