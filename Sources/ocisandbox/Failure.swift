import OCISandbox

/// An error on its way to standard error, with the exit status that is documented for it.
struct Failure: Error {
  /// What is wrong, why, and how to mend it.
  var message: String
  /// The exit status of the command.
  var status: Int32

  /// Of sysexits.h(3): the command was used wrongly.
  static let usage: Int32 = 64
  /// Of sysexits.h(3): an input file cannot be read.
  static let noInput: Int32 = 66
  /// The sandbox could not do its work.
  static let sandbox: Int32 = 125
  /// The toolchain is missing.
  static let noToolchain: Int32 = 126

  init(_ message: String, status: Int32) {
    self.message = message
    self.status = status
  }

  /// Returns `nil` for an error that the argument parser explains better.
  init?(_ error: any Error) {
    switch error {
    case let error as Failure: self = error
    case let error as CatalogError:
      // Its own lines carry the word where they name a file.
      self.init(error.description.removingPrefix("error: "), status: Self.usage)
    case let error as LanguageError: self.init(error.description, status: Self.usage)
    case let error as ToolchainError: self.init(error.description, status: Self.noToolchain)
    case SandboxError.invalidRequest(let text): self.init(text, status: Self.usage)
    case let error as SandboxError: self.init(error.description, status: Self.sandbox)
    default: return nil
    }
  }
}

extension String {
  fileprivate func removingPrefix(_ prefix: String) -> String {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
  }
}
