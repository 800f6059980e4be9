import Testing

@testable import SandboxExecution

#if canImport(Glibc)
  import Glibc
#endif

@Suite("Why a host gives no namespaces")
struct NamespaceRestrictionsTests {
  private static func host(
    appArmor: Bool = false, debian: Bool = false, most: Int? = 1000, isFiltered: Bool = false,
    isRoot: Bool = false, isInChroot: Bool = false
  ) -> NamespaceRestrictions {
    NamespaceRestrictions(
      isRestrictedByAppArmor: appArmor, isRestrictedByDebian: debian, mostNamespaces: most,
      isFiltered: isFiltered, isRoot: isRoot, isInChroot: isInChroot)
  }

  @Test(
    "names the cause, and the setting that mends it",
    arguments: [
      (host(appArmor: true), EPERM, "AppArmor", "apparmor_restrict_unprivileged_userns=0"),
      (host(debian: true), EPERM, "unprivileged_userns_clone is 0", "unprivileged_userns_clone=1"),
      (host(appArmor: true, isFiltered: true), EACCES, "filter", "seccomp=unconfined"),
      // They do not restrict root, so they are not why it failed.
      (host(appArmor: true, debian: true, isRoot: true), EPERM, "this user", "seccomp=unconfined"),
      (host(isRoot: true, isInChroot: true), EPERM, "in a chroot", "switch_root(8)"),
      (host(most: 0), ENOSPC, "user.max_user_namespaces is 0", "max_user_namespaces=16384"),
      (host(), EINVAL, "the kernel does not have them", "Linux 5.14"),
    ])
  func cause(_ host: NamespaceRestrictions, _ error: Int32, _ reason: String, _ fix: String) throws
  {
    let cause = try #require(host.cause(of: error))
    #expect(cause.reason.contains(reason))
    #expect(cause.fix.contains(fix) && cause.fix.contains("--allow-degraded"))
  }

  @Test("claims no cause where there is none to see")
  func unknown() { #expect(Self.host().cause(of: EIO) == nil) }
}
