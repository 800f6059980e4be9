public import SandboxExecution

/// What one probe was to find, and what it found.
public struct ProbeResult: Sendable, Hashable {
  /// What a probe is about.
  public enum Category: String, Sendable, Hashable, CaseIterable, Codable {
    /// A claim of the policy's own `expect:`.
    case expectations = "expect"
    /// Files of the host and of the run.
    case files
    /// Sockets, and what they reach.
    case network
    /// Processes of the run and of the host.
    case processes
    /// Namespaces that a program could make.
    case namespaces
    /// System calls, and the entries to them.
    case systemCalls = "system-calls"
    /// Limits, one by one.
    case limits
    /// What the caller could leave behind: descriptors, variables.
    case inheritance
    /// Programs that must work, in each language.
    case languages
  }

  /// What it is about.
  public let category: Category
  /// What is tried, such as `read /etc/shadow`.
  public let probe: String
  /// What the policy promises.
  public let expected: Expectation.Result
  /// What happened; `nil` where that cannot be told, which is no pass.
  public let observed: Expectation.Result?
  /// How: the error, the layer, the outcome.
  public let detail: String

  /// Whether the promise was kept.
  public var passes: Bool { observed == expected }
}

/// All that was found out about one policy.
public struct PolicyTestReport: Sendable, Hashable {
  /// The id of the policy.
  public let policy: String
  /// Where the policy is defined.
  public let origin: String
  /// One a probe, in the order of their categories.
  public let results: [ProbeResult]
  /// What could not be tried here, and why.
  public let skipped: [String]

  /// Whether every promise was kept.
  public var passes: Bool { results.allSatisfy(\.passes) }
}
