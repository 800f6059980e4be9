#if canImport(Glibc)
  import Glibc
#endif

/// Decides under which name a toolchain is started, and which host paths become readable for it.
///
/// A prefix that is shared with other things is not shown as a whole: `/`, a folder that is or holds the
/// home folder, the home's own shared folders (`~/.local`, `~/.config`, ...), and the system's (`/etc`,
/// `/opt`, ...). Of such a prefix only `lib`, `lib64`, `libexec` and `include` are shown.
struct ToolchainExposure {
  /// How a toolchain appears in the sandbox.
  struct Place: Hashable {
    var executable: String
    var paths: [String]
  }

  private let homes: [String]

  init(homes: [String]) {
    self.homes = homes.compactMap(realPath).filter { $0 != "/" }
  }

  /// Decides it for one toolchain.
  ///
  /// - Parameters:
  ///   - found: The path on the search path.
  ///   - answered: What the toolchain says that it is.
  ///   - prefixes: The folders that it says it needs; `nil` where it was not asked, and the folder above
  ///     its `bin`, or the one that it is in, is taken.
  /// - Returns: Its name and the paths, neither of which is checked to exist.
  func place(of found: String, answered: String? = nil, prefixes: [String]? = nil) -> Place {
    let real = realPath(answered ?? found) ?? found
    var shown: [String] = []
    for prefix in prefixes ?? [Self.prefix(of: real)] where prefix.hasPrefix("/") {
      for path in visible(prefix) where !shown.contains(path) { shown.append(path) }
    }
    let executable = answered ?? Self.past(found, prefixes ?? [], shown)
    for path in [executable, realPath(executable) ?? executable]
    where !Self.isReadable(path, shown) { shown.append(path) }
    return Place(executable: executable, paths: Self.outermost(shown))
  }

  /// What of a prefix may be shown: under its own name, and where a link leads to it under its real one.
  private func visible(_ prefix: String) -> [String] {
    guard let real = realPath(prefix) else { return [] }
    if isShared(real) {
      let base = real == "/" ? "" : real
      return ["lib", "lib64", "libexec", "include"].map { base + "/" + $0 }
        .filter { path in realPath(path).map { !isShared($0) } ?? false }
    }
    let hasDots = prefix.split(separator: "/").contains { $0 == "." || $0 == ".." }
    let plain = "/" + prefix.split(separator: "/").joined(separator: "/")
    return hasDots || plain == real ? [real] : [plain, real]
  }

  /// Whether others than the toolchain have their files there.
  private func isShared(_ real: String) -> Bool {
    let system = [
      "/", "/boot", "/dev", "/etc", "/home", "/media", "/mnt", "/opt", "/proc", "/root", "/run",
      "/srv", "/sys", "/tmp", "/var", "/var/lib", "/var/tmp",
    ]
    return system.contains(real)
      || homes.contains { home in
        home == real || home.hasPrefix(real + "/")
          || ["bin", ".local", ".local/bin", ".local/share", ".config", ".cache"]
            .contains { real == home + "/" + $0 }
      }
  }

  /// The folder above `bin`, or the one that the executable is in.
  private static func prefix(of executable: String) -> String {
    let folder = parent(of: executable)
    return name(of: folder) == "bin" ? parent(of: folder) : folder
  }

  /// The name under which the toolchain is started where it does not say: the first from which all links
  /// lead through places that can be read. Not its real path, for some programs do what their name says
  /// (swiftc, ccache, busybox); but past `/etc/alternatives`, and past a shim to the toolchain's own.
  private static func past(_ found: String, _ prefixes: [String], _ shown: [String]) -> String {
    let hops = links(from: found)
    if let real = realPath(found), !prefixes.isEmpty,
      !prefixes.contains(where: { isWithin(real, realPath($0) ?? $0) })
    {
      let candidates = prefixes.map { "\($0)/bin/\(name(of: found))" }
      if let own = candidates.first(where: { access($0, X_OK) == 0 }) { return own }
    }
    let readable = hops.reversed().prefix { isReadable($0, shown) }
    return readable.last ?? hops.last ?? found
  }

  /// A path and what it links to, step by step, each without links in its folders.
  private static func links(from path: String) -> [String] {
    var hops: [String] = []
    var next = path
    // The kernel follows 40.
    while hops.count < 40 {
      guard let folder = realPath(parent(of: next)) else { break }
      let hop = (folder == "/" ? "" : folder) + "/" + name(of: next)
      hops.append(hop)
      guard let target = linkTarget(hop) else { break }
      next = target.hasPrefix("/") ? target : folder + "/" + target
    }
    return hops
  }

  private static func isReadable(_ path: String, _ shown: [String]) -> Bool {
    (shown + ["/usr", "/lib", "/lib64", "/bin"]).contains { isWithin(path, $0) }
  }

  private static func isWithin(_ path: String, _ folder: String) -> Bool {
    path == folder || path.hasPrefix(folder == "/" ? folder : folder + "/")
  }

  /// Without those that lie in another one.
  private static func outermost(_ paths: [String]) -> [String] {
    paths.filter { path in !paths.contains { $0 != path && isWithin(path, $0) } }
  }

  private static func parent(of path: String) -> String {
    let parts = path.split(separator: "/")
    return "/" + parts.dropLast().joined(separator: "/")
  }

  private static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? ""
  }
}

/// The path without links, `.` and `..`; `nil` where there is nothing.
func realPath(_ path: String) -> String? {
  guard let real = unsafe realpath(path, nil) else { return nil }
  defer { unsafe free(real) }
  return unsafe String(cString: real)
}

private func linkTarget(_ path: String) -> String? {
  var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
  let count = unsafe readlink(path, &buffer, buffer.count)
  guard count > 0, count < buffer.count else { return nil }
  return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
