import OCISandbox
import SandboxEvaluation
import SandboxRefinement

#if canImport(Glibc)
  import Glibc
#endif

/// An error on its way to standard error, with the exit status that is documented for it.
struct Failure: Error {
  /// What is wrong, why, and how to mend it.
  var message: String
  /// The exit status of the command.
  var status: Int32
  /// Whether the message starts with a place in a file, as a compiler's does.
  var hasPlace = false

  /// Of sysexits.h(3): the command was used wrongly.
  static let usage: Int32 = 64
  /// Of sysexits.h(3): an output file cannot be written.
  static let cannotCreate: Int32 = 73
  /// Of sysexits.h(3): an input file cannot be read.
  static let noInput: Int32 = 66
  /// Of sysexits.h(3): a service, that of a model, could not be used.
  static let unavailable: Int32 = 69
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
      self.init(Self.text(of: error), status: Self.usage)
      hasPlace = error.problems.first?.file != nil
    case let error as TestFileError:
      self.init(error.description, status: Self.noInput)
      hasPlace = error.hasPlace
    case let error as LanguageError: self.init(error.description, status: Self.usage)
    case let error as ToolchainError: self.init(error.description, status: Self.noToolchain)
    case SandboxError.cancelled: self.init("the run was cancelled", status: 128 + SIGINT)
    case SandboxError.invalidRequest(let text): self.init(text, status: Self.usage)
    case let error as SandboxError: self.init(error.description, status: Self.sandbox)
    case let error as EvaluationError:
      let status =
        switch error.kind {
        case .invalid, .reference: Self.usage
        case .unreadable: Self.noInput
        case .unwritable: Self.cannotCreate
        case .sandbox: Self.sandbox
        }
      self.init(error.description, status: status)
    case ModelError.misconfigured(let text): self.init(text, status: Self.usage)
    case let error as ModelError: self.init(error.description, status: Self.unavailable)
    default: return nil
    }
  }

  /// The message as a compiler's: what is wrong in a file starts with its place, all else with `error:`.
  var line: String { hasPlace ? message : "error: \(message)" }

  /// What a definition has wrong. Its lines carry the word `error:`, which is left out of the first
  /// where that one names no place.
  static func text(of error: CatalogError) -> String {
    let text = error.description
    let word = "error: "
    return text.hasPrefix(word) ? String(text.dropFirst(word.count)) : text
  }
}
