internal import FoundationEssentials
internal import SandboxLanguages

/// A conversation with what was executed in it, which can be taken back and written down.
public struct ChatRecord: Sendable {
  /// One thing that was said, or that happened.
  public enum Entry: Sendable, Hashable {
    /// The person said this.
    case person(String)
    /// The model said this.
    case model(String)
    /// A program was executed.
    case execution(Program)
  }

  /// A program, and what came of it.
  public struct Program: Sendable, Hashable {
    /// The id of its language.
    public var language: String
    /// Its text.
    public var code: String
    /// What it printed to standard output.
    public var output: String
    /// What it printed to standard error, or else what stopped it.
    public var errors: String
    /// What the model is told of it.
    public var feedback: String

    /// Creates one.
    public init(
      language: String, code: String, output: String = "", errors: String = "", feedback: String
    ) {
      self.language = language
      self.code = code
      self.output = output
      self.errors = errors
      self.feedback = feedback
    }
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
        case .execution(let program):
          ChatMessage(.user, Prompts.fill(template, ["feedback": program.feedback]))
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
      case .person(let text): "## You\n\n\(text.ended)"
      case .model(let text): "## Model\n\n\(text.ended)"
      case .execution(let program): "Execution result:\n\n" + Self.fenced(program.feedback)
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
    return "\(fence)text\n\(text.ended)\(fence)\n"
  }

  /// As a notebook of Jupyter (nbformat 4.5): programs in code cells, with what they printed; what was said in
  /// Markdown cells. A notebook has one language: Python, or that of the first program where none is in Python.
  /// Programs in others stay in the text, with the execution's result after them.
  public func notebook() throws -> String {
    let programs = entries.compactMap { entry in
      if case .execution(let program) = entry { program } else { nil }
    }
    let language =
      programs.contains { $0.language == "python" }
      ? "python" : programs.first?.language ?? "python"
    var cells: [Cell] = []
    var rest = entries[...]
    while let entry = rest.popFirst() {
      switch entry {
      case .person(let text): cells.append(Cell(markdown: "**You:** " + text))
      case .model(let text):
        var executed: [Program] = []
        while case .execution(let program)? = rest.first {
          executed.append(program)
          rest.removeFirst()
        }
        cells += Self.cells(of: text, executed, in: language)
      // The model's words before it are always there.
      case .execution: break
      }
    }
    for index in cells.indices { cells[index].id = "cell-\(index)" }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(
      decoding: try encoder.encode(Notebook(cells: cells, language: language)), as: UTF8.self)
  }

  /// An answer, in which the blocks that were executed are cells of their own.
  private static func cells(
    of text: String, _ executed: [Program], in language: String
  ) -> [Cell] {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    var cells: [Cell] = []
    var (begin, rest) = (0, executed[...])
    func say(_ lines: ArraySlice<Substring>, _ after: String = "") {
      let words = lines.joined(separator: "\n") + after
      if words.contains(where: { !$0.isWhitespace }) { cells.append(Cell(markdown: words)) }
    }
    for block in CodeBlock.blocks(in: text) {
      guard let program = rest.first, program.code == block.code else { continue }
      rest.removeFirst()
      if program.language == language {
        say(lines[begin..<block.lines.lowerBound])
        cells.append(Cell(program))
      } else {
        say(
          lines[begin..<block.lines.upperBound],
          "\n\nExecution result:\n\n" + fenced(program.feedback))
      }
      begin = block.lines.upperBound
    }
    say(lines[min(begin, lines.count)...])
    return cells
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
      var name: String
      var text: String
    }
    var id = ""
    var cell_type: String
    var metadata: [String: String] = [:]
    var source: String
    var outputs: [Output]?

    init(markdown: String) { (cell_type, source) = ("markdown", markdown) }

    init(_ program: Program) {
      (cell_type, source) = ("code", program.code)
      outputs = [("stdout", program.output), ("stderr", program.errors)]
        .filter { !$0.1.isEmpty }.map { Output(name: $0.0, text: $0.1) }
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

extension String {
  /// With a line end.
  fileprivate var ended: String { hasSuffix("\n") ? self : self + "\n" }
}
