import SandboxDiagnostics
import SandboxExecution
import Testing

@Suite("Calls that repeat are told once")
struct FrameFoldingTests {
  /// The stack that is told of calls at these lines, the innermost last: line, repeats, calls that repeat.
  private func stack(of lines: [Int], isCut: Bool = false) throws -> [Diagnostic.Frame] {
    let frames = lines.map { #"{"file":"/workspace/main.py","line":\#($0),"function":"f\#($0)"}"# }
    let record =
      #"{"kind":"exception","name":"E","message":"m","cut":\#(isCut),"frames":[\#(frames.joined(separator: ","))]}"#
    let report = StageReport(
      stage: .run, outcome: .exited(code: 1),
      driverReport: DriverReport(records: [record], text: "", isTaken: true))
    let parser = try #require(DiagnosticParsers.named("python-traceback"))
    return try #require(parser.explanation(of: report, limits: Limits()).first).stack
  }

  @Test(
    "One call, or up to eight that follow each other, are counted",
    arguments: [
      ([1, 2, 2, 2, 3], [1, 2, 3], [nil, 2, nil], [nil, nil, nil]),
      ([1, 2, 3, 2, 3, 2, 3], [1, 2, 3], [nil, nil, 2], [nil, nil, 2]),
      // What is left of a round stays.
      ([1, 2, 3, 2, 3, 2, 3, 2], [1, 2, 3, 2], [nil, nil, 2, nil], [nil, nil, 2, nil]),
      // Told twice is shorter than counted.
      ([1, 2, 1, 2], [1, 2, 1, 2], [nil, nil, nil, nil], [nil, nil, nil, nil]),
      (
        Array(repeating: Array(1...8), count: 9).flatMap(\.self), Array(1...8),
        [nil, nil, nil, nil, nil, nil, nil, 8], [nil, nil, nil, nil, nil, nil, nil, 8]
      ),
    ] as [([Int], [Int], [Int?], [Int?])])
  func folded(calls: [Int], lines: [Int], repeats: [Int?], counted: [Int?]) throws {
    let stack = try stack(of: calls)
    #expect(stack.map(\.line) == lines)
    #expect(stack.map(\.repeats) == repeats)
    #expect(stack.map(\.repeatedCalls) == counted)
    #expect(stack.allSatisfy { $0.isAtLeast == nil })
  }

  @Test("Where the outermost calls are missing, a count is the least that it can be")
  func cut() throws {
    #expect(try stack(of: [2, 2, 2, 3, 3], isCut: true).map(\.isAtLeast) == [true, nil])
    #expect(try stack(of: [1, 2, 2], isCut: true).map(\.isAtLeast) == [nil, nil])
    let both = try stack(of: [1, 2, 1, 2, 1, 2], isCut: true)
    let text = TextRenderer().render(
      Diagnostic(severity: .error, stage: .run, message: "m", stack: both))
    #expect(text.hasSuffix("in f2\n    ... the last 2 calls at least 2 more times\n"))
  }
}
