#if canImport(Glibc)
  import Glibc
#endif

/// The processes of the host, as /proc shows them.
enum HostProcesses {
  /// Those that have `marker` in their arguments.
  static func with(marker: String) -> [pid_t] {
    names(in: "/proc").compactMap { pid_t($0) }.filter {
      text(of: "/proc/\($0)/cmdline").contains(marker) && $0 != getpid()
    }
  }

  /// The children of this process, of whichever thread.
  static func children() -> Set<pid_t> {
    Set(
      names(in: "/proc/self/task").flatMap { thread in
        text(of: "/proc/self/task/\(thread)/children").split(separator: " ").compactMap {
          pid_t($0)
        }
      })
  }

  /// All that came of a process, of whichever thread.
  static func descendants(of process: pid_t) -> [pid_t] {
    names(in: "/proc/\(process)/task").flatMap { thread in
      text(of: "/proc/\(process)/task/\(thread)/children").split(separator: " ").compactMap {
        pid_t($0)
      }.flatMap { [$0] + descendants(of: $0) }
    }
  }

  /// Writes to a file of /proc, and says whether that could be done.
  @discardableResult static func write(_ text: String, to path: String) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return unsafe Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count
  }

  /// Waits until `isTrue`, for at most ten seconds: for what the kernel finishes in its own time.
  static func eventually(_ isTrue: () -> Bool) async -> Bool {
    for _ in 0..<1000 {
      if isTrue() { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return isTrue()
  }

  /// The first 64 KiB of a file of /proc; empty where it cannot be read.
  static func text(of path: String) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
