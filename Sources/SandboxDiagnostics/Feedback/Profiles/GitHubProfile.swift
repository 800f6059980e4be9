/// Workflow commands of GitHub Actions: one `::error file=...,line=...::message` a line.
public struct GitHubProfile: FeedbackProfile {
  /// Creates the profile.
  public init() {}

  /// The commands, each ended by a line end.
  ///
  /// A budget leaves out what is worth least, which a notice counts, and shortens the first error: its message, then its
  /// properties. Where there is no room for a command with a word in it, there is none.
  public func render(_ account: RunAccount, within budget: FeedbackBudget?) -> String {
    var parts = account.diagnostics.enumerated().map { index, diagnostic in
      let (word, properties) = Self.head(diagnostic)
      return Self.part(
        rank: diagnostic.severity == .error ? index : 1000 + index, word, properties,
        diagnostic.message)
    }
    for (index, test) in account.failedTests.enumerated() {
      parts.append(
        Self.part(
          rank: 100 + index, "error", ["title=test \(Self.property(test.name))"], Self.text(test)))
    }
    return parts.lines(within: budget) {
      "::notice::[... \($0) command\($0 == 1 ? "" : "s") left out ...]"
    }.map { $0 + "\n" }.joined()
  }

  private static func part(
    rank: Int, _ word: String, _ properties: [String], _ message: String
  ) -> FeedbackPart {
    func command(_ properties: [String], _ message: String) -> String {
      let list = properties.joined(separator: ",")
      return (properties.isEmpty ? "::\(word)::" : "::\(word) \(list)::") + data(message)
    }
    return FeedbackPart(rank: rank, lines: [command(properties, message)]) { budget in
      // All of them, then file and line, then none.
      let place = properties.filter { $0.hasPrefix("file=") || $0.hasPrefix("line=") }
      for properties in [properties, place, []] {
        let found = FeedbackPart.longest(max(1, message.count)) { length -> (String, Int)? in
          let text =
            if length >= message.count { message } else if length < 2 * AccountReduction.leastText {
              String(message.prefix(length)) + "[...]"
            } else { ProgramText.ends(message, keeping: length) }
          let line = command(properties, text)
          return budget.cost(of: line + "\n") <= budget.amount ? (line, length) : nil
        }
        // A place without words says less than words without a place.
        if let (line, length) = found, properties.isEmpty || length >= min(20, message.count) {
          return line
        }
      }
      return nil
    }
  }

  /// The command's word and its properties.
  private static func head(_ diagnostic: Diagnostic) -> (word: String, properties: [String]) {
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
    return (word, properties)
  }

  private static func text(_ test: FailedTest) -> String {
    var text = "failed"
    if let expected = test.expected { text += "\nexpected: \(expected)" }
    if let actual = test.actual { text += "\nactual: \(actual)" }
    return text
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
