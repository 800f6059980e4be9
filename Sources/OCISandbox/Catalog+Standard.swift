public import SandboxCatalog

extension Catalog {
  /// The catalog of an installed program: the folders given, the user's and the system's, and then the
  /// definitions inside the program.
  ///
  /// - Parameters:
  ///   - languageFolders: Folders that come first, as `--languages` names them.
  ///   - policyFolders: The same for policies.
  /// - Returns: The catalog.
  public static func standard(
    languageFolders: [String] = [], policyFolders: [String] = []
  ) -> Catalog {
    Catalog()
  }
}
