import ArgumentParser
import OCISandbox
import SandboxRefinement

/// Prompts of one's own; the same for every subcommand that asks a model with them.
struct PromptOptions: ParsableArguments {
  @Option(
    name: .customLong("prompts"),
    help: ArgumentHelp(
      "A folder whose \(Prompts.files.map(\.name).joined(separator: ", ")) replace the built-in prompts.",
      valueName: "dir"))
  var folder: String?

  /// The built-in prompts, with those of the folder.
  func prompts() throws -> Prompts { try folder.map { try Prompts(folder: $0) } ?? Prompts() }
}

extension Prompts {
  /// The built-in prompts, but for those that a folder holds.
  init(folder: String) throws {
    guard ProgramInput.isFolder(folder) else {
      throw Failure("--prompts \(folder.quoted): there is no such folder", status: Failure.noInput)
    }
    self.init()
    var found = 0
    for (name, text) in Prompts.files where ProgramInput.exists(folder + "/" + name) {
      self[keyPath: text] = String(
        decoding: try ProgramInput.read(folder + "/" + name), as: UTF8.self)
      found += 1
    }
    guard found > 0 else {
      throw Failure(
        """
        the folder \(folder.quoted) holds no prompt
        hint: a prompt is a file of the name \(Prompts.files.map(\.name).joined(separator: ", "))
        """, status: Failure.usage)
    }
  }
}
