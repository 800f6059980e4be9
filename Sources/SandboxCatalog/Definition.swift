import SandboxExecution
import SandboxLanguages

/// What a catalog asks of the values that it holds.
protocol Definition: Sendable {
  /// The id.
  var id: String { get }
  /// Reads one, strictly.
  init(
    yaml text: String, file: String, expectedID: String?, among others: Others<Self>
  ) throws(CatalogError)
}

/// The definitions among which another is read.
public struct Others<Value: Sendable> {
  /// The definition of an id, for one that extends it.
  let named: (String) throws(CatalogError) -> Value
  /// Whether the program has one of an id built in.
  let isBuiltIn: (String) -> Bool

  /// Creates the surroundings of a definition.
  ///
  /// - Parameters:
  ///   - named: Finds the definition that another extends.
  ///   - isBuiltIn: Whether the program has one of an id built in; by default it has none.
  public init(
    named: @escaping (String) throws(CatalogError) -> Value,
    isBuiltIn: @escaping (String) -> Bool = { _ in false }
  ) {
    self.named = named
    self.isBuiltIn = isBuiltIn
  }

  /// No other definition.
  public static var none: Others {
    Others { (id) throws(CatalogError) in throw CatalogError("there is no '\(id)' to extend") }
  }
}

extension LanguageManifest: Definition {
  init(
    yaml text: String, file: String, expectedID: String?, among others: Others<LanguageManifest>
  ) throws(CatalogError) {
    try self.init(yaml: text, file: file, expectedID: expectedID)
  }
}

extension Policy: Definition {}
