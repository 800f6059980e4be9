internal import SandboxDiagnostics
internal import SandboxExecution
internal import SandboxLanguages

/// A program and its tests in one file.
///
/// A mark, chosen anew each time, is printed after the tests: a program that ends before them does not pass.
/// One that looks for the mark in its own file could print it; docs/evaluation.md says so.
struct SharedProgram {
  let program: Program
  let language: String
  private let mark: String

  init(_ task: BenchmarkTask, _ solution: String) throws {
    mark = "tests done " + String(UInt64.random(in: .min ... .max), radix: 36)
    let tests: String
    switch task.tests {
    case .functions(let text), .appended(let text): tests = text
    case .inputs: throw EvaluationError("\(task.id): inputs alone are no tests")
    }
    language = task.language
    let whole = Self.joined(solution, tests)
    let (file, text) =
      switch language {
      case "python": ("main.py", whole + "\nprint(\"\\n\(mark)\", flush=True)\n")
      case "javascript":
        ("main.js", Self.assertions + whole + "\nconsole.log(\"\\n\(mark)\");\n")
      default: ("main.swift", whole + "\nprint(\"\\n\(mark)\")\n")
      }
    program = Program(files: [file: .bytes(Array(text.utf8))], entry: file)
  }

  // console.assert prints and goes on.
  private static let assertions = """
    console.assert = (condition, ...words) => {
      if (!condition) throw new Error("Assertion failed" + (words.length ? ": " + words.join(" ") : ""));
    };

    """

  private static func joined(_ solution: String, _ tests: String) -> String {
    var depth = 0
    for character in solution.unicodeScalars {
      if character == "{" { depth += 1 } else if character == "}" { depth -= 1 }
    }
    guard depth <= 0, let brace = tests.firstIndex(of: "}"),
      tests[..<brace].allSatisfy(\.isWhitespace)
    else { return solution + "\n" + tests }
    return solution + "\n" + tests[tests.index(after: brace)...]
  }

  /// What the result says of the program.
  func verdict(_ result: ProgramResult) -> Verdict {
    guard result.verdict == .ok else { return result.verdict }
    let isDone = result.run?.standardOutput.text.hasSuffix("\n\(mark)\n") ?? false
    return isDone ? .ok : .wrongAnswer
  }

  func feedback(_ result: ProgramResult) -> String {
    result.verdict == .ok ? Self.endedEarly + "\n" : result.feedback
  }

  func account(_ result: ProgramResult) -> RunAccount {
    var account = result.account
    account.verdict = verdict(result).rawValue
    if result.verdict == .ok {
      account.diagnostics = [Diagnostic(severity: .error, stage: .run, message: Self.endedEarly)]
    }
    account.failedTests = [FailedTest(name: "of the benchmark", isHidden: true)]
    return account
  }

  private static let endedEarly =
    "The program ended before its tests did. It must not exit by itself."
}
