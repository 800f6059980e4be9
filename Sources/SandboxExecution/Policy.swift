/// What a run may do, as a value: its limits, what it sees, and which layers must hold.
///
/// A policy decides nothing by itself; ``SandboxExecutor`` enforces it. The YAML form is read by
/// SandboxCatalog, strictly.
public struct Policy: Sendable, Hashable, Codable {
  /// The name by which it is chosen.
  public var id: String
  /// One sentence for people.
  public var summary: String
  /// What one run may use.
  public var limits: Limits
  /// What of the host's files is visible.
  public var fileSystem: FileSystemAccess
  /// What of the network is reachable.
  public var network: NetworkAccess
  /// The environment variables of the program.
  public var environment: EnvironmentRules
  /// What a program's parent has loaded before the program starts, where it is forked from one (``Start/warm``):
  /// names in its language, such as Python's `numpy`. It changes no permission, only how long a start takes.
  public var preload: [String]
  /// Which system calls reach the kernel.
  public var systemCalls: SystemCallRules
  /// What happens where the host cannot give a layer. A layer that is not named is best-effort.
  public var enforcement: [IsolationLayer: Requirement]
  /// Claims that `ocisandbox policy test` checks.
  public var expectations: [Expectation]

  /// Creates a policy; every value defaults to that of the built-in `default` policy.
  public init(
    id: String = "default",
    summary: String =
      "One untrusted program. No network, no new privileges, writes only in its workspace.",
    limits: Limits = Limits(), fileSystem: FileSystemAccess = FileSystemAccess(),
    network: NetworkAccess = .none, environment: EnvironmentRules = EnvironmentRules(),
    preload: [String] = [], systemCalls: SystemCallRules = SystemCallRules(),
    enforcement: [IsolationLayer: Requirement] = Policy.defaultEnforcement,
    expectations: [Expectation] = []
  ) {
    self.id = id
    self.summary = summary
    self.limits = limits
    self.fileSystem = fileSystem
    self.network = network
    self.environment = environment
    self.preload = preload
    self.systemCalls = systemCalls
    self.enforcement = enforcement
    self.expectations = expectations
  }

  /// Everything required but Landlock and the cgroup, which not every host has.
  public static let defaultEnforcement: [IsolationLayer: Requirement] = [
    .namespaces: .required, .seccomp: .required, .noNewPrivileges: .required,
    .capabilities: .required, .resourceLimits: .required, .landlock: .bestEffort,
    .cgroup: .bestEffort,
  ]
}

/// What of the host's files a run sees.
public struct FileSystemAccess: Sendable, Hashable, Codable {
  /// Host paths that are readable inside, at the same place; absent ones are left out.
  /// ``toolchainPrefix`` stands for the paths that the command's toolchain needs.
  public var read: [String]
  /// Places that may be written: ``workspace`` only, which `/tmp` goes with.
  public var write: [String]

  /// The placeholder for ``Command/toolchainPaths``.
  public static let toolchainPrefix = "{toolchain-prefix}"
  /// The placeholder for the workspace of the run.
  public static let workspace = "{workspace}"

  /// Creates a view; by default the system's programs and libraries, and the toolchain's.
  public init(
    read: [String] = ["/usr", "/lib", "/lib64", "/bin", FileSystemAccess.toolchainPrefix],
    write: [String] = [FileSystemAccess.workspace]
  ) {
    self.read = read
    self.write = write
  }

  /// The host paths that a command may read which needs `toolchainPaths`, each once.
  public func readablePaths(with toolchainPaths: [String]) -> [String] {
    // A toolchain in a folder that every run sees is no second mount.
    var seen: Set<String> = []
    return read.flatMap { $0 == Self.toolchainPrefix ? toolchainPaths : [$0] }
      .filter { seen.insert($0).inserted }
  }
}

/// What of the network a run reaches.
public enum NetworkAccess: String, Sendable, Hashable, Codable, CaseIterable {
  /// Nothing; only `AF_UNIX` sockets within the run.
  case none
  /// A loopback interface of its own, which nothing else is on.
  case loopback
  /// The host's network.
  case host
}

/// The environment variables of the program.
public struct EnvironmentRules: Sendable, Hashable, Codable {
  /// Names taken from the caller's environment, where they are set there.
  public var inherit: [String]
  /// Variables set; ``FileSystemAccess/workspace`` is replaced by the workspace's path inside.
  public var set: [String: String]

  /// Creates rules; by default nothing is inherited.
  public init(
    inherit: [String] = [],
    set: [String: String] = [
      "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": FileSystemAccess.workspace,
      "TMPDIR": "/tmp",
    ]
  ) {
    self.inherit = inherit
    self.set = set
  }
}

/// Which system calls reach the kernel. Entries are names (`openat`) or groups (`@file-io`).
public struct SystemCallRules: Sendable, Hashable, Codable {
  /// What a call answers that no list names.
  public enum Default: String, Sendable, Hashable, Codable, CaseIterable {
    /// `ENOSYS`, so that libraries fall back as on an older kernel.
    case unavailable = "errno(ENOSYS)"
    /// `EPERM`.
    case refused = "errno(EPERM)"
    /// The run ends, with a policy violation.
    case kill
  }

  /// What a call answers that no list names.
  public var unlisted: Default
  /// Calls that are executed.
  public var allow: [String]
  /// Calls refused with `EPERM`, and reported.
  public var refuse: [String]
  /// Calls that end the run with a policy violation.
  public var kill: [String]

  /// Creates rules; by default what the four built-in languages and common libraries need.
  public init(
    unlisted: Default = .unavailable, allow: [String] = ["@default"],
    refuse: [String] = ["@privileged"], kill: [String] = []
  ) {
    self.unlisted = unlisted
    self.allow = allow
    self.refuse = refuse
    self.kill = kill
  }
}

/// A layer of the isolation that a host may be unable to give.
public enum IsolationLayer: String, Sendable, Hashable, Codable, CaseIterable,
  CodingKeyRepresentable
{
  /// User, pid, mount, net, ipc, uts and cgroup namespaces, with a root of its own.
  case namespaces
  /// The system call filter.
  case seccomp
  /// `PR_SET_NO_NEW_PRIVS`.
  case noNewPrivileges = "no-new-privileges"
  /// No capabilities, the bounding set included.
  case capabilities
  /// `setrlimit(2)`.
  case resourceLimits = "rlimits"
  /// Landlock, at any ABI.
  case landlock
  /// A cgroup with memory and pids, v1 or v2.
  case cgroup
}

/// Whether a run may start without a layer.
public enum Requirement: String, Sendable, Hashable, Codable, CaseIterable {
  /// Without it nothing runs.
  case required
  /// Without it the run goes on, and ``ExecutionResult/enforcement`` says so.
  case bestEffort = "best-effort"
}

/// A claim about a policy that a probe can check.
public struct Expectation: Sendable, Hashable, Codable {
  /// The probe's name: `read-file`, `connect`, `system-call`, ...
  public var probe: String
  /// The probe's arguments: `path`, `address`, `name`, ...
  public var arguments: [String: String]
  /// What the probe must observe.
  public var result: Result

  /// What a probe observed.
  public enum Result: String, Sendable, Hashable, Codable, CaseIterable {
    /// It worked.
    case allowed
    /// It did not.
    case denied
  }

  /// Creates a claim.
  public init(probe: String, arguments: [String: String], result: Result) {
    self.probe = probe
    self.arguments = arguments
    self.result = result
  }
}
