import SandboxLanguages
import SandboxRefinement
import Testing

@Suite("Dialogues")
struct CollectionTests {
  private static let settings = (name: "Python", labels: Set(["python"]))

  private static func collector(
    _ method: CollectionMethod, human: Int = 0, answers: [String], critic: [String] = []
  ) -> Collector {
    Collector(
      model: ScriptedModel(answers: answers.map { "```python\n\($0)\n```" }),
      critic: ScriptedModel(answers: critic), method: method, language: settings,
      humanTurns: human, seed: 7
    ) { code in
      Execution(
        verdict: code.contains("bad") ? .runtimeError : .ok, isPassed: !code.contains("bad"),
        feedback: "it said \(code.contains("bad") ? "no" : "yes")")
    }
  }

  @Test("A person asks for more after a program that runs, in a preset way, the same for a seed")
  func human() async throws {
    let collector = Self.collector(
      .simulation, human: 2, answers: ["bad", "good", "bad again", "better", "best"],
      critic: ["Handle zero.", "Make it fast."])
    let result = try await collector.dialogue("1", ["Divide."])
    #expect(result.isSolved)
    #expect(result.verdicts == [.runtimeError, .ok, .runtimeError, .ok, .ok])
    #expect(
      result.messages.filter { $0.role == .user }.map(\.content) == [
        "Divide.", "Execution result: \nit said no", "Handle zero.",
        "Execution result: \nit said no", "Make it fast.",
      ])
    #expect(result.kinds.count == 2)
    let again = Self.collector(
      .simulation, human: 2, answers: ["good", "good", "good"], critic: ["a", "b"])
    #expect(try await again.dialogue("1", ["Divide."]).kinds == result.kinds)
    var kinds: Set<HumanFeedbackKind> = []
    for id in 0..<60 {
      let one = Self.collector(.simulation, human: 1, answers: ["a", "b"], critic: ["c"])
      kinds.formUnion(try await one.dialogue("\(id)", ["Divide."]).kinds)
    }
    #expect(kinds.count > 6, "the kinds are not drawn")
  }

  @Test("What follows is asked once the question before is solved, and not else")
  func chain() async throws {
    let both = try await Self.collector(.followUp, answers: ["one", "two"])
      .dialogue("1", ["First.", "Second."])
    #expect(both.isSolved)
    #expect(both.messages.map(\.role) == [.user, .assistant, .user, .assistant])
    let stuck = try await Self.collector(.followUp, answers: ["bad", "bad", "bad", "two"])
      .dialogue("1", ["First.", "Second."])
    #expect(!stuck.isSolved)
    #expect(!stuck.messages.contains { $0.content == "Second." })
  }

  @Test("Packing uses each query once, beside the most similar one")
  func packing() throws {
    let texts = [
      "sort a list of numbers", "reverse a string", "sort numbers in a list descending",
      "reverse the words of a string", "open a socket",
    ]
    let queries = texts.enumerated().map { Query(id: "\($0)", text: $1) }
    let chains = queries.chains(by: .packing, length: 2).map { $0.map(\.id) }
    #expect(chains.prefix(2) == [["0", "2"], ["1", "3"]])
    #expect(Set(chains.joined()).count == 5)
    var named = queries
    named[4].similar = ["1"]
    let similar = named.chains(by: .similar, length: 2).map { $0.map(\.id) }
    #expect(similar.contains(["4", "1"]))
    #expect(similar.contains(["0", "2"]))
  }

  @Test(
    "A secret is one, whatever stands around it",
    arguments: [
      "key = 'sk-proj-abcdefghijklmnopqrstuvwx'", "AKIAIOSFODNN7EXAMPLE",
      "-----BEGIN RSA PRIVATE KEY-----", "postgres://me:hunter22@db.example.org/x",
      "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    ])
  func secrets(text: String) {
    var filter = DialogueFilter()
    #expect(
      filter.reason(toLeaveOut: [ChatMessage(.user, "x"), ChatMessage(.assistant, text)])
        == .secret)
  }

  @Test("Nearly the same is left out; another is not, nor code that only talks of keys")
  func duplicates() {
    let long = (0..<80).map { "word\($0)" }.joined(separator: " ")
    var filter = DialogueFilter()
    #expect(filter.reason(toLeaveOut: [ChatMessage(.user, long)]) == nil)
    #expect(filter.reason(toLeaveOut: [ChatMessage(.user, long + " more")]) == .nearDuplicate)
    let half = (0..<80).map { $0 < 40 ? "word\($0)" : "else\($0)" }.joined(separator: " ")
    #expect(filter.reason(toLeaveOut: [ChatMessage(.user, half)]) == nil)
    let code = "key = os.environ['API_KEY']; url = 'http://127.0.0.1:80/a@b'; sk = task-list"
    #expect(filter.reason(toLeaveOut: [ChatMessage(.user, code)]) == nil)
    var open = DialogueFilter(threshold: 1.5)
    #expect(open.reason(toLeaveOut: [ChatMessage(.user, long)]) == nil)
    #expect(open.reason(toLeaveOut: [ChatMessage(.user, long)]) == nil)
  }
}
