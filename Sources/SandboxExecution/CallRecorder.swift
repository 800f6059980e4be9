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
    /// The path that it names, where it names one; at most 119 bytes.
    package let path: String?
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
          path: at == end || isAddress ? nil : String(decoding: bytes[at..<end], as: UTF8.self)))
      at = end
    }
    return calls
  }
}
