import FoundationEssentials
import SandboxEvaluation
import SandboxLanguages
import Testing

@Suite("Result files")
struct ResultFileTests {
  private static let tasks = (0..<3).map {
    BenchmarkTask(
      id: "Own/\($0)", prompt: "", entryPoint: "f", reference: "", opening: "",
      tests: .functions(""))
  }

  private static let score = Score(
    Benchmark(kind: .humanEval, tasks: tasks, digest: "0"),
    [
      JudgedSample(
        Sample(task: "Own/0", number: 0, text: .completion("a")), SampleVerdict(base: .ok)),
      JudgedSample(
        Sample(task: "Own/1", number: 0, text: .solution("b")),
        SampleVerdict(base: nil, feedback: "no room")),
      JudgedSample(
        Sample(task: "Own/1", number: 1, text: .solution("c")),
        SampleVerdict(base: .runtimeError, feedback: "Traceback\nKeyError: 1\n")),
    ], wallTime: 1)

  @Test("What was not judged is said so, and nowhere counted as wrong")
  func notJudged() throws {
    #expect(Self.score.notJudged == 1 && Self.score.missingTasks == ["Own/2"])
    #expect(Self.score.base.map(\.value) == [0.5])
    let lines = try Self.score.humanEvalResults()
    #expect(
      lines == #"{"completion":"a","passed":true,"result":"passed","task_id":"Own/0"}"# + "\n"
        + #"{"passed":false,"result":"failed: KeyError: 1","solution":"c","task_id":"Own/1"}"#
        + "\n")
    let document = try Self.score.evalPlusResults(date: "2024-05-14 10:30", hash: "0")
    let found = try JSONDecoder().decode(EvalPlus.self, from: Data(document.utf8))
    #expect(
      found.eval.mapValues { $0.map(\.base_status) } == ["Own/0": ["pass"], "Own/1": ["fail"]])
    #expect(document.contains("\"plus_status\" : null"))
    #expect(Self.score.html.contains("1 samples were not judged"))
  }

  private struct EvalPlus: Decodable {
    struct Item: Decodable { let base_status: String }
    let eval: [String: [Item]]
  }
}
