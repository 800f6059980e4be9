import Foundation
import SandboxRefinement
import Synchronization
import Testing

/// Against a real server on loopback, which misbehaves in one way each.
@Suite("Faults of a model's server", .timeLimit(.minutes(10)))
struct ServerFaultTests {
  /// The answer, or the error, and the events that came meanwhile.
  private struct Outcome {
    var answer: ModelAnswer?
    var error: ModelError?
    var events: [ModelEvent]
    var requests: [String]
    var text: String {
      events.reduce("") {
        if case .text(let piece) = $1 { $0 + piece } else { "" }
      }
    }
  }

  private static let secret = "sk-canary-4711"

  private static func connection(
    first: Duration = .seconds(600), next: Duration = .seconds(600), attempts: Int = 3
  ) -> ModelConnection {
    ModelConnection(
      firstPieceTimeout: first, timeout: next,
      retries: RetryPolicy(maximumAttempts: attempts, firstDelay: .milliseconds(1)))
  }

  private func ask(
    _ server: LoopbackServer, _ connection: ModelConnection = Self.connection()
  ) async throws -> Outcome {
    let events = Mutex<[ModelEvent]>([])
    let model = OpenAIModel(
      name: "tiny", baseURL: server.base, key: APIKey(Self.secret), connection: connection)
    var outcome = Outcome(events: [], requests: [])
    do throws(ModelError) {
      outcome.answer = try await model.answer(
        to: [ChatMessage(.user, "Hi")], options: GenerationOptions()
      ) { event in events.withLock { $0.append(event) } }
    } catch {
      outcome.error = error
    }
    outcome.events = events.withLock { $0 }
    outcome.requests = server.requests
    try await server.stop()
    return outcome
  }

  @Test("Without a fault, text comes in pieces, and the request is what the API wants")
  func good() async throws {
    let outcome = try await ask(try await LoopbackServer(LoopbackServer.Step.good))
    #expect(outcome.answer?.text == "Hello")
    #expect(outcome.answer?.finishReason == .stop)
    #expect(outcome.answer?.usage == TokenUsage(promptTokens: 7, completionTokens: 2))
    #expect(outcome.events == [.text("Hel"), .text("lo")])
    let request = try #require(outcome.requests.first)
    #expect(request.hasPrefix("POST /v1/chat/completions HTTP/1.1\r\n"))
    #expect(request.contains("\r\nAuthorization: Bearer \(Self.secret)\r\n"))
    let body = try #require(request.split(separator: "\r\n\r\n").last)
    #expect(!body.contains(Self.secret))
    let object = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
    #expect(object?["model"] as? String == "tiny")
    #expect(object?["stream"] as? Bool == true)
    #expect(object?["max_tokens"] as? Int == 1024)
  }

