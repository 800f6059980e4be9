public import SandboxDiagnostics
internal import SandboxEvaluation
internal import SandboxLanguages

/// What a model is asked for in an evaluation, and what it is told between two answers.
public struct ModelEvaluationSettings: Sendable {
  /// The most answers to a task; by default 2, as in the paper.
  public var maximumRounds: Int
  /// What the model is told.
  public var feedback: FeedbackMode
  /// In what form, and how much of it. All tests are hidden ones: `Exposure.public` keeps inputs and results
  /// from the model, `Exposure.full` shows them, as the paper did.
  public var feedbackOptions: FeedbackOptions
  /// How the conversation is sent.
  public var history: HistoryForm
  /// The most tokens of a conversation that is sent, as estimated; `nil` for no limit.
  public var contextTokens: Int?
  /// The texts.
  public var prompts: Prompts
  /// What the system prompt says of the sandbox: `toolchain`, `limits`, `packages`.
  public var facts: [String: String]

  /// Creates settings.
  public init(
    maximumRounds: Int = 2, feedback: FeedbackMode = .execution,
    feedbackOptions: FeedbackOptions = FeedbackOptions(), history: HistoryForm = .messages,
    contextTokens: Int? = nil, prompts: Prompts = Prompts(), facts: [String: String] = [:]
  ) {
    self.maximumRounds = feedback == .none ? 1 : max(1, maximumRounds)
    self.feedback = feedback
    self.feedbackOptions = feedbackOptions
    self.history = history
    self.contextTokens = contextTokens
    self.prompts = prompts
    self.facts = facts
  }

  func refinement(of task: BenchmarkTask) -> RefinementSettings {
    let names = ["python": "Python", "javascript": "JavaScript", "swift": "Swift"]
    var settings = RefinementSettings(
      task: history == .oci ? task.originalWords : task.words,
      language: names[task.language] ?? task.language, labels: [task.language],
      reference: task.reference, facts: facts, maximumRounds: maximumRounds, feedback: feedback,
      history: history, contextTokens: contextTokens, prompts: prompts)
    settings.extraction = { answer in
      let program = task.extractedProgram(from: answer)
      return program.allSatisfy(\.isWhitespace) ? nil : program
    }
    return settings
  }
}

extension BenchmarkTask {
  /// Whether the task only describes a function, as MBPP does, whose prompt for MBPP+ is a text in quotes.
  private var isDescription: Bool { opening.isEmpty || id.hasPrefix("Mbpp/") }

  /// The first of the tests of MBPP, which alone says the function's name: MBPP+ has it in its prompt.
  private var firstTest: Substring? {
    guard case .functions(let tests) = self.tests else { return nil }
    return tests.split(whereSeparator: \.isNewline).first { $0.hasPrefix("assert") }
  }

  /// The task in words: a function to complete as it stands in the benchmark; for MBPP, which only describes
  /// it, with a test, or else with its name.
  var words: String {
    guard isDescription else {
      return """
        Complete this function. Give the whole of it, with all that it needs.

        ```\(language)
        \(opening)\(opening.hasSuffix("\n") ? "" : "\n")```
        """
    }
    var lines = prompt.split(whereSeparator: \.isNewline)
      .filter { !["\"\"\"", "'''"].contains($0) }
    var test = firstTest
    if test == nil, let last = lines.last, last.hasPrefix("assert") {
      test = last
      lines.removeLast()
    }
    let description = opening.isEmpty ? prompt : lines.joined(separator: "\n")
    guard let test else {
      return entryPoint.isEmpty
        ? description : "\(description)\n\nThe function must be named \(entryPoint)."
    }
    return """
      \(description)

      Your function must pass this test, and others of its kind:

      \(test)
      """
  }
}

extension BenchmarkTask {
  /// The task as OpenCodeInterpreter's evaluation puts it, byte for byte for HumanEval and MBPP: what its
  /// models know. White space at the ends of lines is the original's.
  var originalWords: String {
    let form = """
      Please return all completed codes in one code block.\u{20}
      This code block should be in the following format:
      ```\(language)
      # Your codes here
      ```
      """
    guard isDescription else {
      let prompt = opening.drop(while: \.isWhitespace)
      let end = prompt.lastIndex { !$0.isWhitespace }.map { prompt.index(after: $0) }
      return """
        Here is the given code to do completion:
        ```\(language)
        \(prompt[..<(end ?? prompt.startIndex)])
        ```
        Please continue to complete the function with \(language) programming language. You are not \
        allowed to modify the given code and do the completion only.\u{20}

        \(form)
        """
    }
    var problem = prompt
    if let first = firstTest {
      // The prompt of MBPP+.
      problem = "\"\"\"\n\(prompt)\n\(first)\n\"\"\"\n"
    }
    return """
      Here is the given problem and test examples:
      \(problem)

      Please use the \(language) programming language to solve this problem.
      Please make sure that your code includes the functions from the test samples and that the input and \
      output formats of these functions match the test samples.

      \(form)
      """
  }
}
