internal import SandboxDiagnostics
internal import SandboxLanguages

/// A page of its own: no network, no other file. Samples open without a script.
struct HTMLReport {
  let score: Score
  /// What a model scored with each further answer, and its answers; `nil` where samples were judged.
  var rounds: (score: RoundScore, tasks: [TaskRounds])?

  /// The page.
  var page: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(MarkupText.escaped(score.benchmark.rawValue)): \(score.samples.count) samples</title>
    <style>
    \(Self.style)
    </style>
    </head>
    <body>
    <main>
    <h1>\(MarkupText.escaped(score.benchmark.rawValue))</h1>
    <p class="about">\(about)</p>
    \(scores)\(roundTable)
    <h2>Verdicts</h2>
    \(bars(verdictCounts))
    <h2>CPU time of a sample</h2>
    \(bars(Self.histogram(score.samples.map(\.verdict.cpuTime), Self.seconds)))
    <h2>Memory of a sample</h2>
    \(bars(Self.histogram(score.samples.map { Double($0.verdict.peakMemory) / 1_048_576 }, Self.mebibytes)))
    <h2>Samples</h2>
    \(samples)
    </main>
    </body>
    </html>

    """
  }

  private var about: String {
    var words =
      "\(score.samples.count) samples of \(Set(score.samples.map(\.sample.task)).count) tasks."
    if !score.missingTasks.isEmpty {
      words += " \(score.missingTasks.count) tasks have no sample and count neither way."
    }
    if score.notJudged > 0 {
      words += " \(score.notJudged) samples were not judged, because the sandbox failed."
    }
    if score.sharedProcess > 0 {
      words += " \(score.sharedProcess) samples shared a process with their tests."
    }
    return words
  }

  private var scores: String {
    var rows = ""
    for (name, list) in [("base", Optional(score.base)), ("plus", score.plus)] {
      for item in list ?? [] {
        let low = Self.percent(item.interval.lowerBound)
        let high = Self.percent(item.interval.upperBound)
        rows +=
          "<tr><td>\(name)</td><td>pass@\(item.k)</td><td class=\"number\"><b>\(Self.percent(item.value))</b></td><td class=\"number\">\(low) to \(high)</td></tr>\n"
      }
    }
    return """
      <div class="wide"><table>
      <tr><th>tests</th><th></th><th class="number">score</th><th class="number">95% confidence</th></tr>
      \(rows)</table></div>
      """
  }

  private var roundTable: String {
    guard let score = rounds?.score else { return "" }
    var rows = ""
    for round in score.rounds {
      for (name, standing) in [("base", Optional(round.base)), ("plus", round.plus)] {
        guard let standing else { continue }
        let numbers = [
          "\(round.answers)", "<b>\(standing.passed)</b>", Self.percent(standing.share.value),
          round.number == 1 ? "" : "\(standing.fixed)",
          round.number == 1 ? "" : "\(standing.broken)",
          round.number == 1 ? "" : "\(standing.unchanged)",
        ]
        rows += "<tr><td>\(round.number)</td><td>\(name)</td>"
        rows += numbers.map { "<td class=\"number\">\($0)</td>" }.joined() + "</tr>\n"
      }
    }
    let heads = ["answers", "passed", "pass@1", "fixed", "broken", "unchanged"]
      .map { "<th class=\"number\">\($0)</th>" }.joined()
    return """

