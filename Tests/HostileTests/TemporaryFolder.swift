import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A folder of the host that a test may fill, removed with the last reference. It is under `/var/tmp`,
/// for a policy cannot show what is in `/tmp`, which the sandbox has of its own.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/var/tmp/hostile-tests-XXXXXX\0".utf8CString)
    let made = unsafe mkdtemp(&template)
    try #require(unsafe made != nil, "cannot make a folder in /var/tmp: errno \(errno)")
    path = String(decoding: template.dropLast(2).map(UInt8.init(bitPattern:)), as: UTF8.self)
    chmod(path, 0o755)
  }

  deinit {
    for name in names(in: path) { unlink(path + "/" + name) }
    rmdir(path)
  }

  /// Writes a file and returns its path.
  func write(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o644) throws -> String {
    let file = path + "/" + name
    let descriptor = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, mode)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    try #require(unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    fchmod(descriptor, mode)
    return file
  }
}

/// The names in a folder, without `.` and `..`; none where it cannot be read.
func names(in folder: String) -> [String] {
  guard let stream = unsafe opendir(folder) else { return [] }
  defer { unsafe closedir(stream) }
  var names: [String] = []
  while let entry = unsafe readdir(stream) {
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
      unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names
}
