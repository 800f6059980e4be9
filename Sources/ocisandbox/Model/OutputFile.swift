import OCISandbox

#if canImport(Glibc)
  import Glibc
#endif

/// A file that is written at the end, and opened at the start, so that one that cannot be written is told
/// before the work is done. What was in it stays until then.
struct OutputFile: Sendable {
  private let path: String
  private let file: OpenFile

  init(_ path: String) throws {
    let descriptor = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure(path) }
    self.path = path
    file = OpenFile(owning: descriptor)
  }

  /// Writes `text` in place of what was there.
  func write(_ text: String) throws {
    // A pipe or a terminal has no length.
    _ = ftruncate(file.descriptor, 0)
    guard file.write(text.utf8) else { throw Self.failure(path) }
  }

  /// To be called right after what failed.
  private static func failure(_ path: String) -> Failure {
    Failure(
      "cannot write \(path.quoted): \(String(cString: strerror(errno)))",
      status: Failure.cannotCreate)
  }
}
