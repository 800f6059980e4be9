internal import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#endif

/// Answers of toolchains, kept in a file. A file that cannot be read or written is as good as none.
public struct ToolchainCache {
  struct Answer: Codable, Hashable {
    var executable: String
    var prefixes: [String]
    /// Of the executable that was answered: it may be replaced beneath its shim.
    var identity: String

    init(executable: String, prefixes: [String]) {
      self.executable = executable
      self.prefixes = prefixes
      identity = ToolchainCache.identity(executable)
    }
  }

  private let file: String?
  private let answers: [String: Answer]

  /// `$XDG_CACHE_HOME/ocisandbox/toolchains.json`, or the same in `~/.cache`.
  public static var standardFile: String? {
    let base =
      ToolchainLocator.environment("XDG_CACHE_HOME")
      ?? ToolchainLocator.environment("HOME").map { $0 + "/.cache" }
    return base.map { $0 + "/ocisandbox/toolchains.json" }
  }

  init(file: String?) {
    self.file = file
    answers =
      file.flatMap(Self.read).flatMap {
        try? JSONDecoder().decode([String: Answer].self, from: Data($0))
      } ?? [:]
  }

  subscript(key: String) -> Answer? {
    guard let answer = answers[key], answer.identity == Self.identity(answer.executable) else {
      return nil
    }
    return answer
  }

  /// Everything that the answer depends on: the question, the file that was asked, and what a version
  /// manager chooses by.
  static func key(_ executable: String, _ question: ToolchainQuestion) -> String {
    var parts = [executable, identity(executable), question.pattern] + question.arguments
    for name in [
      "PYENV_VERSION", "PYENV_ROOT", "VIRTUAL_ENV", "NVM_BIN", "NODE_VERSION", "ASDF_DIR",
      "ASDF_DATA_DIR", "ASDF_PYTHON_VERSION", "ASDF_NODEJS_VERSION", "MISE_DATA_DIR", "SWIFTLY_HOME_DIR",
      "TOOLCHAINS", "CONDA_PREFIX",
    ] {
      parts.append(ToolchainLocator.environment(name) ?? "")
    }
    if let home = ToolchainLocator.environment("HOME") {
      let root = ToolchainLocator.environment("PYENV_ROOT") ?? home + "/.pyenv"
      for path in [
        root + "/version", home + "/.tool-versions", home + "/.config/mise/config.toml",
        home + "/.local/share/swiftly/config.json", "/.python-version", "/.tool-versions",
        "/.swift-version", "/.nvmrc",
      ] {
        parts.append(identity(path))
      }
    }
    return parts.joined(separator: "\n")
  }

  /// Writes all answers anew, by a rename, so that no reader meets half of them.
  func store(_ answer: Answer, for key: String) {
    guard let file, let data = try? JSONEncoder().encode(trimmed.merging([key: answer]) { $1 }) else {
      return
    }
    // `~/.cache/ocisandbox`: a home that is not there is not made.
    let parts = file.split(separator: "/").dropLast()
    for count in [parts.count - 1, parts.count] where count > 0 {
      mkdir("/" + parts.prefix(count).joined(separator: "/"), 0o700)
    }
    let temporary = file + ".\(getpid())"
    let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return }
    let bytes = Array(data)
    let written = unsafe write(descriptor, bytes, bytes.count)
    close(descriptor)
    if written != bytes.count || rename(temporary, file) != 0 { unlink(temporary) }
  }

  // Old keys are never met again; a few dozen answers are more than a machine has toolchains.
  private var trimmed: [String: Answer] { answers.count > 64 ? [:] : answers }

  /// Device, inode, size and time of last change; empty where there is no such file.
  private static func identity(_ path: String) -> String {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return "" }
    return
      "\(status.st_dev):\(status.st_ino):\(status.st_size):\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
  }

  /// The file's bytes, if it is the caller's own and of a sane size.
  private static func read(_ file: String) -> [UInt8]? {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_uid == geteuid(),
      status.st_mode & 0o022 == 0, status.st_size < 1 << 20
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
    return count == bytes.count ? bytes : nil
  }
}
