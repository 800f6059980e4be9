// Runs programs and prints what each profile says of them, and what a caller without us would have:
//   feedback-proof <programs.jsonl >results.jsonl
// A line is {"id", "language", "source"}; its result {"id", "verdict", "code", "compiler", "oci", "raw", ...}.
import Foundation
import OCISandbox

struct Item: Decodable {
  var id: String
  var language: String
  var source: String
}

struct Outcome: Encodable {
  var id: String
  var verdict: String
  var code: String?
  var hasValues: Bool
  var compiler: String
  var oci: String
  /// Standard error of the stage that failed, as it is.
  var raw: String
}

let sandbox = Sandbox()
let policy = try sandbox.policy(named: "default") {
  $0.cpuTime = .seconds(2)
  $0.wallTime = .seconds(60)
}

func outcome(of item: Item) async throws -> Outcome {
  let manifest = try sandbox.catalog.language(named: item.language).value
  let language = ManifestLanguage(manifest)
  let result = try await sandbox.run(
    Program(source: item.source, language: language), in: language, under: policy)
  let first = result.diagnostics.first { $0.severity == .error }
  return Outcome(
    id: item.id, verdict: result.verdict.rawValue, code: first?.code,
    hasValues: first?.values.isEmpty == false,
    compiler: try result.account.feedback(FeedbackOptions(profile: "compiler")),
    oci: try result.account.feedback(FeedbackOptions(profile: "oci")),
    raw: result.last?.standardError.text ?? "")
}

let encoder = JSONEncoder()
encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
var items: [Item] = []
while let line = readLine() { items.append(try JSONDecoder().decode(Item.self, from: Data(line.utf8))) }
try await withThrowingTaskGroup(of: Outcome.self) { group in
  for item in items { group.addTask { try await outcome(of: item) } }
  for try await result in group {
    print(String(decoding: try encoder.encode(result), as: UTF8.self))
  }
}
