internal import SandboxExecution

/// A toolchain on the host.
public struct Toolchain: Sendable, Hashable {
  /// How it is asked for its version.
  struct Inquiry: Sendable, Hashable {
    var question: ToolchainQuestion
    var cacheFile: String?
    var environment: HostEnvironment
  }

  /// The executable that is started, past every shim.
  public let executable: String
  /// Host paths that it needs to read.
  public var paths: [String] { ownPaths + (prepared.map { [$0] } ?? []) }
  /// The folder on the host that was made with it once (``PreparationDefinition``); `nil` where there is none.
  public internal(set) var prepared: String?
  private let ownPaths: [String]
  private let inquiry: Inquiry?

  /// Creates a toolchain, whose version is asked each time where there is a question for it.
  public init(executable: String, paths: [String], version question: ToolchainQuestion? = nil) {
    self.init(
      executable: executable, paths: paths,
      inquiry: question.map { Inquiry(question: $0, cacheFile: nil, environment: .current) })
  }

  init(executable: String, paths: [String], inquiry: Inquiry?) {
    self.executable = executable
    ownPaths = paths
    self.inquiry = inquiry
  }

  /// `text` with the folders on the host that it lives in left out: what its own library writes of an error has them,
  /// and where things are on the host is nobody's business. A folder of every system says nothing.
  func hidden(in text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "/")) else { return text }
    let usual = ["/usr", "/lib", "/lib64", "/bin"]
    return paths.filter { path in
      path.utf8.count > 1 && !usual.contains { path == $0 || path.hasPrefix($0 + "/") }
    }.sorted { $0.utf8.count > $1.utf8.count }.reduce(text) {
      $0.replacing($1, with: "<toolchain>")
    }
  }

  /// Its version; `nil` where it does not say.
  ///
  /// It is asked outside of the sandbox, for it is trusted, and only once: the answer of a
  /// ``ToolchainLocator``'s toolchain is kept in the locator's cache file.
  @concurrent
  public func version() async -> String? {
    guard let inquiry else { return nil }
    let cache = ToolchainCache(file: inquiry.cacheFile)
    let key = ToolchainCache.key(executable, inquiry.question, inquiry.environment)
    if let known = cache[key]?.version { return known }
    let found = await inquiry.question.ask(executable, with: inquiry.environment)
    guard let version = found["version"]?.first else { return nil }
    cache.store(ToolchainCache.Answer(version: version, witness: executable), for: key)
    return version
  }
}

extension ToolchainQuestion {
  /// Starts `executable` with the question and returns what each named group of the pattern matched; of
  /// one that does not answer within a minute, nothing. A shim takes a second, on a busy machine many.
  func ask(_ executable: String, with environment: HostEnvironment) async -> [String: [String]] {
    guard
      let answer = await askHost(
        executable, arguments, environment: environment.variables, within: .seconds(60)),
      let regex = try? Regex(pattern)
    else { return [:] }
    var found: [String: [String]] = [:]
    for match in answer.matches(of: regex) {
      for group in match.output {
        guard let name = group.name, let text = group.substring else { continue }
        found[name, default: []].append(String(text))
      }
    }
    return found
  }
}

/// A toolchain that is not there, or does not answer.
public struct ToolchainError: Error, Hashable, CustomStringConvertible {
  /// The names that were looked for.
  public let executables: [String]
  /// What was found but did not say where it is; `nil` where nothing was found.
  public let silent: String?

  /// Creates an error.
  public init(executables: [String], silent: String? = nil) {
    self.executables = executables
    self.silent = silent
  }

  /// What is missing, and what to install.
  public var description: String {
    let names = executables.joined(separator: ", ")
    if let silent {
      return """
        \(silent) does not say where its toolchain is; hint: start it by hand: a shim may name a \
        version that is not installed
        """
    }
    let subject = executables.count == 1 ? "\(names) is not" : "none of \(names) is"
    return "\(subject) on PATH; hint: \(hint)"
  }

  private var hint: String {
    let packages = [
      "python3": "python3", "node": "nodejs", "cc": "gcc", "gcc": "gcc", "perl": "perl",
      "lua": "lua5.4", "tclsh": "tcl", "ruby": "ruby", "ghc": "ghc",
    ]
    if executables.contains("swiftc") {
      return "install Swift from https://swift.org/install and put its bin folder on PATH"
    }
    if let package = executables.lazy.compactMap({ packages[$0] }).first {
      return "apt-get install \(package)"
    }
    return "install it, and put its folder on PATH"
  }
}
