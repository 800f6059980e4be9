public import SandboxCatalog

#if canImport(Glibc)
  import Glibc
#endif

extension Catalog {
  /// The catalog of an installed program: the folders given, the user's and the system's, and then the
  /// definitions inside the program.
  ///
  /// The order is that of ``SearchPath/init(standard:given:environment:executable:)``. No file is read
  /// before something is asked for.
  ///
  /// - Parameters:
  ///   - languageFolders: Folders that come first, as `--languages` names them.
  ///   - policyFolders: The same for policies.
  /// - Returns: The catalog.
  public static func standard(
    languageFolders: [String] = [], policyFolders: [String] = []
  ) -> Catalog {
    let environment = searchVariables()
    let executable = executablePath()
    return Catalog(
      languagePath: SearchPath(
        standard: .languages, given: languageFolders, environment: environment,
        executable: executable),
      policyPath: SearchPath(
        standard: .policies, given: policyFolders, environment: environment,
        executable: executable),
      embeddedLanguages: EmbeddedDefinitions.languages,
      embeddedPolicies: EmbeddedDefinitions.policies)
  }

  private static func searchVariables() -> [String: String] {
    let names = [
      "OCISANDBOX_LANGUAGES", "OCISANDBOX_POLICIES", "HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
      "XDG_DATA_DIRS",
    ]
    var variables: [String: String] = [:]
    for name in names { variables[name] = getenv(name).map { String(cString: $0) } }
    return variables
  }

  private static func executablePath() -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0, count < buffer.count else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
