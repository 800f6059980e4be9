internal import SandboxExecution
internal import Synchronization

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
  /// One that cannot be made is not tried again until the toolchain or the system's libraries change.
  func preparedToolchain(
    of language: any LanguagePlugin, _ stagePolicy: (String) throws -> Policy, else policy: Policy
  ) async throws -> Toolchain {
    var toolchain = try await toolchain(of: language)
    guard toolchain.prepared == nil, let preparation = language.toolchain.preparation,
      let folders = locator.preparedFolders, folders.isWritable
    else { return toolchain }
    let key = preparation.key(of: toolchain)
    let failure = SHA256.digest(fields: [key, "failed"].lazy.map(\.utf8))
    guard folders[failure] == nil else { return toolchain }
    let stage = preparation.plan(with: toolchain)
    let own = try stage.resolve(stagePolicy, else: policy)
    var command = Command(
      executable: stage.executable, arguments: stage.arguments, environment: stage.environment,
      toolchainPaths: toolchain.paths, keepsWorkspace: true)
    command.drivers = stage.drivers
    let (executor, request) = (executor, command)
    // Of many that begin at once one makes it, and the others wait.
    let making = Self.making.withLock { making in
      if let known = making[key] { return known }
      let task = Task { () -> String? in
        defer { Self.making.withLock { _ = $0.removeValue(forKey: key) } }
        guard let result = try? await executor.run(request, under: own) else { return nil }
        if result.outcome == .exited(code: 0),
          let files = result.workspace?.files(in: preparation.folder)
        {
          return folders.write(files, for: key)
        }
        // A limit may be another program's fault.
        if case .exited = result.outcome { folders.write(["failed": []], for: failure) }
        return nil
      }
      making[key] = task
      return task
    }
    // Who waits may be cancelled: then all do without.
    toolchain.prepared = await withTaskCancellationHandler {
      await making.value
    } onCancel: {
      making.cancel()
    }
    return toolchain
  }

  private static let making = Mutex<[String: Task<String?, Never>]>([:])
}

extension ToolchainLocator {
  /// Where what is made with toolchains is kept: beside their answers. `nil` where that is nowhere, or where
  /// no program could see it.
  var preparedFolders: CacheFolders? {
    guard let root = cacheFile.map({ $0.droppingLastPart + "/prepared" }), !Command.isHidden(root)
    else { return nil }
    return CacheFolders(root: root)
  }
}

extension Workspace {
  /// The regular files of a folder, by their paths in it; `nil` where there is none, or one cannot be read.
  fileprivate func files(in folder: String) -> [String: [UInt8]]? {
    var files: [String: [UInt8]] = [:]
    for entry in entries() where entry.path.hasPrefix(folder + "/") {
      guard let content = contents(of: entry.path, limit: entry.size) else { return nil }
      files[String(entry.path.dropFirst(folder.count + 1))] = content
    }
    return files.isEmpty ? nil : files
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
    // What was made of the system's headers is refused by the compiler, and cannot be replaced, once they changed.
    parts += CompileCache.systemIdentity
    for texts in [stage.drivers, stage.environment] {
      for (name, text) in texts.sorted(by: { $0.key < $1.key }) { parts += [name, text] }
    }
    return SHA256.digest(fields: parts.lazy.map(\.utf8))
  }
}
