import OCISandbox

/// A record of HumanEval: a function to complete, and what checks it.
struct HumanEvalTask: Decodable {
  let id: String
  let prompt: String
  let entryPoint: String
  let canonicalSolution: String
  let test: String

  private enum CodingKeys: String, CodingKey {
    case id = "task_id"
    case prompt
    case entryPoint = "entry_point"
    case canonicalSolution = "canonical_solution"
    case test
  }

  static func all(with executor: SandboxExecutor) async throws -> [HumanEvalTask] {
    try await Fixture.records(of: "HumanEval", with: executor)
  }

  /// The program that fails unless `completion` is right, as the benchmark's own harness makes it.
  func program(completion: String) -> String {
    "\(prompt)\(completion)\n\(test)\ncheck(\(entryPoint))\n"
  }
}
