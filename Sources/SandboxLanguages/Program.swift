public import SandboxExecution

/// A source that many programs start with, whatever else they hold.
public struct SharedSource: Sendable, Hashable {
  /// Its path relative to the workspace.
  public var path: String
  /// Its text.
  public var text: String

  /// Creates a source.
  public init(path: String, text: String) {
    self.path = path
    self.text = text
  }
}

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
  /// The sources of harnesses, of which this program's entry may be one: a parent that programs are forked from
  /// (``ParentDefinition``) compiles them once. They change nothing else. They must be the caller's own: nothing that
  /// is not trusted may be among them. The same for all programs that are to share a parent.
  public var sharedSources: [SharedSource] = []

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
