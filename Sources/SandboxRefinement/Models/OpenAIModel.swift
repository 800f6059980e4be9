internal import FoundationEssentials

/// A model behind the chat completions API, as OpenAI, vLLM, llama.cpp, Ollama, SGLang and LM Studio
/// speak it (https://platform.openai.com/docs/api-reference/chat). Answers are streamed.
public struct OpenAIModel: Model {
  /// The name that the server knows the model by.
  public let name: String
  private let server: ModelServer

  /// Creates a model.
  ///
  /// - Parameters:
  ///   - name: The name that the server knows it by.
  ///   - baseURL: What `/chat/completions` is appended to; mostly it ends in `/v1`.
  ///   - key: The key; without one no `Authorization` is sent.
  ///   - connection: Time limits, retries, requests at once.
  public init(
    name: String, baseURL: String, key: APIKey? = nil,
    connection: ModelConnection = ModelConnection()
  ) {
    self.name = name
    server = Self.server(baseURL, key, connection)
  }

  private static func server(
    _ baseURL: String, _ key: APIKey?, _ connection: ModelConnection
  ) -> ModelServer {
    var base = baseURL
    while base.hasSuffix("/") { base.removeLast() }
    return ModelServer(
      base: base, key: key,
      headers: key.map { [("Authorization", "Bearer " + $0.secret)] } ?? [],
      connection: connection)
  }

  /// The names of the models that a server has; `nil` where it does not say within the time.
  public static func available(
    at baseURL: String, key: APIKey? = nil, within limit: Duration = .seconds(5)
  ) async -> [String]? {
    await available(server(baseURL, key, ModelConnection()), limit)
  }

  private static func available(_ server: ModelServer, _ limit: Duration) async -> [String]? {
    guard let bytes = await server.document(path: "/models", within: limit) else { return nil }
    let list = try? JSONDecoder().decode(ModelList.self, from: Data(bytes))
    return list?.data.map(\.id)
  }

  /// Asks for the next message.
  public func answer(
    to messages: [ChatMessage], options: GenerationOptions,
    onEvent: @escaping @Sendable (ModelEvent) -> Void
  ) async throws(ModelError) -> ModelAnswer {
    var request = Request(
      model: name, messages: messages, temperature: options.temperature,
      maximumTokens: options.maximumTokens, seed: options.seed)
    while true {
      do {
        return try await server.answer(
          Reader.self, path: "/chat/completions", body: try request.json(), onEvent: onEvent)
      } catch .unknownModel(_, _, let message) {
        let names = await Self.available(server, server.connection.timeout) ?? []
        throw .unknownModel(name: name, available: names, message: message)
      } catch .refused(let status, let message) {
        // Newer models of OpenAI take the same limit under another name, and no temperature.
        guard status == 400, request.adapt(to: message) else {
          throw .refused(status: status, message: message)
        }
      }
    }
  }

  private struct ModelList: Decodable {
    struct Entry: Decodable { var id: String }
    var data: [Entry]
  }

  private struct Request: Encodable {
    var model: String
    var messages: [ChatMessage]
    var temperature: Double?
    var maximumTokens: Int?
    var maximumCompletionTokens: Int?
    var seed: Int?
    var stream = true
    var streamOptions = ["include_usage": true]

    enum CodingKeys: String, CodingKey {
      case model, messages, temperature, seed, stream
      case maximumTokens = "max_tokens"
      case maximumCompletionTokens = "max_completion_tokens"
      case streamOptions = "stream_options"
    }

    func json() throws(ModelError) -> [UInt8] {
      do {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
      } catch {
        throw .misconfigured("the request cannot be written as JSON: \(error)")
      }
    }

    /// Changes what the server's message says is not supported; false where it names nothing known.
    mutating func adapt(to message: String) -> Bool {
      if maximumTokens != nil, message.contains("max_completion_tokens") {
        (maximumCompletionTokens, maximumTokens) = (maximumTokens, nil)
        return true
      }
      if temperature != nil, message.contains("temperature"), message.contains("support") {
        temperature = nil
        return true
      }
      return false
    }
  }
}

extension OpenAIModel {
  /// Reads `chat.completion.chunk` and `chat.completion` objects.
  struct Reader: AnswerReader {
    private(set) var isFinished = false
    private(set) var finishReason: ModelAnswer.FinishReason?
    private(set) var usage: TokenUsage?

    mutating func read(_ event: ServerSentEvent) throws(ModelError) -> String {
      if event.data == "[DONE]" {
        isFinished = true
        return ""
      }
      return try take(event.data, "an event")
    }

    mutating func read(document: [UInt8]) throws(ModelError) -> String {
      let text = try take(String(decoding: document, as: UTF8.self), "the answer")
      isFinished = true
      return text
    }

    private mutating func take(_ text: String, _ what: String) throws(ModelError) -> String {
      guard let chunk = try? JSONDecoder().decode(Chunk.self, from: Data(text.utf8)),
        chunk.choices != nil || chunk.usage != nil || chunk.error != nil
      else {
        throw .malformedAnswer("\(what) is no completion: \(String(text.prefix(200)))")
      }
      if chunk.error != nil {
        throw ErrorReply(Array(text.utf8), status: 500, reason: "").error()
      }
      usage = chunk.usage ?? usage
      guard let choice = chunk.choices?.first else { return "" }
      switch choice.finishReason {
      case nil: break
      case "stop": finishReason = .stop
      case "length": finishReason = .length
      case let word?: finishReason = .other(word)
      }
      return (choice.delta ?? choice.message)?.content ?? ""
    }
  }

  private struct Chunk: Decodable {
    struct Choice: Decodable {
      struct Message: Decodable { var content: String? }
      var delta: Message?
      var message: Message?
      var finishReason: String?

      private enum CodingKeys: String, CodingKey {
        case delta, message
        case finishReason = "finish_reason"
      }
    }
    struct Failure: Decodable {
      init(from decoder: any Decoder) throws {}
    }
    var choices: [Choice]?
    var usage: TokenUsage?
    var error: Failure?
  }
}
