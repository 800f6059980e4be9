internal import FoundationEssentials

/// An evaluation of a model, as a row of a table.
public struct ReportRow: Sendable, Hashable {
  /// The shares of tasks that pass after a round.
  public struct Round: Sendable, Hashable {
    /// By the base tests.
    public var base: Double
    /// By base and further tests together; `nil` where there are none.
    public var plus: Double?
  }

  /// The benchmark's name.
  public var benchmark: String
  /// Who was asked.
  public var model: String
  /// What it was told of its answers, in a few words.
  public var told: String
  /// How many tasks.
  public var tasks: Int
  /// The shares after each round.
  public var rounds: [Round]

  /// Reads the `score.json` of an evaluation of a model.
  ///
  /// - Throws: ``EvaluationError`` where it is something else.
  public init(scoreDocument bytes: [UInt8], path: String) throws(EvaluationError) {
    guard let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)) else {
      throw EvaluationError(
        """
        '\(path)' is not the score of a model
        hint: give the --output folder of an 'ocisandbox eval' that asked one
        """)
    }
    let settings = document.settings
    benchmark = settings.benchmark
    model = settings.model
    told =
      settings.feedback == "none"
      ? "One answer" : "Feedback \(settings.feedback), \(settings.profile), \(settings.exposure)"
    tasks = document.score.tasks
    rounds = document.score.rounds.map { Round(base: $0.base.share, plus: $0.plus?.share) }
  }

  private struct Document: Decodable {
    struct Settings: Decodable {
      let benchmark, model, feedback, profile, exposure: String
    }

    struct Score: Decodable {
      struct Standing: Decodable {
        let share: Double

        enum CodingKeys: String, CodingKey { case share = "pass@1" }
      }

      struct Round: Decodable {
        let base: Standing
        let plus: Standing?
      }

      let tasks: Int
      let rounds: [Round]
    }

    let settings: Settings
    let score: Score
  }
}
