import OCISandbox
import SandboxEvaluation

extension Score {
  /// The score for a person.
  var table: String {
    var text = "\(benchmark.rawValue): \(samples.count) samples\n"
    for (name, list) in [("base", Optional(base)), ("plus", plus)] {
      for item in list ?? [] {
        text += "  \(name)  pass@\(item.k)  \(Self.percent(item.value))"
        text +=
          "  (95%: \(Self.percent(item.interval.lowerBound)) to \(Self.percent(item.interval.upperBound)))\n"
      }
    }
    for (verdict, count) in verdicts.sorted(by: {
      ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue)
    }) {
      text += "  \(verdict.rawValue)  \(count)\n"
    }
    return text
  }

  /// What is to be known besides the score.
  var remarks: String {
    var text = ""
    if !missingTasks.isEmpty {
      let shown = missingTasks.prefix(3).joined(separator: ", ")
      text += "\(missingTasks.count) tasks have no sample and count neither way: \(shown)"
      text += missingTasks.count > 3 ? ", ...\n" : "\n"
    }
    if sharedProcess > 0 {
      text += "\(sharedProcess) samples shared a process with their tests; see docs/evaluation.md\n"
    }
    if notJudged > 0 {
      let reason = samples.first { !$0.verdict.isJudged }?.verdict.feedback ?? ""
      text +=
        "\(notJudged) samples were not judged, count neither way, and are in no result file of others' formats: \(reason)\n"
    }
    return text
  }

  static func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10)%"
  }
}
