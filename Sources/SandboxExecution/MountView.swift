#if canImport(Glibc)
  import Glibc
#endif

/// What a run sees of the host, and where it may write, by its policy alone: whether a file exists on the host that
/// is not shown is asked of nobody.
package struct MountView: Sendable, Hashable {
  /// The paths that the policy shows, at the same places.
  package var readablePaths: [String]
  /// The workspace, as the program sees it.
  package var workspace: String

  /// Creates a view.
  package init(readablePaths: [String], workspace: String) {
    self.readablePaths = readablePaths
    self.workspace = workspace
  }

  /// Why a call about a path was refused.
  package enum Refusal: Sendable, Hashable {
    /// The path is not in view.
    case notShown
    /// It may be read only.
    case readOnly
  }

  /// Why a call about `path` failed with `errno`, if that is because of what the run sees.
  package func refusal(of path: String, errno: Int) -> Refusal? {
    guard let place = Self.place(path) else { return nil }
    switch Int32(truncatingIfNeeded: errno) {
    case EROFS where place.first != "tmp" && !place.starts(with: Self.components(workspace)):
      return .readOnly
    case ENOENT, EACCES, EPERM: return isShown(place) || isOwn(place) ? nil : .notShown
    default: return nil
    }
  }

  /// What a call about `path` meets whose answer is not known.
  ///
  /// - Parameters:
  ///   - path: As the program named it.
  ///   - isWriting: Whether it would change something there.
  /// - Returns: Why it is refused, and the error number where that is sure; `nil` where it is not refused.
  package func refusal(of path: String, isWriting: Bool) -> (reason: Refusal, errno: Int32?)? {
    guard let place = Self.place(path) else { return nil }
    if isShown(place) {
      // A file that is there is guarded by its permissions first: that answer is not sure.
      let isInside = readablePaths.contains { place.starts(with: Self.components($0)) }
      return isWriting && isInside && !isOwn(place) ? (.readOnly, nil) : nil
    }
    return isOwn(place) ? nil : (.notShown, ENOENT)
  }

  /// Inside of what is shown, or on the way there.
  private func isShown(_ place: [Substring]) -> Bool {
    readablePaths.contains {
      let shown = Self.components($0)
      return place.starts(with: shown) || shown.starts(with: place)
    }
  }

  /// Whether the run has a place of its own there.
  private func isOwn(_ place: [Substring]) -> Bool {
    switch place.first {
    case "tmp", "dev", "box": true
    // Of the rest of /proc, which tells of the host, nothing is there.
    case "proc":
      place.count == 1 || place[1].allSatisfy(\.isNumber) || place[1].hasSuffix("self")
    case "etc":
      place.count == 1
        || [
          "passwd", "group", "hosts", "nsswitch.conf", "ld.so.cache", "alternatives",
        ].contains(place[1])
    default: place.starts(with: Self.components(workspace))
    }
  }

  /// The names on the way; `nil` for a path that is not absolute, or leads where links decide.
  private static func place(_ path: String) -> [Substring]? {
    guard path.utf8.first == UInt8(ascii: "/") else { return nil }
    let place = components(path).filter { $0 != "." }
    return place.isEmpty || place.contains("..") ? nil : place
  }

  /// The names of a path, without empty ones.
  package static func components(_ path: String) -> [Substring] {
    path.utf8.split(separator: UInt8(ascii: "/")).map(Substring.init)
  }
}