      <h2>Rounds</h2>
      <div class="wide"><table>
      <tr><th>after round</th><th>tests</th>\(heads)</tr>
      \(rows)</table></div>
      """
  }

  /// The answers before the last one, and what the model was told of each.
  private func earlierRounds(of task: String) -> String {
    guard let found = rounds?.tasks.first(where: { $0.task == task }) else { return "" }
    return found.rounds.enumerated().dropLast().map { index, round in
      let word = (round.verdict?.plus ?? round.verdict?.base)?.rawValue ?? "no program"
      return """
        <h3>Answer \(index + 1): \(word)</h3><pre>\(MarkupText.escaped(round.program ?? round.answer))</pre>\
        <h3>What the model was told</h3><pre>\(MarkupText.escaped(round.feedback ?? ""))</pre>
        """
    }.joined() + (found.rounds.count > 1 ? "<h3>Answer \(found.rounds.count)</h3>" : "")
  }

  private var verdictCounts: [(String, Int)] {
    score.verdicts.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
      .map { ($0.key.rawValue, $0.value) }
      + (score.notJudged > 0 ? [("not judged", score.notJudged)] : [])
  }

  private func bars(_ counts: [(String, Int)]) -> String {
    let most = max(1, counts.map(\.1).max() ?? 1)
    let rows = counts.map { name, count in
      """
      <tr><th>\(MarkupText.escaped(name))</th><td class="number">\(count)</td>\
      <td class="bar"><span class="\(MarkupText.escaped(name))" style="width:\(count == 0 ? 0 : max(1, count * 100 / most))%"></span></td></tr>
      """
    }
    return "<table class=\"bars\">\n\(rows.joined(separator: "\n"))\n</table>"
  }

  /// Counts by powers of two.
  private static func histogram(
    _ values: [Double], _ name: (Double) -> String
  ) -> [(String, Int)] {
    let steps = values.filter { $0 > 0 }.map { Int(($0).exponent) }
    guard let first = steps.min(), let last = steps.max() else { return [] }
    return (first...last).map { step in
      (
        "up to " + name(Double(sign: .plus, exponent: step + 1, significand: 1)),
        steps.count { $0 == step }
      )
    }
  }

  private static func seconds(_ value: Double) -> String {
    value < 1 ? "\(max(1, Int((value * 1000).rounded()))) ms" : "\(Int(value.rounded())) s"
  }

  private static func mebibytes(_ value: Double) -> String {
    value < 1 ? "\(Int((value * 1024).rounded())) KiB" : "\(Int(value.rounded())) MiB"
  }

  private var samples: String {
    score.samples.map { item in
      let verdict = item.verdict
      let word = (verdict.plus ?? verdict.base)?.rawValue ?? "not judged"
      let base =
        verdict.base == .ok && verdict.plus != nil && verdict.plus != .ok ? " (base ok)" : ""
      let feedback =
        verdict.feedback.isEmpty
        ? "" : "<h3>Feedback</h3><pre>\(MarkupText.escaped(verdict.feedback))</pre>"
      return """
        <details><summary><b>\(MarkupText.escaped(item.sample.task))</b> #\(item.sample.number) \
        <span class="\(word)">\(word)\(base)</span> <small>\(Self.seconds(verdict.cpuTime))</small></summary>
        \(earlierRounds(of: item.sample.task))\
        <pre>\(MarkupText.escaped(item.sample.text.characters))</pre>\(feedback)</details>
        """
    }.joined(separator: "\n")
  }

  private static func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10)%"
  }

  private static let style = """
    :root { color-scheme: light dark; --line: light-dark(#d8dbe0, #3a3f47); --soft: light-dark(#f4f5f7, #1d2127);
      --good: light-dark(#1a7f4b, #4cc38a); --bad: light-dark(#b42318, #ff8a7a); --other: light-dark(#8a6100, #e2b340); }
    body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: light-dark(#1b1f24, #e4e7eb); background: light-dark(#fff, #13161a); }
    main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
    h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 2.5rem; font-size: 1.2rem; } h3 { font-size: 1rem; }
    table { border-collapse: collapse; } th { font-weight: normal; text-align: left; }
    .wide { overflow-x: auto; } .wide td, .wide th { padding: .4rem 1.2rem .4rem 0; border-bottom: 1px solid var(--line); }
    .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .bars { width: 100%; } .bars th { white-space: nowrap; padding-right: 1rem; } .bars .number { padding-right: .8rem; }
    .bar { width: 100%; } .bar span { display: block; height: .8rem; border-radius: 2px; background: var(--other); }
    .bar span.ok { background: var(--good); } .bar span.wrong_answer, .bar span.runtime_error { background: var(--bad); }
    details { border-bottom: 1px solid var(--line); } summary { cursor: pointer; padding: .45rem 0; }
    summary span { color: var(--bad); } summary span.ok { color: var(--good); } small { opacity: .7; }
    pre { overflow-x: auto; padding: .8rem; background: var(--soft); border-radius: 4px; font-size: .85rem; }
    """
}

extension Score {
  /// The report as one page of HTML that needs no network and no script.
  public var html: String { HTMLReport(score: self).page }

  /// The same, with what a model scored with each further answer.
  public func html(rounds: RoundScore, of tasks: [TaskRounds]) -> String {
    HTMLReport(score: self, rounds: (rounds, tasks)).page
  }
}
