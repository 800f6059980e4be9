import SandboxExecution

/// Reads what clang and `swiftc -diagnostic-style llvm` print: the `llvm-style` of manifests.
///
/// Both count columns in bytes. Linker errors, and errors without a place, are read too. Where the stage's driver puts
/// the diagnostics into its report as the compiler serializes them, as base64, a message is told as it stands there: with
/// fix-its and ranges.
public struct LLVMStyleParser: DiagnosticParser {
  /// Creates the parser.
  public init() {}

  /// The compiler's and the linker's diagnostics, with their notes.
  public func diagnostics(in report: StageReport) -> [Diagnostic] {
    var files = ProgramFiles(report)
    var list = CompilerDiagnosticList()
    CompilerTextReader.read(
      report.standardError, columns: .utf8, stage: report.stage, into: &list, &files)
    return list.diagnostics.completed(
      by: SerializedDiagnostics.read(
        report.driverReport?.text ?? "", stage: report.stage, &files))
  }
}
