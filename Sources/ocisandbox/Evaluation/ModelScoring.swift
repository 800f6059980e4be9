import OCISandbox
import SandboxEvaluation
import SandboxRefinement

/// What an evaluation of a model came to.
struct ModelScoring: Encodable {
  let subject: ModelEvaluationSubject
  let rounds: RoundScore
  let answers: [TaskRounds]
  let notJudged: Int
  let wallTime: Double

  private enum Key: String, CodingKey {
    case schema, settings, score
    case notJudged = "not_judged"
    case wallTime = "wall_time_seconds"
  }

  /// Encodes the document of `ocisandbox eval --model ... --json`.
  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(1, forKey: .schema)
    try object.encode(subject, forKey: .settings)
    try object.encode(rounds, forKey: .score)
    try object.encode(notJudged, forKey: .notJudged)
    try object.encode(wallTime, forKey: .wallTime)
  }

  /// The score for a person, as the paper prints it: single turn first, then with feedback.
  var table: String {
    var rows = [["after", "answers", "tests", "passed", "pass@1", "95%", "fixed", "broken"]]
    for round in rounds.rounds {
      for (name, standing) in [("base", Optional(round.base)), ("plus", round.plus)] {
        guard let standing else { continue }
        let interval = standing.share.interval
        rows.append([
          round.number == 1 ? "single turn" : "round \(round.number)", "\(round.answers)", name,
          "\(standing.passed) of \(rounds.tasks)", Score.percent(standing.share.value),
          "\(Score.percent(interval.lowerBound)) to \(Score.percent(interval.upperBound))",
          round.number == 1 ? "" : "\(standing.fixed)",
          round.number == 1 ? "" : "\(standing.broken)",
        ])
      }
    }
    let told =
      subject.feedback == "none"
      ? "one answer" : "feedback \(subject.feedback), \(subject.profile), \(subject.exposure)"
    return "\(subject.benchmark), \(subject.model), \(told)\n" + Table.text(rows)
  }

  /// What is to be known besides.
  var remarks: String {
    var text = ""
    if rounds.withoutProgram > 0 {
      text += "\(rounds.withoutProgram) tasks ended with an answer without a program\n"
    }
    if rounds.failures > 0 {
      let reason = answers.lazy.compactMap(\.error).first ?? ""
      text += "the model failed in \(rounds.failures) tasks, which count as not passed: \(reason)\n"
    }
    if rounds.leaks > 0 {
      text += "\(rounds.leaks) lines of the critic gave the reference away, and were taken out\n"
    }
    if notJudged > 0 {
      text +=
        "\(notJudged) tasks were not judged and count neither way: the sandbox, or the task's own solution, failed\n"
    }
    return text
  }

  /// The document as text.
  func json() throws -> String { try JSONText.of(self) }
}
