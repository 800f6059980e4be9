/// Something that answers a conversation: a model behind a server, a command, a file of answers.
///
/// One answer at a time is one call; calls may be made concurrently.
public protocol Model: Sendable {
  /// What it is called in transcripts and messages. Never holds a key.
  var name: String { get }

  /// Asks for the next message of a conversation.
  ///
  /// - Parameters:
  ///   - messages: The conversation so far, oldest first.
  ///   - options: How to answer.
  ///   - onEvent: Called with the answer's text as it comes, in order. Must not block.
  /// - Returns: The whole answer.
  /// - Throws: ``ModelError``; ``ModelError/cancelled`` where the task was cancelled.
  func answer(
    to messages: [ChatMessage], options: GenerationOptions,
    onEvent: @escaping @Sendable (ModelEvent) -> Void
  ) async throws(ModelError) -> ModelAnswer
}

extension Model {
  /// Asks without looking at the text as it comes.
  public func answer(
    to messages: [ChatMessage], options: GenerationOptions = GenerationOptions()
  ) async throws(ModelError) -> ModelAnswer {
    try await answer(to: messages, options: options) { _ in }
  }
}

/// One message of a conversation.
public struct ChatMessage: Sendable, Hashable, Codable {
  /// Who speaks.
  public enum Role: String, Sendable, Hashable, Codable {
    /// Instructions that stand above the conversation.
    case system
    /// The person, and the results of executions.
    case user
    /// The model.
    case assistant
  }

  /// Who speaks.
  public var role: Role
  /// What is said.
  public var content: String

  /// Creates a message.
  public init(_ role: Role, _ content: String) {
    self.role = role
    self.content = content
  }
}

/// How a model is to answer.
public struct GenerationOptions: Sendable, Hashable {
  /// The sampling temperature; 0, the default, is greedy.
  public var temperature: Double
  /// The most tokens of an answer; by default 1024, as in the paper's evaluation.
  public var maximumTokens: Int
  /// The sampling seed, where the server knows one.
  public var seed: Int?

  /// Creates options.
  public init(temperature: Double = 0, maximumTokens: Int = 1024, seed: Int? = nil) {
    self.temperature = temperature
    self.maximumTokens = maximumTokens
    self.seed = seed
  }
}

/// What comes while a model answers.
public enum ModelEvent: Sendable, Hashable {
  /// The next piece of the answer.
  case text(String)
  /// The request failed, and is made again after a wait. What came of the answer before is void.
  case retrying(after: Duration, because: ModelError)
}

/// A whole answer.
public struct ModelAnswer: Sendable, Hashable {
  /// Why the answer ended.
  public enum FinishReason: Sendable, Hashable {
    /// The model was done.
    case stop
    /// It reached the most tokens that it may use: the text may end in the middle.
    case length
    /// Something else, in the server's word.
    case other(String)

    /// The word of the chat completions API.
    public var word: String {
      switch self {
      case .stop: "stop"
      case .length: "length"
      case .other(let word): word
      }
    }
  }

  /// The text.
  public var text: String
  /// Why it ended.
  public var finishReason: FinishReason
  /// What it cost; `nil` where the server does not say.
  public var usage: TokenUsage?

  /// Creates an answer.
  public init(_ text: String, finishReason: FinishReason = .stop, usage: TokenUsage? = nil) {
    self.text = text
    self.finishReason = finishReason
    self.usage = usage
  }
}

/// Tokens that were read and written.
public struct TokenUsage: Sendable, Hashable, Codable {
  /// Tokens of the conversation that was sent.
  public var promptTokens: Int
  /// Tokens of the answer.
  public var completionTokens: Int

  /// Creates a usage.
  public init(promptTokens: Int = 0, completionTokens: Int = 0) {
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
  }

  /// Both together.
  public var totalTokens: Int { promptTokens + completionTokens }

  /// Adds up.
  public static func + (left: TokenUsage, right: TokenUsage) -> TokenUsage {
    TokenUsage(
      promptTokens: left.promptTokens + right.promptTokens,
      completionTokens: left.completionTokens + right.completionTokens)
  }

  private enum CodingKeys: String, CodingKey {
    case promptTokens = "prompt_tokens"
    case completionTokens = "completion_tokens"
  }
}
