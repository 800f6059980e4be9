internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Answers of toolchains, kept in a file: a line for each, its fields separated by tabs. (JSON took a tenth of the
/// start of a run.) A file that cannot be read or written is as good as none.
public struct ToolchainCache {
  struct Answer: Hashable {
    /// What the toolchain says that it is; `nil` where it does not say.
    var executable: String?
    var prefixes: [String] = []
    var version: String?
    /// The executable that is started in the end: it may be replaced beneath its shim.
    var witness: String
    var identity: String

    init(
      executable: String? = nil, prefixes: [String] = [], version: String? = nil, witness: String
    ) {
      self.executable = executable
      self.prefixes = prefixes
      self.version = version
      self.witness = witness
      identity = ToolchainCache.identity(witness)
    }

    /// Reads a line without its key.
    init?(fields: some Collection<Substring>) {
      let fields = fields.map(String.init)
      guard fields.count >= 4 else { return nil }
      (witness, identity) = (fields[0], fields[1])
      executable = fields[2].isEmpty ? nil : fields[2]
      version = fields[3].isEmpty ? nil : fields[3]
      prefixes = Array(fields[4...])
    }

    /// A line without its key.
    var fields: [String] { [witness, identity, executable ?? "", version ?? ""] + prefixes }
  }

  private let file: String?
  /// The lines by their keys. Only the one that is asked for is read.
  private let lines: [Substring: Substring]

  /// `$XDG_CACHE_HOME/ocisandbox/toolchains`, or the same in `~/.cache`; `nil` where neither is an
  /// absolute path.
  public static var standardFile: String? { HostEnvironment.cachePath("toolchains") }

  /// What was read of a file, and what that was: many runs ask in one process.
  private static let latest = Mutex<
    (file: String, identity: String, lines: [Substring: Substring])?
  >(
    nil)

  init(file: String?) {
    self.file = file
    let identity = file.map(Self.identity) ?? ""
    let known = Self.latest.withLock { latest in
      latest.flatMap { $0.file == file && $0.identity == identity ? $0.lines : nil }
    }
    if let known, !identity.isEmpty {
      lines = known
      return
    }
    let text = file.flatMap(Self.read).flatMap { String(validating: $0, as: UTF8.self) } ?? ""
    var lines: [Substring: Substring] = [:]
    for line in text.utf8.split(separator: 0x0A) {
      guard let tab = line.firstIndex(of: 0x09) else { continue }
      lines[Substring(line[..<tab])] = Substring(line[line.index(after: tab)...])
    }
    self.lines = lines
    if let file { Self.latest.withLock { $0 = (file, identity, lines) } }
  }

  subscript(key: String) -> Answer? {
    let fields = lines[key[...]]?.utf8.split(separator: 0x09, omittingEmptySubsequences: false)
    guard let answer = fields.flatMap({ Answer(fields: $0.map(Substring.init)) }),
      answer.identity == Self.identity(answer.witness)
    else { return nil }
    return answer
  }

  /// Everything that the answer depends on: the question, the file that was asked, and what a version
  /// manager chooses by. A digest of it, for the variables may hold what nobody else should read.
  static func key(
    _ executable: String, _ question: ToolchainQuestion, _ environment: HostEnvironment
  ) -> String {
    var parts = [executable, identity(executable), question.pattern] + question.arguments
    parts += environment.variables.filter { name, _ in isSelecting(name) }
      .map { "\($0.key)=\($0.value)" }.sorted()
    parts += selectingFiles(environment).map { $0 + " " + identity($0) }
    return executable + " " + SHA256.digest(fields: parts.lazy.map(\.utf8))
  }

  /// Whether version managers choose by a variable of this name. `PATH` is one, for they look there for
  /// the system's own version.
  private static func isSelecting(_ name: String) -> Bool {
    [
      "ASDF_", "CONDA_", "FNM_", "GOENV_", "LUAENV_", "MISE_", "NODENV_", "NVM_", "PLENV_",
      "PYENV_", "RBENV_", "RTX_", "RUSTUP_", "SWIFTENV_", "SWIFTLY_", "VOLTA_",
    ].contains { name.hasPrefix($0) }
      || [
        "HOME", "JAVA_HOME", "NODE_VERSION", "PATH", "PYTHONHOME", "TOOLCHAINS", "VIRTUAL_ENV",
      ].contains(name)
  }

  /// The files by which version managers choose for a program that is started in the folder `/`.
  private static func selectingFiles(_ environment: HostEnvironment) -> [String] {
    var files = [
      "/.python-version", "/.node-version", "/.nvmrc", "/.swift-version", "/.tool-versions",
      "/mise.toml", "/.mise.toml",
    ]
    guard let home = environment["HOME"] else { return files }
    let configuration = environment["XDG_CONFIG_HOME"] ?? home + "/.config"
    let data = environment["XDG_DATA_HOME"] ?? home + "/.local/share"
    let roots = [
      (environment["PYENV_ROOT"] ?? home + "/.pyenv", "version"),
      (environment["NODENV_ROOT"] ?? home + "/.nodenv", "version"),
      (environment["RBENV_ROOT"] ?? home + "/.rbenv", "version"),
      (environment["SWIFTENV_ROOT"] ?? home + "/.swiftenv", "version"),
      (environment["NVM_DIR"] ?? home + "/.nvm", "alias/default"),
      (environment["VOLTA_HOME"] ?? home + "/.volta", "tools/user/platform.json"),
      (environment["SWIFTLY_HOME_DIR"] ?? data + "/swiftly", "config.json"),
      (environment["MISE_CONFIG_DIR"] ?? configuration + "/mise", "config.toml"),
    ]
    files += roots.map { $0.0 + "/" + $0.1 }
    files += [".tool-versions", ".python-version", ".node-version", ".swift-version", ".asdfrc"]
      .map { home + "/" + $0 }
    return files
  }

  /// Writes all answers anew, by a rename, so that no reader meets half of them.
  func store(_ answer: Answer, for key: String) {
    guard let file else { return }
    // Old keys are never met again; a few dozen answers are more than a machine has toolchains.
    var all = lines.count > 64 ? [:] : lines
    // A field that would end where it should not is not kept: it is asked for again.
    if ([key] + answer.fields).allSatisfy({ !$0.utf8.contains { $0 == 0x09 || $0 == 0x0A } }) {
      all[key[...]] = answer.fields.joined(separator: "\t")[...]
    }
    let bytes = all.sorted { $0.key < $1.key }.flatMap { Array("\($0.key)\t\($0.value)\n".utf8) }
    CacheFile(path: file).write(bytes)
  }

  /// Device, inode, size and time of last change; empty where there is no such file.
  static func identity(_ path: String) -> String {
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
