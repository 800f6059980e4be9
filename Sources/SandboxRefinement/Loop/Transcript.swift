internal import FoundationEssentials
internal import SandboxLanguages

/// The whole of a ``Refinement`` as a document: `{"schema": 1, "verdict", "ending", "code", "rounds"}`.
public struct Transcript: Encodable, Sendable {
  private let refinement: Refinement
  private let model: String
  private let critic: String?
  private let recording: (any Encodable & Sendable)?

  private enum Key: String, CodingKey {
    case schema, verdict, ending, error, model, critic, feedback, history, task, language, code
    case rounds, usage, cost, recording
  }

  /// Creates a transcript.
  ///
  /// - Parameters:
  ///   - refinement: The loop.
  ///   - model: The name of the model.
  ///   - critic: The name of the critic, where there is one.
  ///   - recording: What the executions depended on, for whoever does them again; `nil` for nothing.
  public init(
    _ refinement: Refinement, model: String, critic: String? = nil,
    recording: (any Encodable & Sendable)? = nil
  ) {
    self.refinement = refinement
    self.model = model
    self.critic = critic
    self.recording = recording
  }

  /// Encodes the document.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    let settings = refinement.settings
    try object.encode(1, forKey: .schema)
    try object.encode(
      refinement.rounds.last { $0.execution != nil }?.execution?.verdict, forKey: .verdict)
    try object.encode(refinement.ending?.word, forKey: .ending)
    switch refinement.ending {
    case .modelFailed(let error): try object.encode(error.description, forKey: .error)
    case .sandboxFailed(let message): try object.encode(message, forKey: .error)
    default: break
    }
    try object.encode(model, forKey: .model)
    try object.encode(critic, forKey: .critic)
    try object.encode(settings.feedback.rawValue, forKey: .feedback)
    try object.encode(settings.history.rawValue, forKey: .history)
    try object.encode(settings.task, forKey: .task)
    try object.encode(settings.language, forKey: .language)
    try object.encode(refinement.code, forKey: .code)
    try object.encode(refinement.rounds.map(RoundDocument.init), forKey: .rounds)
    try object.encode(refinement.usage, forKey: .usage)
    try object.encode(settings.budget.cost(of: refinement.usage), forKey: .cost)
    if let recording { try object.encode(recording, forKey: .recording) }
  }

  /// The document as text, with sorted keys.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

extension Refinement {
  /// The last program that was written; `nil` where there is none.
  public var code: String? { rounds.last { $0.code != nil }?.code }
}

private struct RoundDocument: Encodable {
  let round: Round

  private enum Key: String, CodingKey {
    case messages, answer, code, verdict, passed, result, feedback, usage, critique
    case finishReason = "finish_reason"
  }

  init(_ round: Round) { self.round = round }

  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(round.messages, forKey: .messages)
    try object.encode(round.answer?.text, forKey: .answer)
    try object.encode(round.answer?.finishReason.word, forKey: .finishReason)
    try object.encode(round.code, forKey: .code)
    try object.encode(round.execution?.verdict, forKey: .verdict)
    try object.encode(round.execution?.isPassed, forKey: .passed)
    try object.encode(round.execution?.result, forKey: .result)
    try object.encode(round.feedback, forKey: .feedback)
    try object.encode(round.answer?.usage, forKey: .usage)
    if let critique = round.critique {
      try object.encode(CritiqueDocument(critique), forKey: .critique)
    }
  }
}

private struct CritiqueDocument: Encodable {
  let messages: [ChatMessage]
  let answer: String?
  let leaks: Int
  let usage: TokenUsage?

  init(_ critique: Round.Critique) {
    messages = critique.messages
    answer = critique.answer?.text
    leaks = critique.leaks
    usage = critique.answer?.usage
  }
}
