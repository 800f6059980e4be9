internal import FoundationEssentials
internal import SandboxExecution
internal import SandboxLanguages

#if canImport(Glibc)
  import Glibc
#endif

/// What is right for each task, found out once in the sandbox and kept in a folder by the hash of all that it
/// depends on. What cannot be read or written there is found out anew.
actor GroundTruthStore {
  private let judge: Programs
  private let folder: String?
  private var known: [String: Task<GroundTruth, any Error>] = [:]

  init(_ judge: Programs, folder: String?) {
    self.judge = judge
    self.folder = folder
  }

  /// What is right for a task.
  ///
  /// - Throws: ``EvaluationError`` where the reference solution fails its own tests, or the sandbox's error.
  func truth(of task: BenchmarkTask) async throws -> GroundTruth {
    if let found = known[task.id] { return try await found.value }
    let work = Task { try await find(task) }
    known[task.id] = work
    return try await work.value
  }

  private func find(_ task: BenchmarkTask) async throws -> GroundTruth {
    let files = try Self.files(of: task)
    let role = PythonRole.reference
    let parts = files.sorted { $0.key < $1.key }.flatMap { [Array($0.key.utf8), $0.value] }
    let key = SHA256.digest(fields: [role.source] + parts)
    let path = folder.map { "\($0)/\(key)" }
    if let path, let bytes = try? await DataFile(executor: judge.executor).read(path),
      let end = bytes.firstIndex(of: 0x0A),
      let seconds = Double(String(decoding: bytes[..<end], as: UTF8.self)),
      let truth = GroundTruth(Array(bytes[(end + 1)...]), cpuTime: .seconds(seconds))
    {
      return truth
    }
    let result = try await judge.run(
      role.program(files), cpuTime: .seconds(300), output: DataFile.mostBytes)
    let time = result.run?.cpuTime ?? .zero
    guard result.verdict == .ok, let bytes = result.run?.standardOutput.bytes,
      let truth = GroundTruth(bytes, cpuTime: time)
    else {
      throw EvaluationError(
        """
        \(task.id): the reference solution does not pass its own tests (\(result.verdict.rawValue)): \
        \(result.run?.standardError.text.split(separator: "\n").last ?? "it says nothing")
        """)
    }
    if let path { store(Array("\(time / .seconds(1))\n".utf8) + bytes, path) }
    return truth
  }

  static func files(of task: BenchmarkTask) throws -> [String: [UInt8]] {
    var files = ["reference.txt": Array((task.reference ?? "").utf8)]
    var about = TaskFile(id: task.id, entry: task.entryPoint, kind: "functions", atol: 0)
    switch task.tests {
    case .functions(let tests): files["tests.txt"] = Array(tests.utf8)
    case .inputs(let record, let atol):
      (about.kind, about.atol) = ("inputs", atol)
      files["record.json"] = record
    case .appended: break
    }
    files["task.json"] = Array(try JSONEncoder().encode(about))
    return files
  }

  private struct TaskFile: Encodable {
    let id: String
    let entry: String
    var kind: String
    var atol: Double
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
