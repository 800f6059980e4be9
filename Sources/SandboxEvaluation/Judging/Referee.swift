internal import SandboxDiagnostics
internal import SandboxExecution
internal import SandboxLanguages

/// Decides about answers; a checker program is compiled once for all of them.
struct Referee {
  private let checker: Checker
  private let judge: Judge
  private let compiled: CompiledProgram?

  /// - Throws: ``TestFileError`` where the checker program does not compile.
  init(_ checker: Checker, of judge: Judge) async throws {
    self.checker = checker
    self.judge = judge
    guard case .program(let own) = checker else {
      compiled = nil
      return
    }
    let compiled = try await judge.testers.compile(
      own.program, in: own.language, under: judge.policy, stagePolicy: judge.stagePolicy)
    guard compiled.verdict == .ok else {
      throw TestFileError(
        "the checker program does not compile\n" + TextRenderer().render(compiled.diagnostics))
    }
    self.compiled = compiled
  }

  /// Completes the report of a case whose program ended well.
  ///
  /// - Throws: ``TestFileError`` where the checker program is broken.
  func decide(
    _ test: TestCase, _ output: [UInt8], _ report: inout JudgeReport.Case
  ) async throws {
    var reason = ""
    if let isRight = checker.accepts(output, expected: test.expectedOutput) {
      if isRight { return }
    } else if let compiled {
      switch try await opinion(compiled, of: output, test) {
      case .right: return
      case .wrong(let words): reason = words
      case .failed(let words):
        reason = "the checker program could not read the output: \(words)"
        switch try await opinion(compiled, of: test.expectedOutput, test) {
        case .right, .wrong: break
        case .failed(let words):
          throw TestFileError(
            "the checker program fails, also on the right answer of case '\(test.name)': \(words)")
        case .notJudged(let words):
          report = JudgeReport.Case(notJudged: test.name, because: words)
          return
        }
      case .notJudged(let words):
        report = JudgeReport.Case(notJudged: test.name, because: words)
        return
      }
    }
    report.verdict = .wrongAnswer
    let difference = OutputDifference(
      expected: test.expectedOutput, actual: output, by: checker)
    report.difference = difference.text
    var diagnostic = Diagnostic(
      severity: .error, stage: .run, code: "wrong answer",
      message: reason.isEmpty
        ? "case '\(test.name)': the output \(difference.words)"
        : "case '\(test.name)': \(reason.prefix(2000))")
    diagnostic.notes = [
      Diagnostic(
        severity: .note, stage: .run,
        message: "expected (-) and actual (+):\n\(difference.text.dropLast())")
    ]
    report.diagnostics = [diagnostic]
  }

  /// What the checker program says of an output.
  private enum Opinion {
    case right
    /// With what it says.
    case wrong(String)
    /// It came to no end that says something.
    case failed(String)
    /// The sandbox failed, or it says that it failed itself.
    case notJudged(String)
  }

  private func opinion(
    _ compiled: CompiledProgram, of output: [UInt8], _ test: TestCase
  ) async throws -> Opinion {
    let attempt = try await judge.retrying {
      try await judge.testers.run(
        given(compiled, test, output), under: judge.policy, stagePolicy: judge.stagePolicy,
        investigates: false)
    }
    switch attempt {
    case .failure(let error): return .notJudged(JudgeReport.Case.sandboxFailed(error))
    case .success(let result):
      let streams = [result.run?.standardOutput.text, result.run?.standardError.text]
      let words = streams.compactMap(\.self).first { !$0.isEmpty } ?? ""
      // An exception is no opinion, though its status is that of a wrong answer.
      let isException = result.diagnostics.contains { $0.severity == .error && $0.code != nil }
      switch result.run?.outcome {
      case .exited(code: 0): return .right
      case .exited(code: 1), .exited(code: 2), .exited(code: 4), .exited(code: 8):
        if !isException { return .wrong(words) }
      case .exited(code: 3):
        if !isException {
          return .notJudged(
            "the checker program says that it failed"
              + (words.isEmpty ? "" : ": \(words.prefix(2000))"))
        }
      default: break
      }
      return .failed("\(result.verdict.rawValue)\n" + TextRenderer().render(result.diagnostics))
    }
  }

  private func given(
    _ compiled: CompiledProgram, _ test: TestCase, _ output: [UInt8]
  ) -> CompiledProgram {
    var given = compiled
    given.program.files["input.txt"] = .bytes(test.standardInput)
    given.program.files["output.txt"] = .bytes(output)
    given.program.files["answer.txt"] = .bytes(test.expectedOutput)
    given.program.arguments = ["input.txt", "output.txt", "answer.txt"]
    return given
  }
}
