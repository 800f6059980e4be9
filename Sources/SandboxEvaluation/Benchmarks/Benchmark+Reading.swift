public import SandboxExecution
internal import SandboxLanguages

extension Benchmark {
  /// Reads a benchmark from a file as its authors publish it; docs/evaluation.md says where each is found.
  ///
  /// - Parameters:
  ///   - kind: Which one it is.
  ///   - path: A file of JSONL, or of one JSON array as MBPP sanitized; packed by gzip or not.
  ///   - executor: Where packed files are unpacked.
  /// - Returns: It, with all of its tasks.
  /// - Throws: ``EvaluationError`` with the file and the line, or `SandboxError`.
  public static func read(
    _ kind: Kind, from path: String, with executor: SandboxExecutor
  ) async throws -> Benchmark {
    try Benchmark(kind, bytes: try await DataFile(executor: executor).read(path), file: path)
  }

  init(_ kind: Kind, bytes: [UInt8], file: String) throws(EvaluationError) {
    let records = JSONRecords(file: file, bytes: bytes)
    let tasks: [BenchmarkTask]
    do {
      tasks = try Self.tasks(kind, records)
    } catch {
      // That some field is missing helps nobody who gave the data of another benchmark.
      guard let other = RecordForm.first(of: records)?.benchmark, other != kind.rawValue else {
        throw error
      }
      throw EvaluationError(
        "\(file): the data is that of \(other), and \(kind.rawValue) was asked for")
    }
    guard !tasks.isEmpty else {
      throw EvaluationError("\(file): no tasks; \(kind.rawValue) has one a line")
    }
    var seen: Set<String> = []
    for task in tasks where !seen.insert(task.id).inserted {
      throw EvaluationError("\(file): the task '\(task.id)' is there twice")
    }
    self.init(kind: kind, tasks: tasks, digest: SHA256.digest(bytes))
  }

  private static func tasks(
    _ kind: Kind, _ records: JSONRecords
  ) throws(EvaluationError) -> [BenchmarkTask] {
    var tasks: [BenchmarkTask] = []
    switch kind {
    case .humanEval:
      try records.forEach(HumanEvalRecord.self) { record, _ in tasks.append(record.task) }
    case .humanEvalPlus, .mbppPlus:
      try records.forEach(EvalPlusRecord.self) { record, line in
        // What inputs stand for, and how results are compared, goes by the number.
        let isMBPP = record.task_id.hasPrefix("Mbpp/") && Int(record.task_id.dropFirst(5)) != nil
        guard isMBPP == (kind == .mbppPlus) else {
          throw EvaluationError("'\(record.task_id)' is no task of \(kind.rawValue)")
        }
        tasks.append(try record.task(record: line, isWholeReference: isMBPP))
      }
    case .mbpp:
      try records.forEach(MBPPRecord.self) { record, _ in tasks.append(try record.task()) }
    case .humanEvalXJavaScript:
      try records.forEach(HumanEvalXRecord.self) { record, _ in
        guard record.task_id.hasPrefix("JavaScript/") else {
          throw EvaluationError("'\(record.task_id)' is no task in JavaScript")
        }
        tasks.append(record.task)
      }
    case .multiPLESwift, .multiPLEJavaScript:
      let language = kind == .multiPLESwift ? "swift" : "js"
      try records.forEach(MultiPLERecord.self) { record, _ in
        tasks.append(try record.task(language: language))
      }
    }
    return tasks
  }
}

