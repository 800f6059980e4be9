internal import FoundationEssentials
internal import SandboxExecution
internal import SandboxLanguages

#if canImport(Glibc)
  import Glibc
#endif

/// What is right for each task, found out once in the sandbox and kept in a folder by the hash of all that it
/// depends on, the interpreter and the processor among it. What cannot be read or written there is found out
/// anew. Where what the reference solution takes is a part of the limit that counts, it is measured three times.
actor GroundTruthStore {
  private let judge: Programs
  private let limits: SampleJudge.Limits
  private let folder: String?
  private var host: Task<String, any Error>?
  private var known: [String: Task<GroundTruth, any Error>] = [:]
  /// Where what is right for a task is kept, by the task's id.
  private var paths: [String: String] = [:]

  init(_ judge: Programs, limits: SampleJudge.Limits, folder: String?) {
    self.judge = judge
    self.limits = limits
    self.folder = folder
  }

  /// What is right for a task.
  ///
  /// - Throws: ``EvaluationError`` where the reference solution fails its own tests, or the sandbox's error.
  func truth(of task: BenchmarkTask) async throws -> GroundTruth {
    if let found = known[task.id] { return try await found.value }
    let work = Task { try await find(task) }
    known[task.id] = work
    do {
      return try await work.value
    } catch {
      // The sandbox may not fail in it again; a reference solution does.
      if (error as? EvaluationError)?.kind != .reference { known[task.id] = nil }
      throw error
    }
  }

  /// What the reference solution took, in seconds, as it is kept from before; `nil` where it is not.
  func keptTime(of task: BenchmarkTask) async -> Double? {
    guard let path = try? await path(for: task, Self.files(of: task)),
      let line = DataFile.firstLine(of: path, within: 256)
    else { return nil }
    let times = Self.times(in: line).sorted()
    return times.isEmpty ? nil : times[times.count / 2]
  }

  /// Where what is right for a task is kept: named by the hash of all that it depends on.
  private func path(for task: BenchmarkTask, _ files: [String: [UInt8]]) async throws -> String? {
    guard let folder else { return nil }
    if let path = paths[task.id] { return path }
    let parts = files.sorted { $0.key < $1.key }.flatMap { [Array($0.key.utf8), $0.value] }
    let host = Array(try await hostWords().utf8)
    let key = SHA256.digest(fields: [PythonRole.reference.source, host] + parts)
    paths[task.id] = "\(folder)/\(key)"
    return paths[task.id]
  }

  /// What the reference solution took each time, in seconds: the first line of what is kept.
  private static func times(in line: ArraySlice<UInt8>) -> [Double] {
    String(decoding: line, as: UTF8.self).split(separator: " ").compactMap { Double($0) }
  }

  private func find(_ task: BenchmarkTask) async throws -> GroundTruth {
    let files = try Self.files(of: task)
    let role = PythonRole.reference
    let path = try await path(for: task, files)
    var answer: [UInt8] = []
    var truth: GroundTruth?
    if let path, let bytes = try? await DataFile(executor: judge.executor).read(path),
      let end = bytes.firstIndex(of: 0x0A)
    {
      answer = Array(bytes[(end + 1)...])
      truth = GroundTruth(answer, cpuTimes: Self.times(in: bytes[..<end]).map { .seconds($0) })
    }
    var isNew = false
    while truth?.isWorthMeasuring(limits) ?? true {
      let result = try await judge.run(
        role.program(files), cpuTime: .seconds(300), output: DataFile.mostBytes)
      let time = result.run?.cpuTime ?? .zero
      guard result.verdict == .ok, let bytes = result.run?.standardOutput.bytes,
        let found = truth?.measured(time) ?? GroundTruth(bytes, cpuTimes: [time])
      else {
        throw Self.failure(of: task, result)
      }
      if truth == nil { answer = bytes }
      (truth, isNew) = (found, true)
    }
    guard let truth else { throw EvaluationError("\(task.id): nothing is known of it") }
    if isNew, let path {
      let times = truth.cpuTimes.map { "\($0 / .seconds(1))" }.joined(separator: " ")
      store(Array((times + "\n").utf8) + answer, path)
    }
    return truth
  }

  /// Has so many workers started, each with what it forks from, where the first program of all would have but one do so.
  func startWorkers(_ count: Int) async {
    await withTaskGroup { group in
      group.addTask { _ = try? await self.hostWords() }
      for _ in 1..<count { group.addTask { _ = try? await self.askHost() } }
    }
  }

  private static func failure(of task: BenchmarkTask, _ result: ProgramResult) -> EvaluationError {
    let words = result.run?.standardError.text.split(separator: "\n").last.map { ": \($0)" } ?? ""
    var text =
      "\(task.id): the reference solution does not pass its own tests (\(result.verdict.rawValue))\(words)"
    if result.verdict == .memoryLimit { text += "; limits.memory of the policy may be too low" }
    return EvaluationError(text, kind: .reference)
  }

  /// Which interpreter and which processor it is that programs run on.
  private func hostWords() async throws -> String {
    if let host { return try await host.value }
    let work = Task { try await askHost() }
    host = work
    do {
      return try await work.value
    } catch {
      host = nil
      throw error
    }
  }

  private nonisolated func askHost() async throws -> String {
    let result = try await judge.run(
      Program(files: ["main.py": .bytes(Array(Self.hostProgram.utf8))], entry: "main.py"),
      cpuTime: .seconds(30))
    return result.run?.standardOutput.text ?? ""
  }

  private static let hostProgram = """
    import platform, sys
    print(sys.implementation.name, sys.version, platform.machine())
    try:
        with open("/proc/cpuinfo") as file:
            print(next((line for line in file if line.startswith("model name")), ""))
    except OSError:
        pass

    """

  // The files that the judge's own programs read. `base`, the number of calls of the base tests, is no part of
  // what the reference solution is run with: it is found out there.
  static func files(of task: BenchmarkTask, base: Int? = nil) throws -> [String: [UInt8]] {
    var files = ["reference.txt": Array((task.reference ?? "").utf8)]
    var about = TaskFile(
      id: task.id, entry: task.entryPoint, kind: "functions", atol: 0, base: base)
    switch task.tests {
    case .functions(let tests): files["tests.txt"] = Array(tests.utf8)
    case .inputs(let record, let atol):
      (about.kind, about.atol) = ("inputs", atol)
      files["record.json"] = record
    case .appended: break
    }
    let encoder = JSONEncoder()
    // The key of what is kept is made of it, so that it must be the same each time.
    encoder.outputFormatting = .sortedKeys
    files["task.json"] = Array(try encoder.encode(about))
    return files
  }

  private struct TaskFile: Encodable {
    let id: String
    let entry: String
    var kind: String
    var atol: Double
    let base: Int?
  }

  /// By a rename, so that no reader meets half of it.
  private func store(_ bytes: [UInt8], _ path: String) {
    guard let folder else { return }
    let parts = folder.split(separator: "/")
    for count in 1...parts.count { mkdir("/" + parts.prefix(count).joined(separator: "/"), 0o700) }
    let temporary = "\(path).\(getpid())"
    let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return }
    let isWhole = OpenFile(owning: descriptor).write(bytes)
    if !isWhole || rename(temporary, path) != 0 { unlink(temporary) }
  }
}
