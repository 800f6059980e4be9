internal import FoundationEssentials

/// What the tests' side of a judgement reads, as JSON.
struct FunctionPlan: Encodable {
  struct Call: Encodable {
    let call: String
    let expected: String?
    let record: String?
    let raises: String?
  }

  /// The functions of the program under test that a test program calls.
  var functions: [String] = []
  /// Code that runs before the tests.
  var support = ""
  /// The test program.
  var tests = ""
  /// Calls to compare.
  var calls: [Call] = []
  /// Whether the first wrong call is the last.
  var stops = false
  /// The names of the cases in reports.
  var names: [String] = []

  private enum CodingKeys: String, CodingKey {
    case functions, support, tests, calls, stops
  }

  init(calls: [FunctionCall], extent: Judge.Extent) {
    self.calls = calls.map {
      Call(call: $0.call, expected: $0.expected, record: $0.record, raises: $0.raises)
    }
    stops = extent == .firstFailure
    names = calls.map(\.name)
  }

  init(_ program: TestProgram) {
    functions = program.functions
    support = program.support
    tests = program.source
    names = ["tests"]
  }

  func bytes() throws -> [UInt8] { Array(try JSONEncoder().encode(self)) }
}

/// What the tests' side says.
struct FunctionReport: Decodable {
  struct Failure: Decodable {
    enum Kind: String, Decodable {
      /// The answer was wrong.
      case wrong
      /// The program raised an exception, which the tests did not expect.
      case program
      /// The program ended, or gave no answer that can be read.
      case gone
      /// The tests themselves make no sense.
      case tests
    }

    let kind: Kind
    let message: String?
    let name: String?
    let call: String?
    let expected: String?
    let actual: String?
    let traceback: String?
    /// The function that the program does not have.
    let missing: String?
    let line: Int?
    let source: String?
    /// Which of the calls makes no sense.
    let index: Int?
  }

  /// One for each call that was made; `nil` where it was right.
  let cases: [Failure?]
  /// Why the tests as a whole did not go through.
  let failure: Failure?

  init?(_ bytes: [UInt8]) {
    guard let value = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else { return nil }
    self = value
  }
}
