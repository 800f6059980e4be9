import Foundation
import Testing

enum SmallModel {
  static let isInstalled: Bool = {
    let environment = ProcessInfo.processInfo.environment
    let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache"
    return FileManager.default.fileExists(atPath: cache + "/ocisandbox/model/installed")
  }()
}

/// End to end against a real model, started by the command itself. `ocisandbox model serve --install-only`
/// installs it; where it is not installed these are skipped, and the run says so.
@Suite(
  "With the small model", .timeLimit(.minutes(15)),
  .enabled(
    if: SmallModel.isInstalled,
    "needs the small model: ocisandbox model serve --install-only"))
struct SmallModelTests {
  @Test("A task is solved, or not, by a real server, and the transcript says what it cost")
  func solve() async throws {
    let folder = try ScratchFolder()
    let port = Int.random(in: 20_000..<30_000)
    let server = try folder.command.start("model", "serve", "--port", "\(port)", "--threads", "1")
    var started = ""
    while !started.contains("/v1"), !server.hasEnded {
      started = try server.outputSoFar()
      try await Task.sleep(for: .milliseconds(50))
    }
    #expect(started.contains("at http://127.0.0.1:\(port)/v1"))
    var command = folder.command
    command.environment = [
      "OPENAI_BASE_URL": "http://127.0.0.1:\(port)/v1", "OPENAI_API_KEY": nil, "OPENAI_MODEL": nil,
    ]
    let ending = try await command.run(
      "solve", "Print the sum of the squares of 1 to 10.", "--json", "--max-tokens", "200",
      "--wall-time", "10m")
    let question = try await command.run("doctor", "--model", "--api", "openai", "--json")
    try folder.write(
      #"{"task_id": "HumanEval/0", "prompt": "def add(a, b):\n    \"\"\"Return a + b.\"\"\"\n", "#
        + #""entry_point": "add", "canonical_solution": "    return a + b\n", "#
        + #""test": "def check(c): assert c(1, 2) == 3"}"# + "\n", to: "data.jsonl")
    let evaluation = try await command.run(
      "eval", "humaneval", "--data", "data.jsonl", "--rounds", "2", "--max-tokens", "100", "--json")
    kill(server.process, SIGTERM)
    #expect(try await server.ending().status == 0)
    #expect(question.status == 0, "\(question.errors)")
    #expect((try question.document()["answer"] as? String)?.isEmpty == false)
    #expect(evaluation.status == 0, "\(evaluation.errors)")
    let score = try evaluation.document()["score"] as? [String: Any]
    #expect((score?["rounds"] as? [Any])?.isEmpty == false, "\(evaluation.errors)")
    // Whether so weak a model solves it is not for a test to say; that it was asked and executed is.
    #expect([0, 1].contains(ending.status), "\(ending.errors)")
    let document = try ending.document()
    let usage = document["usage"] as? [String: Int]
    #expect(usage?["completion_tokens"] ?? 0 > 0)
    let round = (document["rounds"] as? [[String: Any]])?.first
    #expect((round?["answer"] as? String)?.isEmpty == false)
    #expect(document["model"] as? String == "smollm2-135m-instruct.q4_1")
  }
}
