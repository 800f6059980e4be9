#if canImport(Glibc)
  import Glibc
#endif

/// The sandbox could not do its work; nothing about the program is known.
public enum SandboxError: Error, Hashable {
  /// The host cannot give a layer that the policy requires. Nothing was started.
  case layerUnavailable(IsolationLayer, reason: String, fix: String)
  /// A step failed, with its errno(3).
  case stepFailed(Step, errorNumber: Int32)
  /// The command or the policy makes no sense; the text says what and how to mend it.
  case invalidRequest(String)
  /// The task was cancelled. Everything that the run had started is gone.
  case cancelled

  /// A step, in the order in which they are taken. The numbers are those of `enum sandbox_step`.
  public enum Step: Int32, Sendable, Hashable {
    /// Starting a worker or a process of its own.
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
    /// Entering the cgroup.
    case cgroup
    /// Starting the program.
    case execute
  }
}

extension SandboxError: CustomStringConvertible {
  /// What failed, why, and how to fix it where that is known.
  public var description: String {
    switch self {
    case .layerUnavailable(let layer, let reason, let fix):
      return """
        the policy requires \(layer.rawValue), which this host does not give: \(reason)
        hint: \(fix)
        """
    case .invalidRequest(let text): return text
    case .cancelled: return "the run was cancelled"
    case .stepFailed(let step, let number): return Self.describe(step, number)
    }
  }

  private static func describe(_ step: Step, _ number: Int32) -> String {
    let reason = unsafe String(cString: strerror(number))
    switch step {
    case .execute:
      return """
        cannot start the program: \(reason)
        hint: the executable must be in the workspace or under a path that the policy lets it read
        """
    case .files where number == ENOSPC || number == EFBIG:
      return """
        the program's own files do not fit into its workspace: \(reason)
        hint: raise the policy's limits 'disk' and 'files'
        """
    case .files where [ENAMETOOLONG, EEXIST, ENOTDIR, EINVAL].contains(number):
      return "cannot put the program's files into its workspace: \(reason)"
    case .spawn where [EAGAIN, ENOMEM, EMFILE, ENFILE].contains(number):
      return """
        cannot start a worker: \(reason)
        hint: run fewer programs at once, or raise the host's limits of processes and open files
        """
    case .spawn where number == ECHILD:
      return """
        the worker ended without a report
        hint: was it killed by the host, for want of memory?
        """
    default:
      return "the sandbox failed at step '\(step)': \(reason)"
    }
  }

  /// Why there is no Landlock, and the fix (landlock(7)).
  static func landlockUnavailable(_ number: Int32) -> SandboxError {
    let without = "; or name it best-effort in the policy"
    switch number {
    case ENOSYS:
      return .layerUnavailable(
        .landlock, reason: "the kernel has no Landlock",
        fix: "use Linux 5.13 or newer with CONFIG_SECURITY_LANDLOCK\(without)")
    case EOPNOTSUPP:
      return .layerUnavailable(
        .landlock, reason: "it is in the kernel, but not enabled",
        fix: "start the kernel with 'landlock' in its lsm= list\(without)")
    default:
      let error = unsafe String(cString: strerror(number))
      return .layerUnavailable(
        .landlock,
        reason: "\(error) (a system call filter, such as a container's profile, forbids it)",
        fix: "start the container with --security-opt seccomp=unconfined\(without)")
    }
  }

  /// Why the namespaces could not be made, and the fix.
  static func namespacesUnavailable(_ step: Step, _ number: Int32) -> SandboxError {
    let host = NamespaceRestrictions.ofThisHost()
    let error = unsafe String(cString: strerror(number))
    let cause = host.cause(of: number)
    let reason = "step '\(step)' failed: \(error)" + (cause.map { " (\($0.reason))" } ?? "")
    let fix = "run 'ocisandbox doctor' for what this host gives; --allow-degraded runs without"
    return .layerUnavailable(.namespaces, reason: reason, fix: cause?.fix ?? fix)
  }
}
