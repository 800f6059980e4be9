internal import FoundationEssentials

/// A conversation with what was executed in it, which can be taken back and written down.
public struct ChatRecord: Sendable {
  /// One thing that was said, or that happened.
  public enum Entry: Sendable, Hashable {
    /// The person said this.
    case person(String)
    /// The model said this.
    case model(String)
    /// A program was executed: its language, its text, and what the model is told of it.
    case execution(language: String, code: String, feedback: String)
  }

  /// All of it, oldest first.
  public private(set) var entries: [Entry] = []
  private let system: String
  private let template: String

  /// Creates an empty record.
  ///
  /// - Parameters:
  ///   - system: The system prompt.
  ///   - feedback: The template of what follows an execution; knows `{feedback}`.
  public init(system: String, feedback: String = "Execution result:\n{feedback}") {
    self.system = system
    template = feedback
  }

  /// Adds an entry.
  public mutating func add(_ entry: Entry) { entries.append(entry) }

  /// What the model is sent. Several executions after one answer are one message.
  public var messages: [ChatMessage] {
    var messages = [ChatMessage(.system, system)]
    for entry in entries {
      let message =
        switch entry {
        case .person(let text): ChatMessage(.user, text)
        case .model(let text): ChatMessage(.assistant, text)
        case .execution(_, _, let feedback):
          ChatMessage(.user, Prompts.fill(template, ["feedback": feedback]))
        }
      // Servers want the roles to take turns.
      if let last = messages.last, last.role == message.role {
        messages[messages.count - 1].content += "\n\n" + message.content
      } else {
        messages.append(message)
      }
    }
    return messages
  }

  /// Takes back the last thing that the person said, and all since; returns it, or `nil` where there is none.
  public mutating func undo() -> String? {
    let index = entries.lastIndex { entry in
      if case .person = entry { true } else { false }
    }
    guard let index, case .person(let text) = entries[index] else { return nil }
    entries.removeSubrange(index...)
    return text
  }

  /// As Markdown.
  public var markdown: String {
    entries.map { entry in
      switch entry {
      case .person(let text): "## You\n\n\(text)\n"
      case .model(let text): "## Model\n\n\(text)\n"
      case .execution(_, _, let feedback):
        "Execution result:\n\n" + Self.fenced(feedback)
      }
    }.joined(separator: "\n")
  }

  /// In a fence that is longer than any in it.
  private static func fenced(_ text: String) -> String {
    var longest = 2
    for line in text.split(whereSeparator: \.isNewline) {
      longest = max(longest, line.drop { $0 == " " }.prefix { $0 == "`" }.count)
    }
    let fence = String(repeating: "`", count: longest + 1)
    return "\(fence)text\n\(text)\(text.hasSuffix("\n") ? "" : "\n")\(fence)\n"
  }

  /// As a notebook of Jupyter (nbformat 4.5): what was said in Markdown cells, what was executed in code
  /// cells with what came of it.
  public func notebook() throws -> String {
    var cells: [Cell] = []
    for (index, entry) in entries.enumerated() {
      let id = "cell-\(index)"
      switch entry {
      case .person(let text): cells.append(Cell(id: id, markdown: "**You:** " + text))
      case .model(let text): cells.append(Cell(id: id, markdown: text))
      case .execution(_, let code, let feedback):
        cells.append(Cell(id: id, code: code, output: feedback))
      }
    }
    var language = "python"
    for case .execution(let name, _, _) in entries { language = name }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(
      decoding: try encoder.encode(Notebook(cells: cells, language: language)), as: UTF8.self)
  }

  private struct Notebook: Encodable {
    var nbformat = 4
    var nbformat_minor = 5
    var metadata: [String: [String: String]]
    var cells: [Cell]

    init(cells: [Cell], language: String) {
      self.cells = cells
      metadata = ["language_info": ["name": language]]
    }
  }

  private struct Cell: Encodable {
    struct Output: Encodable {
      var output_type = "stream"
      var name = "stdout"
      var text: String
    }
    var id: String
    var cell_type: String
    var metadata: [String: String] = [:]
    var source: String
    var outputs: [Output]?

    init(id: String, markdown: String) {
      (self.id, cell_type, source) = (id, "markdown", markdown)
    }

    init(id: String, code: String, output: String) {
      (self.id, cell_type, source) = (id, "code", code)
      outputs = [Output(text: output)]
    }

    private enum Key: String, CodingKey {
      case id, cell_type, metadata, source, outputs, execution_count
    }

    func encode(to encoder: any Encoder) throws {
      var object = encoder.container(keyedBy: Key.self)
      try object.encode(id, forKey: .id)
      try object.encode(cell_type, forKey: .cell_type)
      try object.encode(metadata, forKey: .metadata)
      try object.encode(source, forKey: .source)
      if let outputs {
        try object.encode(outputs, forKey: .outputs)
        try object.encodeNil(forKey: .execution_count)
      }
    }
  }
}
