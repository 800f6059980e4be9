internal import FoundationEssentials
internal import SandboxDiagnostics
internal import SandboxExecution
internal import SandboxLanguages

extension JudgeReport: Encodable {
  private enum Key: String, CodingKey {
    case schema, verdict, language, cases, diagnostics, feedback, passed
    case notJudged = "not_judged"
    case total
  }

  /// Encodes the document with `"schema": 1`.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(1, forKey: .schema)
    try object.encode(verdict, forKey: .verdict)
    try object.encode(language, forKey: .language)
    try object.encode(caseCount, forKey: .total)
    try object.encode(passed, forKey: .passed)
    try object.encode(notJudged, forKey: .notJudged)
    try object.encode(cases, forKey: .cases)
    try object.encode(diagnostics, forKey: .diagnostics)
    try object.encode(feedback, forKey: .feedback)
  }
}

extension JudgeReport.Case: Encodable {
  private enum Key: String, CodingKey {
    case name, verdict, expected, actual, difference, diagnostics, start
    case wallTime = "wall_time_seconds"
    case cpuTime = "cpu_time_seconds"
    case peakMemory = "peak_memory_bytes"
    case sandboxError = "sandbox_error"
  }

  /// Encodes one element of `cases`.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(name, forKey: .name)
    try object.encode(verdict, forKey: .verdict)
    try object.encode(expected, forKey: .expected)
    try object.encode(actual, forKey: .actual)
    try object.encode(difference, forKey: .difference)
    try object.encode(diagnostics, forKey: .diagnostics)
    try object.encode(wallTime / .seconds(1), forKey: .wallTime)
    try object.encode(cpuTime / .seconds(1), forKey: .cpuTime)
    try object.encode(peakMemory.bytes, forKey: .peakMemory)
    try object.encodeIfPresent(start, forKey: .start)
    try object.encodeIfPresent(sandboxError, forKey: .sandboxError)
  }
}
