/// Collects what a compiler says: a note belongs to the diagnostic before it.
struct CompilerDiagnosticList {
  /// What was collected, at most ``ParserBounds/diagnostics``.
  private(set) var diagnostics: [Diagnostic] = []

  /// Adds a diagnostic, or a note to the last one.
  mutating func append(_ diagnostic: Diagnostic) {
    if diagnostic.severity == .note, let last = diagnostics.indices.last {
      guard diagnostics[last].notes.count < ParserBounds.notes else { return }
      diagnostics[last].notes.append(diagnostic)
    } else if !isFull {
      diagnostics.append(diagnostic)
    }
  }

  /// Whether no more diagnostics are kept.
  var isFull: Bool { diagnostics.count >= ParserBounds.diagnostics }

  /// Whether an error has been collected.
  var hasError: Bool { diagnostics.contains { $0.severity == .error } }
}

extension Diagnostic.Severity {
  /// The severity that compilers call `word`; `nil` for a word that is none.
  init?(compilerWord word: some StringProtocol) {
    switch word.lowercased() {
    case "error", "fatal error", "fatal", "internal compiler error", "sorry, unimplemented":
      self = .error
    case "warning", "warn": self = .warning
    case "note", "remark", "info", "information", "hint": self = .note
    default: return nil
    }
  }
}
