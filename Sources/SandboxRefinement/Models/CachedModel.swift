internal import FoundationEssentials
public import SandboxEvaluation
internal import SandboxLanguages

/// Answers by what was asked, in a file that only grows.
public typealias AnswerCache = Journal<AnswerCacheSubject, CachedAnswer>

/// A model that is asked only what it was not asked before: same name, same messages, same options. So an
/// evaluation is repeated exactly, without the model, and two of them share their first answers.
public struct CachedModel: Model {
  private let model: any Model
  private let cache: AnswerCache

  /// What the model is called.
  public var name: String { model.name }

  /// Creates one.
  ///
  /// - Parameters:
  ///   - model: Who is asked where nothing is found.
  ///   - cache: Where answers come from, and go.
  public init(_ model: any Model, cache: AnswerCache) {
    self.model = model
    self.cache = cache
  }

  /// Answers from the cache, or asks, and keeps the answer.
  public func answer(
    to messages: [ChatMessage], options: GenerationOptions,
    onEvent: @escaping @Sendable (ModelEvent) -> Void
  ) async throws(ModelError) -> ModelAnswer {
    let key = key(messages, options)
    if let found = cache.values[key] {
      if !found.answer.isEmpty { onEvent(.text(found.answer)) }
      return found.modelAnswer
    }
    let answer = try await model.answer(to: messages, options: options, onEvent: onEvent)
    do {
      try cache.append(key, CachedAnswer(answer))
    } catch {
      throw .misconfigured("\(error)")
    }
    return answer
  }

  private func key(_ messages: [ChatMessage], _ options: GenerationOptions) -> String {
    let parts =
      [
        name, "\(options.temperature)", "\(options.maximumTokens)",
        options.seed.map { "\($0)" } ?? "",
      ] + messages.flatMap { [$0.role.rawValue, $0.content] }
    return SHA256.digest(fields: parts.lazy.map(\.utf8))
  }
}

/// An answer in a file.
public struct CachedAnswer: Codable, Sendable, Hashable {
  let answer: String
  let finishReason: String
  let usage: TokenUsage?

  private enum CodingKeys: String, CodingKey {
    case answer, usage
    case finishReason = "finish_reason"
  }

  init(_ answer: ModelAnswer) {
    self.answer = answer.text
    finishReason = answer.finishReason.word
    usage = answer.usage
  }

  var modelAnswer: ModelAnswer {
    let reason: ModelAnswer.FinishReason =
      switch finishReason {
      case "stop": .stop
      case "length": .length
      default: .other(finishReason)
      }
    return ModelAnswer(answer, finishReason: reason, usage: usage)
  }
}

/// That a file holds answers.
public struct AnswerCacheSubject: JournalSubject {
  /// The version of the format.
  public var schema = 1
  /// What is in the file.
  public var holds = "answers of models"

  /// Creates one.
  public init() {}

  /// Why a file of `old` is another one.
  public func difference(from old: Self) -> String { "it holds \(old.holds)" }
}
