internal import SandboxExecution
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Finds toolchains on the host, past the shims of version managers.
///
/// What is found on `PATH` may be a script that chooses (pyenv, nvm, asdf, swiftly). So the toolchain
/// itself is asked where it is, from the folder `/`, in which no file near the code under test is obeyed.
/// The answer is kept in `$XDG_CACHE_HOME/ocisandbox/toolchains`.
public struct ToolchainLocator: Sendable {
  /// The folders in which executables are looked for, in order.
  public var searchPath: [String]
  /// Where answers are kept; `nil` means nowhere.
  public var cacheFile: String?
  let environment: HostEnvironment
  private let recent = Recent()

  /// Creates a locator.
  ///
  /// - Parameters:
  ///   - searchPath: The folders in which executables are looked for; by default those of `PATH`.
  ///   - cacheFile: Where answers are kept; `nil` means nowhere.
  ///   - environment: The variables that toolchains are asked with; by default the caller's.
  public init(
    searchPath: [String]? = nil, cacheFile: String? = ToolchainCache.standardFile,
    environment: [String: String]? = nil
  ) {
    self.environment = environment.map(HostEnvironment.init(variables:)) ?? .current
    // An empty entry means the current folder, in which the code under test may have written.
    self.searchPath =
      searchPath
      ?? (self.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
      .map(String.init).filter { $0.hasPrefix("/") }
    self.cacheFile = cacheFile
  }

  /// Finds the toolchain that `definition` describes. What was found is looked at again after a second.
  ///
  /// - Throws: ``ToolchainError`` where none of its executables is on the search path, or the one that
  ///   is does not say where it is.
  @concurrent
  public func locate(
    _ definition: ToolchainDefinition
  ) async throws(ToolchainError) -> Toolchain {
    let subject = Recent.Subject(
      definition: definition, searchPath: searchPath, cacheFile: cacheFile)
    if let known = recent[subject] { return known }
    let toolchain = try await look(for: definition)
    recent[subject] = toolchain
    return toolchain
  }

  private func look(
    for definition: ToolchainDefinition
  ) async throws(ToolchainError) -> Toolchain {
    guard let found = find(definition.executables) else {
      throw ToolchainError(executables: definition.executables)
    }
    let exposure = ToolchainExposure(homes: environment.homes)
    let place: ToolchainExposure.Place
    if let question = definition.locate {
      let key = ToolchainCache.key(found, question, environment)
      let cache = ToolchainCache(file: cacheFile)
      if let known = cache[key] {
        place = exposure.place(of: found, answered: known.executable, prefixes: known.prefixes)
      } else {
        let (executable, prefixes) = try await ask(
          found, question, key: key, from: definition.executables)
        place = exposure.place(of: found, answered: executable, prefixes: prefixes)
        cache.store(
          ToolchainCache.Answer(
            executable: executable, prefixes: prefixes, witness: place.executable), for: key)
      }
    } else {
      place = exposure.place(of: found)
    }
    return Toolchain(
      executable: place.executable, paths: place.paths,
      inquiry: definition.version.map {
        Toolchain.Inquiry(question: $0, cacheFile: cacheFile, environment: environment)
      })
  }

  /// What the toolchain says that it is, and the folders that it needs.
  ///
  /// No answer is an error, not a guess, and is not kept: a shim whose version is not installed yet
  /// answers better the next time.
  private func ask(
    _ found: String, _ question: ToolchainQuestion, key: String, from names: [String]
  ) async throws(ToolchainError) -> (executable: String?, prefixes: [String]) {
    // Of many runs that start at once only one asks: a shim takes longer than a run, and many at once
    // take each other's time until none answers in time.
    let environment = environment
    let question = Self.asking.withLock { asking in
      if let asked = asking[key] { return asked }
      let asked = Task { await question.ask(found, with: environment) }
      asking[key] = asked
      return asked
    }
    let groups = await question.value
    Self.asking.withLock { _ = $0.removeValue(forKey: key) }
    var seen: Set<String> = []
    let prefixes = (groups["prefix"] ?? []).filter { seen.insert($0).inserted }
    let executable = groups["executable"]?.last
    guard executable != nil || !prefixes.isEmpty,
      executable.map({ $0.hasPrefix("/") && access($0, X_OK) == 0 }) ?? true
    else { throw ToolchainError(executables: names, silent: found) }
    return (executable, prefixes)
  }

  private static let asking = Mutex<[String: Task<[String: [String]], Never>]>([:])

  private func find(_ names: [String]) -> String? {
    for name in names {
      let paths = name.hasPrefix("/") ? [name] : searchPath.map { $0 + "/" + name }
      for path in paths {
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
}

/// What a locator has found in the last second: many short runs follow each other in that, and looking takes
/// seventy system calls.
private final class Recent: Sendable {
  struct Subject: Hashable {
    let definition: ToolchainDefinition
    let searchPath: [String]
    let cacheFile: String?
  }

  private static let lifetime = Duration.seconds(1)
  private let found = Mutex<[Subject: (toolchain: Toolchain, when: ContinuousClock.Instant)]>([:])

  subscript(subject: Subject) -> Toolchain? {
    get {
      found.withLock { $0[subject] }
        .flatMap { .now - $0.when < Self.lifetime ? $0.toolchain : nil }
    }
    set { found.withLock { $0[subject] = newValue.map { ($0, .now) } } }
  }
}
