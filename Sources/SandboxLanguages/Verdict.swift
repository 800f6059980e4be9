public import SandboxExecution

/// What became of a program.
public enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
  /// It compiled, ran, and exited with status 0.
  case ok
  /// The compiler refused it.
  case compileError = "compile_error"
  /// It exited with another status, or by a signal.
  case runtimeError = "runtime_error"
  /// It used up its CPU time or its time on the clock.
  case timeLimit = "time_limit"
  /// It needed more memory than it may have.
  case memoryLimit = "memory_limit"
  /// It wrote more than it may.
  case outputLimit = "output_limit"
  /// It was refused a process or thread, and failed.
  case processLimit = "process_limit"
  /// It was refused room in its workspace, and failed.
  case diskLimit = "disk_limit"
  /// It made a call that its policy answers with its end.
  case policyViolation = "policy_violation"
  /// It ran, and gave another answer than the right one. Only a judge says so.
  case wrongAnswer = "wrong_answer"
  /// The sandbox could not do its work: nothing is known about the program.
  case sandboxError = "sandbox_error"

  /// The verdict of a stage that ended so. A compiler that fails by itself is a compile error; one that
  /// meets a limit has that limit's verdict.
  public init(_ outcome: Outcome, compiling isCompiling: Bool) {
    switch outcome {
    case .exited(code: 0): self = .ok
    case .exited, .signalled: self = isCompiling ? .compileError : .runtimeError
    case .timeLimitExceeded: self = .timeLimit
    case .memoryLimitExceeded: self = .memoryLimit
    case .outputLimitExceeded: self = .outputLimit
    case .processLimitExceeded: self = .processLimit
    case .diskLimitExceeded: self = .diskLimit
    case .policyViolated: self = .policyViolation
    }
  }
}

extension Outcome {
  /// The outcome in the words of the JSON result.
  public var word: String {
    switch self {
    case .exited: "exited"
    case .signalled: "signalled"
    default: Verdict(self, compiling: false).rawValue
    }
  }
}
