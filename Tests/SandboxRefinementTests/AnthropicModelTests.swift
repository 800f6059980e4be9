import Foundation
import SandboxRefinement
import Synchronization
import Testing

/// Against a real server on loopback that speaks as Anthropic's messages API does.
@Suite("A model behind the messages API", .timeLimit(.minutes(10)))
struct AnthropicModelTests {
  private static let secret = "sk-ant-canary-4711"

  private func ask(
    _ server: LoopbackServer, _ messages: [ChatMessage] = [ChatMessage(.user, "Hi")]
  ) async throws -> (result: Result<ModelAnswer, ModelError>, text: String, request: String) {
    var base = server.base
    base.removeLast("/v1".count)
    let model = AnthropicModel(
      name: "tiny", baseURL: base, key: APIKey(Self.secret),
      connection: ModelConnection(
        firstPieceTimeout: .seconds(600), timeout: .seconds(600),
        retries: RetryPolicy(maximumAttempts: 2, firstDelay: .milliseconds(1))))
    let text = Mutex("")
    let result: Result<ModelAnswer, ModelError>
    do throws(ModelError) {
      result = .success(
        try await model.answer(to: messages, options: GenerationOptions(maximumTokens: 9)) {
          if case .text(let piece) = $0 { text.withLock { $0 += piece } }
        })
    } catch {
      result = .failure(error)
    }
    let request = server.requests.first ?? ""
    try await server.stop()
    return (result, text.withLock { $0 }, request)
  }

  private static func events(_ documents: String...) -> LoopbackServer.Step {
    .send(documents.map { "event: x\ndata: \($0)\n\n" }.joined())
  }

  @Test("The text comes in pieces, with its end and its cost; the system prompt travels apart")
  func stream() async throws {
    let server = try await LoopbackServer([
      .head(),
      Self.events(
        #"{"type":"message_start","message":{"usage":{"input_tokens":7,"output_tokens":1}}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        #"{"type":"ping"}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"lo"}}"#,
        #"{"type":"content_block_stop","index":0}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":5}}"#,
        #"{"type":"message_stop"}"#), .close,
    ])
    let outcome = try await ask(
      server, [ChatMessage(.system, "Be brief."), ChatMessage(.user, "Hi")])
    let answer = try outcome.result.get()
    #expect(answer.text == "Hello" && outcome.text == "Hello")
    #expect(answer.finishReason == .length)
    #expect(answer.usage == TokenUsage(promptTokens: 7, completionTokens: 5))
    #expect(outcome.request.hasPrefix("POST /v1/messages HTTP/1.1\r\n"))
    #expect(outcome.request.contains("\r\nx-api-key: \(Self.secret)\r\n"))
    #expect(outcome.request.contains("\r\nanthropic-version: 2023-06-01\r\n"))
    let body = try #require(outcome.request.split(separator: "\r\n\r\n").last)
    let object = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
    #expect(object?["system"] as? String == "Be brief.")
    #expect((object?["messages"] as? [Any])?.count == 1)
    #expect(object?["max_tokens"] as? Int == 9)
  }

  @Test("A server that does not stream is understood too")
  func document() async throws {
    let outcome = try await ask(
      try await LoopbackServer(
        LoopbackServer.Step.json(
          "200 OK",
          #"{"content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","usage":{"input_tokens":7,"output_tokens":2}}"#
        )))
    let answer = try outcome.result.get()
    #expect(answer.text == "Hello" && answer.finishReason == .stop)
    #expect(answer.usage == TokenUsage(promptTokens: 7, completionTokens: 2))
  }

  @Test("An error in the stream is asked again, then told without the key")
  func overloaded() async throws {
    let script: [LoopbackServer.Step] = [
      .head(),
      Self.events(
        #"{"type":"error","error":{"type":"overloaded_error","message":"busy, \#(Self.secret)"}}"#),
      .close,
    ]
    let outcome = try await ask(try await LoopbackServer(script, script))
    #expect(
      outcome.result == .failure(.serverFailed(status: 529, message: "busy, (hidden)")))
  }

  @Test("A stream that ends before its end is no answer")
  func cutOff() async throws {
    let script: [LoopbackServer.Step] = [
      .head(), Self.events(#"{"type":"content_block_delta","delta":{"text":"Hel"}}"#), .close,
    ]
    let outcome = try await ask(try await LoopbackServer(script, script))
    guard case .failure(.connectionLost) = outcome.result else {
      Issue.record("\(outcome.result)")
      return
    }
  }
}
