internal import SandboxLanguages

/// A compiled language, with a look at what was compiled: a program must not define what its tests take from the
/// C library.
struct SharedProgramLanguage: LanguagePlugin {
  private let base: any LanguagePlugin

  init(_ base: any LanguagePlugin) { self.base = base }

  var id: String { base.id }
  var name: String { base.name }
  var aliases: [String] { base.aliases }
  var source: String { base.source }
  var extensions: [String] { base.extensions }
  var toolchain: ToolchainDefinition { base.toolchain }

  func plan(
    for program: Program, with toolchain: Toolchain, purpose: ExecutionPlan.Purpose
  ) throws(LanguageError) -> ExecutionPlan {
    var plan = try base.plan(for: program, with: toolchain, purpose: purpose)
    guard purpose == .run else { return plan }
    guard var stage = plan.compile, let artifact = stage.artifact else {
      throw LanguageError(
        "\(name) is not compiled here, so that tests cannot share a process with it")
    }
    let driver = "together-c.sh"
    let options = stage.arguments.filter { word in
      word.hasPrefix("-") && word != "-o" && !word.hasPrefix("-l")
    }
    stage.arguments =
      ["{drivers}/\(driver)", toolchain.executable, artifact] + options + ["--", stage.executable]
      + stage.arguments
    stage.executable = "/bin/sh"
    stage.drivers[driver] = PackageResources.together_c_sh
    plan.compile = stage
    return plan
  }
}
