/// How a conversation is sent.
public enum HistoryForm: String, Sendable, Hashable, CaseIterable {
  /// As messages, which the server puts into the model's own template.
  case messages
  /// As one text with the marks of OpenCodeInterpreter's own models.
  case oci
}

/// The conversation so far, and what of it is sent.
struct History: Sendable {
  private let system: String
  private let task: String
  private let form: HistoryForm
  private let limit: Int?
  private let template: String
  private var turns: [(answer: String, feedback: String, verdict: String)] = []

  init(_ settings: RefinementSettings) {
    let tests = settings.shownTests.map { "\n\nYour program must pass these tests:\n\n\($0)" } ?? ""
    let values = [
      "language": settings.language, "label": settings.language.lowercased(),
      "task": settings.task, "tests": tests,
    ]
    form = settings.history
    limit = settings.contextTokens
    template = settings.prompts.feedback
    system = Prompts.fill(
      settings.prompts.system,
      ["toolchain": settings.language, "limits": "limited time and memory", "packages": ""]
        .merging(values) { $1 }.merging(settings.facts) { $1 })
    task = Prompts.fill(
      form == .messages ? settings.prompts.task : settings.prompts.concatenated, values)
  }

  mutating func add(answer: String, feedback: String, verdict: String) {
    turns.append((answer, feedback, verdict))
  }

  /// The messages to send. Where they are too long, the oldest turns are left out, the last one never; a
  /// feedback that alone is too long loses its middle.
  func messages() -> [ChatMessage] {
    var kept = turns[...]
    var messages = messages(kept, longestFeedback: .max)
    guard let limit else { return messages }
    while kept.count > 1, Self.tokens(messages) > limit {
      kept = kept.dropFirst()
      messages = self.messages(kept, longestFeedback: .max)
    }
    var longest = kept.map(\.feedback.utf8.count).max() ?? 0
    while longest > 400, Self.tokens(messages) > limit {
      longest /= 2
      messages = self.messages(kept, longestFeedback: longest)
    }
    return messages
  }

  private func messages(
    _ turns: ArraySlice<(answer: String, feedback: String, verdict: String)>, longestFeedback: Int
  ) -> [ChatMessage] {
    switch form {
    case .messages:
      var messages = [ChatMessage(.user, task)]
      if !system.isEmpty { messages.insert(ChatMessage(.system, system), at: 0) }
      for turn in turns {
        messages.append(ChatMessage(.assistant, turn.answer))
        let text = Self.shortened(turn.feedback, to: longestFeedback)
        messages.append(
          ChatMessage(
            .user, Prompts.fill(template, ["feedback": text, "verdict": turn.verdict])))
      }
      return messages
    case .oci:
      // As the original does it: no mark for the response after the first round.
      var text = task
      for turn in turns {
        let feedback = Self.shortened(turn.feedback, to: longestFeedback)
        text += "\n\(turn.answer)\n\n@@ Instruction\nExecution result: \n\(feedback)\n"
      }
      return [ChatMessage(.user, text)]
    }
  }

  /// An estimate that is rather too high: three bytes a token, and eight tokens around each message.
  static func tokens(_ messages: [ChatMessage]) -> Int {
    messages.reduce(0) { $0 + $1.content.utf8.count / 3 + 8 }
  }

  private static func shortened(_ text: String, to limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    let half = limit / 2
    return text.prefix(half) + "\n[... the middle is left out ...]\n" + text.suffix(half)
  }
}