/// What a record has, whatever benchmark it is of.
private struct RecordForm: Decodable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private let fields: Set<String>
  private let id: String?
  private let language: String?

  init(from decoder: any Decoder) throws {
    let record = try decoder.container(keyedBy: Key.self)
    fields = Set(record.allKeys.map(\.stringValue))
    id = try? record.decode(String.self, forKey: Key(stringValue: "task_id"))
    language = try? record.decode(String.self, forKey: Key(stringValue: "language"))
  }

  /// The first of a file; `nil` where it is none.
  static func first(of records: JSONRecords) -> RecordForm? {
    var found: RecordForm?
    // The first is enough, and it is no mistake that one stops there.
    _ = try? records.forEach(RecordForm.self) { form, _ in
      found = form
      throw EvaluationError("found")
    }
    return found
  }

  /// The benchmark that it is of; `nil` where that is not known.
  var benchmark: String? {
    if fields.contains("base_input") {
      return (id?.hasPrefix("Mbpp/") == true ? Benchmark.Kind.mbppPlus : .humanEvalPlus).rawValue
    }
    if fields.isSuperset(of: ["code", "test_list"]) { return Benchmark.Kind.mbpp.rawValue }
    if fields.contains("declaration") {
      let prefix = id?.split(separator: "/").first.map(String.init) ?? ""
      return prefix == "JavaScript"
        ? Benchmark.Kind.humanEvalXJavaScript.rawValue : "HumanEval-X in \(prefix)"
    }
    if fields.isSuperset(of: ["name", "tests"]), let language { return "multipl-e-\(language)" }
    if fields.isSuperset(of: ["entry_point", "test"]) { return Benchmark.Kind.humanEval.rawValue }
    return nil
  }
}

/// A line of HumanEval.
private struct HumanEvalRecord: Decodable {
  let task_id: String
  let prompt: String
  let entry_point: String
  let canonical_solution: String
  let test: String

  var task: BenchmarkTask {
    BenchmarkTask(
      id: task_id, prompt: prompt, entryPoint: entry_point,
      reference: prompt + canonical_solution, opening: prompt,
      tests: .functions(test + "\ncheck(\(entry_point))\n"))
  }
}

/// A line of HumanEval+ or MBPP+.
private struct EvalPlusRecord: Decodable {
  struct Present: Decodable { init(from decoder: any Decoder) {} }

  let task_id: String
  let prompt: String
  let entry_point: String
  let canonical_solution: String
  let atol: Double
  let base_input: Present
  let plus_input: Present

  func task(
    record: ArraySlice<UInt8>, isWholeReference: Bool
  ) throws(EvaluationError) -> BenchmarkTask {
    guard !record.isEmpty else { throw EvaluationError("expected one task a line, not an array") }
    return BenchmarkTask(
      id: task_id, prompt: prompt, entryPoint: entry_point,
      reference: isWholeReference ? canonical_solution : prompt + canonical_solution,
      opening: prompt, tests: .inputs(record: Array(record), atol: atol))
  }
}

/// An entry of MBPP: `text` and `test_setup_code` in the full one, `prompt` and `test_imports` in the sanitized.
private struct MBPPRecord: Decodable {
  let task_id: NumberOrText
  let text: String?
  let prompt: String?
  let code: String
  let test_list: [String]
  let test_imports: [String]?
  let test_setup_code: String?

  func task() throws(EvaluationError) -> BenchmarkTask {
    guard let words = prompt ?? text else {
      throw EvaluationError("neither \"prompt\" nor \"text\"")
    }
    let before = (test_imports ?? []) + [test_setup_code ?? ""].filter { !$0.isEmpty }
    return BenchmarkTask(
      id: task_id.isNumber ? "Mbpp/\(task_id.text)" : task_id.text, prompt: words, entryPoint: "",
      reference: code, opening: "",
      tests: .functions((before + test_list).joined(separator: "\n") + "\n"))
  }
}

/// A line of HumanEval-X.
private struct HumanEvalXRecord: Decodable {
  let task_id: String
  let prompt: String
  let declaration: String
  let canonical_solution: String
  let test: String

  var task: BenchmarkTask {
    BenchmarkTask(
      id: task_id, prompt: prompt, entryPoint: "", reference: declaration + canonical_solution,
      language: "javascript", opening: prompt, tests: .appended(test))
  }
}

/// A line of MultiPL-E.
private struct MultiPLERecord: Decodable {
  let name: String
  let language: String
  let prompt: String
  let tests: String

  func task(language wanted: String) throws(EvaluationError) -> BenchmarkTask {
    guard language == wanted else {
      throw EvaluationError("the language is '\(language)', and '\(wanted)' was asked for")
    }
    // The tests begin with the end of the function that a completion leaves open.
    return BenchmarkTask(
      id: name, prompt: prompt, entryPoint: "", reference: nil,
      language: wanted == "js" ? "javascript" : wanted, opening: prompt,
      tests: .appended(tests))
  }
}
