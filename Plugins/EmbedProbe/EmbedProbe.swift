import Foundation
import PackagePlugin

/// Compiles the probe, a program without any library, and embeds it: so that a policy can be tested on a
/// host without a compiler, and under a policy that shows no library.
@main
struct EmbedProbe: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) async throws -> [Command] {
    let source = target.directoryURL.appending(path: "Probe/probe.c")
    let launcher = context.package.directoryURL.appending(path: "Sources/CSandboxLauncher")
    let program = context.pluginWorkDirectoryURL.appending(path: "probe")
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedProbe.swift")
    return [
      .buildCommand(
        displayName: "Compiling the probe",
        executable: try context.tool(named: "clang").url,
        arguments: [
          "-std=c17", "-O1", "-Wall", "-Wextra", "-Werror", "-ffreestanding",
          "-fno-stack-protector",
          "-fno-pie", "-static", "-nostdlib", "-fuse-ld=lld", "-Wl,-s", "-iquote",
          launcher.path, "-o", program.path, source.path,
        ],
        inputFiles: [source, launcher.appending(path: "raw.h")], outputFiles: [program]),
      .buildCommand(
        displayName: "Embedding the probe",
        executable: try context.tool(named: "embed-probe").url,
        arguments: [program.path, output.path], inputFiles: [program], outputFiles: [output]),
    ]
  }
}
