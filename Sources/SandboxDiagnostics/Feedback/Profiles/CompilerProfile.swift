import SandboxExecution

/// The style of compilers, the same for every language: `file:line:column: severity: message`, the
/// line, what is meant underlined, values, stack, notes; then the output, and one line on the whole run.
///
/// What the program said never starts a line, nor ends what quotes it: a message stands behind its
/// severity, its further lines are indented, every line of output stands behind a bar, and control
/// characters are made visible. Two runs of the same kind give the same text: what was used is rounded
/// up in steps.
public struct CompilerProfile: FeedbackProfile {
  /// The most lines of output that are quoted where no budget is given.
  static let outputLines = 20
  /// The same where nothing but the output says why: of a program that ended itself, as test runners do.
  static let onlyOutputLines = 40

  /// Creates the profile.
  public init() {}

  /// The text, which ends in a line end.
  public func render(_ account: RunAccount, within budget: FeedbackBudget?) -> String {
    let lines = parts(account).lines(within: budget)
    return lines.map { $0 + "\n" }.joined()
  }

  private func parts(_ account: RunAccount) -> [FeedbackPart] {
    var parts: [FeedbackPart] = []
    var primary = account.primary
    // What a language writes of a failure that was understood is told better by the diagnostic.
    let quotesErrors =
      !account.standardError.isEmpty
      && (account.succeeded || primary?.file == nil || primary?.code == nil)
    // The cause first, whatever a compiler warned of before.
    let own = primary
    if quotesErrors { primary?.notes.removeAll { $0.isLastLine } }
    if let primary { parts += self.parts(primary, isPrimary: true) }
    for diagnostic in account.diagnostics where diagnostic != own {
      parts += self.parts(diagnostic, isPrimary: false)
    }
    for (index, test) in account.failedTests.enumerated() {
      parts.append(
        FeedbackPart(rank: index == 0 ? 1 : 8, lines: lines(test), keepsEnds: true))
    }
    let bound =
      account.succeeded ? Int.max : primary?.code == nil ? Self.onlyOutputLines : Self.outputLines
    parts += output(account.standardOutput, "standard output", bound)
    if quotesErrors {
      parts += output(account.standardError, "standard error", bound)
    }
    parts.append(FeedbackPart(rank: 2, lines: [account.summary]))
    return parts
  }

  private func parts(_ diagnostic: Diagnostic, isPrimary: Bool) -> [FeedbackPart] {
    let text = TextRenderer()
    guard isPrimary else {
      let lines =
        ProgramText.bounded(text.heading(diagnostic)) + text.excerpt(diagnostic)
        + text.stack(diagnostic)
        + text.values(diagnostic) + text.fixIts(diagnostic)
        + diagnostic.notes.flatMap { text.note($0) }
      return [FeedbackPart(rank: 9, lines: lines)]
    }
    return [
      FeedbackPart(
        rank: 0, lines: ProgramText.bounded(text.heading(diagnostic)), keepsEnds: true,
        whole: text.heading(diagnostic)),
      FeedbackPart(rank: 1, lines: text.excerpt(diagnostic)),
      FeedbackPart(rank: 3, lines: text.stack(diagnostic), keepsEnds: true, leastLines: 2),
      FeedbackPart(rank: 4, lines: text.values(diagnostic), keepsEnds: true),
      FeedbackPart(rank: 6, lines: text.fixIts(diagnostic)),
      FeedbackPart(
        rank: 6, lines: diagnostic.notes.flatMap { text.note($0) }, keepsEnds: true),
    ].filter { !$0.lines.isEmpty }
  }

  private func lines(_ test: FailedTest) -> [String] {
    var lines = ["test \(VisibleText.line(test.name)) failed:" + (test.isHidden ? " (hidden)" : "")]
    for (name, value) in [
      test.call.map { ("call", $0) } ?? ("input", test.input), ("expected", test.expected),
      ("actual", test.actual),
    ] {
      guard let value else { continue }
      lines.append("  \(name):")
      lines += ProgramText.quoted(value, mostLines: Self.outputLines).map { "  " + $0 }
    }
    return lines
  }

