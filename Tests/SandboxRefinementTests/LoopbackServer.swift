import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A server on loopback that answers each request by a script, down to the byte: for what no real server
/// does on purpose.
final class LoopbackServer: Sendable {
  /// One thing that it does.
  enum Step: Sendable {
    case send([UInt8])
    /// Sends this many bytes of a stream that is one long answer.
    case flood(Int)
    /// Nothing more comes, and the connection stays open.
    case hang
    case close
    case reset

    static func send(_ text: String) -> Step { .send(Array(text.utf8)) }
  }

  private struct State {
    var scripts: [[Step]]
    var requests: [String] = []
  }
  fileprivate let shared: Shared
  private let channel: any Channel

  fileprivate final class Shared: Sendable {
    private let state: Mutex<State>
    init(_ scripts: [[Step]]) { state = Mutex(State(scripts: scripts)) }
    func take(_ request: String) -> [Step] {
      state.withLock { state in
        state.requests.append(request)
        return state.scripts.isEmpty ? [.close] : state.scripts.removeFirst()
      }
    }
    var requests: [String] { state.withLock { $0.requests } }
  }

  /// Starts a server that answers its first request by the first script, and so on.
  convenience init(_ scripts: [Step]...) async throws { try await self.init(scripts: scripts) }

  init(scripts: [[Step]]) async throws {
    let shared = Shared(scripts)
    self.shared = shared
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Handler(shared))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  var base: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/v1" }

  /// What came, whole: head and body.
  var requests: [String] { shared.requests }

  func stop() async throws { try await channel.close() }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let shared: Shared
    private var bytes: [UInt8] = []

    init(_ shared: Shared) { self.shared = shared }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      bytes += unwrapInboundIn(data).readableBytesView
      let text = String(decoding: bytes, as: UTF8.self)
      guard let end = text.range(of: "\r\n\r\n") else { return }
      let length =
        text[..<end.lowerBound].split(separator: "\r\n")
        .first { $0.lowercased().hasPrefix("content-length:") }
        .flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
      guard text[end.upperBound...].utf8.count >= length else { return }
      bytes = []
      perform(shared.take(text)[...], context)
    }

    private func perform(_ steps: ArraySlice<Step>, _ context: ChannelHandlerContext) {
      guard let step = steps.first else { return }
      let rest = steps.dropFirst()
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      switch step {
      case .send(let bytes):
        context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes))).whenSuccess {
          bound.value.0.perform(rest, bound.value.1)
        }
      case .flood(let count):
        guard count > 0 else { return perform(rest, context) }
        let text = String(repeating: "x", count: 65_000)
        let piece = "data: {\"choices\":[{\"delta\":{\"content\":\"\(text)\"}}]}\n\n"
        context.writeAndFlush(NIOAny(ByteBuffer(string: piece))).whenSuccess {
          bound.value.0.perform([.flood(count - piece.utf8.count)] + rest, bound.value.1)
        }
      case .hang: return
      case .close: context.close(promise: nil)
      case .reset:
        (context.channel as? any SocketOptionProvider)?
          .setSoLinger(linger(l_onoff: 1, l_linger: 0))
          .whenComplete { _ in bound.value.1.close(promise: nil) }
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }
}

extension LoopbackServer.Step {
  /// The head of an answer that ends with the connection.
  static func head(
    _ status: String = "200 OK", type: String? = "text/event-stream", _ more: String = ""
  ) -> Self {
    let line = type.map { "Content-Type: \($0)\r\n" } ?? ""
    return .send("HTTP/1.1 \(status)\r\n\(line)\(more)Connection: close\r\n\r\n")
  }

  /// An event with a piece of an answer.
  static func piece(_ text: String) -> Self {
    .send(#"data: {"choices":[{"index":0,"delta":{"content":"\#(text)"}}]}"# + "\n\n")
  }

  /// The end of an answer.
  static var done: Self {
    .send(
      #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\n"
        + #"data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}"# + "\n\n"
        + "data: [DONE]\n\n")
  }

  static func json(_ status: String, _ body: String, _ more: String = "") -> [Self] {
    [
      .send(
        "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\n\(more)"
          + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"), .close,
    ]
  }

  static let good: [Self] = [.head(), .piece("Hel"), .piece("lo"), .done, .close]
}
