import SandboxDiagnostics

@testable import SandboxExecution
@testable import SandboxLanguages

extension ExecutionResult {
  /// A result that no run gave.
  static func example(
    _ outcome: Outcome, output: CapturedOutput = CapturedOutput(head: []),
    errors: CapturedOutput = CapturedOutput(head: []), denied: [Denial] = []
  ) -> ExecutionResult {
    ExecutionResult(
      outcome: outcome, standardOutput: output, standardError: errors,
      wallTime: .milliseconds(21), cpuTime: .microseconds(18_250),
      peakMemory: ByteCount(bytes: 9_830_400), peakProcesses: 1, denied: denied, deniedUnlisted: 0,
      enforcement: Enforcement(
        namespaces: ["user", "pid"], seccomp: true, landlockABI: 7, capabilitiesDropped: true,
        noNewPrivileges: true, cgroup: nil, resourceLimits: true, missing: [.cgroup]),
      workspacePath: "/workspace")
  }
}

extension ProgramResult {
  /// A result that no run gave.
  static func example(
    _ verdict: Verdict, compile: ExecutionResult? = nil, run: ExecutionResult?,
    diagnostics: [Diagnostic] = []
  ) -> ProgramResult {
    ProgramResult(
      verdict: verdict, language: "python", policy: "default", entry: "main.py", limits: Limits(),
      toolchain: Toolchain(executable: "/usr/bin/python3", paths: []), compile: compile, run: run,
      diagnostics: diagnostics, artifacts: [])
  }
}
