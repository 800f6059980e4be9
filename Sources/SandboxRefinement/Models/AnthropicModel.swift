internal import FoundationEssentials

/// A model behind Anthropic's messages API (https://docs.anthropic.com/en/api/messages). Answers are
/// streamed. The system messages of a conversation become its `system` parameter.
public struct AnthropicModel: Model {
  /// The name that the server knows the model by.
  public let name: String
  private let server: ModelServer

  /// Creates a model.
  ///
  /// - Parameters:
  ///   - name: The name that the server knows it by.
  ///   - baseURL: What `/v1/messages` is appended to.
  ///   - key: The key.
  ///   - connection: Time limits, retries, requests at once.
  public init(
    name: String, baseURL: String = "https://api.anthropic.com", key: APIKey?,
    connection: ModelConnection = ModelConnection()
  ) {
    self.name = name
    var base = baseURL
    while base.hasSuffix("/") { base.removeLast() }
    if base.hasSuffix("/v1") { base.removeLast(3) }
    server = ModelServer(
      base: base, key: key,
      headers: [("anthropic-version", "2023-06-01")]
        + (key.map { [("x-api-key", $0.secret)] } ?? []),
      connection: connection)
  }

  /// Asks for the next message.
  public func answer(
    to messages: [ChatMessage], options: GenerationOptions,
    onEvent: @escaping @Sendable (ModelEvent) -> Void
  ) async throws(ModelError) -> ModelAnswer {
    let system = messages.filter { $0.role == .system }.map(\.content).joined(separator: "\n\n")
    let request = Request(
      model: name, messages: messages.filter { $0.role != .system },
      system: system.isEmpty ? nil : system, temperature: options.temperature,
      maximumTokens: options.maximumTokens)
    let body: Data
    do { body = try JSONEncoder().encode(request) } catch {
      throw .misconfigured("the request cannot be written as JSON: \(error)")
    }
    do {
      return try await server.answer(
        Reader.self, path: "/v1/messages", body: Array(body), onEvent: onEvent)
    } catch .unknownModel(_, _, let message) {
      throw .unknownModel(name: name, available: [], message: message)
    }
  }

  private struct Request: Encodable {
    var model: String
    var messages: [ChatMessage]
    var system: String?
    var temperature: Double
    var maximumTokens: Int
    var stream = true

    enum CodingKeys: String, CodingKey {
      case model, messages, system, temperature, stream
      case maximumTokens = "max_tokens"
    }
  }
}

extension AnthropicModel {
  /// Reads the events of a message, and the message as one document.
  struct Reader: AnswerReader {
    private(set) var isFinished = false
    private(set) var finishReason: ModelAnswer.FinishReason?
    private(set) var usage: TokenUsage?

    mutating func read(_ event: ServerSentEvent) throws(ModelError) -> String {
      guard let body = try? JSONDecoder().decode(Event.self, from: Data(event.data.utf8)) else {
        throw .malformedAnswer("an event is none of a message: \(String(event.data.prefix(200)))")
      }
      switch body.type {
      case "message_start": note(body.message?.usage)
      case "content_block_delta": return body.delta?.text ?? ""
      case "message_delta":
        note(body.usage)
        finish(body.delta?.stopReason)
      case "message_stop": isFinished = true
      case "error":
        // 529 is what the API itself answers when it is overloaded.
        throw ErrorReply(Array(event.data.utf8), status: 529, reason: "").error()
      default: break  // ping, content_block_start, content_block_stop, and what is to come
      }
      return ""
    }

    mutating func read(document: [UInt8]) throws(ModelError) -> String {
      guard let message = try? JSONDecoder().decode(Message.self, from: Data(document)),
        let content = message.content
      else { throw .malformedAnswer("the answer is no message") }
      isFinished = true
      note(message.usage)
      finish(message.stopReason)
      return content.compactMap(\.text).joined()
    }

    private mutating func note(_ counts: Counts?) {
      guard let counts else { return }
      usage = TokenUsage(
        promptTokens: counts.input ?? usage?.promptTokens ?? 0,
        completionTokens: counts.output ?? usage?.completionTokens ?? 0)
    }

    private mutating func finish(_ reason: String?) {
      switch reason {
      case nil: break
      case "end_turn", "stop_sequence": finishReason = .stop
      case "max_tokens": finishReason = .length
      case let word?: finishReason = .other(word)
      }
    }
  }

  private struct Counts: Decodable {
    var input: Int?
    var output: Int?

    private enum CodingKeys: String, CodingKey {
      case input = "input_tokens"
      case output = "output_tokens"
    }
  }

  private struct Message: Decodable {
    struct Block: Decodable { var text: String? }
    var content: [Block]?
    var usage: Counts?
    var stopReason: String?

    private enum CodingKeys: String, CodingKey {
      case content, usage
      case stopReason = "stop_reason"
    }
  }

  private struct Event: Decodable {
    struct Delta: Decodable {
      var text: String?
      var stopReason: String?

      private enum CodingKeys: String, CodingKey {
        case text
        case stopReason = "stop_reason"
      }
    }
    var type: String
    var message: Message?
    var delta: Delta?
    var usage: Counts?
  }
}
