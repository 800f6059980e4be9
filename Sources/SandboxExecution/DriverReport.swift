internal import CSandboxLauncher

#if canImport(Glibc)
  import Glibc
#endif

/// What a driver, the code that a language's plugin starts in front of the program, reported of it.
///
/// It has a descriptor for that, number 5, where it finds 32 characters and a line end, which it takes
/// away before it starts the program. A record is one line: these characters, a blank, and JSON. So what
/// the program writes there, or prints anywhere, without having looked for them in its own process'
/// memory, is no record.
public struct DriverReport: Sendable, Hashable {
  /// The JSON of each record, in their order.
  public var records: [String]
  /// What stands there beside records, such as what a handler of fatal signals wrote: words of the
  /// program's own process, which anyone in it can have written.
  public var text: String

  /// Creates a report.
  public init(records: [String] = [], text: String = "") {
    self.records = records
    self.text = text
  }
}

/// The file that a driver reports to, and what its records start with.
struct ReportFile: Sendable {
  /// The most that is read of it.
  private static let limit = 1 << 20

  /// The file.
  let file: OpenFile
  private let key: String

  /// Creates an empty file for one run.
  init() throws(SandboxError) {
    var generator = SystemRandomNumberGenerator()
    let random = [generator.next(), generator.next()].map { (number: UInt64) in
      let digits = String(number, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
    key = random.joined()
    let descriptor = sandbox_memory_file()
    guard descriptor >= 0 else { throw .stepFailed(.spawn, errorNumber: -descriptor) }
    file = OpenFile(owning: descriptor)
    let text = Array((key + "\n").utf8)
    let written = unsafe text.withUnsafeBytes {
      unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0)
    }
    guard written == text.count else { throw .stepFailed(.spawn, errorNumber: errno) }
  }

  /// What is in it after the run.
  func read() -> DriverReport {
    var report = DriverReport()
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.limit) { buffer, count in
      count = max(0, unsafe pread(file.descriptor, buffer.baseAddress, buffer.count, 0))
    }
    // A program that failed without a word left it as it was, or as the driver did.
    guard bytes.count > key.utf8.count + 1 else { return report }
    let prefix = Array((key + " ").utf8)
    var text: [UInt8] = []
    for line in bytes.dropFirst(prefix.count).split(separator: 0x0A) {
      if line.starts(with: prefix) {
        report.records.append(String(decoding: line.dropFirst(prefix.count), as: UTF8.self))
      } else {
        text += line + [0x0A]
      }
    }
    report.text = String(decoding: text, as: UTF8.self)
    return report
  }
}
