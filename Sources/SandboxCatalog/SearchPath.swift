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
    /// Why it cannot be used, if so; asking the catalog is then an error.
    public var problem: String?

    /// Creates a folder of a search path.
    public init(path: String, isRequired: Bool, problem: String? = nil) {
      self.path = path
      self.isRequired = isRequired
      self.problem = problem
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

  /// The folders of an installed program, in this order:
  ///
  /// 1. those given, as `--languages` names them;
  /// 2. those that the variable `OCISANDBOX_LANGUAGES` (or `OCISANDBOX_POLICIES`) names, separated by
  ///    colons;
  /// 3. `ocisandbox/Languages` in `$XDG_CONFIG_HOME` (default `~/.config`);
  /// 4. `../share/ocisandbox/Languages` beside the folder of the program;
  /// 5. `ocisandbox/Languages` in `$XDG_DATA_HOME` (default `~/.local/share`) and in each of
  ///    `$XDG_DATA_DIRS` (default `/usr/local/share:/usr/share`).
  ///
  /// Relative paths in variables are never followed, for the code under test may have written what is
  /// in the current folder: in those of XDG they are passed over, as its specification says, and in ours
  /// they are an error.
  ///
  /// - Parameters:
  ///   - kind: What is looked up.
  ///   - given: Folders that come first; relative ones count from the current folder.
  ///   - environment: The environment variables.
  ///   - executable: The absolute path of the program, if known.
  public init(
    standard kind: Kind, given: [String] = [], environment: [String: String],
    executable: String? = nil
  ) {
    self.init(kind: kind, folders: given.map { Folder(path: $0, isRequired: true) })
    let variable = kind == .languages ? "OCISANDBOX_LANGUAGES" : "OCISANDBOX_POLICIES"
    for path in (environment[variable] ?? "").split(separator: ":") {
      let problem = path.hasPrefix("/") ? nil : "\(variable) must name absolute paths"
      folders.append(Folder(path: String(path), isRequired: true, problem: problem))
    }
    func absolute(_ name: String) -> String? {
      environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    let home = absolute("HOME")
    let program = executable.flatMap { path in
      path.lastIndex(of: "/").map { path[..<$0] + "/../share" }
    }
    let dataFolders = environment["XDG_DATA_DIRS"].flatMap { $0.isEmpty ? nil : $0 }
    let shared =
      [absolute("XDG_CONFIG_HOME") ?? home.map { $0 + "/.config" }, program.map(String.init)]
      + [absolute("XDG_DATA_HOME") ?? home.map { $0 + "/.local/share" }]
      + (dataFolders ?? "/usr/local/share:/usr/share").split(separator: ":").map(String.init)
    for folder in shared.compactMap(\.self) where folder.hasPrefix("/") {
      let path = folder + "/ocisandbox/" + kind.rawValue
      if !folders.contains(where: { $0.path == path }) {
        folders.append(Folder(path: path, isRequired: false))
      }
    }
  }
}
