/// Reads an answer in the form of one protocol.
protocol AnswerReader: Sendable {
  init()
  /// Reads the next event of a stream, and returns the text that it brings.
  mutating func read(_ event: ServerSentEvent) throws(ModelError) -> String
  /// Reads the document of a server that does not stream, and returns its text.
  mutating func read(document: [UInt8]) throws(ModelError) -> String
  /// Whether the stream said that it is at its end.
  var isFinished: Bool { get }
  /// Why the answer ended, where that was said.
  var finishReason: ModelAnswer.FinishReason? { get }
  /// What it cost, where that was said.
  var usage: TokenUsage? { get }
}
