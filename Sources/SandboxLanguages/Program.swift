public import SandboxExecution

/// What is to be run: its files, where it starts, and what it is given.
public struct Program: Sendable {
  /// Its files: path relative to the workspace to content.
  public var files: [String: FileContent]
  /// The path of the file that it starts with.
  public var entry: String
  /// Its arguments, without its own name.
  public var arguments: [String]
  /// What it reads from standard input.
  public var standardInput: StandardInput
  /// Variables added to those of the policy and of the stage; these win.
  public var environment: [String: String]

  /// Creates a program of one or several files.
  public init(
    files: [String: FileContent], entry: String, arguments: [String] = [],
    standardInput: StandardInput = .empty, environment: [String: String] = [:]
  ) {
    self.files = files
    self.entry = entry
    self.arguments = arguments
    self.standardInput = standardInput
    self.environment = environment
  }

  /// Creates a program of one file, at the place that `language` expects it.
  public init(
    source: String, language: any LanguagePlugin, arguments: [String] = [],
    standardInput: StandardInput = .empty, environment: [String: String] = [:]
  ) {
    self.init(
      files: [language.source: .bytes(Array(source.utf8))], entry: language.source,
      arguments: arguments, standardInput: standardInput, environment: environment)
  }
}
