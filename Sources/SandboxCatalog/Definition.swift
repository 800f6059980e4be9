import SandboxExecution
import SandboxLanguages

/// What a catalog asks of the values that it holds.
protocol Definition: Sendable {
  /// The id.
  var id: String { get }
  /// Reads one, strictly.
  init(yaml text: String, file: String, expectedID: String?) throws(CatalogError)
}

extension LanguageManifest: Definition {}

extension Policy: Definition {}
