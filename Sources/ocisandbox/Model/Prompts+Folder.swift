import OCISandbox
import SandboxRefinement

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
