internal import SandboxExecution

/// Reads what a C compiler said, gcc or clang: the `c-compiler` of manifests.
///
/// Its text says which messages there are. Where the stage's driver has had the compiler repeat them in a form for
/// programs into its report, a message is told as it stands there: with fix-its, the end of its range, and exact columns.
/// That is gcc's JSON, what clang serializes, or SARIF.
public struct CCompilerParser: DiagnosticParser {
  /// Creates the parser.
  public init() {}

  /// The compiler's and the linker's diagnostics, in the order of the text.
  public func diagnostics(in report: StageReport) -> [Diagnostic] {
    var files = ProgramFiles(report)
    let text = report.driverReport?.text ?? ""
    let isOfGCC = text[...].startsWithBytes("[")
    let structured = isOfGCC ? messages(text, report, &files) : read(text, report, &files)
    var list = CompilerDiagnosticList()
    // gcc's text counts the cells of a terminal, clang's bytes.
    CompilerTextReader.read(
      report.standardError, columns: isOfGCC ? .cell : .utf8, stage: report.stage, into: &list,
      &files)
    return list.diagnostics.completed(by: structured)
  }

  private func messages(
    _ text: String, _ report: StageReport, _ files: inout ProgramFiles
  ) -> [Diagnostic] {
    var list = CompilerDiagnosticList()
    for case .document(let messages) in PrintedDocument<[GCCMessage]>.split(text, at: "[") {
      for message in messages { list.append(message.diagnostic(stage: report.stage, &files)) }
    }
    return list.diagnostics
  }

  private func read(
    _ text: String, _ report: StageReport, _ files: inout ProgramFiles
  ) -> [Diagnostic] {
    var list = CompilerDiagnosticList()
    for case .document(let log) in PrintedDocument<SARIFLog>.split(text, at: "{") {
      log.read(stage: report.stage, into: &list, &files)
    }
    guard list.diagnostics.isEmpty else { return list.diagnostics }
    return SerializedDiagnostics.read(text, stage: report.stage, &files)
  }
}

extension [Diagnostic] {
  /// The same, each as `structured` has it, where that has it too.
  func completed(by structured: [Diagnostic]) -> [Diagnostic] {
    var rest = structured
    return map { printed in
      // One that is there twice in a line is told twice in the same order.
      guard
        let index = rest.firstIndex(where: {
          $0.file == printed.file && $0.line == printed.line && $0.severity == printed.severity
            && $0.message == printed.message
        })
      else { return printed }
      var found = rest.remove(at: index)
      found.code = found.code ?? printed.code
      if found.endColumn == nil, found.column == printed.column {
        (found.endLine, found.endColumn) = (printed.endLine, printed.endColumn)
      }
      return found
    }
  }
}
