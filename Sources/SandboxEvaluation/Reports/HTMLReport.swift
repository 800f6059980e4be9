internal import SandboxDiagnostics
internal import SandboxLanguages

/// A page of its own: no network, no other file. Samples open without a script.
struct HTMLReport {
  let score: Score
  /// What a model scored with each further answer, and its answers; `nil` where samples were judged.
  var rounds: (score: RoundScore, tasks: [TaskRounds])?
  /// Who was asked and how, and the same of other evaluations, for the table.
  var rows: [ReportRow] = []

  /// The page.
  var page: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(MarkupText.escaped(title)): \(score.samples.count) samples</title>
    <style>
    \(Self.style)
    \(filters)
    </style>
    </head>
    <body>
    <main>
    <h1>\(MarkupText.escaped(title))</h1>
    <p class="about">\(about)</p>
    \(scores)\(modelTable)\(roundTable)
    <h2>Verdicts</h2>
    \(verdictBars)
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

  private var title: String {
    score.benchmark.rawValue + (rows.first.map { ", " + $0.model } ?? "")
  }

  private var about: String {
    var words =
      "\(score.samples.count) samples of \(Set(score.samples.map(\.sample.task)).count) tasks."
    if let row = rows.first { words += " " + MarkupText.escaped(row.told) + "." }
    if !score.missingTasks.isEmpty {
      words += " \(score.missingTasks.count) tasks have no sample and count neither way."
    }
    if score.notJudged > 0 {
      words += " \(score.notJudged) samples were not judged:"
      words += " the sandbox, or the task's own solution, failed."
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
    let shares =
      score.rounds.map { ("base, round \($0.number)", $0.base.share.value) }
      + score.rounds.compactMap { round in
        round.plus.map { ("plus, round \(round.number)", $0.share.value) }
      }
    return """

      <h2>Rounds</h2>
      <div class="wide"><table>
      <tr><th>after round</th><th>tests</th>\(heads)</tr>
      \(rows)</table></div>
      <h2>Pass by round</h2>
      \(shareBars(shares))
      """
  }

  /// The table of the paper: a model a row, single turn and with each further answer, by base and plus tests.
  private var modelTable: String {
    guard !rows.isEmpty else { return "" }
    let most = rows.map(\.rounds.count).max() ?? 0
    let heads = (0..<most).map {
      "<th class=\"number\">\($0 == 0 ? "single turn" : "round \($0 + 1)")</th>"
    }
    .joined()
    let lines = rows.map { row in
      let cells = (0..<most).map { index in
        guard row.rounds.indices.contains(index) else { return "<td></td>" }
        let round = row.rounds[index]
        let plus = round.plus.map { " (\(Self.percent($0)))" } ?? ""
        return "<td class=\"number\">\(Self.percent(round.base))\(plus)</td>"
      }.joined()
      return """
        <tr><td>\(MarkupText.escaped(row.model))</td><td>\(MarkupText.escaped(row.told))</td>\
        <td class="number">\(row.tasks)</td>\(cells)</tr>
        """
    }.joined(separator: "\n")
    return """

      <h2>Models</h2>
      <p>pass@1 by base tests\(score.benchmark.hasPlus ? ", and in brackets by base and plus tests" : "")</p>
      <div class="wide"><table>
      <tr><th>model</th><th>told</th><th class="number">tasks</th>\(heads)</tr>
      \(lines)</table></div>
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
    return barTable(
      counts.map { name, count in
        (MarkupText.escaped(name), "\(count)", count == 0 ? 0 : max(1, count * 100 / most), "other")
      })
  }

  /// Shares of 1, on one scale.
  private func shareBars(_ shares: [(String, Double)]) -> String {
    barTable(
      shares.map { name, share in
        (name, Self.percent(share), Int((share * 100).rounded()), "ok share")
      })
  }

  /// How often each verdict is; unchecked, the samples that have it are hidden.
  private var verdictBars: String {
    let most = max(1, verdictCounts.map(\.1).max() ?? 1)
    return barTable(
      verdictCounts.map { name, count in
        let word = Self.word(name)
        return (
          "<label><input type=\"checkbox\" id=\"show-\(word)\" checked> \(MarkupText.escaped(name))</label>",
          "\(count)", max(1, count * 100 / most), word
        )
      })
  }

  private func barTable(_ rows: [(name: String, value: String, width: Int, kind: String)]) -> String
  {
    let lines = rows.map { row in
      """
      <tr><th>\(row.name)</th><td class="number">\(row.value)</td>\
      <td class="bar"><span class="\(row.kind)" style="width:\(row.width)%"></span></td></tr>
      """
    }
    return "<table class=\"bars\">\n\(lines.joined(separator: "\n"))\n</table>"
  }

  /// A verdict as a name in the style sheet.
  private static func word(_ verdict: String) -> String { verdict.replacing(" ", with: "_") }

  /// Hides what is unchecked.
  private var filters: String {
    verdictCounts.map { name, _ in
      let word = Self.word(name)
      return "body:has(#show-\(word):not(:checked)) details.\(word) { display: none; }"
    }.joined(separator: "\n")
  }

  /// Counts by steps of 1, 2 and 5.
  private static func histogram(
    _ values: [Double], _ name: (Double) -> String
  ) -> [(String, Int)] {
    let values = values.filter { $0 > 0 }
    guard let least = values.min(), let most = values.max() else { return [] }
    var limits: [Double] = []
    var power = 1e-6
    while limits.last ?? 0 < most {
      limits += [power, 2 * power, 5 * power]
      power *= 10
    }
    let first = limits.firstIndex { $0 >= least } ?? 0
    let last = limits.firstIndex { $0 >= most } ?? limits.count - 1
    return (first...last).map { index in
      let below = index == 0 ? 0 : limits[index - 1]
      return (
        "up to " + name(limits[index]), values.count { $0 > below && $0 <= limits[index] }
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
        <details class="\(Self.word(word))"><summary><b>\(MarkupText.escaped(item.sample.task))</b> #\(item.sample.number) \
        <span class="\(Self.word(word))">\(word)\(base)</span> <small>\(Self.seconds(verdict.cpuTime))</small></summary>
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
    h1, h2, h3 { line-height: 1.2; } h1, p { overflow-wrap: break-word; } h2 { margin-top: 2.5rem; font-size: 1.2rem; } h3 { font-size: 1rem; }
    table { border-collapse: collapse; } th { font-weight: normal; text-align: left; }
    .wide { overflow-x: auto; } .wide td, .wide th { padding: .4rem 1.2rem .4rem 0; border-bottom: 1px solid var(--line); }
    .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .bars { width: 100%; } .bars th { white-space: nowrap; padding-right: 1rem; } .bars .number { padding-right: .8rem; }
    .bar { width: 100%; } .bar span { display: block; height: .8rem; border-radius: 2px; background: var(--other); }
    .bar:has(.share) { background: linear-gradient(var(--soft), var(--soft)) no-repeat center / 100% .8rem; }
    .bar span.ok { background: var(--good); } .bar span.wrong_answer, .bar span.runtime_error { background: var(--bad); }
    details { border-bottom: 1px solid var(--line); } summary { cursor: pointer; padding: .45rem 0; }
    summary span { color: var(--bad); } summary span.ok { color: var(--good); } small { opacity: .7; }
    pre { overflow-x: auto; padding: .8rem; background: var(--soft); border-radius: 4px; font-size: .85rem; }
    @media (max-width: 40rem) {
      h1 { font-size: 1.4rem; } .wide { font-size: .85rem; } .wide td, .wide th { padding-right: .6rem; }
    }
    """
}

extension Score {
  /// The report as one page of HTML that needs no network and no script.
  public var html: String { HTMLReport(score: self).page }

  /// The same, with what a model scored with each further answer.
  ///
  /// - Parameters:
  ///   - rounds: The score after each round.
  ///   - tasks: The answers.
  ///   - rows: Who was asked and how, then other evaluations to compare with.
  /// - Returns: The page.
  public func html(rounds: RoundScore, of tasks: [TaskRounds], rows: [ReportRow]) -> String {
    HTMLReport(score: self, rounds: (rounds, tasks), rows: rows).page
  }
}
