package import SandboxExecution

extension Outcome {
  /// How a probe or a watched program ended, for a report.
  package var words: String {
    switch self {
    case .exited(let code): "it ended with status \(code)"
    case .signalled(let signal): "signal \(signal) ended it"
    case .timeLimitExceeded(.cpu): "ended at the limit of cpu-time"
    case .timeLimitExceeded(.wall): "ended at the limit of wall-time"
    case .memoryLimitExceeded: "ended at the limit of memory"
    case .outputLimitExceeded: "ended at the limit of output"
    case .processLimitExceeded: "failed at the limit of processes"
    case .diskLimitExceeded: "failed at the limit of disk"
    case .policyViolated: "ended for a call that the policy kills for"
    }
  }
}
