/// One event of an event stream.
struct ServerSentEvent: Sendable, Hashable {
  /// Its `event` field; empty where it has none.
  var name = ""
  /// Its `data` fields, one a line.
  var data = ""
}

/// Reads an event stream from pieces that are cut anywhere, as the HTML standard describes it
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
struct ServerSentEventParser: Sendable {
  /// The longest line that is read.
  static let longestLine = 4 << 20

  private var line: [UInt8] = []
  private var event = ServerSentEvent()
  private var hasData = false
  private var lastWasCarriageReturn = false
  private var isFirstLine = true

  /// Reads the next piece of the stream.
  ///
  /// - Returns: The events that ended in it.
  /// - Throws: ``ModelError/malformedAnswer(_:)`` where a line does not end.
  mutating func read(_ bytes: some Sequence<UInt8>) throws(ModelError) -> [ServerSentEvent] {
    var events: [ServerSentEvent] = []
    for byte in bytes {
      let follows = lastWasCarriageReturn
      lastWasCarriageReturn = byte == 0x0D
      switch byte {
      case 0x0A where follows: break
      case 0x0A, 0x0D: endLine(&events)
      default:
        guard line.count < Self.longestLine else {
          throw .malformedAnswer(
            "a line of its event stream is longer than \(Self.longestLine) bytes")
        }
        line.append(byte)
      }
    }
    return events
  }

  private mutating func endLine(_ events: inout [ServerSentEvent]) {
    defer { line.removeAll(keepingCapacity: true) }
    if isFirstLine {
      isFirstLine = false
      if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
    }
    if line.isEmpty {
      if hasData { events.append(event) }
      event = ServerSentEvent()
      hasData = false
      return
    }
    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    let name = String(decoding: line[..<colon], as: UTF8.self)
    var value = line[colon...].dropFirst()
    if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
    let text = String(decoding: value, as: UTF8.self)
    switch name {
    case "data":
      event.data += (hasData ? "\n" : "") + text
      hasData = true
    case "event": event.name = text
    default: break  // `id`, `retry`, comments
    }
  }
}
