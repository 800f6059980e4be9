// swift-format-ignore-file
import Foundation
import SandboxDiagnostics
import SandboxExecution
import Testing

@Suite("What compilers tell programs")
struct StructuredCompilerTests {
  private static let source = """
    struct P { int first; };
    int f(int a) { return a }
    int main(void) {
      struct P p = {1}; char *é = "é"; int x = p.frst; prinf(é);
      if (p.first = 3) return undeclared;
    }
    """

  /// What clang 14 printed of it.
  private static let printed = """
    main.c:2:24: error: expected ';' after return statement
    int f(int a) { return a }
                           ^
                           ;
    main.c:4:48: error: no member named 'frst' in 'struct P'; did you mean 'first'?
      struct P p = {1}; char *é = "é"; int x = p.frst; prinf(é);
                                                 ^~~~
                                                 first
    main.c:1:16: note: 'first' declared here
    struct P { int first; };
                   ^
    main.c:4:54: warning: implicit declaration of function 'prinf' is invalid in C99 [-Wimplicit-function-declaration]
      struct P p = {1}; char *é = "é"; int x = p.frst; prinf(é);
                                                       ^
    main.c:5:15: warning: using the result of an assignment as a condition without parentheses [-Wparentheses]
      if (p.first = 3) return undeclared;
          ~~~~~~~~^~~
    main.c:5:15: note: place parentheses around the assignment to silence this warning
      if (p.first = 3) return undeclared;
                  ^
          (          )
    main.c:5:15: note: use '==' to turn this assignment into an equality comparison
      if (p.first = 3) return undeclared;
                  ^
                  ==
    main.c:5:27: error: use of undeclared identifier 'undeclared'
      if (p.first = 3) return undeclared;
                              ^
    2 warnings and 3 errors generated.
    """

