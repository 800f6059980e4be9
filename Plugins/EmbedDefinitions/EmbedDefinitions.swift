import Foundation
import PackagePlugin

/// Compiles `Languages/` and `Policies/` into the program: `embed-definitions` reads them strictly and
/// writes them as Swift values, so that a mistake in one stops the build, and no YAML is read at run
/// time.
@main
struct EmbedDefinitions: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) async throws -> [Command] {
    let folders = ["Languages", "Policies"].map {
      context.package.directoryURL.appending(path: $0, directoryHint: .isDirectory)
    }
    let files = try folders.flatMap {
      try FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil)
    }
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedDefinitions.swift")
    return [
      .buildCommand(
        displayName: "Embedding Languages and Policies",
        executable: try context.tool(named: "embed-definitions").url,
        arguments: [output.path] + folders.map(\.path),
        inputFiles: files, outputFiles: [output])
    ]
  }
}
