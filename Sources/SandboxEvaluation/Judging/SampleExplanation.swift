internal import SandboxDiagnostics
internal import SandboxExecution
internal import SandboxLanguages

/// Says why a Python function that was judged apart from its tests is wrong, in the form that every feedback
/// profile can show.
struct SampleExplanation {
  /// The name that the program's code goes by where it is judged.
  static let file = "solution.py"

  let program: String
  /// The function that is judged.
  let function: String
  let answer: SampleJudge.Answer

  /// A test of the benchmark failed.
  func failed(_ report: SampleJudge.Report) -> RunAccount {
    guard report.error != true else {
      return raised(
        report.trace ?? "", report.exception ?? "", call: report.call, standardError: report.stderr)
    }
    var diagnostics: [Diagnostic] = []
    if let exception = report.exception, exception != "AssertionError" {
      // A message of the assertion's own, or tests that could not even look at the value.
      diagnostics = [Diagnostic(severity: .error, stage: .run, message: exception)]
    }
    var test = FailedTest(
      name: "of the benchmark", isHidden: true, input: report.input, expected: report.expected,
      actual: report.actual)
    test.call = report.call.flatMap { $0.isEmpty ? nil : $0 }
    test.areValues = true
    var account = Self.account(.wrongAnswer, diagnostics, [test])
    account.rawStandardError = report.stderr ?? ""
    return account
  }

  /// A value was not the right one.
  func failed(_ failure: SampleJudge.Comparison.Failure, base count: Int) -> RunAccount {
    if failure.error == true {
      return raised(
        failure.trace ?? "", failure.actual ?? "", call: failure.input.map(call),
        standardError: nil)
    }
    let isBase = failure.index < count
    var test = FailedTest(
      name: isBase ? "base \(failure.index)" : "plus \(failure.index - count)", isHidden: true,
      input: failure.input, expected: failure.expected, actual: failure.actual)
    test.call = failure.input.map(call)
    test.areValues = true
    var account = Self.account(.wrongAnswer, [], [test])
    account.rawStandardError = "AssertionError\n"
    return account
  }

  /// The call with a list of arguments, as Python writes it.
  private func call(_ arguments: String) -> String {
    guard arguments.hasPrefix("["), arguments.hasSuffix("]") else {
      return "\(function) with \(arguments)"
    }
    return "\(function)(\(arguments.dropFirst().dropLast()))"
  }

  /// The program ended before all calls were made: in a limit, by itself, or it did not even start.
  func unfinished() -> RunAccount {
    if let name = answer.setup?.missing {
      var account = Self.account(.runtimeError, [Diagnostic(missingFunction: name)])
      account.rawStandardError = "NameError: name '\(name)' is not defined\n"
      return account
    }
    if let words = answer.setup?.setup {
      return raised(words.last ?? "", words.first ?? "", call: nil, standardError: nil)
    }
    var diagnostics = answer.result.diagnostics.map(Self.withoutJudge)
    if [.ok, .runtimeError].contains(answer.result.verdict) {
      diagnostics = [
        Diagnostic(
          severity: .error, stage: .run,
          message: "the program ended by itself before all calls were made")
      ]
    }
    var account = Self.account(answer.verdict, diagnostics)
    if let run = answer.result.run, answer.result.verdict != .ok { account.outcome = run.outcome }
    return account
  }

  /// An exception of the program's own.
  private func raised(
    _ trace: String, _ words: String, call: String?, standardError: String?
  ) -> RunAccount {
    let text =
      trace.hasPrefix("  File") ? "Traceback (most recent call last):\n" + trace : trace
    let stage = StageReport(
      stage: .run, outcome: .exited(code: 1), standardError: text,
      sources: [Self.file: program])
    var diagnostics = PythonTracebackParser().diagnostics(in: stage)
    if diagnostics.isEmpty {
      diagnostics = [Diagnostic(severity: .error, stage: .run, message: words)]
    }
    if let call, !call.isEmpty {
      diagnostics[0].notes.append(
        Diagnostic(severity: .note, stage: .run, message: "in the call \(call)"))
    }
    var account = Self.account(
      .runtimeError, diagnostics, [FailedTest(name: "of the benchmark", isHidden: true)])
    account.rawStandardError = standardError ?? text
    return account
  }

  /// The frames of the judge's own program are no concern of the sample's.
  private static func withoutJudge(_ diagnostic: Diagnostic) -> Diagnostic {
    var own = diagnostic
    own.stack = diagnostic.stack.filter { $0.file == file }
    own.notes = diagnostic.notes.map(withoutJudge)
    guard diagnostic.file != file else { return own }
    let frame = own.stack.last
    (own.file, own.line, own.column) = (frame?.file, frame?.line, frame?.column)
    (own.endLine, own.endColumn, own.source) = (nil, nil, frame?.source)
    own.values = [:]
    return own
  }

  static func account(
    _ verdict: Verdict, _ diagnostics: [Diagnostic], _ tests: [FailedTest] = []
  ) -> RunAccount {
    RunAccount(
      verdict: verdict.rawValue, language: "python", entry: file, stage: .run,
      outcome: .exited(code: 1), diagnostics: diagnostics, failedTests: tests)
  }
}

extension Diagnostic {
  /// The program has no function of a name that its tests call.
  init(missingFunction name: String) {
    self.init(
      severity: .error, stage: .run, code: "missing_function",
      message: "there is no function named \(name)", values: ["function": name])
  }
}
