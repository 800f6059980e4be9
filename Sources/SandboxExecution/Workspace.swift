internal import CSandboxLauncher

#if canImport(Glibc)
  import Glibc
#endif

/// An open descriptor, closed when the last reference goes.
public final class OpenFile: Sendable {
  package let descriptor: Int32

  /// Takes over `descriptor`, which may move: 0 to 2 stay free, for in a process that has closed its
  /// standard streams whatever gets one of these numbers takes what is printed.
  package init(owning descriptor: Int32) {
    guard (0...2).contains(descriptor) else {
      self.descriptor = descriptor
      return
    }
    self.descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    close(descriptor)
  }

  deinit { close(descriptor) }

  /// A file without a name that holds `content`, to be read from its start.
  package convenience init(holding content: [UInt8]) throws(SandboxError) {
    let descriptor =
      content.isEmpty ? unsafe open("/dev/null", O_RDONLY | O_CLOEXEC) : sandbox_memory_file()
    guard descriptor >= 0 else { throw .stepFailed(.spawn, errorNumber: max(errno, -descriptor)) }
    self.init(owning: descriptor)
    guard write(content), content.isEmpty || lseek(self.descriptor, 0, SEEK_SET) == 0 else {
      throw .stepFailed(.spawn, errorNumber: errno)
    }
  }

  /// A pipe.
  package static func pipe() throws(SandboxError) -> (reading: OpenFile, writing: OpenFile) {
    var ends: [Int32] = [-1, -1]
    let status = unsafe sandbox_pipe(&ends)
    guard status == 0 else { throw .stepFailed(.spawn, errorNumber: -status) }
    return (OpenFile(owning: ends[0]), OpenFile(owning: ends[1]))
  }

  /// Writes all of `bytes`; returns false, with `errno` set, where that fails.
  package func write(_ bytes: some Collection<UInt8>) -> Bool {
    let result = bytes.withContiguousStorageIfAvailable { buffer -> Bool in
      var rest = unsafe buffer[...]
      while !rest.isEmpty {
        let part = unsafe UnsafeBufferPointer(rebasing: rest)
        let count = unsafe Glibc.write(descriptor, part.baseAddress, part.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return false }
        unsafe rest = rest.dropFirst(count)
      }
      return true
    }
    return result ?? write(Array(bytes))
  }

  /// Its size in bytes; `nil` where that cannot be told.
  package var size: Int64? {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? Int64(status.st_size) : nil
  }

  /// Reads it from its start, or returns `nil` where it holds more than `limit` or cannot be read.
  public func contents(limit: ByteCount) -> [UInt8]? {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_size <= limit.bytes else { return nil }
    let size = Int(status.st_size)
    return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let rest = unsafe UnsafeMutableRawBufferPointer(buffer)[count...]
        let part = unsafe UnsafeMutableRawBufferPointer(rebasing: rest)
        let read = unsafe pread(descriptor, part.baseAddress, part.count, off_t(count))
        if read < 0 && errno == EINTR { continue }
        if read <= 0 { break }
        count += read
      }
    }
  }
}

/// What a finished run left in its workspace.
///
/// The program is dead, but it chose every name in here. So nothing is opened by its path on the host:
/// all goes through openat2(2) beneath the workspace's own descriptor, follows no link, crosses no
/// mount, and yields regular files only. The memory is given back when the last reference goes.
public final class Workspace: Sendable {
  /// A regular file in a workspace.
  public struct Entry: Sendable, Hashable {
    /// Relative to the workspace.
    public let path: String
    /// Its size.
    public let size: ByteCount
  }

  private let root: OpenFile
  private let folder: String?

  /// Takes over the folder that `root` is open on, and where there is no mount namespace the `folder` of
  /// the host that is removed in the end.
  package init(root: OpenFile, removing folder: String?) {
    self.root = root
    self.folder = folder
  }

  deinit {
    if let folder { Self.removeFolder(folder) }
  }

  /// Removes a folder of the host with all that is in it, and follows no link in it.
  package static func removeFolder(_ path: String) { unsafe sandbox_remove_folder(path) }

  /// Opens the regular file at `path`, or returns `nil` where there is none that may be opened.
  public func file(at path: String) -> OpenFile? {
    let descriptor = unsafe sandbox_open_beneath(root.descriptor, path, 0)
    return descriptor < 0 ? nil : OpenFile(owning: descriptor)
  }

  /// Reads the regular file at `path`, or returns `nil` where there is none, or it holds more than `limit`.
  public func contents(of path: String, limit: ByteCount) -> [UInt8]? {
    file(at: path)?.contents(limit: limit)
  }

  /// The regular files, sorted by path; at most `limit`, at most 64 folders deep.
  public func entries(limit: Int = 10_000) -> [Entry] {
    var entries: [Entry] = []
    list("", depth: 0, limit: limit, into: &entries)
    return entries.sorted { $0.path < $1.path }
  }

  private func list(_ folder: String, depth: Int, limit: Int, into entries: inout [Entry]) {
    let descriptor = unsafe sandbox_open_beneath(root.descriptor, folder.isEmpty ? "." : folder, 1)
    guard depth < 64, descriptor >= 0, let stream = unsafe fdopendir(descriptor) else {
      if descriptor >= 0 { close(descriptor) }
      return
    }
    defer { unsafe closedir(stream) }
    while entries.count < limit, let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let name, name != ".", name != ".." else { continue }
      let path = folder.isEmpty ? name : folder + "/" + name
      var status = stat()
      guard unsafe fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: list(path, depth: depth + 1, limit: limit, into: &entries)
      case S_IFREG:
        entries.append(Entry(path: path, size: ByteCount(bytes: Int64(status.st_size))))
      default: break
      }
    }
  }
}
