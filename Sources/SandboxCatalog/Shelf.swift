/// All definitions of one kind: what is in the folders of a search path, and what is embedded.
///
/// Making one reads the names in the folders and no file.
struct Shelf<Value: Definition> {
  /// A file that defines an id, or an embedded definition of it.
  private enum Source {
    case file(path: String, folder: String)
    case embedded(EmbeddedDefinition<Value>)

    var origin: Catalog.Origin {
      switch self {
      case .file(let path, _): .file(path)
      case .embedded: .embedded
      }
    }
  }

  /// The sources of each id, the one that counts first.
  private var sources: [String: [Source]] = [:]
  /// The ids in the order in which they are found.
  private(set) var ids: [String] = []

  init(
    path: SearchPath, embedded: [EmbeddedDefinition<Value>]
  ) throws(CatalogError) {
    for folder in path.folders {
      if let problem = folder.problem { throw CatalogError(at: folder.path, problem) }
      let names: [String]
      do throws(CatalogError) {
        names = try DefinitionFile.names(in: folder.path)
      } catch {
        // One that nobody named may be missing, or be another user's.
        guard folder.isRequired else { continue }
        throw error
      }
      for name in names {
        guard let id = DefinitionFile.identifier(ofFile: name) else { continue }
        add(.file(path: folder.path + "/" + name, folder: folder.path), to: id)
      }
    }
    for definition in embedded { add(.embedded(definition), to: definition.value.id) }
  }

  private mutating func add(_ source: Source, to id: String) {
    if sources[id] == nil { ids.append(id) }
    sources[id, default: []].append(source)
  }

  /// Whether there is a definition of an id, sound or broken.
  func contains(_ id: String) -> Bool { sources[id] != nil }

  /// Where the definition of an id is that counts.
  func origin(of id: String) -> Catalog.Origin? { sources[id]?.first?.origin }

  /// The embedded definition of an id, whether or not it counts.
  func embedded(_ id: String) -> Value? {
    guard case .embedded(let definition)? = sources[id]?.last else { return nil }
    return definition.value
  }

  /// The definition of an id that counts; `nil` where there is none.
  ///
  /// - Throws: ``CatalogError`` where it is broken. Another of the same id does not take its place: it
  ///   may allow what the broken one was written to forbid.
  func entry(_ id: String) throws(CatalogError) -> Catalog.Entry<Value>? {
    try entry(id, extendedBy: [])
  }

  /// What a definition in a file of its own may refer to.
  ///
  /// - Parameter path: The ids that led here, each extended by the one before it.
  /// - Returns: The other definitions of this shelf.
  func others(extendedBy path: [String]) -> Others<Value> {
    Others(
      named: { (id) throws(CatalogError) in
        // One that takes the place of a built-in one may extend that.
        if path.last == id, let builtIn = embedded(id) { return builtIn }
        guard !path.contains(id) else {
          throw CatalogError("it extends itself: \((path + [id]).joined(separator: " -> "))")
        }
        guard let entry = try entry(id, extendedBy: path) else {
          throw CatalogError.unknown("policy", id, known: ids)
        }
        return entry.value
      }, isBuiltIn: { embedded($0) != nil },
      builtInDriver: { name in
        ids.lazy.compactMap { embedded($0)?.drivers[name] }.first
      })
  }

  private func entry(
    _ id: String, extendedBy path: [String]
  ) throws(CatalogError) -> Catalog.Entry<Value>? {
    guard let all = sources[id], let first = all.first else { return nil }
    let shadowed = all.dropFirst().map(\.origin)
    switch first {
    case .embedded(let definition):
      return Catalog.Entry(
        value: definition.value, text: definition.text, origin: .embedded, shadowed: shadowed)
    case .file(let file, let folder):
      if let problem = DefinitionFile.problem(ofFolder: folder) { throw problem }
      let text = try DefinitionFile.text(at: file)
      let value = try Value(
        yaml: text, file: file, expectedID: id, among: others(extendedBy: path + [id]))
      return Catalog.Entry(value: value, text: text, origin: .file(file), shadowed: shadowed)
    }
  }

  /// All of them, in the order of their ids.
  func listing() -> Catalog.Listing<Value> {
    let items = ids.sorted().compactMap { id -> Catalog.Listing<Value>.Item? in
      guard let origin = origin(of: id) else { return nil }
      let result = Result { () throws(CatalogError) in try entry(id) }
      switch result {
      case .success(let entry?): return .init(id: id, origin: origin, result: .success(entry))
      case .success(nil): return nil
      case .failure(let error): return .init(id: id, origin: origin, result: .failure(error))
      }
    }
    return Catalog.Listing(items: items)
  }
}
