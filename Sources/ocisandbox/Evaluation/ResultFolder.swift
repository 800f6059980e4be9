import FoundationEssentials
import OCISandbox
import SandboxEvaluation

#if canImport(Glibc)
  import Glibc
#endif

/// Where an evaluation leaves its files.
enum ResultFolder {
  /// Makes it, if it is not there.
  static func make(_ path: String) throws {
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw Failure(
        "cannot make the folder \(path.quoted): \(String(cString: strerror(errno)))",
        status: Failure.cannotCreate)
    }
  }

  /// What other evaluations of a benchmark came to, from their folders.
  static func rows(_ folders: [String], of benchmark: Benchmark.Kind) throws -> [ReportRow] {
    try folders.map { folder in
      let path = folder + "/score.json"
      let row = try ReportRow(scoreDocument: try ProgramInput.read(path), path: path)
      guard row.benchmark == benchmark.rawValue else {
        throw Failure(
          "\(path.quoted) is of \(row.benchmark), not of \(benchmark.rawValue)",
          status: Failure.usage)
      }
      return row
    }
  }

  /// Writes all result files.
  static func write(
    _ score: Score, of benchmark: Benchmark, model: ModelScoring? = nil, beside: [ReportRow] = [],
    to folder: String
  ) throws {
    let date = Date.now.formatted(
      Date.ISO8601FormatStyle(
        dateTimeSeparator: .space, timeSeparator: .colon, timeZone: .gmt
      ).year().month().day().time(includingFractionalSeconds: false))
    let document = try model?.json() ?? score.json()
    try OutputFile(folder + "/score.json").write(document)
    try OutputFile(folder + "/report.html").write(
      try model.map { model in
        let own = try ReportRow(scoreDocument: Array(document.utf8), path: folder + "/score.json")
        return score.html(rounds: model.rounds, of: model.answers, rows: [own] + beside)
      } ?? score.html)
    try OutputFile(folder + "/results.jsonl").write(try score.humanEvalResults())
    try OutputFile(folder + "/eval_results.json").write(
      try score.evalPlusResults(date: date, hash: benchmark.digest))
  }
}