  /// What it wrote with `--serialize-diagnostics`.
  private static let serialized = """
    RElBRwEIAAAwAAAABwGyQLRCOdBDODwggS2UgzzMQzq8gzscBIhigEBxECQLBCmkQzicw0MikEI6hMM5pII7mMM7PCTDLMjD
    OMhCOLjDOZTDA1KMQjjQgyuEQzuUw0NCkEI6hMM5mAI7hMM5PCSGKaQDO5SDK4RDO5TDg3GYQjrgQyrQw0GQqArIECVQCBQC
    hShRBINKFggMgtR0QJRAIVAIFKIECoFCoJAkECUwqKaBKIFCoBAY1PVAlEAhUAgUogQKgUKgEBgUAAAAIQwAAAIAAAAUAAAA
    AAAAACUQAAArAAAAGAAAAAAAAAAAgAGAAQAAAG1haW4uYwAARQCwsAAAAABQYXJzZSBJc3N1ZQC0AAQAAAAwAAAAYAAAAAgA
    YARgDAAAAABleHBlY3RlZCAnOycgYWZ0ZXIgcmV0dXJuIHN0YXRlbWVudAAWgAAAAAAGAAAADAAAQAACAAAAGAAAADAAAAAZ
    gAAAAAAGAAAADAAAQAACAAAAGAAAADAAAAABAAEAAAA7AAAAAAAAACUQAAA7AAAAJQDg4AAAAABTZW1hbnRpYyBJc3N1ZQAA
    tAAIAAAAYAAAAOYAAAAEAGAHYA8AAAAAbm8gbWVtYmVyIG5hbWVkICdmcnN0JyBpbiAnc3RydWN0IFAnOyBkaWQgeW91IG1l
    YW4gJ2ZpcnN0Jz8AFgABAAAADAAAwBwAAEAABAAAADQAAAB3AAAAGQABAAAADAAAwBwAAEAABAAAADQAAAB3AAAABQAFAAAA
    Zmlyc3QAAACRQAAADAAAAJQAAgAAACAAAAAeAAAABACgAqACJ2ZpcnN0JyBkZWNsYXJlZCBoZXJlAAAAAAAAAAAAAAAlEAAA
    IAAAABdAB0AHAAAAaW1wbGljaXQtZnVuY3Rpb24tZGVjbGFyYXRpb24AAACkAAgAAABsAAAA8gAAAAQIQAdADwAAAABpbXBs
    aWNpdCBkZWNsYXJhdGlvbiBvZiBmdW5jdGlvbiAncHJpbmYnIGlzIGludmFsaWQgaW4gQzk5AAAAAAAAJRAAAIQAAAAnwALA
    AgAAAHBhcmVudGhlc2VzAKQACgAAAB4AAAAkAQAABBCACIAUAAAAAHVzaW5nIHRoZSByZXN1bHQgb2YgYW4gYXNzaWdubWVu
    dCBhcyBhIGNvbmRpdGlvbiB3aXRob3V0IHBhcmVudGhlc2VzFkABAADAAQAAgCIAAEAABQAAABIAAACUAAAAkUAAAAA2AAAA
    lAAKAAAAHgAAACQBAAAEAOAH4A8AAAAAcGxhY2UgcGFyZW50aGVzZXMgYXJvdW5kIHRoZSBhc3NpZ25tZW50IHRvIHNpbGVu
    Y2UgdGhpcyB3YXJuaW5nABZAAQAAwAEAAIAiAABAAAUAAAAHAAAAigAAABZAAQAAgAQAAEAlAABAAAUAAAASAAAAlQAAABlA
    AQAAwAEAAIAiAABAAAUAAAAHAAAAigAAAAEAASgAAAAZQAEAAIAEAABAJQAAQAAFAAAAEgAAAJUAAAABAAEAACkAAAAAAAAA
    kUAAACYAAACUAAoAAAAeAAAAJAEAAAQAgAeADwAAAAB1c2UgJz09JyB0byB0dXJuIHRoaXMgYXNzaWdubWVudCBpbnRvIGFu
    IGVxdWFsaXR5IGNvbXBhcmlzb24WQAEAAMADAACAJAAAQAAFAAAAEAAAAJMAAAAZQAEAAMADAACAJAAAQAAFAAAAEAAAAJMA
    AAACAAIAAAA9PQAAAAAAAAAAAAAlEAAAEgAAALQACgAAADYAAAA8AQAABAAgBSANAAAAAHVzZSBvZiB1bmRlY2xhcmVkIGlk
    ZW50aWZpZXIgJ3VuZGVjbGFyZWQnAAAAAAAAAA==
    """

  /// What clang 21 printed with `-fdiagnostics-format=sarif`, without the rules.
  private static let sarifOfClang = #"""
    clang: warning: diagnostic formatting in SARIF mode is currently unstable [-Wsarif-format-unstable]

