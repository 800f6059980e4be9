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
    let shelf = try languageShelf()
    if let entry = try shelf.entry(name) { return entry }
    return try search(shelf, unknown: "language", name: name, names: \.aliases) {
      $0.id
    }
  }

  /// The language of a file name extension, with or without the dot.
  ///
  /// - Throws: ``CatalogError`` where there is none, or its definition is broken.
  public func language(
    forExtension fileExtension: String
  ) throws(CatalogError) -> Entry<LanguageManifest> {
    let name = fileExtension.hasPrefix(".") ? String(fileExtension.dropFirst()) : fileExtension
    return try search(
      languageShelf(), unknown: "file name extension", name: name, names: \.extensions
    ) { _ in nil }
  }

  /// The language that a manifest defines, wherever that is.
  ///
  /// - Parameters:
  ///   - text: Its YAML text.
  ///   - file: Its path: drivers are looked for beside it, then among the embedded ones.
  /// - Returns: The manifest.
  /// - Throws: ``CatalogError`` where it is broken.
  public func language(
    reading text: String, file: String
  ) throws(CatalogError) -> LanguageManifest {
    try LanguageManifest(
      yaml: text, file: file, among: try languageShelf().others(extendedBy: []))
  }

  /// All languages, sound and broken.
  ///
  /// - Throws: ``CatalogError`` where a folder that somebody named cannot be read.
  public func languages() throws(CatalogError) -> Listing<LanguageManifest> {
    try languageShelf().listing()
  }

  /// The policy of an id, or in a file: a name with `/` or that ends in `.yaml` or `.yml` is a path.
  ///
  /// - Throws: ``CatalogError`` where there is none of that name, or its definition is broken.
  public func policy(named nameOrPath: String) throws(CatalogError) -> Entry<Policy> {
    if nameOrPath.contains("/") || DefinitionFile.identifier(ofFile: nameOrPath) != nil {
      let text = try DefinitionFile.text(at: nameOrPath)
      let others = try policyShelf().others(extendedBy: [])
      let policy = try Policy(yaml: text, file: nameOrPath, among: others)
      return Entry(value: policy, text: text, origin: .file(nameOrPath))
    }
    let shelf = try policyShelf()
    if let entry = try shelf.entry(nameOrPath) { return entry }
    throw CatalogError.unknown("policy", nameOrPath, known: shelf.ids)
  }

  /// All policies, sound and broken.
  ///
  /// - Throws: ``CatalogError`` where a folder that somebody named cannot be read.
  public func policies() throws(CatalogError) -> Listing<Policy> {
    try policyShelf().listing()
  }

  private func languageShelf() throws(CatalogError) -> Shelf<LanguageManifest> {
    try Shelf(path: languagePath, embedded: embeddedLanguages)
  }

  private func policyShelf() throws(CatalogError) -> Shelf<Policy> {
    try Shelf(path: policyPath, embedded: embeddedPolicies)
  }

  /// The first language that has a name among its `names`.
  ///
  /// A broken definition is passed over, for it may have nothing to do with the name; but where nothing
  /// else has the name it is told, and where it hides an embedded language of that name it is the error.
  private func search(
    _ shelf: Shelf<LanguageManifest>, unknown noun: String, name: String,
    names: (LanguageManifest) -> [String], alsoKnown: (LanguageManifest) -> String?
  ) throws(CatalogError) -> Entry<LanguageManifest> {
    var broken: [CatalogError.Problem] = []
    var known: [String] = []
    for id in shelf.ids {
      do throws(CatalogError) {
        guard let entry = try shelf.entry(id) else { continue }
        if names(entry.value).contains(name) { return entry }
        known += [alsoKnown(entry.value)].compactMap { $0 } + names(entry.value)
      } catch {
        if let hidden = shelf.embedded(id), names(hidden).contains(name) { throw error }
        broken += error.problems
      }
    }
    var error = CatalogError.unknown(noun, name, known: known)
    error.problems += broken
    throw error
  }
}

extension CatalogError {
  /// `unknown language 'pyton'; did you mean 'python'?`, or the names that there are.
  static func unknown(_ noun: String, _ name: String, known: [String]) -> CatalogError {
    let phrase = Suggestion.phrase(for: name, among: known)
    let all = known.sorted().joined(separator: ", ")
    return CatalogError(
      "unknown \(noun) '\(name)'\(phrase)",
      hint: phrase.isEmpty && !known.isEmpty ? "known are \(all)" : nil)
  }
}
