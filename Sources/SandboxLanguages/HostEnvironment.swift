#if canImport(Glibc)
  import Glibc
#endif

/// The variables of the caller's environment, with which toolchains are asked.
package struct HostEnvironment: Sendable, Hashable {
  let variables: [String: String]

  init(variables: [String: String]) { self.variables = variables }

  /// That of this process.
  static var current: HostEnvironment {
    var variables: [String: String] = [:]
    var next = unsafe environ
    while let entry = unsafe next.pointee {
      let text = unsafe String(cString: entry)
      if let sign = text.firstIndex(of: "=") {
        variables[String(text[..<sign])] = String(text[text.index(after: sign)...])
      }
      unsafe next += 1
    }
    return HostEnvironment(variables: variables)
  }

  /// The value of a variable; `nil` where it is not set or empty.
  subscript(name: String) -> String? {
    guard let value = variables[name], !value.isEmpty else { return nil }
    return value
  }

  /// `$XDG_CACHE_HOME/ocisandbox/NAME`, or the same in `~/.cache`; `nil` where neither is an absolute
  /// path (XDG Base Directory Specification).
  package static func cachePath(_ name: String) -> String? {
    let environment = current
    let bases = [environment["XDG_CACHE_HOME"], environment["HOME"].map { $0 + "/.cache" }]
    return bases.lazy.compactMap(\.self).first { $0.hasPrefix("/") }
      .map { $0 + "/ocisandbox/" + name }
  }

  /// The user's home folders: by the environment, and by the user database, since the first can be set
  /// to anything.
  var homes: [String] {
    var homes = [self["HOME"]].compactMap(\.self)
    if let entry = unsafe getpwuid(getuid()), let folder = unsafe entry.pointee.pw_dir {
      homes.append(unsafe String(cString: folder))
    }
    return homes
  }
}
