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
        return made.files(in: preparation.folder).flatMap { folders.write($0, for: key) }
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
    for texts in [stage.drivers, stage.environment] {
      for (name, text) in texts.sorted(by: { $0.key < $1.key }) { parts += [name, text] }
    }
    return SHA256.digest(Array(parts.joined(separator: "\0").utf8))
  }
}
