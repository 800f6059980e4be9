import Foundation

/// A folder that is gone with the last reference to it.
final class TemporaryFolder: Sendable {
  let path: String

  init(in parent: String? = nil) throws {
    let parent = parent.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
    let url = parent.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.resolvingSymlinksInPath().path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, makes the folders above it, and returns its path.
  @discardableResult
  func write(_ text: String, to name: String, mode: Int = 0o644) throws -> String {
    let file = URL(filePath: path).appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
    if mode & 0o111 != 0 { Self.awaitNoWriter(of: file.path) }
    return file.path
  }

  /// Waits until a file that was just written can be started: a child that another test starts may hold
  /// the writer's descriptor until its exec, and the kernel starts no file that is open for writing. Nor
  /// does it grant a lease on one (fcntl(2)), which is how to find out.
  private static func awaitNoWriter(of path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    let setLease: Int32 = 1024  // F_SETLEASE, which Glibc's module leaves out
    for _ in 0..<1000 {
      if fcntl(descriptor, setLease, Int32(F_RDLCK)) == 0 { return }
      usleep(2_000)
    }
  }

  /// Makes a link, and the folders above it, and returns its path.
  @discardableResult
  func link(_ name: String, to target: String) throws -> String {
    let file = URL(filePath: path).appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: target)
    return file.path
  }

  func read(_ name: String) throws -> String {
    try String(contentsOf: URL(filePath: path).appending(path: name), encoding: .utf8)
  }
}
