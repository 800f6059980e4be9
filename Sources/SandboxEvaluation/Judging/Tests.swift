/// What a program is judged by.
public enum Tests: Sendable {
  /// Runs of the whole program, and what each should print.
  case cases([TestCase], checker: Checker = .trailingSpace)
  /// Calls of the program's functions, and what each should return. Python only.
  case calls([FunctionCall])
  /// A program that calls the program's functions and fails where they are wrong. Python only.
  case program(TestProgram)
}

/// One call of a function of the program under test.
public struct FunctionCall: Sendable {
  /// Its name in reports.
  public var name: String
  /// A Python expression, evaluated beside the tests: `add(2, 3)`.
  public var call: String
  /// The value that it should have, as a Python expression; `nil` where it should raise.
  public var expected: String?
  /// The name of the exception that it should raise, such as `ValueError`.
  public var raises: String?

  /// Creates a call.
  public init(name: String, call: String, expected: String? = nil, raises: String? = nil) {
    self.name = name
    self.call = call
    self.expected = expected
    self.raises = raises
  }
}

/// A test program in Python, such as HumanEval's `check` (arXiv:2107.03374) or the assertions of MBPP
/// (arXiv:2108.07732). It runs in a sandbox of its own; the functions that it calls run in another.
public struct TestProgram: Sendable {
  /// The program. Where it ends without an exception, the functions are right.
  public var source: String
  /// Code that runs before it: what the tests need and the program under test must not answer for, such
  /// as the helper functions of a prompt.
  public var support: String
  /// The functions of the program under test. Each is a global of `source`; the first is also `candidate`.
  public var functions: [String]

  /// Creates a test program.
  public init(source: String, support: String = "", functions: [String]) {
    self.source = source
    self.support = support
    self.functions = functions
  }
}
