public import SandboxDiagnostics
internal import SandboxExecution
internal import SandboxLanguages

extension JudgeReport {
  /// What a feedback can tell of it: the first case that failed, with what it was given.
  ///
  /// - Parameters:
  ///   - tests: What the program was judged by.
  ///   - areHidden: Whether the program's author must not see their data; `Exposure` decides then.
  /// - Returns: The account; no test failed in it where the program passed.
  public func account(of tests: Tests, areHidden: Bool = true) -> RunAccount {
    let failed = cases.first { ![.ok, .sandboxError].contains($0.verdict) }
    let isCompiling = cases.isEmpty && compile != nil
    var account = RunAccount(
      verdict: verdict.rawValue, language: language, entry: "",
      stage: isCompiling ? .compile : .run,
      outcome: (isCompiling ? compile?.outcome : failed?.outcome) ?? .exited(code: 0),
      diagnostics: diagnostics)
    account.rawStandardError =
      isCompiling ? compile?.standardError.text ?? "" : failed?.standardError ?? ""
    if let failed {
      let isWrong = failed.verdict == .wrongAnswer
      var test = FailedTest(
        name: failed.name, isHidden: areHidden, input: tests.input(ofCaseNamed: failed.name),
        expected: isWrong ? failed.expected : nil, actual: isWrong ? failed.actual : nil)
      if case .calls = tests { test.call = test.input }
      if case .cases = tests {} else { test.areValues = language == "python" }
      account.failedTests = [test]
    }
    return account
  }
}

extension Tests {
  /// What a case gives the program, as text of a bounded length.
  fileprivate func input(ofCaseNamed name: String) -> String? {
    switch self {
    case .cases(let cases, _):
      guard let found = cases.first(where: { $0.name == name }) else { return nil }
      let arguments = found.arguments.isEmpty ? "" : "\(found.arguments)\n"
      let input = arguments + OutputDifference.excerpt(found.standardInput)
      return input.isEmpty ? nil : input
    case .calls(let calls): return calls.first { $0.name == name }?.call
    case .program, .together: return nil
    }
  }
}
