internal import CSandboxLauncher

#if canImport(Glibc)
  import Glibc
#endif

/// What a driver, the code that a language's plugin starts in front of the program, reported of it.
///
/// A driver finds the report as its descriptor 5: a file that holds 32 characters and a line end. It keeps
/// them to itself and empties the file before it starts the program. A record is a line of these
/// characters, a blank, and JSON: so what the program writes there is no record, unless it has searched
/// its own process' memory for them.
public struct DriverReport: Sendable, Hashable {
  /// The JSON of each record, in their order.
  public var records: [String]
  /// What stands there beside records, such as the stack that a runtime's own handler of fatal signals
  /// wrote. After a time limit, only what was written since the program was told to stop.
  public var text: String
  /// Whether the driver took the characters away: from then on, what it does not report did not happen,
  /// whatever the program printed.
  public var isTaken: Bool

  /// Creates a report.
  public init(records: [String] = [], text: String = "", isTaken: Bool = false) {
    self.records = records
    self.text = text
    self.isTaken = isTaken
  }
}

/// The file that a driver reports to, and what its records start with.
struct ReportFile: Sendable {
  /// The most that is read of it.
  private static let limit = 1 << 20

  /// The file.
  let file: OpenFile
  private let key: [UInt8]

  /// Creates the file for one run.
  init() throws(SandboxError) {
    var key = [CChar](repeating: 0, count: Int(sandbox_report_key_size))
    let descriptor = unsafe sandbox_report_file(&key)
    guard descriptor >= 0 else { throw .stepFailed(.spawn, errorNumber: -descriptor) }
    self.init(OpenFile(owning: descriptor), key: key.map(UInt8.init))
  }

  /// One that was made already.
  init(_ file: OpenFile, key: [UInt8]) {
    self.file = file
    self.key = key
  }

  /// What is in it after the run.
  ///
  /// - Parameters:
  ///   - start: Where text starts that counts.
  ///   - hasDriver: Whether anything was there to take the characters away.
  /// - Returns: The records, and the rest.
  func read(textFrom start: Int, hasDriver: Bool) -> DriverReport {
    let size = min(Self.limit, max(0, Int(lseek(file.descriptor, 0, SEEK_END))))
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = max(0, unsafe pread(file.descriptor, buffer.baseAddress, buffer.count, 0))
    }
    var report = DriverReport(isTaken: hasDriver && !bytes.starts(with: key + [0x0A]))
    var text: [UInt8] = []
    var offset = 0
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      if line.count > key.count, line.starts(with: key), line[line.startIndex + key.count] == 0x20 {
        report.records.append(
          String(decoding: line.dropFirst(key.count + 1), as: UTF8.self))
      } else if offset >= start, !line.elementsEqual(key) {
        text += line + [0x0A]
      }
      offset += line.count + 1
    }
    report.text = String(decoding: text.dropLast(), as: UTF8.self)
    return report
  }
}
