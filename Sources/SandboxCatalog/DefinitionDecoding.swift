public import SandboxExecution
public import SandboxLanguages

extension LanguageManifest {
  /// Reads a manifest, strictly: an unknown key, a missing key or a wrong value is an error.
  ///
  /// - Parameters:
  ///   - text: The YAML text.
  ///   - file: The name of the file, for the messages.
  /// - Throws: ``CatalogError`` with every problem of the file.
  public init(yaml text: String, file: String) throws(CatalogError) {
    throw CatalogError("cannot read '\(file)'")
  }
}

extension Policy {
  /// Reads a policy, strictly: an unknown key, a missing key or a wrong value is an error.
  ///
  /// - Parameters:
  ///   - text: The YAML text.
  ///   - file: The name of the file, for the messages.
  /// - Throws: ``CatalogError`` with every problem of the file.
  public init(yaml text: String, file: String) throws(CatalogError) {
    throw CatalogError("cannot read '\(file)'")
  }
}
