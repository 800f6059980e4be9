internal import SandboxDiagnostics
internal import SandboxLanguages

extension JudgeReport {
  /// The report as JUnit XML, as continuous integration reads it. What could not be judged is an `error`,
  /// what was wrong a `failure`, what was not come to `skipped`.
  ///
  /// - Parameter name: The name of the suite.
  /// - Returns: The document.
  public func junit(name: String) -> String {
    let failures = cases.count { ![.ok, .sandboxError].contains($0.verdict) }
    let compileFailure = cases.isEmpty && verdict != .ok ? 1 : 0
    let skipped = max(0, caseCount - cases.count - compileFailure)
    let seconds = cases.reduce(0.0) { $0 + $1.wallTime / .seconds(1) }
    // Readers that group by class, as Jenkins does, take the suite for it.
    let suite = MarkupText.escaped(name)
    var text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuite name="\(suite)" tests="\(caseCount)" failures="\(failures + compileFailure)" \
      errors="\(notJudged)" skipped="\(skipped)" time="\(seconds)">

      """
    for test in cases {
      let name = MarkupText.escaped(test.name)
      text +=
        "  <testcase classname=\"\(suite)\" name=\"\(name)\" time=\"\(test.wallTime / .seconds(1))\""
      let reason = TextRenderer().render(test.diagnostics)
      text +=
        test.verdict == .ok ? "/>\n" : ">\n\(element(test.verdict.rawValue, reason))  </testcase>\n"
    }
    if compileFailure == 1 {
      text +=
        "  <testcase classname=\"\(suite)\" name=\"compile\">\n\(element(verdict.rawValue, feedback))  </testcase>\n"
    }
    for number in 0..<skipped {
      text +=
        "  <testcase classname=\"\(suite)\" name=\"not run \(number + 1)\"><skipped/></testcase>\n"
    }
    return text + "</testsuite>\n"
  }

  private func element(_ verdict: String, _ reason: String) -> String {
    let name = verdict == "sandbox_error" ? "error" : "failure"
    return "    <\(name) message=\"\(verdict)\">\(MarkupText.escaped(reason))</\(name)>\n"
  }
}
