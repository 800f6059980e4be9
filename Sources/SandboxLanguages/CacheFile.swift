internal import SandboxExecution

#if canImport(Glibc)
  import Glibc
#endif

/// A file of the user's own in a cache. One that cannot be written is as good as none.
package struct CacheFile {
  let path: String

  /// That of this path beneath the user's cache of this tool; `nil` where there is none.
  package init?(inUserCache name: String) {
    guard let path = HostEnvironment.cachePath(name) else { return nil }
    self.init(path: path)
  }

  init(path: String) { self.path = path }

  /// Writes it anew, by a rename, so that no reader meets half of it.
  package func write(_ bytes: [UInt8]) {
    // `~/.cache/ocisandbox`: a home that is not there is not made.
    let parts = path.split(separator: "/").dropLast()
    for count in [parts.count - 1, parts.count] where count > 0 {
      mkdir("/" + parts.prefix(count).joined(separator: "/"), 0o700)
    }
    let temporary = path + ".\(getpid())"
    let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return }
    let isWritten = OpenFile(owning: descriptor).write(bytes)
    if !isWritten || rename(temporary, path) != 0 { unlink(temporary) }
  }
}
