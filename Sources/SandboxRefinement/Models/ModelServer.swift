internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import SandboxExecution
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// What the adapters of servers share: a request, its answer as it comes, time limits, and trying again.
struct ModelServer: Sendable {
  /// One client for the process and each proxy. A redirect is an error: it would carry the key to another
  /// server.
  private static func client(through proxy: ModelProxy?) -> HTTPClient {
    clients.withLock { clients in
      if let client = clients[proxy] { return client }
      var configuration = HTTPClient.Configuration()
      configuration.redirectConfiguration = .disallow
      configuration.timeout.connect = .seconds(10)
      configuration.httpVersion = .http1Only
      // What is refused is told at once: trying again is decided here, in one place.
      configuration.connectionPool.retryConnectionEstablishment = false
      // The number of requests at once is bounded by `slots`.
      configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
      configuration.proxy = proxy?.clientProxy
      let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
      clients[proxy] = client
      return client
    }
  }
  private static let clients = Mutex<[ModelProxy?: HTTPClient]>([:])

  /// The largest text of an answer, in bytes.
  static let largestText = 1 << 20
  /// The largest document, and the largest body of an error, in bytes.
  static let largestDocument = 16 << 20

  let base: String
  let key: APIKey?
  let headers: [(name: String, value: String)]
  let connection: ModelConnection
  private let slots: SlotQueue
  private let client: HTTPClient

  init(
    base: String, key: APIKey?, headers: [(name: String, value: String)],
    connection: ModelConnection
  ) {
    self.base = base
    self.key = key
    self.headers = headers
    self.connection = connection
    slots = SlotQueue(count: max(1, connection.maximumConcurrentRequests))
    client = Self.client(through: connection.proxy)
  }

  /// Posts `body` and reads the answer, again where that may help.
  func answer<Reader: AnswerReader>(
    _ reader: Reader.Type, path: String, body: [UInt8],
    onEvent: @escaping @Sendable (ModelEvent) -> Void
  ) async throws(ModelError) -> ModelAnswer {
    guard await slots.acquire() else { throw .cancelled }
    defer { slots.release() }
    var attempt = 1
    while true {
      var retryAfter: Duration?
      let failure: ModelError
      do {
        return try await attemptAnswer(reader, path, body, onEvent, &retryAfter)
      } catch {
        // In one place for all that a server can repeat it in.
        failure = Task.isCancelled ? .cancelled : error.rewording(hidden)
      }
      let delay = connection.retries.delay(
        afterAttempt: attempt, retryAfter: retryAfter, error: failure, share: .random(in: 0...1))
      guard let delay else { throw failure }
      onEvent(.retrying(after: delay, because: failure))
      do { try await Task.sleep(for: delay) } catch { throw .cancelled }
      attempt += 1
    }
  }

  private func attemptAnswer<Reader: AnswerReader>(
    _ reader: Reader.Type, _ path: String, _ body: [UInt8],
    _ onEvent: @escaping @Sendable (ModelEvent) -> Void, _ retryAfter: inout Duration?
  ) async throws(ModelError) -> ModelAnswer {
    let progress = Progress()
    defer { retryAfter = progress.retryAfter }
    return try await withinTime(progress, connection.firstPieceTimeout, connection.timeout) {
      try await exchange(reader, path, body, progress, onEvent)
    }
  }

