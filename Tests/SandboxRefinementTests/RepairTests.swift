import OCISandbox
import SandboxRefinement
import Testing

/// Whether the feedback carries enough: a model that knows nothing of a program but what the feedback says
/// names the line, and mends what the message says of it.
@Suite("A model that does only what the feedback says", .timeLimit(.minutes(15)))
struct RepairTests {
  struct Broken: Sendable, CustomTestStringConvertible {
    var language: String
    var source: String
    /// What is to be found in the feedback, and what then stands in its place in the line that it names.
    var sign: String
    var wrong: String
    var right: String
    var testDescription: String { "\(language): \(sign)" }
  }

  static let programs = [
    Broken(
      language: "python", source: "x = 1\nprint(y)\n", sign: "name 'y' is not defined",
      wrong: "y", right: "x"),
    Broken(
      language: "python", source: "a = 4\nb = 0\nprint(a / b)\n", sign: "division by zero",
      wrong: "/ b", right: "/ 1"),
    Broken(
      language: "python", source: "items = [1, 2]\nprint(items[2])\n",
      sign: "list index out of range", wrong: "[2]", right: "[-1]"),
    Broken(
      language: "python", source: "def f(x)\n    return x\nprint(f(1))\n", sign: "expected ':'",
      wrong: "f(x)", right: "f(x):"),
    Broken(
      language: "javascript", source: "const x = 1;\nconsole.log(y);\n",
      sign: "y is not defined", wrong: "y", right: "x"),
    Broken(
      language: "c", source: "#include <stdio.h>\nint main(void) {\n  printf(\"%d\\n\", y);\n}\n",
      sign: "undeclared", wrong: "y", right: "1"),
    Broken(
      language: "swift", source: "let x = 1\nprint(y)\n", sign: "cannot find 'y' in scope",
      wrong: "y", right: "x"),
  ]

  @Test("It mends the program in one round", arguments: programs)
  func repairs(_ broken: Broken) async throws {
    let sandbox = Sandbox()
    let model = ScriptedModel { messages throws(ModelError) in
      guard messages.count > 2, let feedback = messages.last?.content else {
        return ModelAnswer("```\(broken.language)\n\(broken.source)```")
      }
      // The line that the feedback names first.
      guard let match = feedback.firstMatch(of: /main\.\w+:(\d+)/), let number = Int(match.1),
        feedback.contains(broken.sign)
      else { return ModelAnswer("I was not told enough.") }
      var lines = broken.source.split(separator: "\n", omittingEmptySubsequences: false)
        .map(String.init)
      guard lines.indices.contains(number - 1) else { return ModelAnswer("There is no such line.") }
      lines[number - 1] = lines[number - 1].replacing(broken.wrong, with: broken.right)
      return ModelAnswer("```\(broken.language)\n\(lines.joined(separator: "\n"))```")
    }
    var policy = try sandbox.policy(named: "default")
    policy.limits.wallTime = .seconds(600)
    let solver = Solver(model: model) { [policy] code in
      let language = ManifestLanguage(try sandbox.catalog.language(named: broken.language).value)
      let result = try await sandbox.run(
        Program(source: code, language: language), in: language, under: policy)
      return Execution(
        verdict: result.verdict, isPassed: result.verdict == .ok, feedback: result.feedback,
        result: result)
    }
    let loop = await solver.solve(
      RefinementSettings(task: "x", language: broken.language, labels: [broken.language]))
    #expect(loop.ending == .passed, "\(loop.rounds.first?.feedback ?? "")")
    #expect(loop.rounds.count == 2)
  }
}
