import OCISandbox

/// An answer of a model to a task of HumanEval, and what its harness found.
struct RecordedAnswer: Decodable {
  let task: String
  let completion: String
  let result: String
  let passed: Bool

  private enum CodingKeys: String, CodingKey {
    case task = "task_id"
    case completion, result, passed
  }

  static func all(with executor: SandboxExecutor) async throws -> [RecordedAnswer] {
    try await Fixture.records(of: "humaneval_mistral_10x", with: executor)
  }

  /// The completion as that harness changed it before it ran it: without strings in three quotes, and
  /// with a tab before it where it starts with a word.
  var asJudged: String {
    var text = Self.withoutStrings(quoted: ["\"\"\""], in: completion)
    text = Self.withoutStrings(quoted: ["'''", "\"\"\""], in: text)
    text.replace("END CODE", with: "\n")
    return text.first.map { $0.isLetter || $0.isNumber || $0 == "_" } == true ? "\t" + text : text
  }

  private static func withoutStrings(quoted marks: [String], in text: String) -> String {
    var kept = ""
    var rest = text[...]
    while let first = rest.indices.first(where: { index in
      marks.contains { mark in
        rest[index...].hasPrefix(mark) && rest[index...].dropFirst(3).contains(mark)
      }
    }), let mark = marks.first(where: { rest[first...].hasPrefix($0) }),
      let end = rest[first...].dropFirst(3).firstRange(of: mark)?.upperBound
    {
      kept += rest[..<first]
      rest = rest[end...]
    }
    return kept + rest
  }
}
