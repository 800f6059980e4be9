extension Catalog {
  /// Where a definition came from.
  public enum Origin: Sendable, Hashable, CustomStringConvertible {
    /// A file, by its path.
    case file(String)
    /// The copy inside the program.
    case embedded

    /// The path, or `built in`.
    public var description: String {
      switch self {
      case .file(let path): path
      case .embedded: "built in"
      }
    }
  }

  /// A definition, and where it came from.
  public struct Entry<Value: Sendable>: Sendable {
    /// The definition.
    public var value: Value
    /// Its YAML text, comments included: what `show` prints, and what a copy starts from.
    public var text: String
    /// Where it came from.
    public var origin: Origin
    /// Definitions of the same id that it hides, nearest first.
    public var shadowed: [Origin]

    /// Creates an entry.
    public init(value: Value, text: String, origin: Origin, shadowed: [Origin] = []) {
      self.value = value
      self.text = text
      self.origin = origin
      self.shadowed = shadowed
    }
  }

  /// All definitions of a kind, in the order of their ids.
  public struct Listing<Value: Sendable>: Sendable {
    /// One definition of the listing, sound or broken.
    public struct Item: Sendable {
      /// The id; for a broken definition the name of its file.
      public var id: String
      /// Where the definition is that counts.
      public var origin: Origin
      /// The definition, or what is wrong with it.
      public var result: Result<Entry<Value>, CatalogError>
    }

    /// The definitions, sound and broken.
    public var items: [Item]

    /// The sound ones.
    public var entries: [Entry<Value>] { items.compactMap { try? $0.result.get() } }
  }
}
