/// The folders in which definitions of one kind are looked up, the first one first.
public struct SearchPath: Sendable, Hashable {
  /// What is looked up.
  public enum Kind: String, Sendable, Hashable {
    /// Language manifests, in folders named `Languages`.
    case languages = "Languages"
    /// Policies, in folders named `Policies`.
    case policies = "Policies"
  }

  /// A folder, and how it came to be on the path.
  public struct Folder: Sendable, Hashable {
    /// Its path.
    public var path: String
    /// Whether somebody named it: then it must exist.
    public var isRequired: Bool

    /// Creates a folder of a search path.
    public init(path: String, isRequired: Bool) {
      self.path = path
      self.isRequired = isRequired
    }
  }

  /// What is looked up.
  public var kind: Kind
  /// The folders, the first one first.
  public var folders: [Folder]

  /// Creates a search path of just these folders.
  public init(kind: Kind, folders: [Folder] = []) {
    self.kind = kind
    self.folders = folders
  }
}
