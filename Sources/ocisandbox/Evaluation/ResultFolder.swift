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

  /// Writes all result files.
  static func write(
    _ score: Score, of benchmark: Benchmark, model: ModelScoring? = nil, to folder: String
  ) throws {
    let date = Date.now.formatted(
      Date.ISO8601FormatStyle(
        dateTimeSeparator: .space, timeSeparator: .colon, timeZone: .gmt
      ).year().month().day().time(includingFractionalSeconds: false))
    try OutputFile(folder + "/score.json").write(try model?.json() ?? score.json())
    try OutputFile(folder + "/report.html").write(
      model.map { score.html(rounds: $0.rounds, of: $0.answers) } ?? score.html)
    try OutputFile(folder + "/results.jsonl").write(try score.humanEvalResults())
    try OutputFile(folder + "/eval_results.json").write(
      try score.evalPlusResults(date: date, hash: benchmark.digest))
  }
}
