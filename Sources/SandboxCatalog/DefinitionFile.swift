#if canImport(Glibc)
  import Glibc
#endif

/// Reads files that decide what a sandbox allows: only such as nobody else can have written.
enum DefinitionFile {
  /// The most that a definition may have.
  static let largestSize = 1 << 20

  /// The text of a file.
  ///
  /// - Throws: ``CatalogError`` where it cannot be read, or others can write it.
  static func text(at path: String) throws(CatalogError) -> String {
    // O_NONBLOCK: a FIFO must not hold the caller.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw CatalogError(at: path, "cannot be read: \(lastError())") }
    defer { close(descriptor) }
    // The open file is examined, not its name: what was examined is what is read.
    try requireTrusted(descriptor, path, isFolder: false)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw CatalogError(at: path, "cannot be read: \(lastError())") }
      if count == 0 { break }
      bytes.append(contentsOf: buffer[..<count])
      guard bytes.count <= largestSize else {
        throw CatalogError(at: path, "is larger than a definition may be (1 MiB)")
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CatalogError(at: path, "is not UTF-8 text")
    }
    return text
  }

  /// Whether there is anything of that name.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// The names in a folder that may be definitions, in order.
  ///
  /// - Throws: ``CatalogError`` where it cannot be read.
  static func names(in folder: String) throws(CatalogError) -> [String] {
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
    guard descriptor >= 0 else { throw CatalogError(at: folder, "cannot be read: \(lastError())") }
    guard let stream = fdopendir(descriptor) else {
      close(descriptor)
      throw CatalogError(at: folder, "cannot be read: \(lastError())")
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if identifier(ofFile: name) != nil { names.append(name) }
    }
    // `lua.yaml` comes before `lua.yml`.
    return names.sorted()
  }

  /// The id that a file defines: its name without `.yaml` or `.yml`; `nil` for other files.
  static func identifier(ofFile name: String) -> String? {
    guard !name.hasPrefix(".") else { return nil }
    for suffix in [".yaml", ".yml"] where name.hasSuffix(suffix) {
      return String(name.dropLast(suffix.count))
    }
    return nil
  }

  /// What makes a folder untrusted, if anything does: others could put definitions there.
  static func problem(ofFolder folder: String) -> CatalogError? {
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
    guard descriptor >= 0 else {
      return CatalogError(at: folder, "cannot be read: \(lastError())")
    }
    defer { close(descriptor) }
    do throws(CatalogError) {
      try requireTrusted(descriptor, folder, isFolder: true)
      return nil
    } catch {
      return error
    }
  }

  private static func requireTrusted(
    _ descriptor: Int32, _ path: String, isFolder: Bool
  ) throws(CatalogError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw CatalogError(at: path, "cannot be read: \(lastError())")
    }
    guard status.st_mode & S_IFMT == (isFolder ? S_IFDIR : S_IFREG) else {
      throw CatalogError(at: path, "is not a file")
    }
    let caller = geteuid()
    guard status.st_uid == 0 || status.st_uid == caller else {
      throw CatalogError(
        at: path, "belongs to user \(status.st_uid), so it is not trusted",
        hint: "it must belong to you (user \(caller)) or to root")
    }
    guard status.st_mode & 0o022 == 0 else {
      let mode = String(status.st_mode & 0o7777, radix: 8)
      throw CatalogError(
        at: path, "can be written by others (mode 0\(mode)), so it is not trusted",
        hint: "chmod go-w '\(path)'")
    }
  }

  private static func lastError() -> String { String(cString: strerror(errno)) }
}

extension CatalogError {
  /// An error of a whole file or folder.
  init(at file: String, _ message: String, hint: String? = nil) {
    self.init(problems: [Problem(file: file, message: message, hint: hint)])
  }
}
