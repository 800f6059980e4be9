import Foundation

/// A folder that is gone with the value that made it.
final class ScratchFolder: Sendable {
  let path: String

  init() throws {
    let url = URL(filePath: "/var/tmp").appending(path: "ocisandbox-tests-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, and makes the folders above it.
  @discardableResult
  func write(_ text: String, to name: String, mode: Int = 0o644) throws -> String {
    try write(Array(text.utf8), to: name, mode: mode)
  }

  /// Writes a file that need not be text.
  @discardableResult
  func write(_ bytes: [UInt8], to name: String, mode: Int = 0o644) throws -> String {
    let file = path + "/" + name
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    // Foundation opens it without O_CLOEXEC: a child that another test starts meanwhile would have it open for
    // as long as it lives, and a file that is open for writing cannot be executed (execve(2): ETXTBSY).
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    try handle.write(contentsOf: Data(bytes))
    try handle.close()
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    return file
  }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: path + "/" + name, withIntermediateDirectories: true)
  }

  /// Makes a symbolic link, which may lead nowhere.
  func link(_ target: String, at name: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: path + "/" + name, withDestinationPath: target)
  }

  /// The bytes of a file, or `nil` where there is none.
  func read(_ name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: path + "/" + name).map { Array($0) }
  }

  /// The command, started in this folder.
  var command: BuiltCommand { BuiltCommand(in: path) }
}
