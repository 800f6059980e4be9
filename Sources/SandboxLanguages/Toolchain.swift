internal import SandboxExecution

/// A toolchain on the host.
public struct Toolchain: Sendable, Hashable {
  /// The executable that is started, past every shim.
  public let executable: String
  /// Host paths that it needs to read.
  public let paths: [String]
  /// How it is asked for its version.
  let question: ToolchainQuestion?

  /// Creates a toolchain.
  public init(executable: String, paths: [String], version question: ToolchainQuestion? = nil) {
    self.executable = executable
    self.paths = paths
    self.question = question
  }

  /// Asks it for its version, outside of the sandbox, for it is trusted; `nil` where it does not say.
  public func version() async -> String? {
    guard let question else { return nil }
    let found = await question.ask(executable)
    return found["version"]?.first
  }
}

extension ToolchainQuestion {
  /// Starts `executable` with the question and returns what each named group of the pattern matched.
  func ask(_ executable: String) async -> [String: [String]] {
    guard let answer = await askHost(executable, arguments, within: .seconds(10)),
      let regex = try? Regex(pattern)
    else { return [:] }
    var found: [String: [String]] = [:]
    for match in answer.matches(of: regex) {
      for group in match.output {
        if let name = group.name, let text = group.substring { found[name, default: []].append(String(text)) }
      }
    }
    return found
  }
}

/// A toolchain that is not there, or does not answer.
public struct ToolchainError: Error, Hashable, CustomStringConvertible {
  /// The names that were looked for.
  public let executables: [String]

  /// Creates an error.
  public init(executables: [String]) { self.executables = executables }

  /// What is missing, and what to install.
  public var description: String {
    let packages = [
      "python3": "python3", "node": "nodejs", "cc": "gcc", "gcc": "gcc", "perl": "perl",
      "lua": "lua5.4", "tclsh": "tcl", "ruby": "ruby", "ghc": "ghc",
    ]
    let names = executables.joined(separator: ", ")
    let hint: String
    if executables.contains("swiftc") {
      hint = "install Swift from https://swift.org/install and put its bin folder on PATH"
    } else if let package = executables.lazy.compactMap({ packages[$0] }).first {
      hint = "apt-get install \(package)"
    } else {
      hint = "install it, and put its folder on PATH"
    }
    let missing = executables.count == 1 ? "\(names) is not" : "none of \(names) is"
    return "\(missing) on PATH; hint: \(hint)"
  }
}