  @Test("Refused: the error says which server, and it was tried as often as it may be")
  func refused() async throws {
    let server = try await LoopbackServer()
    let base = server.base
    try await server.stop()
    let model = OpenAIModel(name: "tiny", baseURL: base, connection: Self.connection())
    let retries = Mutex(0)
    await #expect {
      try await model.answer(to: [], options: GenerationOptions()) { _ in
        retries.withLock { $0 += 1 }
      }
    } throws: { error in
      guard case .unreachable(base, let reason)? = error as? ModelError else { return false }
      return reason.lowercased().contains("refused")
    }
    #expect(retries.withLock { $0 } == 2)
  }

  @Test("A name that nobody knows is told as such")
  func unknownName() async throws {
    let model = OpenAIModel(
      name: "tiny", baseURL: "http://no-such-host.invalid/v1",
      connection: Self.connection(attempts: 1))
    await #expect {
      try await model.answer(to: [])
    } throws: { error in
      guard case .unreachable? = error as? ModelError else { return false }
      return true
    }
  }

  @Test("What is no URL is the caller's mistake", arguments: ["", "nonsense", "127.0.0.1:80"])
  func noURL(base: String) async throws {
    let model = OpenAIModel(name: "tiny", baseURL: base, connection: Self.connection())
    await #expect {
      try await model.answer(to: [])
    } throws: { error in
      guard case .misconfigured? = error as? ModelError else { return false }
      return true
    }
  }

  @Test("A first token that never comes ends in a time-out, which is not tried again")
  func slowFirstToken() async throws {
    let outcome = try await ask(
      try await LoopbackServer([.head(), .hang], LoopbackServer.Step.good),
      Self.connection(first: .milliseconds(200)))
    guard case .timedOut(_, .milliseconds(200), hadBegun: false)? = outcome.error else {
      Issue.record("\(String(describing: outcome))")
      return
    }
    // On a busy machine not even the first request may have arrived by then.
    #expect(outcome.requests.count <= 1 && outcome.events == [])
  }

  @Test("An answer that stops in its middle is asked for again, and the first half is void")
  func stalls() async throws {
    // On a busy machine a good answer may seem to stall too: then it is asked for once more.
    let good = Array(repeating: LoopbackServer.Step.good, count: 50)
    let server = try await LoopbackServer(scripts: [[.head(), .piece("half"), .hang]] + good)
    let outcome = try await ask(
      server, Self.connection(next: .milliseconds(300), attempts: 50))
    #expect(outcome.answer?.text == "Hello", "\(String(describing: outcome.error))")
    #expect(outcome.text == "Hello")
    #expect(outcome.events.first == .text("half"))
    guard case .retrying(_, .timedOut(_, _, hadBegun: true))? = outcome.events.dropFirst().first
    else {
      Issue.record("\(outcome.events)")
      return
    }
  }

  @Test(
    "A connection lost in the middle is made again",
    arguments: [LoopbackServer.Step.close, .reset])
  func dropped(step: LoopbackServer.Step) async throws {
    let outcome = try await ask(
      try await LoopbackServer([.head(), .piece("half"), step], LoopbackServer.Step.good))
    #expect(outcome.answer?.text == "Hello", "\(String(describing: outcome.error))")
    #expect(outcome.requests.count == 2)
    #expect(outcome.text == "Hello")
  }

  @Test("Lost each time: the error says how much had come")
  func droppedAlways() async throws {
    let script: [LoopbackServer.Step] = [.head(), .piece("half"), .close]
    let outcome = try await ask(try await LoopbackServer(script, script, script))
    guard case .connectionLost(_, let received, _)? = outcome.error else {
      Issue.record("\(String(describing: outcome.error))")
      return
    }
    #expect(received > 0)
    #expect(outcome.requests.count == 3)
  }

  @Test(
    "Events that are none are told with their text",
    arguments: ["data: {not json\n\n", "data: 42\n\n", "data: {\"foo\": 1}\n\n"])
  func malformed(text: String) async throws {
    let outcome = try await ask(try await LoopbackServer([.head(), .send(text), .close]))
    guard case .malformedAnswer? = outcome.error else {
      Issue.record("\(String(describing: outcome))")
      return
    }
    #expect(outcome.requests.count == 1)
  }

  @Test("A line without end is not read without end")
  func endlessLine() async throws {
    let megabyte = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
    let outcome = try await ask(
      try await LoopbackServer(
        [.head(), .send("data: ")] + Array(repeating: .send(megabyte), count: 8) + [.hang]))
    guard case .malformedAnswer? = outcome.error else {
      Issue.record("\(String(describing: outcome.error))")
      return
    }
  }

  @Test("429 is waited out as long as the server asks")
  func rateLimit() async throws {
    let busy = LoopbackServer.Step.json(
      "429 Too Many Requests", #"{"error":{"message":"slow down"}}"#, "Retry-After: 1\r\n")
    let outcome = try await ask(try await LoopbackServer(busy, LoopbackServer.Step.good))
    #expect(outcome.answer?.text == "Hello")
    #expect(
      outcome.events.first
        == .retrying(
          after: .seconds(1),
          because: .rateLimited(retryAfter: .seconds(1), message: "slow down")))
  }

  @Test("A wait that is too long is not begun, but told")
  func rateLimitTooLong() async throws {
    let busy = LoopbackServer.Step.json(
      "429 Too Many Requests", #"{"error":"quota"}"#, "Retry-After: 86400\r\n")
    let outcome = try await ask(try await LoopbackServer(busy))
    #expect(outcome.error == .rateLimited(retryAfter: .seconds(86400), message: "quota"))
    #expect(outcome.requests.count == 1)
    #expect(outcome.error?.description.contains("86400 s") == true)
  }

  @Test("500s are tried again, and told when they go on", arguments: [1, 3])
  func serverErrors(count: Int) async throws {
    let failure = LoopbackServer.Step.json(
      "503 Service Unavailable", #"{"error":{"message":"loading model","code":503}}"#)
    let outcome = try await ask(
      count == 1
        ? try await LoopbackServer(failure, LoopbackServer.Step.good)
        : try await LoopbackServer(failure, failure, failure, LoopbackServer.Step.good))
    if count == 1 {
      #expect(outcome.answer?.text == "Hello")
    } else {
      #expect(outcome.error == .serverFailed(status: 503, message: "loading model"))
    }
    #expect(outcome.requests.count == min(count + 1, 3))
  }

  @Test("A wrong content type is told", arguments: ["text/html", nil])
  func wrongType(type: String?) async throws {
    let outcome = try await ask(
      try await LoopbackServer([.head(type: type), .send("<html>"), .close]))
    guard case .malformedAnswer(let text)? = outcome.error else {
      Issue.record("\(String(describing: outcome.error))")
      return
    }
    #expect(text.contains(type ?? "missing"))
  }

  @Test("A server that does not stream is understood")
  func document() async throws {
    let body = """
      {"choices":[{"message":{"role":"assistant","content":"whole"},"finish_reason":"length"}],\
      "usage":{"prompt_tokens":1,"completion_tokens":2}}
      """
    let outcome = try await ask(
      try await LoopbackServer(LoopbackServer.Step.json("200 OK", body)))
    #expect(outcome.answer?.text == "whole")
    #expect(outcome.answer?.finishReason == .length)
  }

  @Test("An answer of 50 MB is not read to its end")
  func flood() async throws {
    let outcome = try await ask(
      try await LoopbackServer([.head(), .flood(50_000_000), .done, .close]))
    #expect(outcome.error == .answerTooLarge(limit: 1 << 20))
    #expect(outcome.text.utf8.count <= 1 << 20)
  }

  @Test("An answer without text is an answer")
  func empty() async throws {
    let outcome = try await ask(try await LoopbackServer([.head(), .done, .close]))
    #expect(outcome.answer?.text == "")
    #expect(outcome.error == nil)
  }

  @Test("Bytes that are not UTF-8 become U+FFFD")
  func invalidText() async throws {
    let bytes =
      Array(#"data: {"choices":[{"delta":{"content":"a"#.utf8) + [0xFF, 0xC3]
      + Array(#"b"}}]}"#.utf8) + Array("\n\n".utf8)
    let outcome = try await ask(
      try await LoopbackServer([.head(), .send(bytes), .done, .close]))
    #expect(outcome.answer?.text == "a\u{FFFD}\u{FFFD}b")
  }

  @Test("Characters and line ends that two pieces share are put together")
  func cutAnywhere() async throws {
    let stream = Array("data: {\"choices\":[{\"delta\":{\"content\":\"é😀\"}}]}\r\n\r\n".utf8)
    let steps = stream.map { LoopbackServer.Step.send([$0]) }
    let outcome = try await ask(try await LoopbackServer([.head()] + steps + [.done, .close]))
    #expect(outcome.answer?.text == "é😀")
  }

  @Test("An error inside the stream is told as the server tells it")
  func errorInStream() async throws {
    let step = LoopbackServer.Step.send(#"data: {"error":{"message":"out of memory"}}"# + "\n\n")
    let outcome = try await ask(
      try await LoopbackServer([.head(), step, .close]), Self.connection(attempts: 1))
    #expect(outcome.error == .serverFailed(status: 500, message: "out of memory"))
  }

  @Test("A wrong key is told, and the key is in no message though the server repeats it")
  func wrongKey() async throws {
    let outcome = try await ask(
      try await LoopbackServer(
        LoopbackServer.Step.json(
          "401 Unauthorized",
          #"{"error":{"message":"Incorrect API key provided: \#(Self.secret)"}}"#)))
    let text = try #require(outcome.error?.description)
    #expect(text.contains("Incorrect API key provided: (hidden)"))
    #expect(text.contains("OPENAI_API_KEY"))
    #expect(!text.contains(Self.secret))
    #expect(outcome.requests.count == 1)
  }

  @Test(
    "The key is in no message, wherever the server repeats it",
    arguments: [
      [
        .head(),
        .send(#"data: {"error":{"message":"no credit left for \#(Self.secret)"}}"# + "\n\n"),
        .close,
      ],
      [.head(), .send("data: you are \(Self.secret)\n\n"), .close],
      [.head(type: "text/\(Self.secret)"), .close],
    ] as [[LoopbackServer.Step]])
  func repeatedKey(script: [LoopbackServer.Step]) async throws {
    let outcome = try await ask(
      try await LoopbackServer(script), Self.connection(attempts: 1))
    let text = try #require(outcome.error?.description)
    #expect(text.contains("(hidden)"), "\(text)")
    #expect(!text.contains(Self.secret))
  }

  @Test("A model that is absent is told with those that are there")
  func absentModel() async throws {
    let outcome = try await ask(
      try await LoopbackServer(
        LoopbackServer.Step.json(
          "404 Not Found", #"{"error":{"message":"model 'tiny' not found"}}"#),
        LoopbackServer.Step.json("200 OK", #"{"data":[{"id":"small"},{"id":"large"}]}"#)))
    #expect(
      outcome.error
        == .unknownModel(
          name: "tiny", available: ["small", "large"], message: "model 'tiny' not found"))
    #expect(outcome.error?.description.contains("the server has: small, large") == true)
  }

  @Test("A conversation that is too long is told with the numbers")
  func tooLong() async throws {
    let body = """
      {"error":{"code":400,"message":"the request exceeds the available context size",\
      "type":"exceed_context_size_error","n_prompt_tokens":5000,"n_ctx":4096}}
      """
    let outcome = try await ask(
      try await LoopbackServer(LoopbackServer.Step.json("400 Bad Request", body)))
    let text = try #require(outcome.error?.description)
    #expect(text.contains("5000 tokens, and its context holds 4096"))
  }

  @Test("A server that wants the limit under its newer name gets it so")
  func newerName() async throws {
    let body = """
      {"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. \
      Use 'max_completion_tokens' instead."}}
      """
    let outcome = try await ask(
      try await LoopbackServer(
        LoopbackServer.Step.json("400 Bad Request", body), LoopbackServer.Step.good))
    #expect(outcome.answer?.text == "Hello")
    #expect(outcome.requests.last?.contains(#""max_completion_tokens":1024"#) == true)
    #expect(outcome.requests.last?.contains(#""max_tokens""#) == false)
  }

  @Test("A redirect is not followed: the key would go to another server")
  func redirect() async throws {
    let other = try await LoopbackServer(LoopbackServer.Step.good)
    let outcome = try await ask(
      try await LoopbackServer(
        LoopbackServer.Step.json(
          "307 Temporary Redirect", "{}", "Location: \(other.base)/chat/completions\r\n")))
    guard case .refused(307, _)? = outcome.error else {
      Issue.record("\(String(describing: outcome))")
      return
    }
    #expect(other.requests.isEmpty)
    try await other.stop()
  }

  @Test(
    "The environment's proxy is taken, but where it says so, or on loopback",
    arguments: [
      ("http://m.example/v1", ["HTTP_PROXY": "http://p:3128"], "p:3128"),
      ("https://m.example/v1", ["HTTP_PROXY": "http://p:3128"], nil),
      ("https://m.example/v1", ["https_proxy": "p:3128", "HTTPS_PROXY": "q:1"], "p:3128"),
      ("https://m.example/v1", ["ALL_PROXY": "http://u:pw@p"], "p:80"),
      ("http://m.example/v1", ["HTTP_PROXY": "p:1", "NO_PROXY": "a.org, .example"], nil),
      ("http://m.example/v1", ["HTTP_PROXY": "p:1", "no_proxy": "xample"], "p:1"),
      ("http://m.example/v1", ["HTTP_PROXY": "p:1", "NO_PROXY": "*"], nil),
      ("http://127.0.0.1:8719/v1", ["HTTP_PROXY": "p:1"], nil),
      ("http://localhost/v1", ["ALL_PROXY": "p:1"], nil),
    ] as [(String, [String: String], String?)])
  func proxy(base: String, environment: [String: String], expected: String?) throws {
    let proxy = try ModelProxy.named(for: base, environment: environment)
    #expect(proxy?.description == expected)
  }

  @Test("A request goes through a tunnel that the proxy makes; its password goes to the proxy only")
  func proxied() async throws {
    let server = try await LoopbackServer(
      [.send("HTTP/1.1 200 Connection established\r\n\r\n")], LoopbackServer.Step.good)
    let address = server.base.dropFirst("http://".count).dropLast("/v1".count)
    let base = "http://model.example/v1"
    let proxy = try ModelProxy.named(
      for: base, environment: ["HTTP_PROXY": "http://me:pw-0815@\(address)"])
    let model = OpenAIModel(
      name: "m", baseURL: base, connection: ModelConnection(proxy: proxy))
    let answer = try await model.answer(to: [ChatMessage(.user, "x")])
    #expect(answer.text == "Hello")
    #expect(server.requests.count == 2)
    let tunnel = try #require(server.requests.first)
    #expect(tunnel.hasPrefix("CONNECT model.example:80 HTTP/1.1\r\n"))
    #expect(tunnel.lowercased().contains("proxy-authorization: basic "))
    let request = try #require(server.requests.last)
    #expect(request.hasPrefix("POST /v1/chat/completions HTTP/1.1\r\n"))
    #expect(!request.lowercased().contains("proxy-authorization"))
    try await server.stop()
    // A password in it is in no message.
    do {
      _ = try ModelProxy.named(for: base, environment: ["HTTP_PROXY": "socks5://u:pw-0815@h"])
      Issue.record("taken")
    } catch {
      #expect(error.description.contains("HTTP_PROXY names no HTTP proxy"))
      #expect(!error.description.contains("pw-0815"))
    }
  }

  @Test("Cancelling ends the request, in its middle too")
  func cancelled() async throws {
    let server = try await LoopbackServer([.head(), .piece("half"), .hang])
    let model = OpenAIModel(name: "tiny", baseURL: server.base, connection: Self.connection())
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      try await model.answer(to: [], options: GenerationOptions()) { _ in continuation.yield() }
    }
    for await _ in stream { break }
    task.cancel()
    await #expect(throws: ModelError.cancelled) { try await task.value }
    try await server.stop()
  }
}
