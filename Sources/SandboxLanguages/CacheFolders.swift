internal import SandboxExecution

#if canImport(Glibc)
  import Glibc
#endif

/// Folders that are kept under a key, beneath one of the user's own: each is there whole or not at all, and
/// never changed. Nothing of it is believed that somebody else could have written.
struct CacheFolders: Sendable, Hashable {
  let root: String

  /// The path of the folder of `key`; `nil` where there is none.
  subscript(key: String) -> String? {
    let path = root + "/" + key
    var status = stat()
    guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
      status.st_uid == geteuid(), status.st_mode & 0o022 == 0
    else { return nil }
    return path
  }

  /// Whether something can be kept. The folder is made where it is not there.
  var isWritable: Bool {
    makeFolders(to: root, mode: 0o700, from: root.droppingLastPart) && access(root, W_OK) == 0
  }

  /// Keeps files, by their paths in the folder, under `key`, in place of what was there. Of many that keep
  /// the same at once one wins.
  ///
  /// - Returns: The folder's path, or `nil` where there is none in the end.
  @discardableResult
  func write(_ files: some Sequence<(key: String, value: [UInt8])>, for key: String) -> String? {
    let temporary = unusedPath
    guard isWritable, mkdir(temporary, 0o700) == 0 else { return nil }
    // Who is in the sandbox is another user.
    chmod(temporary, 0o755)
    let isWritten = files.allSatisfy { name, content in
      let path = temporary + "/" + name
      guard makeFolders(to: path.droppingLastPart, mode: 0o755, from: temporary) else {
        return false
      }
      let descriptor = Glibc.open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o644)
      guard descriptor >= 0 else { return false }
      let file = OpenFile(owning: descriptor)
      fchmod(file.descriptor, 0o644)
      return file.write(content)
    }
    if isWritten, rename(temporary, root + "/" + key) != 0 {
      remove(root + "/" + key)
      rename(temporary, root + "/" + key)
    }
    Workspace.removeFolder(temporary)
    return self[key]
  }

  /// A path for what is on its way: no entry has such a name.
  private var unusedPath: String {
    root + "/." + String(UInt64.random(in: 0 ... .max), radix: 36)
  }

  /// Removes a folder: out of sight first, so that nobody meets half of it. Who has a file of it open keeps that.
  private func remove(_ path: String) {
    let gone = unusedPath
    if rename(path, gone) == 0 { Workspace.removeFolder(gone) }
  }

  /// Notes that the folder of `key` was used.
  func touch(_ key: String) { unsafe utimensat(AT_FDCWD, root + "/" + key, nil, 0) }

  /// Removes folders until there are no more than `count`, and all files together take no more than `limit`:
  /// those first that were not used for the longest time.
  func shrink(to limit: ByteCount, count: Int) {
    var entries = names(in: root).map { name -> (path: String, used: timespec, size: Int64) in
      let path = root + "/" + name
      let files = names(in: path).map { path + "/" + $0 }
      return (path, Self.status(path)?.st_mtim ?? timespec(), files.reduce(0) { $0 + size(of: $1) })
    }
    var (total, left) = (entries.reduce(0) { $0 + $1.size }, entries.count)
    entries.sort { ($0.used.tv_sec, $0.used.tv_nsec) < ($1.used.tv_sec, $1.used.tv_nsec) }
    for entry in entries where total > limit.bytes || left > count {
      remove(entry.path)
      (total, left) = (total - entry.size, left - 1)
    }
  }

  /// Opens a file for reading; `nil` where that cannot be done.
  static func open(_ path: String) -> OpenFile? {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    return descriptor < 0 ? nil : OpenFile(owning: descriptor)
  }

  private static func status(_ path: String) -> stat? {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status : nil
  }

  private func size(of path: String) -> Int64 {
    guard let status = Self.status(path), status.st_mode & S_IFMT == S_IFREG else { return 0 }
    return Int64(status.st_size)
  }

  private func names(in folder: String) -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Makes the folders on the way from `start`, which may not be there itself, to `path`.
  private func makeFolders(to path: String, mode: mode_t, from start: String) -> Bool {
    var folder = start
    mkdir(folder, mode)
    for part in path.dropFirst(start.count).split(separator: "/") {
      folder += "/" + part
      if mkdir(folder, mode) == 0 { chmod(folder, mode) } else if errno != EEXIST { return false }
    }
    return true
  }
}

extension String {
  /// The path of the folder that a path is in.
  var droppingLastPart: String { lastIndex(of: "/").map { String(self[..<$0]) } ?? "." }
}
