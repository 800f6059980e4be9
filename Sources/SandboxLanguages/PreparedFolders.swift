internal import SandboxExecution
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Folders that were made once with a toolchain: `$XDG_CACHE_HOME/ocisandbox/prepared/KEY`.
///
/// What is in them comes out of the sandbox, from a run in which there was no program yet. The key is a
/// digest of all that they depend on, so that none is ever changed.
struct PreparedFolders: Sendable {
  private let root: String

  init(root: String) { self.root = root }

  /// The folder of `key`; `nil` where there is none yet, or somebody else could have changed it.
  subscript(key: String) -> String? {
    let path = root + "/" + key
    var status = stat()
    guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
      status.st_uid == geteuid(), status.st_mode & 0o022 == 0
    else { return nil }
    return path
  }

  /// Keeps the folder `folder` of a workspace under `key`, and returns where; `nil` where it is empty or
  /// cannot be written. Of many that keep the same at once one wins, and all of it is there or nothing.
  func keep(_ folder: String, of workspace: Workspace, for key: String) -> String? {
    let entries = workspace.entries().filter { $0.path.hasPrefix(folder + "/") }
    let temporary = root + "/.\(key).\(getpid())"
    guard !entries.isEmpty,
      makeFolders(to: temporary, mode: 0o700, from: root.droppingLastPart)
    else { return nil }
    // Who is in the sandbox is another user.
    chmod(temporary, 0o755)
    let isWritten = entries.allSatisfy { entry in
      let path = temporary + entry.path.dropFirst(folder.count)
      guard let content = workspace.contents(of: entry.path, limit: entry.size),
        makeFolders(to: path.droppingLastPart, mode: 0o755, from: temporary)
      else { return false }
      let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o644)
      guard descriptor >= 0 else { return false }
      let file = OpenFile(owning: descriptor)
      fchmod(file.descriptor, 0o644)
      return file.write(content)
    }
    if isWritten, rename(temporary, root + "/" + key) == 0 { return self[key] }
    Workspace.removeFolder(temporary)
    return self[key]
  }

  /// Makes the folders on the way from `start`, which may not be there itself, to `path`.
  private func makeFolders(to path: String, mode: mode_t, from start: String) -> Bool {
    let rest = path.dropFirst(start.count).split(separator: "/")
    var folder = start
    mkdir(folder, mode)
    for part in rest {
      folder += "/" + part
      if mkdir(folder, mode) == 0 { chmod(folder, mode) } else if errno != EEXIST { return false }
    }
    return true
  }
}

extension String {
  /// The path of the folder that a path is in.
  fileprivate var droppingLastPart: String { lastIndex(of: "/").map { String(self[..<$0]) } ?? "." }
}

extension ProgramRunner {
  /// The toolchain of `language`, with the folder that was made with it, where there is one already.
  func toolchain(of language: any LanguagePlugin) async throws -> Toolchain {
    var toolchain = try await locator.locate(language.toolchain)
    if let preparation = language.toolchain.preparation {
      toolchain.prepared = locator.preparedFolders?[preparation.key(of: toolchain)]
    }
    return toolchain
  }

  /// The toolchain of `language`, with the folder that is made with it once, where it has one.
  ///
  /// A folder that cannot be made is none, and is not tried again by this process.
  func preparedToolchain(
    of language: any LanguagePlugin, _ stagePolicy: (String) throws -> Policy, else policy: Policy
  ) async throws -> Toolchain {
    var toolchain = try await toolchain(of: language)
    guard toolchain.prepared == nil, let preparation = language.toolchain.preparation,
      let folders = locator.preparedFolders
    else { return toolchain }
    let stage = preparation.plan(with: toolchain)
    let key = preparation.key(of: toolchain)
    let own = try stage.resolve(stagePolicy, else: policy)
    var command = Command(
      executable: stage.executable, arguments: stage.arguments, environment: stage.environment,
      toolchainPaths: toolchain.paths, keepsWorkspace: true)
    command.drivers = stage.drivers
    let (executor, request) = (executor, command)
    let making = Self.making.withLock { making in
      if let known = making[key] { return known }
      let task = Task { () -> String? in
        let result = try? await executor.run(request, under: own)
        guard let result, result.outcome == .exited(code: 0), let made = result.workspace else {
          return nil
        }
        return folders.keep(preparation.folder, of: made, for: key)
      }
      making[key] = task
      return task
    }
    toolchain.prepared = await making.value
    return toolchain
  }

  private static let making = Mutex<[String: Task<String?, Never>]>([:])
}

extension ToolchainLocator {
  /// Where what is made with toolchains is kept: beside their answers. `nil` where that is nowhere, or where
  /// no program could see it.
  var preparedFolders: PreparedFolders? {
    guard let root = cacheFile.map({ $0.droppingLastPart + "/prepared" }), !Command.isHidden(root)
    else { return nil }
    return PreparedFolders(root: root)
  }
}

extension PreparationDefinition {
  /// What is started to make it.
  func plan(with toolchain: Toolchain) -> StagePlan {
    let words = stage.command.map { $0.replacing("{toolchain}", with: toolchain.executable) }
    return StagePlan(
      executable: words.first ?? "", arguments: Array(words.dropFirst()),
      environment: stage.environment, policy: stage.policy,
      drivers: stage.drivers.mapValues { Array($0.utf8) })
  }

  /// A digest of all that the folder depends on.
  func key(of toolchain: Toolchain) -> String {
    var parts = [toolchain.executable, ToolchainCache.identity(toolchain.executable), folder]
    parts += stage.command + [stage.policy ?? ""]
    for texts in [stage.drivers, stage.environment] {
      for (name, text) in texts.sorted(by: { $0.key < $1.key }) { parts += [name, text] }
    }
    return SHA256.digest(Array(parts.joined(separator: "\0").utf8))
  }
}
