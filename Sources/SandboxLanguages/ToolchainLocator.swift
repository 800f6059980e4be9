internal import SandboxExecution

#if canImport(Glibc)
  import Glibc
#endif

/// Finds toolchains on the host, past the shims of version managers.
///
/// What is found on `PATH` may be a script that chooses (pyenv, nvm, asdf, swiftly). So the toolchain
/// itself is asked where it is, from the folder `/`, in which no file near the code under test is obeyed.
/// The answer is kept in `$XDG_CACHE_HOME/ocisandbox/toolchains.json`.
public struct ToolchainLocator: Sendable {
  /// The folders in which executables are looked for, in order.
  public var searchPath: [String]
  /// Where answers are kept; `nil` means nowhere.
  public var cacheFile: String?

  /// Creates a locator; by default with the caller's `PATH` and cache folder.
  public init(searchPath: [String]? = nil, cacheFile: String? = ToolchainCache.standardFile) {
    // An empty entry means the current folder, in which the code under test may have written.
    self.searchPath =
      searchPath
      ?? (Self.environment("PATH") ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
      .map(String.init).filter { $0.hasPrefix("/") }
    self.cacheFile = cacheFile
  }

  /// Finds the toolchain that `definition` describes.
  ///
  /// - Throws: ``ToolchainError`` where none of its executables is on the search path.
  @concurrent
  public func locate(
    _ definition: ToolchainDefinition
  ) async throws(ToolchainError) -> Toolchain {
    guard let found = find(definition.executables) else {
      throw ToolchainError(executables: definition.executables)
    }
    guard let question = definition.locate else {
      let real = Self.realPath(found) ?? found
      return Toolchain(
        executable: real, paths: exposable([], executable: real), version: definition.version)
    }
    let cache = ToolchainCache(file: cacheFile)
    let key = ToolchainCache.key(found, question)
    let answer: ToolchainCache.Answer
    if let known = cache[key] {
      answer = known
    } else {
      let groups = await question.ask(found)
      let prefixes = groups["prefix"] ?? []
      answer = ToolchainCache.Answer(
        executable: groups["executable"]?.last ?? Self.past(found, prefixes), prefixes: prefixes)
      cache.store(answer, for: key)
    }
    return Toolchain(
      executable: answer.executable,
      paths: exposable(answer.prefixes, executable: answer.executable),
      version: definition.version)
  }

  /// The program of the same name in the toolchain, where the one that was found is a shim outside of it.
  private static func past(_ found: String, _ prefixes: [String]) -> String {
    guard let real = realPath(found), let name = found.split(separator: "/").last,
      !prefixes.contains(where: { real.hasPrefix($0 + "/") })
    else { return found }
    return prefixes.map { "\($0)/bin/\(name)" }.first { access($0, X_OK) == 0 } ?? found
  }

  private func find(_ names: [String]) -> String? {
    for name in names {
      for folder in searchPath {
        let path = folder + "/" + name
        var status = stat()
        if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
          access(path, X_OK) == 0
        {
          return path
        }
      }
    }
    return nil
  }

  /// The prefixes that may be shown, and the executable where none of them holds it. One that is or
  /// holds the home folder is never shown: what is in there is the user's, not the toolchain's.
  private func exposable(_ prefixes: [String], executable: String) -> [String] {
    let home = Self.environment("HOME").flatMap(Self.realPath)
    var shown: [String] = []
    for prefix in prefixes where prefix.hasPrefix("/") {
      guard let real = Self.realPath(prefix), real != "/" else { continue }
      if let home, home != "/", real == home || home.hasPrefix(real + "/") { continue }
      for path in [Self.withoutDots(prefix), real] where !shown.contains(path) { shown.append(path) }
    }
    for path in [executable, Self.realPath(executable) ?? executable]
    where !shown.contains(where: { path.hasPrefix($0 + "/") || path == $0 }) {
      shown.append(path)
    }
    return shown
  }

  private static func withoutDots(_ path: String) -> String {
    path.split(separator: "/").contains { $0 == "." || $0 == ".." } ? realPath(path) ?? path : path
  }

  static func realPath(_ path: String) -> String? {
    guard let real = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }

  static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}
