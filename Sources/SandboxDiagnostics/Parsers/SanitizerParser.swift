import SandboxExecution

/// Reads what a program that was built with sanitizers met: the `sanitizer` of manifests.
///
/// Where the stage has a driver, the sanitizers' reports are those in its report. What the program prints is looked at for
/// undefined behavior only, which gcc's library tells nowhere else; without a driver, for all: a program can make that up.
public struct SanitizerParser: DiagnosticParser {
  /// Creates the parser.
  public init() {}

  /// The sanitizers' diagnostics, or what ``NativeCrashParser`` finds.
  public func diagnostics(in report: StageReport) -> [Diagnostic] {
    var files = ProgramFiles(report)
    let told = report.driverReport.map { OutputLines.split($0.text) } ?? []
    var found = SanitizerReader.read(told, report, &files)
    if found.isEmpty {
      found = SanitizerReader.read(OutputLines.split(report.standardError), report, &files)
        .filter { report.driverReport == nil || $0.code == "undefined-behavior" }
    }
    return found.isEmpty ? NativeCrashParser().diagnostics(in: report) : found
  }

  /// What the stacks that sanitizers wrote after the stop signal have in common.
  public func stoppedAt(in report: StageReport) -> [Diagnostic.Frame] {
    var files = ProgramFiles(report)
    let lines = OutputLines.split(report.driverReport?.text ?? "")
    let looks = SanitizerReader.read(lines, report, &files).map(\.stack)
    return StoppedStack.common(looks, &files).folded
  }
}