  private func output(_ text: String, _ name: String, _ mostLines: Int) -> [FeedbackPart] {
    guard !text.isEmpty else { return [] }
    return [
      FeedbackPart(
        rank: 5,
        lines: ["\(name):"] + ProgramText.quoted(text, mostLines: mostLines), keepsEnds: true,
        leastLines: 2)
    ]
  }
}

/// What a program printed, as lines that are marked as its own.
enum ProgramText {
  /// The lines of `text`, each behind a bar; of more than `mostLines` the first third and the last rest.
  static func quoted(_ text: String, mostLines: Int) -> [String] {
    var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    let line = { (bytes: Substring.UTF8View) in
      "  | " + shortened(VisibleText.line(Substring(bytes)))
    }
    guard lines.count > mostLines else { return lines.map(line) }
    let head = mostLines / 3
    let tail = mostLines - head
    return lines.prefix(head).map(line)
      + ["  [... \(lines.count - mostLines) lines dropped ...]"] + lines.suffix(tail).map(line)
  }

  /// The lines of a message: of more than 12 the first and the last 6, each shortened.
  static func bounded(_ lines: [String]) -> [String] {
    let kept =
      lines.count <= 12
      ? lines
      : lines.prefix(6) + ["    [... \(lines.count - 12) lines dropped ...]"] + lines.suffix(6)
    return kept.map(shortened)
  }

  /// A line of at most 500 characters: the two ends of a longer one.
  static func shortened(_ line: String) -> String {
    // Counting bytes first spares counting the characters of every short line.
    guard line.utf8.count > 500, line.count > 500 else { return line }
    return ends(line, keeping: 440)
  }

  /// That many characters of a text, half of them from either end, and the number of those between.
  static func ends(_ text: String, keeping count: Int) -> String {
    let dropped = text.count - count
    return
      "\(text.prefix(count - count / 2))[... \(dropped) characters dropped ...]\(text.suffix(count / 2))"
  }
}

extension RunAccount {
  /// The run in one line: verdict, cause, what was used.
  var summary: String {
    var text = verdict
    switch outcome {
    // Where no more may be told.
    case _ where diagnostics.isEmpty && failedTests.isEmpty && usage == nil: return text
    case .exited(let code) where !succeeded && stage == .run && verdict != "wrong_answer":
      text += ": exited with status \(code)"
    case .signalled(let number): text += ": ended by \(Signal(number).name)"
    default: break
    }
    if stage == .compile {
      text += succeeded ? ": it compiles" : ": it does not compile"
    } else if succeeded, standardOutput.isEmpty {
      text += ": it printed nothing"
    }
    guard let usage, stage == .run else { return text }
    func part(_ name: String, isUsedUp: Bool, _ step: String, _ limit: String) -> String {
      isUsedUp ? "\(name) all of \(limit)" : "\(name) under \(step) of \(limit)"
    }
    return text + "; "
      + [
        part(
          "time", isUsedUp: outcome == .timeLimitExceeded(.wall),
          Self.step(above: usage.wallTime).words, limits.wallTime.words),
        part(
          "CPU", isUsedUp: outcome == .timeLimitExceeded(.cpu),
          Self.step(above: usage.cpuTime).words, limits.cpuTime.words),
        part(
          "memory", isUsedUp: outcome == .memoryLimitExceeded,
          "\(Self.step(above: usage.peakMemory))", "\(limits.memory)"),
      ].joined(separator: ", ")
  }

  /// The next of 100 ms, 200 ms, 500 ms, 1 s, 2 s, 5 s, ... above a time.
  static func step(above time: Duration) -> Duration {
    var unit = Duration.milliseconds(100)
    while true {
      for factor in [1, 2, 5] where time < unit * factor { return unit * factor }
      unit *= 10
    }
  }

  /// The next power of two above a size, at least 16 MiB.
  static func step(above size: ByteCount) -> ByteCount {
    var step = ByteCount(mebibytes: 16)
    while step <= size, step.bytes < 1 << 60 { step = ByteCount(bytes: step.bytes * 2) }
    return step
  }
}
