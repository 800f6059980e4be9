internal import SandboxDiagnostics
internal import SandboxExecution
internal import SandboxLanguages

/// Reads what became of two runs that talked.
struct FunctionVerdicts {
  let plan: FunctionPlan
  let policy: Policy
  /// The program under test, for the lines that are quoted.
  let source: [UInt8]
  let result: FunctionRun.Result

  /// One report for each case that came to its turn.
  func cases() -> [JudgeReport.Case] {
    guard result.tests.outcome == .exited(code: 0),
      let report = FunctionReport(result.tests.standardError.bytes)
    else { return [unfinished()] }
    if plan.calls.isEmpty {
      return [
        measured(report.failure.map { failed("tests", $0) } ?? .init(name: "tests", verdict: .ok))
      ]
    }
    var cases = zip(plan.names, report.cases).map { name, failure in
      measured(failure.map { failed(name, $0) } ?? JudgeReport.Case(name: name, verdict: .ok))
    }
    // What ended all calls is told for the one that it ended, once.
    let isTold = report.cases.last.flatMap(\.self)?.kind == .gone
    if let failure = report.failure, !isTold, cases.count < plan.names.count {
      cases.append(measured(failed(plan.names[cases.count], failure)))
    }
    return cases
  }

  /// What makes no sense in the tests themselves; `nil` where nothing was found.
  var brokenTests: TestFileError? {
    guard result.tests.outcome == .exited(code: 0),
      let failure = FunctionReport(result.tests.standardError.bytes)?.failure,
      failure.kind == .tests
    else { return nil }
    let place = failure.index.map { plan.names.indices.contains($0) ? plan.names[$0] : "" }
    return TestFileError(
      (place.map { "case '\($0)' of the tests: " } ?? "the test program: ")
        + (failure.message ?? ""))
  }

  /// Whether the program came to its first call.
  var isLoaded: Bool {
    guard result.tests.outcome == .exited(code: 0),
      let report = FunctionReport(result.tests.standardError.bytes)
    else { return true }
    return !report.cases.isEmpty || report.failure?.call != nil
  }

  private func measured(_ report: JudgeReport.Case) -> JudgeReport.Case {
    var report = report
    report.take(result.candidate)
    return report
  }

  /// The tests did not say how it went: they ran into a limit themselves, or were ended.
  private func unfinished() -> JudgeReport.Case {
    let name = plan.names.first ?? "tests"
    let verdict = Verdict(result.tests.outcome, compiling: false)
    // A program can keep its tests busy, and fill their memory, with what it answers.
    guard ![.ok, .runtimeError, .policyViolation].contains(verdict) else {
      return JudgeReport.Case(
        notJudged: name, because: "the tests ended without a report (\(verdict.rawValue))")
    }
    return measured(
      JudgeReport.Case(
        name: name, verdict: verdict,
        diagnostics: [
          Diagnostic(
            severity: .error, stage: .run,
            message: "the tests of the program's answers met their own limit (\(verdict.rawValue))")
        ]))
  }

  private func failed(_ name: String, _ failure: FunctionReport.Failure) -> JudgeReport.Case {
    switch failure.kind {
    case .gone: return gone(name, failure)
    case .program: return raised(name, failure)
    case .wrong, .tests: return wrong(name, failure)
    }
  }

  private func wrong(_ name: String, _ failure: FunctionReport.Failure) -> JudgeReport.Case {
    var report = JudgeReport.Case(name: name, verdict: .wrongAnswer)
    report.expected = failure.expected
    report.actual = failure.actual
    var message = "\(failure.call ?? "the tests")"
    if let actual = failure.actual { message += " gave \(actual)" }
    if let expected = failure.expected { message += ", expected \(expected)" }
    if let text = failure.name, text != "AssertionError" {
      message += "; the tests failed with \(text): \(failure.message ?? "")"
    } else if let text = failure.message, !text.isEmpty {
      message += ": \(text)"
    }
    if failure.expected == nil, let source = failure.source, !source.isEmpty {
      message += "; not true: \(source)"
    }
    if let expected = failure.expected, let actual = failure.actual {
      report.difference = "- \(expected)\n+ \(actual)\n"
    }
    var values: [String: String] = [:]
    values["expected"] = failure.expected
    values["actual"] = failure.actual
    report.diagnostics = [
      Diagnostic(
        severity: .error, stage: .run, code: "wrong answer", message: message, values: values)
    ]
    return report
  }

  /// An exception of the program's own, explained as if the program had ended with it.
  private func raised(_ name: String, _ failure: FunctionReport.Failure) -> JudgeReport.Case {
    let stage = StageReport(
      stage: .run, outcome: .exited(code: 1), standardError: failure.traceback ?? "",
      sources: ["main.py": String(decoding: source, as: UTF8.self)])
    var diagnostics = PythonTracebackParser().diagnostics(in: stage)
    if let missing = failure.missing {
      diagnostics = [Diagnostic(missingFunction: missing)]
    } else if diagnostics.isEmpty {
      diagnostics = [
        Diagnostic(
          severity: .error, stage: .run, code: failure.name, message: failure.message ?? "")
      ]
    }
    // The program's own classes are named as where it is run, not as of a module.
    if let code = diagnostics[0].code, code.hasPrefix("main.") {
      diagnostics[0].code = String(code.dropFirst(5))
    }
    if let call = failure.call {
      let wanted = failure.expected.map { ", which should raise \($0)" } ?? ""
      diagnostics[0].notes.append(
        Diagnostic(severity: .note, stage: .run, message: "in the call \(call)\(wanted)"))
    }
    var report = JudgeReport.Case(
      name: name, verdict: .runtimeError, diagnostics: diagnostics)
    report.expected = failure.expected
    report.actual = "\(failure.name ?? "exception"): \(failure.message ?? "")"
    return report
  }

  /// The program had ended, or did not answer with a value.
  private func gone(_ name: String, _ failure: FunctionReport.Failure) -> JudgeReport.Case {
    guard let candidate = result.candidate else {
      return JudgeReport.Case(
        name: name, verdict: .runtimeError,
        diagnostics: [
          Diagnostic(
            severity: .error, stage: .run,
            message: "the program gave no answer that can be read: \(failure.message ?? "")")
        ])
    }
    var verdict = Verdict(candidate.outcome, compiling: false)
    let stage = StageReport(
      stage: .run, outcome: candidate.outcome, standardError: candidate.standardError.text)
    var diagnostics = PythonTracebackParser().explanation(
      of: stage, limits: policy.limits, denied: candidate.denied)
    if verdict == .ok {
      verdict = .runtimeError
      diagnostics = []
    }
    if diagnostics.isEmpty {
      diagnostics = [
        Diagnostic(
          severity: .error, stage: .run,
          message:
            "the program ended while its tests were going on, or gave no answer that can be read")
      ]
    }
    return JudgeReport.Case(name: name, verdict: verdict, diagnostics: diagnostics)
  }
}
