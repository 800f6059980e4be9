/// What a program is judged by.
public enum Tests: Sendable {
  /// Runs of the whole program, and what each should print.
  case cases([TestCase], checker: Checker = .trailingSpace)
  /// Calls of the program's functions, and what each should return. Python only.
  case calls([FunctionCall])
  /// A program that calls the program's functions and fails where they are wrong. Python only.
  case program(TestProgram)
  /// Tests that are compiled together with the program and share its process: in Swift and JavaScript statements
  /// that follow it, in C a file with a `main` of its own, in Python statements that follow it. They are right
  /// where they come to their end. ``program(_:)`` keeps more from the program.
  case together(String)
}

/// One call of a function of the program under test.
///
/// Calls share a run of the program, up to one that ends it: those after it are made in another. One with limits
/// of its own has a run to itself.
public struct FunctionCall: Sendable {
  /// Its name in reports.
  public var name: String
  /// A Python expression, evaluated beside the tests: `add(2, 3)`. Functions of the program are the names in
  /// it that Python's built-in functions and its library have not: `list` in `list(primes(9))` is Python's. Where
  /// all are, the first is the program's.
  public var call: String
  /// The value that it should have, as a Python expression. Functions of the program are not known in it.
  public var expected: String?
  /// The value that it should have, as the member `expected` of a JSON object.
  public var record: String?
  /// The name of the exception that it should raise, such as `ValueError`.
  public var raises: String?
  /// The limits of its run that are its own.
  public var limits: CaseLimits

  /// Creates a call, with one of `expected`, `record` and `raises`; by default with the limits of the policy.
  public init(
    name: String, call: String, expected: String? = nil, record: String? = nil,
    raises: String? = nil, limits: CaseLimits = CaseLimits()
  ) {
    self.name = name
    self.call = call
    self.expected = expected
    self.record = record
    self.raises = raises
    self.limits = limits
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
