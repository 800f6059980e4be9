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
  /// Whether its root is another one than that of the mount namespace: then the kernel makes none
  /// (user_namespaces(7), clone(2): EPERM).
  var isInChroot = false

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
      isFiltered: filter?.hasSuffix("2") ?? false, isRoot: geteuid() == 0,
      isInChroot: isChrooted())
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
      if isInChroot {
        return Cause(
          reason: "in a chroot none can be made",
          fix: "enter the folder with pivot_root(8) or switch_root(8), or as a container\(without)")
      }
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

  /// Whether its root is not that of pid 1, in whose mount namespace it is. Only root may look there.
  private static func isChrooted() -> Bool {
    func identity(_ path: String) -> [UInt64]? {
      var status = stat()
      return unsafe stat(path, &status) == 0 ? [UInt64(status.st_dev), UInt64(status.st_ino)] : nil
    }
    guard let own = identity("/proc/self/ns/mnt"), own == identity("/proc/1/ns/mnt"),
      let first = identity("/proc/1/root/")
    else { return false }
    return identity("/") != first
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