  /// Ends `work` where nothing has come for as long as is waited.
  private func withinTime<Value: Sendable>(
    _ progress: Progress, _ first: Duration, _ next: Duration,
    _ work: @escaping @Sendable () async throws -> Value
  ) async throws(ModelError) -> Value {
    do {
      return try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await work() }
        group.addTask {
          while true {
            let hasBegun = progress.receivedBytes > 0
            let limit = hasBegun ? next : first
            let end = progress.lastSign + limit
            if ContinuousClock.now >= end {
              throw ModelError.timedOut(
                server: base, after: limit, hadBegun: hasBegun)
            }
            // The first piece may come meanwhile, and the limit be another then.
            try await Task.sleep(until: min(end, .now + next), clock: .continuous)
          }
        }
        defer { group.cancelAll() }
        while let value = try await group.next() {
          if let value { return value }
        }
        throw ModelError.cancelled
      }
    } catch let error as ModelError {
      throw error
    } catch {
      throw modelError(error, progress)
    }
  }

  private func exchange<Reader: AnswerReader>(
    _: Reader.Type, _ path: String, _ body: [UInt8], _ progress: Progress,
    _ onEvent: @escaping @Sendable (ModelEvent) -> Void
  ) async throws -> ModelAnswer {
    var request = self.request(path)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/json")
    request.headers.add(name: "Accept", value: "text/event-stream, application/json")
    request.body = .bytes(ByteBuffer(bytes: body))
    let response = try await client.execute(request, deadline: .distantFuture)
    progress.noteSign()
    guard response.status == .ok else {
      progress.retryAfter = response.headers.first(name: "Retry-After")
        .flatMap { RetryAfter.duration($0) }
      throw try await refusal(response, progress)
    }
    var reader = Reader()
    var text = ""
    func take(_ piece: String) throws {
      guard !piece.isEmpty else { return }
      text += piece
      guard text.utf8.count <= Self.largestText else {
        throw ModelError.answerTooLarge(limit: Self.largestText)
      }
      onEvent(.text(piece))
    }
    let type = response.headers.first(name: "Content-Type") ?? ""
    if type.lowercased().hasPrefix("text/event-stream") {
      var parser = ServerSentEventParser()
      reading: for try await part in response.body {
        progress.note(part.readableBytes)
        for event in try parser.read(part.readableBytesView) {
          try take(try reader.read(event))
          if reader.isFinished { break reading }
        }
      }
      guard reader.isFinished || reader.finishReason != nil else {
        throw ModelError.connectionLost(
          server: base, received: progress.receivedBytes,
          reason: "the stream ended without an end mark")
      }
    } else if type.lowercased().hasPrefix("application/json") {
      try take(try reader.read(document: try await document(response, progress)))
    } else {
      throw ModelError.malformedAnswer(
        "its content type is \(type.isEmpty ? "missing" : "'\(String(type.prefix(100)))'")")
    }
    return ModelAnswer(text, finishReason: reader.finishReason ?? .stop, usage: reader.usage)
  }

  private func document(
    _ response: HTTPClientResponse, _ progress: Progress
  ) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await part in response.body {
      progress.note(part.readableBytes)
      bytes += part.readableBytesView
      guard bytes.count <= Self.largestDocument else {
        throw ModelError.answerTooLarge(limit: Self.largestDocument)
      }
    }
    return bytes
  }

  private func refusal(
    _ response: HTTPClientResponse, _ progress: Progress
  ) async throws -> ModelError {
    var bytes: [UInt8] = []
    for try await part in response.body {
      progress.noteSign()
      bytes += part.readableBytesView.prefix(65_536 - bytes.count)
      if bytes.count >= 65_536 { break }
    }
    let status = Int(response.status.code)
    let reply = ErrorReply(bytes, status: status, reason: response.status.reasonPhrase)
    return reply.error(server: base, retryAfter: progress.retryAfter)
  }

  /// Gets a document; `nil` for whatever reason there is none.
  func document(path: String, within limit: Duration) async -> [UInt8]? {
    let progress = Progress()
    return try? await withinTime(progress, limit, limit) {
      let response = try await client.execute(request(path), deadline: .distantFuture)
      guard response.status == .ok else { throw ModelError.malformedAnswer("HTTP error") }
      return try await document(response, progress)
    }
  }

  private func request(_ path: String) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: base + path)
    request.headers.add(name: "User-Agent", value: "ocisandbox")
    for header in headers { request.headers.add(name: header.name, value: header.value) }
    return request
  }

  private func hidden(_ text: String) -> String { key?.redacted(from: text) ?? text }

  private func modelError(_ error: any Error, _ progress: Progress) -> ModelError {
    if Task.isCancelled || error is CancellationError { return .cancelled }
    let reason = Self.words(error)
    if let known = error as? HTTPClientError,
      [.invalidURL, .emptyHost, .emptyScheme].contains(known)
    {
      return .misconfigured("'\(base)' is not a URL of a server")
    }
    if progress.hasAnswer || (error as? HTTPClientError) == .remoteConnectionClosed {
      return .connectionLost(server: base, received: progress.receivedBytes, reason: reason)
    }
    return .unreachable(server: base, reason: reason)
  }

  private static func words(_ error: any Error) -> String {
    switch error {
    case let error as HTTPClientError where error == .connectTimeout:
      return "no connection within 10 s"
    case let error as HTTPClientError where error == .remoteConnectionClosed:
      return "the server closed the connection"
    case let error as NIOConnectionError:
      if let first = error.connectionErrors.first { return words(first.error) }
      return error.dnsAError == nil && error.dnsAAAAError == nil
        ? "no connection" : "the name '\(error.host)' is not known"
    case let error as IOError:
      return String(cString: strerror(error.errnoCode))
    default: return "\(error)"
    }
  }
}

/// How a server is talked to.
public struct ModelConnection: Sendable, Hashable {
  /// How long is waited for the first piece of an answer; by default two minutes, which a large model on
  /// a small machine needs to read a long conversation.
  public var firstPieceTimeout: Duration
  /// How long is waited for each piece that follows; by default a minute.
  public var timeout: Duration
  /// When a request is made again.
  public var retries: RetryPolicy
  /// The most requests at once; by default 8.
  public var maximumConcurrentRequests: Int
  /// The proxy that requests go through; by default none.
  public var proxy: ModelProxy?

  /// Creates a connection's settings.
  public init(
    firstPieceTimeout: Duration = .seconds(120), timeout: Duration = .seconds(60),
    retries: RetryPolicy = RetryPolicy(),
    maximumConcurrentRequests: Int = 8, proxy: ModelProxy? = nil
  ) {
    self.firstPieceTimeout = firstPieceTimeout
    self.timeout = timeout
    self.retries = retries
    self.maximumConcurrentRequests = maximumConcurrentRequests
    self.proxy = proxy
  }
}

/// What is known of an exchange while it goes on.
private final class Progress: Sendable {
  private struct State {
    var lastSign = ContinuousClock.now
    var receivedBytes = 0
    var hasAnswer = false
    var retryAfter: Duration?
  }
  private let state = Mutex(State())

  var lastSign: ContinuousClock.Instant { state.withLock { $0.lastSign } }
  var receivedBytes: Int { state.withLock { $0.receivedBytes } }
  var hasAnswer: Bool { state.withLock { $0.hasAnswer } }
  var retryAfter: Duration? {
    get { state.withLock { $0.retryAfter } }
    set { state.withLock { $0.retryAfter = newValue } }
  }

  func noteSign() {
    state.withLock {
      $0.lastSign = .now
      $0.hasAnswer = true
    }
  }

  func note(_ bytes: Int) {
    state.withLock {
      $0.lastSign = .now
      $0.receivedBytes += bytes
    }
  }
}
