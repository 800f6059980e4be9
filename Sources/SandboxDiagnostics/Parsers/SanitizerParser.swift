import SandboxExecution

/// Reads what a program that was built with sanitizers met: the `sanitizer` of manifests.
///
/// Where the stage has a driver, the sanitizers' reports are those in its report, and only if a record says that nothing
/// stands there that the program wrote before. Without a driver they are looked for in what the program printed, which it
/// can make up.
public struct SanitizerParser: DiagnosticParser {
  /// Creates the parser.
  public init() {}

  /// The sanitizers' diagnostics, or what ``NativeCrashParser`` finds.
  public func diagnostics(in report: StageReport) -> [Diagnostic] {
    var files = ProgramFiles(report)
    let text =
      report.driverReport.map {
        DriverRecord.read($0).contains { $0.kind == .report } ? $0.text : ""
      } ?? report.standardError
    let found = SanitizerReader.read(OutputLines.split(text), report, &files)
    return found.isEmpty ? NativeCrashParser().diagnostics(in: report) : found
  }

  /// What the stacks that sanitizers wrote after the stop signal have in common.
  public func stoppedAt(in report: StageReport) -> [Diagnostic.Frame] {
    var files = ProgramFiles(report)
    let lines = OutputLines.split(report.driverReport?.text ?? "")
    let looks = SanitizerReader.read(lines, report, &files).filter { $0.code == "stopped" }
      .map(\.stack)
    return StoppedStack.common(looks, &files).folded
  }
}
