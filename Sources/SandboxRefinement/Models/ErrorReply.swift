internal import FoundationEssentials

/// What a server says where it refuses, in the forms that are about: `{"error": {"message", ...}}`,
/// `{"error": "..."}`, `{"message": "..."}`, or plain text.
struct ErrorReply {
  private let status: Int
  private let message: String
  private var code = ""
  private var promptTokens: Int?
  private var contextTokens: Int?

  init(_ body: [UInt8], status: Int, reason: String) {
    self.status = status
    // Repaired first: a text that is not UTF-8 is still worth reading.
    let text = String(decoding: body, as: UTF8.self)
    let decoder = JSONDecoder()
    guard let document = try? decoder.decode(Document.self, from: Data(text.utf8)) else {
      let line = text.split(whereSeparator: \.isNewline).first { !$0.allSatisfy(\.isWhitespace) }
      message = line.map { String($0.prefix(500)) } ?? (reason.isEmpty ? "no reason given" : reason)
      return
    }
    code = [document.error?.code, document.error?.type].compactMap { $0 }.joined(separator: " ")
    message = String((document.error?.message ?? document.message ?? reason).prefix(2000))
    promptTokens = document.error?.promptTokens
    contextTokens = document.error?.contextTokens
  }

  /// The error that this means.
  func error(server: String = "", retryAfter: Duration? = nil) -> ModelError {
    let words = (code + " " + message).lowercased()
    let isAboutContext = [
      "context_length_exceeded", "exceed_context_size", "maximum context length",
      "context size", "context window", "prompt is too long", "too many tokens",
    ].contains { words.contains($0) }
    switch status {
    case 401, 403: return .unauthorized(server: server, message: message)
    case 404 where words.contains("model"):
      return .unknownModel(name: "", available: [], message: message)
    case 400 where words.contains("model_not_found"):
      return .unknownModel(name: "", available: [], message: message)
    case 429: return .rateLimited(retryAfter: retryAfter, message: message)
    case 400..<500 where isAboutContext:
      return .contextTooLong(tokens: promptTokens, limit: contextTokens, message: message)
    case 500...: return .serverFailed(status: status, message: message)
    default: return .refused(status: status, message: message)
    }
  }

  private struct Document: Decodable {
    var error: Body?
    var message: String?
  }

  private struct Body: Decodable {
    var message: String?
    var code: String?
    var type: String?
    var promptTokens: Int?
    var contextTokens: Int?

    private enum Key: String, CodingKey {
      case message, code, type
      case promptTokens = "n_prompt_tokens"
      case contextTokens = "n_ctx"
    }

    init(from decoder: any Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        message = text
        return
      }
      let object = try decoder.container(keyedBy: Key.self)
      message = try? object.decode(String.self, forKey: .message)
      // Some servers give the HTTP status here, as a number.
      code = try? object.decode(String.self, forKey: .code)
      type = try? object.decode(String.self, forKey: .type)
      promptTokens = try? object.decode(Int.self, forKey: .promptTokens)
      contextTokens = try? object.decode(Int.self, forKey: .contextTokens)
    }
  }
}
