/// Workflow commands of GitHub Actions: one `::error file=...,line=...::message` a line.
public struct GitHubProfile: FeedbackProfile {
  /// Creates the profile.
  public init() {}

  /// The commands, each ended by a line end. A budget leaves out commands from the end.
  public func render(_ account: RunAccount, within budget: FeedbackBudget?) -> String {
    var parts = account.diagnostics.enumerated().map { index, diagnostic in
      FeedbackPart(
        rank: diagnostic.severity == .error ? index : 1000 + index,
        lines: [Self.command(diagnostic)])
    }
    for (index, test) in account.failedTests.enumerated() {
      parts.append(
        FeedbackPart(
          rank: 100 + index,
          lines: ["::error title=test \(Self.property(test.name))::" + Self.text(test)]))
    }
    let kept = parts.lines(within: budget).map {
      // The statement on what was left out is a command too.
      $0.hasPrefix("::") ? $0 : "::notice::" + $0
    }
    return kept.map { $0 + "\n" }.joined()
  }

  private static func command(_ diagnostic: Diagnostic) -> String {
    let word =
      switch diagnostic.severity {
      case .error: "error"
      case .warning: "warning"
      case .note: "notice"
      }
    var properties: [String] = []
    if let file = diagnostic.file {
      properties.append("file=" + property(file))
      if let line = diagnostic.line {
        properties.append("line=\(line)")
        if let end = diagnostic.endLine { properties.append("endLine=\(end)") }
        if let column = diagnostic.column { properties.append("col=\(column)") }
        if diagnostic.endLine == line, let end = diagnostic.endColumn {
          properties.append("endColumn=\(end)")
        }
      }
    }
    if let code = diagnostic.code { properties.append("title=" + property(code)) }
    let list = properties.joined(separator: ",")
    let head = properties.isEmpty ? "::\(word)::" : "::\(word) \(list)::"
    return head + data(diagnostic.message)
  }

  private static func text(_ test: FailedTest) -> String {
    var text = "failed"
    if let expected = test.expected { text += "\nexpected: \(expected)" }
    if let actual = test.actual { text += "\nactual: \(actual)" }
    return data(text)
  }

  /// A message, in which a line end would end the command.
  private static func data(_ text: String) -> String {
    let escaped = text.replacing("%", with: "%25").replacing("\r", with: "%0D")
      .replacing("\n", with: "%0A")
    // A CR LF is one Character, which the replacements above do not look into.
    return VisibleText.line(escaped.replacing("\r\n", with: "%0D%0A"))
  }

  private static func property(_ text: String) -> String {
    data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
