#if canImport(Glibc)
  import Glibc
#endif

/// The sandbox could not do its work; nothing about the program is known.
public struct SandboxError: Error, Hashable {
  /// The step that failed, in the order in which they are taken.
  public enum Step: Int32, Sendable, Hashable {
    /// Starting the launcher or a process of its own.
    case spawn = 1
    /// Compiling the system call filter.
    case filter
    /// Making the namespaces.
    case namespaces
    /// Writing the user and group maps.
    case userMap
    /// Building the read-only root and the workspace.
    case mounts
    /// Writing the files into the workspace.
    case files
    /// Setting the resource limits.
    case limits
    /// Changing user and groups.
    case credentials
    /// Dropping capabilities.
    case capabilities
    /// Entering Landlock.
    case landlock
    /// Installing the system call filter.
    case seccomp
    /// Starting the program.
    case execute
  }

  /// Where it failed.
  public let step: Step
  /// The errno(3) of that step.
  public let errorNumber: Int32

  /// Creates an error, for executors other than the built-in one and for tests.
  public init(step: Step, errorNumber: Int32) {
    self.step = step
    self.errorNumber = errorNumber
  }
}

extension SandboxError: CustomStringConvertible {
  /// What failed, why, and how to fix it where that is known.
  public var description: String {
    let reason = unsafe String(cString: strerror(errorNumber))
    switch step {
    case .namespaces where errorNumber == EPERM || errorNumber == ENOSPC || errorNumber == EUSERS:
      return """
        cannot make namespaces: \(reason)
        hint: allow user namespaces (sysctl user.max_user_namespaces, \
        kernel.apparmor_restrict_unprivileged_userns=0), or run as root outside a container
        """
    case .execute:
      return """
        cannot start the program: \(reason)
        hint: the executable must be in the workspace or under a readable path
        """
    default:
      return "the sandbox failed at step \(step): \(reason)"
    }
  }
}
