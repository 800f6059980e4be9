internal import FoundationEssentials
internal import SandboxLanguages

/// A dialogue in the schema of the data set Code-Feedback: `{"id", "messages": [{"role", "content"}]}`, where
/// execution results are turns of the user; with `provenance` besides.
public struct Dialogue: Encodable, Sendable {
  /// Where a dialogue comes from.
  public struct Provenance: Encodable, Sendable {
    /// The method.
    public var method: CollectionMethod
    /// Who answered.
    public var model: String
    /// The policy that programs ran under.
    public var policy: String
    /// The language.
    public var language: String
    /// The toolchain's version; `nil` where it is not known.
    public var toolchain: String?
    /// The sampling temperature.
    public var temperature: Double
    /// The sampling seed, where one was given.
    public var seed: Int?
    /// Who played the person; `nil` where nobody did.
    public var critic: String?
    /// What the model was shown of a failure.
    public var exposure = "full"
    /// What became of each execution.
    public var verdicts: [String]
    /// The kinds of feedback that a simulated person gave.
    public var human: [HumanFeedbackKind] = []
    /// The ids of the queries that it was made of, where these are several.
    public var sources: [String] = []

    /// Creates a provenance.
    public init(
      method: CollectionMethod, model: String, policy: String, language: String,
      toolchain: String?, temperature: Double, seed: Int?, verdicts: [String] = []
    ) {
      self.method = method
      self.model = model
      self.policy = policy
      self.language = language
      self.toolchain = toolchain
      self.temperature = temperature
      self.seed = seed
      self.verdicts = verdicts
    }
  }

  /// What tells it apart; that of its query.
  public var id: String
  /// What was said.
  public var messages: [ChatMessage]
  /// Where it comes from.
  public var provenance: Provenance

  /// Creates a dialogue.
  public init(id: String, messages: [ChatMessage], provenance: Provenance) {
    self.id = id
    self.messages = messages
    self.provenance = provenance
  }

  /// One line of JSON, with its end.
  public func line() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}

/// How dialogues are made.
public enum CollectionMethod: String, Sendable, Hashable, Codable, CaseIterable {
  /// The model answers, its program is executed, and it is told what happened.
  case simulation
  /// The model is asked for a program with a mistake first, and then to mend it.
  case correction
  /// After a problem is solved, a similar one follows.
  case similar
  /// After a problem is solved, its `follow_ups` are asked for.
  case followUp = "follow-up"
  /// Answers that are there already are put into one dialogue with similar ones; no model is asked.
  case packing

  /// The prompts of the method.
  public var prompts: Prompts {
    switch self {
    case .simulation, .similar, .followUp, .packing: return Prompts()
    case .correction:
      return Prompts(
        task: Prompts.builtIn.task + """


          To teach others how mistakes are found, make one mistake on purpose this time, which shows when \
          the program is executed. Do not point it out.
          """)
    }
  }
}

/// A query to make a dialogue of.
public struct Query: Sendable, Hashable {
  /// What tells it apart: its `id`, else the number of its line.
  public var id: String
  /// What is asked.
  public var text: String
  /// What was answered, for `packing`.
  public var answer: String?
  /// What is asked once it is solved, for `follow-up`.
  public var followUps: [String] = []
  /// The ids of similar ones, for `similar`; where there are none they are found by their words.
  public var similar: [String] = []

  /// Creates a query.
  public init(
    id: String, text: String, answer: String? = nil, followUps: [String] = [],
    similar: [String] = []
  ) {
    self.id = id
    self.text = text
    self.answer = answer
    self.followUps = followUps
    self.similar = similar
  }

  /// Reads a JSONL file whose lines have `query` and may have `id`, a string or a number.
  ///
  /// - Throws: ``ModelError/misconfigured(_:)``, which names the line.
  public static func list(_ bytes: [UInt8], file: String) throws(ModelError) -> [Query] {
    var queries: [Query] = []
    var ids: Set<String> = []
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    {
      if line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { continue }
      guard let entry = try? JSONDecoder().decode(Entry.self, from: Data(line)) else {
        throw .misconfigured(
          """
          \(file):\(index + 1): no object with "query"
          hint: each line is one query: {"id": 1, "query": "..."}
          """)
      }
      let id = entry.id?.text ?? "\(index + 1)"
      guard ids.insert(id).inserted else {
        throw .misconfigured("\(file):\(index + 1): another query has the id '\(id)' already")
      }
      queries.append(
        Query(
          id: id, text: entry.query, answer: entry.answer, followUps: entry.follow_ups ?? [],
          similar: entry.similar?.map(\.text) ?? []))
    }
    return queries
  }

  /// The dialogues that a file holds already, and the number of its bytes that are whole lines.
  public static func collected(
    _ bytes: [UInt8]
  ) -> (dialogues: [(id: String, messages: [ChatMessage])], wholeBytes: Int) {
    let whole = bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let found = bytes[..<whole].split(separator: 0x0A).compactMap { line in
      (try? JSONDecoder().decode(Collected.self, from: Data(line))).map {
        (id: $0.id.text, messages: $0.messages)
      }
    }
    return (found, whole)
  }

  private struct Collected: Decodable {
    var id: ID
    var messages: [ChatMessage]
  }
  private struct Entry: Decodable {
    var id: ID?
    var query: String
    var answer: String?
    var follow_ups: [String]?
    var similar: [ID]?
  }

  private struct ID: Decodable {
    var text: String

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let number = try? value.decode(Int.self) {
        text = "\(number)"
      } else {
        text = try value.decode(String.self)
      }
    }
  }
}
