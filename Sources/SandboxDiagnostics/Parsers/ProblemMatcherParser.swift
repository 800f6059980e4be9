/// Reads diagnostics with a manifest's own ``ProblemMatcher``s, one line at a time.
///
/// The first matcher that matches a line wins. A note belongs to the diagnostic before it. Columns count
/// bytes, as most compilers do. Standard error is read before standard output.
public struct ProblemMatcherParser: DiagnosticParser {
  private let matchers: [ProblemMatcher]

  /// Scalars of a line that are matched against, because time may grow with a power of this; what is left
  /// of the line is added to a message that goes on there.
  static let lineScalars = 512
  /// Time for one stage, after which the remaining lines are not looked at.
  static let budget = Duration.seconds(2)

  /// Creates a parser.
  ///
  /// - Throws: ``ProblemMatcherError`` for the first matcher that cannot work.
  public init(matchers: [ProblemMatcher]) throws(ProblemMatcherError) {
    for (index, matcher) in matchers.enumerated() {
      _ = try CompiledMatcher(matcher, index: index)
    }
    self.matchers = matchers
  }

  /// What the matchers find.
  public func diagnostics(in report: StageReport) -> [Diagnostic] {
    // `Regex` is not Sendable, so the value keeps the patterns; that they compile is known.
    let compiled = matchers.enumerated().compactMap { index, matcher in
      try? CompiledMatcher(matcher, index: index)
    }
    var files = ProgramFiles(report)
    var list = CompilerDiagnosticList()
    let start = ContinuousClock.now
    for text in [report.standardError, report.standardOutput] {
      for line in OutputLines.split(text) {
        guard start.duration(to: .now) < Self.budget else { return list.diagnostics }
        guard !line.utf8.isEmpty else { continue }
        let start = line.unicodeScalars.prefix(Self.lineScalars)
        let rest = line[start.endIndex...]
        for matcher in compiled {
          guard
            var found = matcher.diagnostic(in: String(Substring(start)), rest, report.stage, &files)
          else { continue }
          // A stage that did its work met no error, whatever it or the program said.
          if found.severity == .error { found.severity = report.printedSeverity }
          list.append(found)
          break
        }
      }
    }
    return list.diagnostics
  }
}

/// A matcher whose pattern has been compiled and whose groups are known to exist.
private struct CompiledMatcher {
  private let regex: Regex<AnyRegexOutput>
  private let matcher: ProblemMatcher
  private let names: Set<String>
  private let defaultSeverity: Diagnostic.Severity

  init(_ matcher: ProblemMatcher, index: Int) throws(ProblemMatcherError) {
    func error(_ reason: ProblemMatcherError.Reason) -> ProblemMatcherError {
      ProblemMatcherError(matcher: index, regexp: matcher.regexp, reason: reason)
    }
    let shape = PatternShape(matcher.regexp)
    if shape.nestsRepetition { throw error(.nestedRepetition) }
    do {
      // Scalars, because that is what columns count and what other editors' engines match.
      regex = try Regex(matcher.regexp).matchingSemantics(.unicodeScalar)
    } catch let failure {
      throw error(.invalidPattern(String(describing: failure)))
    }
    self.matcher = matcher
    names = shape.names
    for number in matcher.groups.compactMap(\.number)
    where number < 0 || number > shape.groupCount {
      throw error(.missingGroup(number, of: shape.groupCount))
    }
    guard matcher.message != nil || names.contains("message") else { throw error(.noMessage) }
    if let word = matcher.defaultSeverity {
      guard let severity = Diagnostic.Severity(compilerWord: word) else {
        throw error(.unknownSeverity(word))
      }
      defaultSeverity = severity
    } else {
      defaultSeverity = .error
    }
  }

  func diagnostic(
    in line: String, _ rest: Substring, _ stage: Diagnostic.Stage, _ files: inout ProgramFiles
  ) -> Diagnostic? {
    guard let match = try? regex.firstMatch(in: line) else { return nil }
    func text(_ number: Int?, _ name: String) -> Substring? {
      if let number { return match.output[number].substring }
      return names.contains(name) ? match.output.first { $0.name == name }?.substring : nil
    }
    func count(_ number: Int?, _ name: String) -> Int? {
      guard let text = text(number, name) else { return nil }
      var cursor = TextCursor(text)
      guard let value = cursor.number(), cursor.isAtEnd else { return nil }
      return value
    }
    var message = text(matcher.message, "message") ?? ""
    if message.endIndex == line.endIndex { message += rest }
    let severity = text(matcher.severity, "severity").flatMap {
      Diagnostic.Severity(compilerWord: $0)
    }
    var result = Diagnostic(
      severity: severity ?? defaultSeverity, stage: stage,
      code: text(matcher.code, "code").map(String.init),
      message: files.withoutWorkspace(OutputLines.message([message])))
    guard let path = text(matcher.file, "file"), let file = files.relativePath(of: path) else {
      return result
    }
    result.file = file
    result.line = count(matcher.line, "line")
    guard let line = result.line else { return result }
    result.source = files.line(line, of: file)
    result.column = count(matcher.column, "column").map {
      ColumnUnit.utf8.scalarColumn($0, in: result.source)
    }
    let endLine = count(matcher.endLine, "endLine")
    let endColumn = count(matcher.endColumn, "endColumn")
    guard result.column != nil, let endColumn else { return result }
    result.endLine = endLine ?? line
    result.endColumn = ColumnUnit.utf8.scalarColumn(
      endColumn, in: files.line(result.endLine, of: file))
    return result
  }
}

extension ProblemMatcher {
  fileprivate var groups: [(name: String, number: Int?)] {
    [
      ("file", file), ("line", line), ("column", column), ("endLine", endLine),
      ("endColumn", endColumn), ("severity", severity), ("code", code), ("message", message),
    ]
  }
}