    {"$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/cos02/schemas/sarif-schema-2.1.0.json", "runs": [{"columnKind": "unicodeCodePoints", "results": [{"level": "error", "locations": [{"physicalLocation": {"artifactLocation": {"uri": "file:///workspace/main.c"}, "region": {"endColumn": 24, "startColumn": 24, "startLine": 2}}}], "message": {"text": "expected ';' after return statement"}, "ruleId": "1646"}, {"level": "error", "locations": [{"physicalLocation": {"artifactLocation": {"uri": "file:///workspace/main.c"}, "region": {"endColumn": 45, "endLine": 4, "startColumn": 44, "startLine": 4}}}, {"physicalLocation": {"artifactLocation": {"uri": "file:///workspace/main.c"}, "region": {"endColumn": 46, "startColumn": 46, "startLine": 4}}}], "message": {"text": "no member named 'frst' in 'struct P'"}, "ruleId": "4407"}, {"level": "error", "locations": [{"physicalLocation": {"artifactLocation": {"uri": "file:///workspace/main.c"}, "region": {"endColumn": 52, "startColumn": 52, "startLine": 4}}}], "message": {"text": "call to undeclared function 'prinf'; ISO C99 and later do not support implicit function declarations"}, "ruleId": "5721"}, {"level": "warning", "locations": [{"physicalLocation": {"artifactLocation": {"uri": "file:///workspace/main.c"}, "region": {"endColumn": 18, "endLine": 5, "startColumn": 7, "startLine": 5}}}, {"physicalLocation": {"artifactLocation": {"uri": "file:///workspace/main.c"}, "region": {"endColumn": 15, "startColumn": 15, "startLine": 5}}}], "message": {"text": "using the result of an assignment as a condition without parentheses"}, "ruleId": "6897"}, {"level": "note", "locations": [{"physicalLocation": {"artifactLocation": {"uri": "file:///workspace/main.c"}, "region": {"endColumn": 15, "startColumn": 15, "startLine": 5}}}], "message": {"text": "place parentheses around the assignment to silence this warning"}, "ruleId": "5996"}, {"level": "note", "locations": [{"physicalLocation": {"artifactLocation": {"uri": "file:///workspace/main.c"}, "region": {"endColumn": 15, "startColumn": 15, "startLine": 5}}}], "message": {"text": "use '==' to turn this assignment into an equality comparison"}, "ruleId": "5997"}, {"level": "error", "locations": [{"physicalLocation": {"artifactLocation": {"uri": "file:///workspace/main.c"}, "region": {"endColumn": 37, "endLine": 5, "startColumn": 27, "startLine": 5}}}, {"physicalLocation": {"artifactLocation": {"uri": "file:///workspace/main.c"}, "region": {"endColumn": 27, "startColumn": 27, "startLine": 5}}}], "message": {"text": "use of undeclared identifier 'undeclared'"}, "ruleId": "5492"}], "tool": {"driver": {"fullName": "", "informationUri": "https://clang.llvm.org/docs/UsersManual.html", "language": "en-US", "name": "clang", "version": "21.0.0"}}}], "version": "2.1.0"}
    1 warning and 4 errors generated.
    """#

  /// The form that gcc gives it since version 13.
  private static let sarifOfGCC = #"""
    {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "GNU C17", "version": "13.2.0"}}, "originalUriBaseIds": {"PWD": {"uri": "file:///workspace/"}}, "results": [{"ruleId": "error", "level": "error", "message": {"text": "'struct P' has no member named 'frst'; did you mean 'first'?"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "main.c", "uriBaseId": "PWD"}, "region": {"startLine": 4, "startColumn": 46, "endColumn": 50}}}], "fixes": [{"artifactChanges": [{"artifactLocation": {"uri": "main.c", "uriBaseId": "PWD"}, "replacements": [{"deletedRegion": {"startLine": 4, "startColumn": 46, "endColumn": 50}, "insertedContent": {"text": "first"}}]}]}]}, {"ruleId": "-Wimplicit-function-declaration", "level": "warning", "message": {"text": "implicit declaration of function 'prinf'"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "main.c", "uriBaseId": "PWD"}, "region": {"startLine": 4, "startColumn": 52, "endColumn": 57}}}], "relatedLocations": [{"physicalLocation": {"artifactLocation": {"uri": "main.c", "uriBaseId": "PWD"}, "region": {"startLine": 2, "startColumn": 5}}, "message": {"text": "declared here"}}]}], "columnKind": "unicodeCodePoints"}]}
    """#

  private func read(
    _ parser: String, printed: String, told: String? = nil
  ) throws -> [Diagnostic] {
    let report = StageReport(
      stage: .compile, outcome: .exited(code: 1), standardError: printed,
      sources: ["main.c": Self.source],
      driverReport: told.map { DriverReport(records: [], text: $0, isTaken: false) })
    return try #require(DiagnosticParsers.named(parser)).diagnostics(in: report)
  }

  private func words(_ fixIts: [Diagnostic.FixIt]) -> [String] {
    fixIts.map { "\($0.line):\($0.column)-\($0.endLine):\($0.endColumn) \($0.replacement)" }
  }

  @Test("what clang serializes has fix-its, ranges and columns", arguments: ["c-compiler", "llvm-style"])
  func serializedDiagnostics(parser: String) throws {
    let text = try read(parser, printed: Self.printed)
    let found = try read(parser, printed: Self.printed, told: Self.serialized)
    #expect(found.map(\.message) == text.map(\.message))
    #expect(found.map(\.code) == text.map(\.code))
    #expect(found.map(\.line) == [2, 4, 4, 5, 5])
    #expect(found.map(\.column) == [24, 46, 52, 15, 27])
    #expect(found.map(\.endColumn) == [nil, 50, nil, 18, nil])
    #expect(words(found[0].fixIts) == ["2:24-2:24 ;"])
    #expect(words(found[1].fixIts) == ["4:46-4:50 first"])
    #expect(found[1].notes.map(\.message) == ["'first' declared here"])
    #expect(found[3].notes.map { words($0.fixIts) } == [["5:7-5:7 (", "5:18-5:18 )"], ["5:15-5:16 =="]])
  }

  @Test("a damaged file ends the reading, and traps nowhere")
  func damaged() throws {
    let lines = Self.serialized.replacing("\n", with: "")
    for length in stride(from: 0, to: lines.count, by: 120) {
      let told = String(lines.prefix(length))
      #expect(try read("c-compiler", printed: Self.printed, told: told).count == 5)
    }
    for index in stride(from: 6, to: lines.count, by: 31) {
      for other in ["/", "A", "k"] {
        let told = lines.prefix(index) + other + lines.dropFirst(index + 1)
        #expect(try read("c-compiler", printed: Self.printed, told: String(told)).count == 5)
      }
    }
  }

  @Test("clang's SARIF becomes diagnostics, its notes with what they belong to")
  func clang() throws {
    let found = try read("sarif", printed: Self.sarifOfClang)
    #expect(found.map(\.severity) == [.error, .error, .error, .warning, .error])
    #expect(found.map(\.file) == Array(repeating: "main.c", count: 5))
    #expect(found.map(\.line) == [2, 4, 4, 5, 5])
    #expect(found.map(\.column) == [24, 46, 52, 15, 27])
    #expect(found.map(\.endColumn) == [nil, nil, nil, 18, 37])
    #expect(found.map(\.notes.count) == [0, 0, 0, 2, 0])
    // Its numbers of rules are other ones in another version.
    #expect(found.map(\.code) == [nil, nil, nil, nil, nil])
  }

  @Test("gcc's SARIF becomes diagnostics with codes, notes and fix-its")
  func gcc() throws {
    let found = try read("sarif", printed: Self.sarifOfGCC)
    #expect(found.map(\.code) == [nil, "-Wimplicit-function-declaration"])
    #expect(found.map(\.endColumn) == [50, 57])
    #expect(words(found[0].fixIts) == ["4:46-4:50 first"])
    #expect(found[1].notes.map(\.message) == ["declared here"])
    #expect(found[1].notes.map(\.source) == ["int f(int a) { return a }"])
    // In a driver's report it completes what was printed.
    let printed = "main.c:4:46: error: 'struct P' has no member named 'frst'; did you mean 'first'?\n"
    let completed = try read("c-compiler", printed: printed, told: Self.sarifOfGCC)
    #expect(completed == [found[0]])
  }

  @Test("SARIF is looked for in a report and on both streams; columns are UTF-16 unless it says otherwise")
  func streams() throws {
    let document = #"""
      {"runs": [{"results": [{"message": {"text": "odd"}, "locations": [{"physicalLocation": {
      "artifactLocation": {"uri": "file:///workspace/a%20b.txt"}, "region": {"startLine": 1, "startColumn": 3}}}]}]}]}
      """#
    var report = StageReport(
      stage: .run, outcome: .exited(code: 1), standardOutput: document,
      sources: ["a b.txt": "\u{1F600}x"])
    var found = SARIFParser().diagnostics(in: report)
    #expect(found.map(\.severity) == [.warning] && found.map(\.file) == ["a b.txt"])
    #expect(found.map(\.column) == [2] && found.map(\.source) == ["\u{1F600}x"])
    report.standardError = document.replacing("odd", with: "even")
    found = SARIFParser().diagnostics(in: report)
    #expect(found.map(\.message) == ["even"])
    report.standardError = "[[[{{{"
    report.standardOutput = "{\"runs\": 3}"
    #expect(SARIFParser().diagnostics(in: report).isEmpty)
  }

  @Test("the same message twice in a line keeps both places")
  func twice() throws {
    let printed = "main.c:4:3: warning: odd\nmain.c:4:9: warning: odd\n"
    let told = """
      [{"kind": "warning", "message": "odd", "locations": [{"caret": {"file": "main.c", "line": 4, "column": 3}}]},
       {"kind": "warning", "message": "odd", "locations": [{"caret": {"file": "main.c", "line": 4, "column": 9}}]}]
      """
    let found = try read("c-compiler", printed: printed, told: told)
    #expect(found.map(\.column) == [3, 9])
  }

  @Test("a stream of values that take no bits is given up", arguments: [1, 20_000])
  func bounded(records: Int) throws {
    var stream = BitWriter()
    stream.enter(block: 8)
    stream.write(2, 3)  // an abbreviation: a literal, and an array of values without bits
    stream.variable(3, 5)
    stream.write(1, 1)
    stream.variable(1, 8)
    stream.write(0b110, 4)
    stream.write(0b010, 4)
    stream.variable(0, 5)
    for _ in 0..<records {
      stream.write(4, 3)
      stream.variable(1000, 6)
    }
    stream.leave()
    stream.enter(block: 9)
    for (code, numbers) in [(6, 1), (2, 6), (7, 8)] { stream.abbreviation(code, numbers: numbers) }
    stream.record(4, [1], "main.c")
    stream.record(5, [3, 1, 1, 1, 0, 0], "odd")
    stream.record(6, [1, 1, 1, 0, 1, 1, 2, 1], "even")
    stream.leave()
    let found = try read("c-compiler", printed: "main.c:1:1: error: odd\n", told: stream.base64)
    #expect(found.map(\.message) == ["odd"])
    #expect(found[0].fixIts.map(\.replacement) == (records == 1 ? ["even"] : []))
  }
}

/// Writes LLVM's bitstream container.
private struct BitWriter {
  private var bits: [Bool] = []

  mutating func write(_ value: Int, _ width: Int) {
    for bit in 0..<width { bits.append(value >> bit & 1 == 1) }
  }

  mutating func variable(_ value: Int, _ width: Int) {
    let mark = 1 << (width - 1)
    var rest = value
    while rest >= mark {
      write(rest % mark + mark, width)
      rest /= mark
    }
    write(rest, width)
  }

  mutating func align() { while bits.count % 32 > 0 { bits.append(false) } }

  /// Of identifiers of three bits, within what has two.
  mutating func enter(block: Int) {
    write(1, 2)
    variable(block, 8)
    variable(3, 4)
    align()
    write(0, 32)
  }

  mutating func leave() {
    write(0, 3)
    align()
  }

  /// A kind of record: its code, so many numbers, and a text.
  mutating func abbreviation(_ code: Int, numbers: Int) {
    write(2, 3)
    variable(numbers + 2, 5)
    write(1, 1)
    variable(code, 8)
    for _ in 0..<numbers {
      write(0b100, 4)
      variable(6, 5)
    }
    write(0b1010, 4)
  }

  mutating func record(_ kind: Int, _ numbers: [Int], _ text: String) {
    write(kind, 3)
    for number in numbers { variable(number, 6) }
    variable(text.utf8.count, 6)
    align()
    for byte in text.utf8 { write(Int(byte), 8) }
    align()
  }

  var base64: String {
    let bytes = stride(from: 0, to: bits.count, by: 8).map { start in
      bits[start..<start + 8].reversed().reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
    }
    return Data("DIAG".utf8 + bytes).base64EncodedString()
  }
}
