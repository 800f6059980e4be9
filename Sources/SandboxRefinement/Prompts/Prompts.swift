/// The texts that a model is sent, as templates: what stands in braces is replaced.
public struct Prompts: Sendable, Hashable {
  /// Above the conversation. Knows `{language}`, `{toolchain}`, `{limits}` and `{packages}`.
  public var system: String
  /// The first message. Knows `{language}`, `{label}`, `{task}` and `{tests}`.
  public var task: String
  /// After an execution that failed. Knows `{feedback}` and `{verdict}`.
  public var feedback: String
  /// What a critic is asked. Knows `{task}`, `{code}` and `{feedback}`.
  public var critic: String
  /// What a critic is asked that knows a right answer. Knows `{reference}` too.
  public var oracle: String
  /// The first message in the concatenated form of OpenCodeInterpreter's own models, which ends without a
  /// line end.
  public var concatenated: String
  /// Above the conversation of `ocisandbox chat`. Knows `{languages}`, `{limits}` and `{packages}`.
  public var chat: String

  /// Creates prompts; each is the built-in one unless given.
  public init(
    system: String = Prompts.builtIn.system, task: String = Prompts.builtIn.task,
    feedback: String = Prompts.builtIn.feedback, critic: String = Prompts.builtIn.critic,
    oracle: String = Prompts.builtIn.oracle, concatenated: String = Prompts.builtIn.concatenated,
    chat: String = Prompts.builtIn.chat
  ) {
    self.system = system
    self.task = task
    self.feedback = feedback
    self.critic = critic
    self.oracle = oracle
    self.concatenated = concatenated
    self.chat = chat
  }

  private init(texts: [String]) {
    (system, task, feedback) = (texts[0], texts[1], texts[2])
    (critic, oracle, concatenated, chat) = (texts[3], texts[4], texts[5], texts[6])
  }

  /// The files that they are read from, in a folder of one's own.
  public static let files: [(name: String, text: any WritableKeyPath<Prompts, String> & Sendable)] =
    [
      ("system.txt", \.system), ("task.txt", \.task), ("feedback.txt", \.feedback),
      ("critic.txt", \.critic), ("oracle.txt", \.oracle), ("concatenated.txt", \.concatenated),
      ("chat.txt", \.chat),
    ]

  /// Replaces each `{name}` that is known, in one pass: what is put in is never read again.
  public static func fill(_ template: String, _ values: [String: String]) -> String {
    var result = ""
    var rest = template[...]
    while let brace = rest.firstIndex(of: "{") {
      result += rest[..<brace]
      rest = rest[brace...]
      if let end = rest.firstIndex(of: "}"),
        let value = values[String(rest[rest.index(after: brace)..<end])]
      {
        result += value
        rest = rest[rest.index(after: end)...]
      } else {
        result += "{"
        rest = rest.dropFirst()
      }
    }
    return result + rest
  }

  /// The built-in ones.
  public static let builtIn = Prompts(texts: [
    """
    You are a programmer. You answer with one complete {language} program in one fenced code block that \
    is labelled with the language. What you write is executed in a sandbox ({toolchain}): no network, \
    no input, files only in its own folder, {limits}.{packages} After each execution you are told what \
    happened. If something went wrong, answer with the whole program again, mended.
    """,
    """
    {task}{tests}

    Answer with the whole program in one code block that begins with ```{label}
    """,
    """
    Execution result:
    {feedback}
    Mend the program, and answer with all of it in one code block.
    """,
    """
    You play a person who reviews a program that a language model wrote. Say what is to be changed, going \
    by the result of its execution; think of edge cases. Do not write code. At most three sentences.

    @@Problem
    {task}

    @@Existing Code
    {code}

    @@Execution Result
    {feedback}

    @@Guidance
    """,
    """
    You play a person who reviews a program that a language model wrote. Say what is to be changed, going \
    by the result of its execution and by comparing it with the solution below; think of edge cases. Never \
    show the solution, nor say that there is one. Do not write code. At most three sentences.

    @@Problem
    {task}

    @@Existing Code
    {code}

    @@Execution Result
    {feedback}

    @@Canonical Solution
    {reference}

    @@Guidance
    """,
    """
    You are an exceptionally intelligent coding assistant that consistently delivers accurate and reliable \
    responses to user instructions.

    @@ Instruction
    {task}{tests}

    @@ Response
    """,
    """
    You are a programmer who can run code. Every fenced code block that is labelled with its language \
    ({languages}) is executed as a whole program of its own in a sandbox: no network, no input, {limits}, \
    and nothing is kept from one program to the next.{packages} You are then told what it printed, or \
    what went wrong. If something went wrong, give the whole program again, mended. When all is done, \
    answer without code.
    """,
  ])
}
