import SandboxEvaluation
import SandboxLanguages
import Testing

@testable import SandboxRefinement

@Suite("The loop, without model and sandbox")
struct RefinementTests {
  private static func settings(
    rounds: Int = 2, feedback: FeedbackMode = .execution, budget: Budget = Budget(),
    history: HistoryForm = .messages, context: Int? = nil, reference: String? = nil
  ) -> RefinementSettings {
    RefinementSettings(
      task: "add", language: "Python", labels: ["python", "py"], reference: reference,
      maximumRounds: rounds, budget: budget, feedback: feedback, history: history,
      contextTokens: context,
      prompts: Prompts(system: "S {limits}", task: "T {task}", feedback: "F {feedback} {verdict}"))
  }

  private static let program = "```python\nprint(1)\n```"
  private static let failed = Execution(
    verdict: .runtimeError, isPassed: false, feedback: "it broke {task}")
  private static let passed = Execution(verdict: .ok, isPassed: true, feedback: "1\n")

  @Test("Ask, execute, done")
  func passes() {
    var loop = Refinement(Self.settings())
    #expect(
      loop.start()
        == .ask([
          ChatMessage(.system, "S limited time and memory"), ChatMessage(.user, "T add"),
        ]))
    #expect(
      loop.next(.answered(ModelAnswer(Self.program))) == .execute(code: "print(1)\n"))
    #expect(loop.next(.executed(Self.passed)) == .finish(.passed))
    #expect(loop.code == "print(1)\n")
    #expect(loop.rounds.count == 1)
  }

  @Test("What failed goes back as a message, and what it holds is not taken for a template")
  func refines() throws {
    var loop = Refinement(Self.settings())
    _ = loop.start()
    _ = loop.next(.answered(ModelAnswer(Self.program)))
    let action = loop.next(.executed(Self.failed))
    guard case .ask(let messages) = action else {
      Issue.record("\(action)")
      return
    }
    #expect(messages.map(\.role) == [.system, .user, .assistant, .user])
    #expect(messages[2].content == Self.program)
    #expect(messages[3].content == "F it broke {task} runtime_error")
    _ = loop.next(.answered(ModelAnswer(Self.program)))
    #expect(loop.next(.executed(Self.failed)) == .finish(.roundsSpent))
    #expect(loop.rounds.map(\.feedback) == ["it broke {task}", "it broke {task}"])
  }

  @Test("An answer without a program ends it")
  func noCode() {
    var loop = Refinement(Self.settings())
    _ = loop.start()
    #expect(
      loop.next(.answered(ModelAnswer("I would rather not do that. Sorry."))) == .finish(.noCode))
    #expect(loop.rounds.first?.answer != nil)
  }

  @Test("A budget that is spent ends it after the execution, whose result is kept")
  func budget() {
    var loop = Refinement(Self.settings(rounds: 9, budget: Budget(tokens: 10)))
    _ = loop.start()
    let answer = ModelAnswer(
      Self.program, usage: TokenUsage(promptTokens: 6, completionTokens: 4))
    _ = loop.next(.answered(answer))
    #expect(loop.next(.executed(Self.failed)) == .finish(.budgetSpent))
    #expect(loop.usage.totalTokens == 10)
    let priced = Budget(cost: 0.5, promptPrice: 100_000, completionPrice: 0)
    #expect(priced.isSpent(by: TokenUsage(promptTokens: 5)))
    #expect(!priced.isSpent(by: TokenUsage(promptTokens: 4, completionTokens: 900)))
  }

  @Test("Without feedback there is one answer")
  func noFeedback() {
    var loop = Refinement(Self.settings(rounds: 5, feedback: .none))
    _ = loop.start()
    _ = loop.next(.answered(ModelAnswer(Self.program)))
    #expect(loop.next(.executed(Self.failed)) == .finish(.roundsSpent))
  }

  @Test("A critic's words stand in place of the result, which the model does not see")
  func human() {
    var loop = Refinement(Self.settings(feedback: .human))
    _ = loop.start()
    _ = loop.next(.answered(ModelAnswer(Self.program)))
    guard case .criticize(let asked) = loop.next(.executed(Self.failed)) else {
      Issue.record("no critic")
      return
    }
    #expect(asked.last?.content.contains("it broke {task}") == true)
    guard case .ask(let messages) = loop.next(.criticized(ModelAnswer("Think of zero."))) else {
      Issue.record("no second answer")
      return
    }
    #expect(messages.last?.content == "F Think of zero. runtime_error")
  }

  @Test("A critic that knows the answer does not give it away, and each try is counted")
  func oracle() {
    let reference = "def add(a, b):\n    return a + b\n"
    var loop = Refinement(Self.settings(feedback: .oracle, reference: reference))
    _ = loop.start()
    _ = loop.next(.answered(ModelAnswer(Self.program)))
    guard case .criticize(let asked) = loop.next(.executed(Self.failed)) else {
      Issue.record("no critic")
      return
    }
    #expect(asked.last?.content.contains("return a + b") == true)
    let words = "You subtract.\nWrite `return a+b` instead.\n```python\nx = 1\n```\nThat is all."
    guard case .ask(let messages) = loop.next(.criticized(ModelAnswer(words))) else {
      Issue.record("no second answer")
      return
    }
    #expect(messages.last?.content == "F You subtract.\nThat is all. runtime_error")
    #expect(loop.rounds.first?.critique?.leaks == 1)
    #expect(loop.rounds.first?.critique?.answer?.text == words)
  }

  @Test("What the model or the sandbox fails in ends it, and loses no round")
  func failures() {
    var loop = Refinement(Self.settings())
    _ = loop.start()
    _ = loop.next(.answered(ModelAnswer(Self.program)))
    _ = loop.next(.executed(Self.failed))
    let error = ModelError.serverFailed(status: 500, message: "no")
    #expect(loop.next(.modelFailed(error)) == .finish(.modelFailed(error)))
    #expect(loop.rounds.count == 2)
    #expect(loop.rounds[0].execution != nil)
    // After its end nothing changes any more.
    #expect(loop.next(.executed(Self.passed)) == .finish(.modelFailed(error)))
    var other = Refinement(Self.settings())
    _ = other.start()
    #expect(other.next(.modelFailed(.cancelled)) == .finish(.interrupted))
  }

  @Test("The concatenated form is one message, with the original's marks")
  func concatenated() {
    var settings = Self.settings(history: .oci)
    settings.prompts.concatenated = "@@ Instruction\n{task}\n\n@@ Response\n"
    var loop = Refinement(settings)
    #expect(loop.start() == .ask([ChatMessage(.user, "@@ Instruction\nadd\n\n@@ Response\n")]))
    _ = loop.next(.answered(ModelAnswer(Self.program)))
    let text =
      "@@ Instruction\nadd\n\n@@ Response\n\n" + Self.program
      + "\n\n@@ Instruction\nExecution result: \nit broke {task}\n"
    #expect(loop.next(.executed(Self.failed)) == .ask([ChatMessage(.user, text)]))
  }

  @Test("The concatenated form of a benchmark's task is the original's, byte for byte")
  func original() {
    let task = BenchmarkTask(
      id: "HumanEval/0", prompt: "def f(x):\n    \"\"\" Doubles. \"\"\"\n", entryPoint: "f",
      reference: nil, opening: "def f(x):\n    \"\"\" Doubles. \"\"\"\n", tests: .functions(""))
    let settings = ModelEvaluationSettings(history: .oci).refinement(of: task)
    var loop = Refinement(settings)
    // As evaluation/evaluate/multi_turn/gen_plus_solution_multiround.py of the original makes it.
    let first =
      "You are an exceptionally intelligent coding assistant that consistently delivers accurate and "
      + "reliable responses to user instructions.\n\n@@ Instruction\nHere is the given code to do "
      + "completion:\n```python\ndef f(x):\n    \"\"\" Doubles. \"\"\"\n```\nPlease continue to complete the "
      + "function with python programming language. You are not allowed to modify the given code and do "
      + "the completion only. \n\nPlease return all completed codes in one code block. \nThis code block "
      + "should be in the following format:\n```python\n# Your codes here\n```\n\n@@ Response"
    #expect(loop.start() == .ask([ChatMessage(.user, first)]))
    let answer = "```python\ndef f(x):\n    return x\n```"
    _ = loop.next(.answered(ModelAnswer(answer)))
    let feedback =
      "The results aren't as expected.\nInput: [1]\nExpected Output: 2\nActual Output: 1"
    let action = loop.next(
      .executed(Execution(verdict: .wrongAnswer, isPassed: false, feedback: feedback)))
    #expect(
      action
        == .ask([
          ChatMessage(
            .user,
            first + "\n\(answer)\n\n@@ Instruction\nExecution result: \n\(feedback)\n")
        ]))
    let problem = BenchmarkTask(
      id: "Mbpp/2", prompt: "Write a function to double.", entryPoint: "", reference: nil,
      opening: "", tests: .functions("import math\nassert f(1) == 2\nassert f(2) == 4\n"))
    var other = Refinement(ModelEvaluationSettings(history: .oci).refinement(of: problem))
    #expect(
      other.start()
        == .ask([
          ChatMessage(
            .user,
            "You are an exceptionally intelligent coding assistant that consistently delivers accurate "
              + "and reliable responses to user instructions.\n\n@@ Instruction\nHere is the given problem "
              + "and test examples:\n\"\"\"\nWrite a function to double.\nassert f(1) == 2\n\"\"\"\n\n\nPlease "
              + "use the python programming language to solve this problem.\nPlease make sure that your "
              + "code includes the functions from the test samples and that the input and output formats "
              + "of these functions match the test samples.\n\nPlease return all completed codes in one "
              + "code block. \nThis code block should be in the following format:\n```python\n# Your codes "
              + "here\n```\n\n@@ Response")
        ]))
  }

  @Test(
    "A task of MBPP+ is no function to complete, but described, with its test or its name",
    arguments: [
      (
        "\"\"\"\nWrite it.\nassert f(1) == 2\n\"\"\"\n",
        "Write it.\n\nYour function must pass this test, and others of its kind:\n\nassert f(1) == 2"
      ), ("'''\nWrite it.\n'''", "Write it.\n\nThe function must be named f."),
    ])
  func describedTask(prompt: String, words: String) {
    let task = BenchmarkTask(
      id: "Mbpp/2", prompt: prompt, entryPoint: "f", reference: nil, opening: prompt,
      tests: .inputs(record: [], atol: 0))
    #expect(ModelEvaluationSettings().refinement(of: task).task == words)
    let original = ModelEvaluationSettings(history: .oci).refinement(of: task).task
    #expect(original.hasPrefix("Here is the given problem and test examples:\n\(prompt)\n"))
  }

  @Test("A conversation that grows too long loses its oldest turns, never the task or the last one")
  func context() {
    var loop = Refinement(Self.settings(rounds: 50, context: 400))
    var action = loop.start()
    for round in 1...20 {
      guard case .ask(let messages) = action else {
        Issue.record("\(action)")
        return
      }
      #expect(messages.first?.role == .system)
      #expect(messages[1].content == "T add")
      #expect(messages.reduce(0) { $0 + $1.content.utf8.count } < 400 * 3)
      if round > 1 {
        #expect(messages[messages.count - 2].content.contains("round \(round - 1)\n"))
      }
      _ = loop.next(.answered(ModelAnswer("```python\n# round \(round)\n```")))
      action = loop.next(
        .executed(
          Execution(
            verdict: .runtimeError, isPassed: false,
            feedback: "start" + String(repeating: "é", count: 1000) + "end")))
    }
  }
}

