/// A language: how its toolchain is found and what is started for a program in it.
///
/// The built-in languages are manifests, read into ``ManifestLanguage``; a type of its own is for a plan
/// that needs logic. A plan is made without input or output.
public protocol LanguagePlugin: Sendable {
  /// The name by which it is chosen.
  var id: String { get }
  /// The name for people.
  var name: String { get }
  /// Other names by which it may be chosen; none unless a plugin gives some.
  var aliases: [String] { get }
  /// The path in the workspace of a program that is given as text.
  var source: String { get }
  /// File name extensions of its sources, without the dot.
  var extensions: [String] { get }
  /// How its toolchain is found.
  var toolchain: ToolchainDefinition { get }

  /// What is started for `program`.
  func plan(
    for program: Program, with toolchain: Toolchain, purpose: ExecutionPlan.Purpose
  ) throws(LanguageError) -> ExecutionPlan
}

extension LanguagePlugin {
  /// None.
  public var aliases: [String] { [] }
}

/// A language or a program that makes no sense. The text says what, and how to mend it.
public struct LanguageError: Error, Hashable, CustomStringConvertible {
  /// What is wrong, and how to mend it.
  public let description: String

  /// Creates an error.
  public init(_ description: String) { self.description = description }
}
