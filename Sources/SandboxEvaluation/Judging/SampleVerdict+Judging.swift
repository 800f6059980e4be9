internal import SandboxDiagnostics
internal import SandboxExecution
internal import SandboxLanguages

extension SampleVerdict {
  /// Adds what a run took.
  mutating func add(_ result: ProgramResult) {
    for stage in [result.compile, result.run].compactMap(\.self) {
      wallTime += stage.wallTime / .seconds(1)
      cpuTime += stage.cpuTime / .seconds(1)
      peakMemory = max(peakMemory, stage.peakMemory.bytes)
    }
  }

  /// All that was asked for is right.
  func passing(hasPlus: Bool) -> SampleVerdict {
    var verdict = self
    verdict.base = .ok
    verdict.plus = hasPlus ? .ok : nil
    return verdict
  }

  /// What the candidate gave cannot be judged in the time, the memory and the form that answers have.
  func unreadable(_ failure: Verdict, hasPlus: Bool) -> SampleVerdict {
    var verdict = self
    verdict.base = failure
    verdict.plus = hasPlus ? failure : nil
    verdict.feedback = "What the function gave is too large or too deep to be compared.\n"
    verdict.account = SampleExplanation.account(
      failure,
      [Diagnostic(severity: .error, stage: .run, message: String(verdict.feedback.dropLast()))])
    return verdict
  }

  /// What the tests say.
  func judged(
    _ report: SampleJudge.Report, _ answer: SampleJudge.Answer, _ explanation: SampleExplanation
  ) -> SampleVerdict {
    var verdict = self
    switch report.status {
    case "passed": verdict.base = .ok
    case "failed":
      verdict.base = report.error == true ? .runtimeError : .wrongAnswer
      verdict.feedback = Self.words(report)
      verdict.account = explanation.failed(report)
    default:
      // The call whose outcome is missing is the one that it was ended in.
      verdict.base = answer.verdict
      verdict.feedback = answer.feedback
      verdict.account = explanation.unfinished()
    }
    return verdict
  }

  private static func words(_ report: SampleJudge.Report) -> String {
    var lines: [String] = []
    if let trace = report.trace, !trace.isEmpty { lines.append(trace) }
    if let test = report.test, !test.isEmpty { lines.append("Failed: \(test)") }
    if let call = report.call, !call.isEmpty { lines.append("Call: \(call)") }
    if let actual = report.actual { lines.append("Actual: \(actual)") }
    if report.actual == nil || report.exception?.hasPrefix("AssertionError") == false {
      lines.append(report.exception ?? "")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What the comparison says.
  func judged(
    _ found: SampleJudge.Comparison, _ answer: SampleJudge.Answer, base count: Int,
    _ explanation: SampleExplanation
  ) -> SampleVerdict {
    var verdict = self
    verdict.failedBase = found.failed.filter { $0 < count }
    verdict.failedPlus = found.failed.filter { $0 >= count }.map { $0 - count }
    var failure = Verdict.ok
    if let first = found.first {
      if first.status == "unfinished" {
        failure = answer.verdict
        verdict.feedback = answer.feedback
        verdict.account = explanation.unfinished()
      } else {
        failure = first.error == true ? .runtimeError : .wrongAnswer
        verdict.feedback = """
          \(first.trace ?? "")Input: \(first.input ?? "")
          Expected: \(first.expected ?? "")
          Actual: \(first.actual ?? "")

          """
        verdict.account = explanation.failed(first, base: count)
      }
    }
    verdict.base = verdict.failedBase.isEmpty ? .ok : failure
    verdict.plus = found.failed.isEmpty ? .ok : failure
    return verdict
  }
}
