import SandboxExecution

/// The strings that OpenCodeInterpreter's models were trained on, byte for byte where they are well
/// formed: its evaluation's feedback on a failed test, and its demo's on a program.
///
/// Where the original says nothing (a crash, a time limit of the whole program) or leaks the harness,
/// this says `Execution timed out.` or the message alone. Its demo keeps 200 characters of either end of
/// more than 1,000; so does this.
public struct OCIProfile: FeedbackProfile {
  /// Creates the profile.
  public init() {}

  /// The text, without a line end.
  public func render(_ account: RunAccount, within budget: FeedbackBudget?) -> String {
    let text = text(account)
    guard let budget else { return text }
    return [FeedbackPart(rank: 0, lines: [text], keepsEnds: true)]
      .lines(within: budget).joined(separator: "\n")
  }

  private func text(_ account: RunAccount) -> String {
    if account.succeeded {
      guard !account.standardOutput.isEmpty else {
        return "Code is executed, but result is empty. Please make sure that you include test case "
          + "in your code."
      }
      return Self.truncated(account.standardOutput)
    }
    if case .timeLimitExceeded = account.outcome { return "Execution timed out." }
    if let test = account.failedTests.first(where: { $0.expected != nil }) {
      return Self.withoutBlankEnd(
        "The results aren't as expected.\nInput: \(test.input ?? "")\n"
          + "Expected Output: \(Self.printed(test.expected, of: test))\n"
          + "Actual Output: \(Self.printed(test.actual, of: test))")
    }
    guard let primary = account.primary else { return account.verdict }
    return Self.withoutBlankEnd(error(primary, in: account.language))
  }

  /// The original printed what was expected and what came as `print` does: text without quotation marks.
  private static func printed(_ value: String?, of test: FailedTest) -> String {
    guard let value else { return "" }
    return test.areValues ? PythonLiteral.text(value) ?? value : value
  }

  /// It filled up its text with blanks, and took off what is blank at the end.
  private static func withoutBlankEnd(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let last = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
    return String(scalars[...last])
  }

  private func error(_ diagnostic: Diagnostic, in language: String) -> String {
    if diagnostic.code == "missing_function", let name = diagnostic.values["function"] {
      return "Please rename your function to \(name) as there is no function named \(name)."
    }
    var text = ""
    if let line = diagnostic.line, diagnostic.stack.isEmpty {
      text = "  File \"<string>\", line \(line)\n"
      // What the parser does not find, but the compiler behind it, came without its line: there was no file to read.
      let isKnown =
        language != "python" || diagnostic.code != "SyntaxError" || diagnostic.column != nil
      if let source = diagnostic.source, isKnown {
        let indentation = source.prefix { $0 == " " || $0 == "\t" }.unicodeScalars.count
        text += "    \(source.dropFirst(indentation))\n"
        if let column = diagnostic.column {
          let start = max(0, column - 1 - indentation)
          let isOneLine = diagnostic.endLine == nil || diagnostic.endLine == line
          let width = isOneLine ? (diagnostic.endColumn ?? column + 1) - column : 1
          text +=
            "    " + String(repeating: " ", count: start)
            + String(repeating: "^", count: max(1, width)) + "\n"
        }
      }
    }
    let calls = diagnostic.stack.filter { $0.line != nil }.map {
      "  File \"<string>\", line \($0.line ?? 0), in \($0.function ?? "<module>")\n"
    }
    for (frame, (index, shown)) in zip(
      diagnostic.stack.filter { $0.line != nil }, calls.enumerated())
    {
      if let length = frame.repeatedCalls {
        // CPython counts the calls of one line only.
        let cycle = calls[max(0, index + 1 - length)...index].joined()
        text += shown + String(repeating: cycle, count: min(frame.repeats ?? 0, 1000 / length))
        continue
      }
      // CPython shows three calls of a recursion before it counts.
      let repeats = frame.repeats ?? 0
      text += String(repeating: shown, count: min(3, repeats + 1))
      if repeats > 2 {
        text += "  [Previous line repeated \(repeats - 2) more time\(repeats == 3 ? "" : "s")]\n"
      }
    }
    let message = Self.withoutSuggestion(diagnostic.message)
    if let code = diagnostic.code, code != message {
      text += "\(code): \(message)"
    } else {
      text += message
    }
    // The original cuts everything before the first `File`.
    return String(text.drop { $0 == " " })
  }

  /// Without CPython's suggestion of another name, which was not in the original's text.
  ///
  /// A name has no quotes: so the last quote before the end is where it begins, and one pass from the end finds it,
  /// however often the words stand before.
  static func withoutSuggestion(_ message: String) -> String {
    let bytes = message.utf8
    let (words, end) = (". Did you mean: ".utf8, "'?".utf8)
    guard bytes.suffix(end.count).elementsEqual(end),
      let quote = bytes.dropLast(end.count).lastIndex(of: UInt8(ascii: "'")),
      bytes[..<quote].suffix(words.count).elementsEqual(words)
    else { return message }
    return String(decoding: bytes[..<quote].dropLast(words.count), as: UTF8.self)
  }

  /// The demo's rule: of more than 1,000 characters 200 of either end.
  static func truncated(_ text: String) -> String {
    guard text.unicodeScalars.count > 1000 else { return text }
    let scalars = text.unicodeScalars
    return String(scalars.prefix(200)) + "\n...(truncated due to length)...\n"
      + String(scalars.suffix(200))
  }
}
