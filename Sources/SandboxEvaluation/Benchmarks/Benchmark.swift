/// A benchmark: tasks, and how answers to them are judged.
public struct Benchmark: Sendable {
  /// The benchmarks that can be read.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// HumanEval (Chen et al. 2021, arXiv:2107.03374).
    case humanEval = "humaneval"
    /// HumanEval+ of EvalPlus (Liu et al. 2023, arXiv:2305.01210).
    case humanEvalPlus = "humaneval+"
    /// MBPP (Austin et al. 2021, arXiv:2108.07732), full or sanitized.
    case mbpp
    /// MBPP+ of EvalPlus.
    case mbppPlus = "mbpp+"
    /// HumanEval-X for JavaScript (Zheng et al. 2023, arXiv:2303.17568).
    case humanEvalXJavaScript = "humaneval-x-js"
    /// MultiPL-E for Swift (Cassano et al. 2022, arXiv:2208.08227).
    case multiPLESwift = "multipl-e-swift"
    /// MultiPL-E for JavaScript.
    case multiPLEJavaScript = "multipl-e-js"

    /// Whether there are tests beyond those that the benchmark was first published with.
    public var hasPlus: Bool { self == .humanEvalPlus || self == .mbppPlus }

    /// The language of its programs.
    public var language: String {
      switch self {
      case .humanEval, .humanEvalPlus, .mbpp, .mbppPlus: "python"
      case .humanEvalXJavaScript, .multiPLEJavaScript: "javascript"
      case .multiPLESwift: "swift"
      }
    }
  }

  /// Which one it is.
  public let kind: Kind
  /// Its tasks, in the order of the file.
  public let tasks: [BenchmarkTask]
  /// The SHA-256 of the file that it was read from, unpacked.
  public let digest: String

  /// Creates a benchmark.
  public init(kind: Kind, tasks: [BenchmarkTask], digest: String) {
    self.kind = kind
    self.tasks = tasks
    self.digest = digest
  }
}

/// One task of a benchmark.
public struct BenchmarkTask: Sendable, Hashable {
  /// How an answer is judged.
  public enum Tests: Sendable, Hashable {
    /// Python tests that call the functions under test.
    case functions(String)
    /// Inputs of EvalPlus, whose results are compared with those of the reference solution. `record` is
    /// the task's JSON as it was published, for it may hold what only Python reads: NaN, very large numbers.
    case inputs(record: [UInt8], atol: Double)
    /// Tests that follow the program in the same file. Where they begin with a `}`, that ends the
    /// function which a completion leaves open, and is left out after a program that is whole.
    case appended(String)
  }

  /// Its id as the benchmark spells it, as `HumanEval/0`.
  public let id: String
  /// What a model is asked to complete, or told.
  public let prompt: String
  /// The name of the function under test; empty where the benchmark names none.
  public let entryPoint: String
  /// A whole program that solves it; `nil` where the benchmark has none.
  public let reference: String?
  /// The language of its programs.
  public let language: String
  /// What comes before a completion to make it a program.
  public let opening: String
  /// How an answer is judged.
  public let tests: Tests

  /// Creates a task.
  public init(
    id: String, prompt: String, entryPoint: String, reference: String?, language: String = "python",
    opening: String, tests: Tests
  ) {
    self.id = id
    self.prompt = prompt
    self.entryPoint = entryPoint
    self.reference = reference
    self.language = language
    self.opening = opening
    self.tests = tests
  }
}
