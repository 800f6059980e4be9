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
  /// The texts of drivers, which another may use without having them beside it, by their names.
  var drivers: [String: String] { get }
}

extension Definition {
  /// None.
  var drivers: [String: String] { [:] }
}

/// The definitions among which another is read.
public struct Others<Value: Sendable> {
  /// The definition of an id, for one that extends it.
  let named: (String) throws(CatalogError) -> Value
  /// Whether the program has one of an id built in.
  let isBuiltIn: (String) -> Bool
  /// The text of a built-in driver, for a definition that has no file of that name beside it.
  let builtInDriver: (String) -> String?

  /// Creates the surroundings of a definition.
  ///
  /// - Parameters:
  ///   - named: Finds the definition that another extends.
  ///   - isBuiltIn: Whether the program has one of an id built in; by default it has none.
  ///   - builtInDriver: The text of a driver that the program has built in; by default it has none.
  public init(
    named: @escaping (String) throws(CatalogError) -> Value,
    isBuiltIn: @escaping (String) -> Bool = { _ in false },
    builtInDriver: @escaping (String) -> String? = { _ in nil }
  ) {
    self.named = named
    self.isBuiltIn = isBuiltIn
    self.builtInDriver = builtInDriver
  }

  /// No other definition.
  public static var none: Others {
    Others { (id) throws(CatalogError) in throw CatalogError("there is no '\(id)' to extend") }
  }
}

extension Policy: Definition {}

extension LanguageManifest: Definition {
  /// Those of all stages.
  var drivers: [String: String] {
    let instrumented = investigations.flatMap { [$0.compile, .some($0.run)] }
    let stages: [StageDefinition?] = [compile, run, check] + instrumented
    let appended = investigations.compactMap(\.operands?.appended)
    let own = appended.reduce(into: [:]) { $0.merge($1) { text, _ in text } }
    return stages.reduce(into: own) { texts, stage in
      for own in [stage?.drivers, stage?.parent?.drivers] {
        texts.merge(own ?? [:]) { one, _ in one }
      }
    }
  }
}
