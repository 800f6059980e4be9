internal import CSandboxLauncher
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// What a program asked of the kernel, call by call. For writing policies: what is read of the program's
/// memory may have been changed by it meanwhile.
package final class CallRecorder: Sendable {
  /// One call that was let through.
  package struct Call: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// Its first three arguments.
    package let arguments: [UInt64]
    /// The path that it names, where it names one; at most 119 bytes. One that does not begin at the root, or has
    /// `..` in it, is the one that it leads to, where that could be told.
    package let path: String?
    /// The address that it names, as a `struct sockaddr`, where it names one.
    package let address: [UInt8]?
  }

  private let file = Mutex<OpenFile?>(nil)

  /// Creates a recorder.
  package init() {}

  /// An empty file for the next run.
  func start() throws(SandboxError) -> OpenFile {
    let descriptor = sandbox_memory_file()
    guard descriptor >= 0 else { throw .stepFailed(.spawn, errorNumber: -descriptor) }
    let opened = OpenFile(owning: descriptor)
    file.withLock { $0 = opened }
    return opened
  }

  /// The calls of the latest run, in their order, the start of the program among them.
  package var calls: [Call] {
    guard let bytes = file.withLock({ $0 })?.contents(limit: ByteCount(mebibytes: 64)) else {
      return []
    }
    let size = MemoryLayout<sandbox_record>.stride
    var names: [Int32: String] = [:]
    var calls: [Call] = []
    var at = 0
    while at + size <= bytes.count {
      let record = unsafe bytes.withUnsafeBytes {
        unsafe $0.loadUnaligned(fromByteOffset: at, as: sandbox_record.self)
      }
      at += size
      let end = at + Int(record.text_length)
      guard end <= bytes.count else { break }
      let name = names[record.number] ?? SystemCallRules.name(of: record.number)
      names[record.number] = name
      let isAddress = ["connect", "bind", "sendto"].contains(name)
      calls.append(
        Call(
          name: name,
          arguments: [record.arguments.0, record.arguments.1, record.arguments.2],
          path: at == end || isAddress ? nil : String(decoding: bytes[at..<end], as: UTF8.self),
          address: at < end && isAddress ? Array(bytes[at..<end]) : nil))
      at = end
    }
    return calls
  }
}

extension CallRecorder {
  /// What the view, and a network of its own, refused of what the latest run did, by the policy alone, for the kernel's answers are not noted.
  ///
  /// What a runtime looks for before the program begins is left out where a driver marks that; and what the loader does.
  ///
  /// - Parameters:
  ///   - view: What the run saw.
  ///   - network: The network that it had.
  ///   - kind: What refuses a path: `view`, or `landlock` where there is none.
  /// - Returns: Each refusal once, with how often; at most 32.
  package func refusals(
    by view: MountView, network: NetworkAccess = .none, kind: String
  ) -> [Denial] {
    let calls = calls
    // A driver empties its report right before it starts the program.
    let begin = calls.lastIndex {
      $0.name == "ftruncate" && $0.arguments[0] == UInt64(sandbox_report_descriptor)
    }
    var found: [Denial] = []
    func add(_ denial: Denial) {
      if let known = found.firstIndex(where: {
        $0.name == denial.name && $0.detail == denial.detail && $0.action == denial.action
      }) {
        found[known].count += 1
      } else if found.count < sandbox_most_denials {
        found.append(denial)
      }
    }
    for call in calls[(begin ?? calls.startIndex)...] {
      if network == .loopback, let address = call.address,
        let words = DenialDetail.addressBeyondLoopback(address)
      {
        add(
          Denial(
            kind: "network", name: call.name, detail: words, count: 1,
            action: Denial.action(errno: ENETUNREACH)))
      }
      guard let path = call.path ?? call.address.flatMap(DenialDetail.socketPath),
        path != "/etc/ld.so.preload",
        let refusal = view.refusal(of: path, isWriting: call.isWriting)
      else { continue }
      let answer = kind == "view" ? refusal.errno : EACCES
      var detail = Denial.quoted(path)
      if call.name == "open" || call.name == "openat" {
        detail += ", " + DenialDetail.openFlags(call.arguments[call.name == "open" ? 1 : 2])
      }
      add(
        Denial(
          kind: kind, name: call.name, detail: detail, count: 1,
          action: answer.map(Denial.action) ?? "errno"))
    }
    return found
  }
}

extension CallRecorder.Call {
  private static let changing: Set<String> = [
    "chmod", "chown", "creat", "fchmodat", "fchownat", "lchown", "link", "linkat", "mkdir",
    "mkdirat", "mknod", "mknodat", "rename", "renameat", "renameat2", "rmdir", "symlink",
    "symlinkat", "truncate", "unlink", "unlinkat", "utime", "utimensat", "utimes",
  ]

  /// Whether it would change something at its path.
  fileprivate var isWriting: Bool {
    // open(2): O_WRONLY, O_RDWR, O_CREAT, O_TRUNC.
    let flags: UInt64 = 0o1103
    return switch name {
    case "open": arguments[1] & flags != 0
    case "openat": arguments[2] & flags != 0
    default: Self.changing.contains(name)
    }
  }
}
