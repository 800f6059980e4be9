internal import SandboxExecution

/// Why a model gave no answer. The description says what, why, and how to mend it.
public enum ModelError: Error, Hashable {
  /// No connection could be made.
  case unreachable(server: String, reason: String)
  /// Nothing came for longer than is waited.
  case timedOut(server: String, after: Duration, hadBegun: Bool)
  /// The key is missing or wrong (401, 403).
  case unauthorized(server: String, message: String)
  /// The server has no such model.
  case unknownModel(name: String, available: [String], message: String)
  /// The conversation does not fit the model's context; the tokens where the server says them.
  case contextTooLong(tokens: Int?, limit: Int?, message: String)
  /// Too many requests (429), in spite of waiting as the server asked.
  case rateLimited(retryAfter: Duration?, message: String)
  /// The server refuses this request (4xx).
  case refused(status: Int, message: String)
  /// The server failed (5xx).
  case serverFailed(status: Int, message: String)
  /// The server does not speak the protocol.
  case malformedAnswer(String)
  /// The connection was lost before the answer's end.
  case connectionLost(server: String, received: Int, reason: String)
  /// The answer is larger than any that makes sense.
  case answerTooLarge(limit: Int)
  /// A file of answers or a script has no answer left.
  case noAnswerLeft(String)
  /// A command that answers failed.
  case commandFailed(String)
  /// Something is set up wrongly.
  case misconfigured(String)
  /// The task was cancelled.
  case cancelled
}

extension ModelError {
  /// Whether the same request may well succeed a moment later.
  public var isTransient: Bool {
    switch self {
    case .unreachable, .rateLimited, .connectionLost: true
    case .timedOut(_, _, let hadBegun): hadBegun
    case .serverFailed(let status, _): status != 501
    case .refused(let status, _): status == 408 || status == 409
    default: false
    }
  }
}

extension ModelError {
  /// The same with every text changed that may come from elsewhere.
  func rewording(_ change: (String) -> String) -> ModelError {
    switch self {
    case .unreachable(let server, let reason):
      .unreachable(server: change(server), reason: change(reason))
    case .timedOut(let server, let time, let hadBegun):
      .timedOut(server: change(server), after: time, hadBegun: hadBegun)
    case .unauthorized(let server, let message):
      .unauthorized(server: change(server), message: change(message))
    case .unknownModel(let name, let available, let message):
      .unknownModel(name: name, available: available.map(change), message: change(message))
    case .contextTooLong(let tokens, let limit, let message):
      .contextTooLong(tokens: tokens, limit: limit, message: change(message))
    case .rateLimited(let time, let message):
      .rateLimited(retryAfter: time, message: change(message))
    case .refused(let status, let message): .refused(status: status, message: change(message))
    case .serverFailed(let status, let message):
      .serverFailed(status: status, message: change(message))
    case .malformedAnswer(let text): .malformedAnswer(change(text))
    case .connectionLost(let server, let received, let reason):
      .connectionLost(server: change(server), received: received, reason: change(reason))
    case .noAnswerLeft(let text): .noAnswerLeft(change(text))
    case .commandFailed(let text): .commandFailed(change(text))
    case .misconfigured(let text): .misconfigured(change(text))
    case .answerTooLarge, .cancelled: self
    }
  }
}

extension ModelError: CustomStringConvertible {
  /// What failed, why, and how to mend it.
  public var description: String {
    switch self {
    case .unreachable(let server, let reason):
      return """
        cannot reach the model's server at \(server): \(reason)
        hint: is it running? 'ocisandbox model serve' starts a small one; --base-url names another
        """
    case .timedOut(let server, let time, let hadBegun):
      return """
        the model's server at \(server) sent nothing \(hadBegun ? "more " : "")for \(time.words)
        hint: --model-timeout waits longer
        """
    case .unauthorized(let server, let message):
      return """
        the model's server at \(server) does not accept the key: \(message)
        hint: set OPENAI_API_KEY (ANTHROPIC_API_KEY for Anthropic), or name a file with --api-key-file
        """
    case .unknownModel(let name, let available, let message):
      let hint =
        available.isEmpty
        ? "--model names another"
        : "the server has: \(available.prefix(20).joined(separator: ", "))"
      return "there is no model '\(name)': \(message)\nhint: \(hint)"
    case .contextTooLong(let tokens, let limit, let message):
      var text = "the conversation is too long for the model"
      if let tokens, let limit { text += ": \(tokens) tokens, and its context holds \(limit)" }
      return """
        \(text): \(message)
        hint: a shorter task, fewer --rounds, a smaller --context or --max-tokens, or another model
        """
    case .rateLimited(let time, let message):
      let wait = time.map { "; it asks to wait \($0.words)" } ?? ""
      return """
        the model's server has had too many requests\(wait): \(message)
        hint: try later, or with fewer requests at once
        """
    case .refused(let status, let message):
      let hint =
        status == 404
        ? "\nhint: a base URL mostly ends in /v1, such as http://127.0.0.1:8080/v1" : ""
      return "the model's server refuses the request (HTTP \(status)): \(message)\(hint)"
    case .serverFailed(let status, let message):
      return "the model's server failed (HTTP \(status)): \(message)"
    case .malformedAnswer(let text):
      return """
        the model's server does not answer as a chat completions server does: \(text)
        hint: a base URL mostly ends in /v1, such as http://127.0.0.1:8080/v1
        """
    case .connectionLost(let server, let received, let reason):
      return """
        the connection to the model's server at \(server) was lost after \(received) bytes of the \
        answer: \(reason)
        """
    case .answerTooLarge(let limit):
      return """
        the answer is larger than \(limit) bytes, so it was not read to its end
        hint: a smaller --max-tokens
        """
    case .noAnswerLeft(let text), .commandFailed(let text), .misconfigured(let text): return text
    case .cancelled: return "the request was cancelled"
    }
  }
}
