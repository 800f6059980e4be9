internal import SandboxExecution

/// Reads what a C compiler said, gcc or clang: the `c-compiler` of manifests.
///
/// Its text says which messages there are. Where the stage's driver has had gcc repeat them as JSON into its report,
/// a message is told as it stands there: with fix-its, the end of its range, and exact columns.
public struct CCompilerParser: DiagnosticParser {
  /// Creates the parser.
  public init() {}

  /// The compiler's and the linker's diagnostics, in the order of the text.
  public func diagnostics(in report: StageReport) -> [Diagnostic] {
    let structured = Self.structured(report)
    var files = ProgramFiles(report)
    var list = CompilerDiagnosticList()
    // gcc's text counts the cells of a terminal, clang's bytes.
    CompilerTextReader.read(
      report.standardError, columns: structured.isEmpty ? .utf8 : .cell, stage: report.stage,
      into: &list, &files)
    return list.diagnostics.map { printed in
      structured.first {
        $0.file == printed.file && $0.line == printed.line && $0.severity == printed.severity
          && $0.message == printed.message
      } ?? printed
    }
  }

  private static func structured(_ report: StageReport) -> [Diagnostic] {
    guard let text = report.driverReport?.text, !text.isEmpty else { return [] }
    var files = ProgramFiles(report)
    var list = CompilerDiagnosticList()
    for case .messages(let messages) in GCCOutputPart.split(text) {
      for message in messages { list.append(message.diagnostic(stage: report.stage, &files)) }
    }
    return list.diagnostics
  }
}
