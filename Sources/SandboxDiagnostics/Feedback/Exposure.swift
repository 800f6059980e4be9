/// How much of a program's failure its author may see.
///
/// A model that sees the hidden tests in its feedback is no longer measured by them. So every feedback
/// is made under an exposure, which results record beside it.
public enum Exposure: String, Sendable, Hashable, Codable, CaseIterable {
  /// Only that there was a run.
  case none
  /// The verdict's word.
  case verdict
  /// All, but for hidden tests: of those only that they failed. What the program printed, the values of its
  /// variables, and the names of classes that are not a language's own go with them, for they can hold the
  /// tests' inputs.
  case `public`
  /// All.
  case full
}

extension RunAccount {
  /// What of this account may be shown under `exposure`.
  public func limited(to exposure: Exposure) -> RunAccount {
    var account = self
    switch exposure {
    case .full: return self
    case .public:
      guard failedTests.contains(where: \.isHidden) else { return self }
      account.failedTests = failedTests.map {
        $0.isHidden ? FailedTest(name: $0.name, isHidden: true) : $0
      }
      account.standardOutput = ""
      account.standardError = ""
      account.rawStandardError = ""
      account.diagnostics = diagnostics.map { $0.withoutData(testsBegin) }
      return account
    case .verdict, .none:
      account.diagnostics = []
      account.failedTests = []
      account.standardOutput = ""
      account.standardError = ""
      account.rawStandardError = ""
      account.usage = nil
      if exposure == .none { account.verdict = "withheld" }
      return account
    }
  }
}

extension Diagnostic {
  /// Without what can hold the data that the program worked on: values, messages of a run, and lines of tests.
  fileprivate func withoutData(_ testsBegin: [String: Int]) -> Diagnostic {
    func isOfTests(_ file: String?, _ line: Int?) -> Bool {
      guard let file, let line, let first = testsBegin[file] else { return false }
      return line >= first
    }
    var result = self
    result.values = [:]
    result.notes = notes.map { $0.withoutData(testsBegin) }
    if isOfTests(file, line) { (result.source, result.fixIts) = (nil, []) }
    for index in stack.indices where isOfTests(stack[index].file, stack[index].line) {
      (result.stack[index].source, result.stack[index].function) = (nil, nil)
    }
    guard stage == .run else { return result }
    // A class can be the tests' own, or be named after what they gave.
    if let code, !Self.commonCodes.contains(code) { result.code = nil }
    result.message = result.code ?? "the program failed"
    return result
  }

  /// What failures are called by languages themselves, and by this project.
  private static let commonCodes: Set<String> = [
    // Python
    "ArithmeticError", "AssertionError", "AttributeError", "BaseException",
    "BaseExceptionGroup", "BlockingIOError", "BrokenPipeError", "BufferError",
    "ChildProcessError", "ConnectionError", "EOFError", "Exception", "ExceptionGroup",
    "FileExistsError", "FileNotFoundError", "FloatingPointError", "GeneratorExit", "ImportError",
    "IndentationError", "IndexError", "InterruptedError", "IsADirectoryError", "JSONDecodeError",
    "KeyError", "KeyboardInterrupt", "LookupError", "MemoryError", "ModuleNotFoundError",
    "NameError", "NotADirectoryError", "NotImplementedError", "OSError", "OverflowError",
    "PermissionError", "ProcessLookupError", "RecursionError", "ReferenceError", "RuntimeError",
    "StopAsyncIteration", "StopIteration", "SyntaxError", "SystemError", "SystemExit", "TabError",
    "TimeoutError", "TypeError", "UnboundLocalError", "UnicodeDecodeError",
    "UnicodeEncodeError", "UnicodeError", "UnicodeTranslateError", "ValueError",
    "ZeroDivisionError",
    // JavaScript
    "AggregateError", "Error", "EvalError", "RangeError", "URIError", "Uncaught",
    // Swift
    "Assertion failed", "Fatal error", "Precondition failed", "Swift runtime failure",
    // Signals
    "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSEGV", "SIGSYS",
    "SIGTERM", "SIGTRAP", "SIGXCPU", "SIGXFSZ",
    // Sanitizers
    "undefined-behavior",
    // The executor's and the judge's
    "disk_limit", "memory_limit", "missing_function", "output_limit", "policy_violation",
    "process_limit", "time_limit",
  ]
}
