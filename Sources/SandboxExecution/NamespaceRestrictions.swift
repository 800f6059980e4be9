#if canImport(Glibc)
  import Glibc
#endif

/// What of this host can forbid user namespaces.
struct NamespaceRestrictions {
  /// `kernel.apparmor_restrict_unprivileged_userns`: Ubuntu 24.04 and newer.
  var isRestrictedByAppArmor: Bool
  /// `kernel.unprivileged_userns_clone` is 0: older Debian.
  var isRestrictedByDebian: Bool
  /// `user.max_user_namespaces`.
  var mostNamespaces: Int?
  /// Whether this process is under a system call filter, as containers put it.
  var isFiltered: Bool
  /// Whether it is root, as far as it can see.
  var isRoot: Bool

  /// Why, and how to mend it.
  struct Cause: Equatable {
    var reason: String
    var fix: String
  }

  static func ofThisHost() -> NamespaceRestrictions {
    func number(_ path: String) -> Int? {
      text(path).flatMap { Int($0.filter { !$0.isWhitespace }) }
    }
    let filter = text("/proc/self/status")?.split(separator: "\n").first {
      $0.hasPrefix("Seccomp:")
    }
    return NamespaceRestrictions(
      isRestrictedByAppArmor:
        number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1,
      isRestrictedByDebian: number("/proc/sys/kernel/unprivileged_userns_clone") == 0,
      mostNamespaces: number("/proc/sys/user/max_user_namespaces"),
      isFiltered: filter?.hasSuffix("2") ?? false, isRoot: geteuid() == 0)
  }

  /// The cause of a step's errno; `nil` where nothing here explains it.
  func cause(of number: Int32) -> Cause? {
    let without = "; or run with --allow-degraded, without namespaces"
    switch number {
    case ENOSPC, EUSERS:
      let most = mostNamespaces.map { "user.max_user_namespaces is \($0)" }
      return Cause(
        reason: most ?? "too many user namespaces",
        fix: "raise the number of user namespaces: sysctl user.max_user_namespaces=16384" + without)
    case EPERM, EACCES:
      if isFiltered {
        return Cause(
          reason: "a system call filter, such as a container's profile, forbids it",
          fix: """
            start the container with --security-opt seccomp=unconfined \
            --security-opt apparmor=unconfined --security-opt systempaths=unconfined\(without)
            """)
      }
      if isRestrictedByAppArmor, !isRoot {
        return Cause(
          reason: "AppArmor restricts unprivileged user namespaces",
          fix: """
            sysctl kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile for this \
            program that allows userns, or run as root\(without)
            """)
      }
      if isRestrictedByDebian, !isRoot {
        return Cause(
          reason: "kernel.unprivileged_userns_clone is 0",
          fix: "sysctl kernel.unprivileged_userns_clone=1, or run as root" + without)
      }
      return Cause(
        reason: "this user may not make them",
        fix: """
          allow user namespaces, or run as root; in a container --security-opt seccomp=unconfined \
          --security-opt apparmor=unconfined\(without)
          """)
    case EINVAL, ENOSYS:
      return Cause(
        reason: "the kernel does not have them",
        fix: "use Linux 5.14 or newer with user namespaces" + without)
    default: return nil
    }
  }

  private static func text(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
