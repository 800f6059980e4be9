internal import Synchronization

/// A model that is a function of the conversation: for tests, and to try the loop without a model.
public struct ScriptedModel: Model {
  /// What it is called.
  public let name: String
  private let reply: @Sendable ([ChatMessage]) throws(ModelError) -> ModelAnswer

  /// Creates a model that answers what `reply` returns.
  public init(
    name: String = "scripted",
    _ reply: @escaping @Sendable ([ChatMessage]) throws(ModelError) -> ModelAnswer
  ) {
    self.name = name
    self.reply = reply
  }

  /// Creates a model that gives these answers, one a call, whatever it is asked.
  public init(name: String = "scripted", answers: [String]) {
    let given = Counter()
    self.init(name: name) { _ throws(ModelError) in
      let index = given.next()
      guard index < answers.count else {
        throw .noAnswerLeft(
          "'\(name)' has only \(answers.count) answers, and was asked for another")
      }
      return ModelAnswer(answers[index])
    }
  }

  /// Answers at once.
  public func answer(
    to messages: [ChatMessage], options: GenerationOptions,
    onEvent: @escaping @Sendable (ModelEvent) -> Void
  ) async throws(ModelError) -> ModelAnswer {
    if Task.isCancelled { throw .cancelled }
    let answer = try reply(messages)
    if !answer.text.isEmpty { onEvent(.text(answer.text)) }
    return answer
  }

  private final class Counter: Sendable {
    private let count = Mutex(0)
    func next() -> Int {
      count.withLock { count in
        defer { count += 1 }
        return count
      }
    }
  }
}
