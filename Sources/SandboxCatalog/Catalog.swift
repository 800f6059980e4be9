public import SandboxExecution
public import SandboxLanguages

/// Finds languages and policies: in the user's folders first, then among the embedded ones.
///
/// The first definition of an id wins; a file `lua.yaml` defines the id `lua`. Files are read when they
/// are asked for, so a broken one disturbs only what needs it. Nothing is kept between two questions.
public struct Catalog: Sendable {
  /// Where manifests are looked up.
  public var languagePath: SearchPath
  /// Where policies are looked up.
  public var policyPath: SearchPath
  /// The manifests inside the program.
  public var embeddedLanguages: [EmbeddedDefinition<LanguageManifest>]
  /// The policies inside the program.
  public var embeddedPolicies: [EmbeddedDefinition<Policy>]

  /// Creates a catalog; by default an empty one.
  public init(
    languagePath: SearchPath = SearchPath(kind: .languages),
    policyPath: SearchPath = SearchPath(kind: .policies),
    embeddedLanguages: [EmbeddedDefinition<LanguageManifest>] = [],
    embeddedPolicies: [EmbeddedDefinition<Policy>] = []
  ) {
    self.languagePath = languagePath
    self.policyPath = policyPath
    self.embeddedLanguages = embeddedLanguages
    self.embeddedPolicies = embeddedPolicies
  }

  /// The language of an id or an alias.
  ///
  /// - Throws: ``CatalogError`` where there is none of that name, or its definition is broken.
  public func language(named name: String) throws(CatalogError) -> Entry<LanguageManifest> {
    throw CatalogError("unknown language '\(name)'")
  }

  /// The language of a file name extension, with or without the dot.
  ///
  /// - Throws: ``CatalogError`` where there is none, or its definition is broken.
  public func language(
    forExtension fileExtension: String
  ) throws(CatalogError) -> Entry<LanguageManifest> {
    throw CatalogError("unknown extension '\(fileExtension)'")
  }

  /// All languages, sound and broken.
  ///
  /// - Throws: ``CatalogError`` where a folder that somebody named cannot be read.
  public func languages() throws(CatalogError) -> Listing<LanguageManifest> {
    Listing(items: [])
  }

  /// The policy of an id, or in a file: a name with `/` or that ends in `.yaml` or `.yml` is a path.
  ///
  /// - Throws: ``CatalogError`` where there is none of that name, or its definition is broken.
  public func policy(named nameOrPath: String) throws(CatalogError) -> Entry<Policy> {
    throw CatalogError("unknown policy '\(nameOrPath)'")
  }

  /// All policies, sound and broken.
  ///
  /// - Throws: ``CatalogError`` where a folder that somebody named cannot be read.
  public func policies() throws(CatalogError) -> Listing<Policy> {
    Listing(items: [])
  }
}