@Suite("Programs in answers")
struct CodeBlockTests {
  @Test(
    "Which one is taken",
    arguments: [
      ("```python\na\n```", "a\n"),
      ("```Python title=x\na\n```", "a\n"),
      ("~~~py\na\n~~~", "a\n"),
      ("```\na\n```", "a\n"),
      ("````python\n```\na\n```\n````", "```\na\n```\n"),
      ("text\n```python\na\nb", "a\nb\n"),
      ("```python\na\nb\n```\nuse:\n```python\nc\n```", "a\nb\n"),
      ("```python\na\n```\n```python\nb\n```", "b\n"),
      ("```bash\npip install x\ny\n```\n```python\na\n```", "a\n"),
      ("  ```python\n  if x:\n    y\n  ```", "if x:\n  y\n"),
      ("```python\r\na\r\n```\r\n", "a\n"),
      ("import x\nprint(x)", "import x\nprint(x)"),
      ("```bash\nls\n```", nil), ("I cannot do that.", nil), ("", nil), ("```python\n\n```", nil),
    ] as [(String, String?)])
  func program(answer: String, expected: String?) {
    #expect(CodeBlock.program(in: answer, labels: ["python", "py"]) == expected)
  }

  @Test("A text of a million fences takes no time to speak of")
  func many() {
    let text = String(repeating: "```python\nx\n```\n", count: 100_000)
    #expect(CodeBlock.blocks(in: text).count == 100_000)
  }
}
