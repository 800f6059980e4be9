internal import FoundationEssentials
internal import SandboxExecution
public import SandboxLanguages

/// Tests that cannot be read: where, why, and how to mend it.
public struct TestFileError: Error, CustomStringConvertible {
  /// The whole of it.
  public let description: String
  /// Whether it starts with a place in a file, as a compiler's message does.
  package let hasPlace: Bool

  init(_ description: String, hasPlace: Bool = false) {
    self.description = description
    self.hasPlace = hasPlace
  }
}

extension Tests {
  /// Reads tests.
  ///
  /// - Parameters:
  ///   - path: A folder of `N.in` and `N.out`, a `.jsonl` file with one case a line, or a test program: in
  ///     Python, `.py`, it runs apart from the program, in another language together with it.
  ///   - language: What the program under test is written in.
  ///   - functions: The functions that a test program in Python calls; for no other tests.
  ///   - checker: How outputs are compared, for cases with output only; `nil` for their default.
  /// - Throws: ``TestFileError``.
  public init(
    path: String, for language: any LanguagePlugin, functions: [String], checker: Checker? = nil
  ) throws(TestFileError) {
    self = try Self.read(path, language, functions, checker)
    if checker != nil, !isOfOutput {
      throw TestFileError(
        """
        a checker compares what programs print, and the tests of '\(path)' do not look at that: leave it out, \
        or give cases with "stdin" and "expected_stdout"
        """)
    }
    if !functions.isEmpty {
      guard case .program = self else {
        throw TestFileError(
          "'\(path)' is no test program in Python, for which functions are named: leave --function out"
        )
      }
    }
  }

  /// Whether what the program prints is compared.
  private var isOfOutput: Bool {
    if case .cases = self { true } else { false }
  }

  private static func read(
    _ path: String, _ language: any LanguagePlugin, _ functions: [String], _ checker: Checker?
  ) throws(TestFileError) -> Tests {
    if Self.isFolder(path) {
      return .cases(try Self.folder(path), checker: checker ?? .trailingSpace)
    } else if path.hasSuffix(".jsonl") {
      return try Self.lines(path, checker ?? .trailingSpace)
    } else if path.hasSuffix(".py") {
      guard !functions.isEmpty else {
        throw TestFileError(
          "'\(path)' is a test program: say with --function which functions of the program it calls"
        )
      }
      return .program(
        TestProgram(
          source: String(decoding: try Self.read(path), as: UTF8.self), functions: functions))
    } else if language.extensions.contains(where: { path.hasSuffix("." + $0) }) {
      return .together(String(decoding: try Self.read(path), as: UTF8.self))
    } else {
      _ = try Self.read(path)
      throw TestFileError(
        """
        '\(path)' holds no tests: give a folder of N.in and N.out, a .jsonl file, a .py file, or a test program \
        in \(language.name)
        """)
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }

  private static func read(_ path: String) throws(TestFileError) -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(filePath: path)))
    } catch {
      let isThere = FileManager.default.fileExists(atPath: path)
      throw TestFileError(
        "cannot read the tests '\(path)': \(isThere ? "not readable" : "No such file or directory")"
      )
    }
  }

  private static func folder(_ path: String) throws(TestFileError) -> [TestCase] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw TestFileError("cannot read the folder '\(path)'")
    }
    var cases: [TestCase] = []
    let stems = names.filter { $0.hasSuffix(".in") }.map { String($0.dropLast(3)) }
    // 2 before 10.
    for stem in stems.sorted(by: { (Int($0) ?? .max, $0) < (Int($1) ?? .max, $1) }) {
      guard let answer = [".out", ".ans"].map({ stem + $0 }).first(where: names.contains) else {
        throw TestFileError("'\(path)/\(stem).in' has no '\(stem).out' beside it")
      }
      cases.append(
        TestCase(
          name: stem, standardInput: try read("\(path)/\(stem).in"),
          expectedOutput: try read("\(path)/\(answer)")))
    }
    for name in names.sorted() where name.hasSuffix(".out") || name.hasSuffix(".ans") {
      guard !stems.contains(String(name.dropLast(4))) else { continue }
      throw TestFileError("'\(path)/\(name)' has no '\(name.dropLast(4)).in' beside it")
    }
    guard !cases.isEmpty else {
      throw TestFileError("the folder '\(path)' holds no case: a case is two files, N.in and N.out")
    }
    return cases
  }

  private static func lines(
    _ path: String, _ checker: Checker
  ) throws(TestFileError) -> Tests {
    var cases: [TestCase] = []
    var calls: [FunctionCall] = []
    let lines = try read(path).split(separator: 10, omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.allSatisfy({ $0 == 32 || $0 == 13 }) {
      let place = "\(path):\(index + 1)"
      let name = String(cases.count + calls.count + 1)
      func failure(_ text: String) -> TestFileError {
        TestFileError("\(place): error: \(text)", hasPlace: true)
      }
      let record: TestRecord
      do {
        record = try JSONDecoder().decode(TestRecord.self, from: Data(line))
      } catch let error as TestFileError {
        throw failure(error.description)
      } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(
        _, let context)
      {
        let key = context.codingPath.map(\.stringValue).joined(separator: ".")
        throw failure("the value of '\(key)' is of the wrong type")
      } catch {
        throw failure("not a JSON object")
      }
      if let call = record.call(named: name, in: String(decoding: line, as: UTF8.self)) {
        calls.append(call)
      } else if let test = record.testCase(named: name) {
        cases.append(test)
      } else {
        throw failure(
          """
          a case has "expected_stdout", and may have "stdin", "args" and "files"; or it has "call" and one of \
          "expected", "expected_expression" and "raises"
          """)
      }
    }
    if cases.isEmpty, calls.isEmpty { throw TestFileError("'\(path)' holds no case") }
    guard cases.isEmpty || calls.isEmpty else {
      throw TestFileError("'\(path)' mixes cases of output with calls: give two files")
    }
    return calls.isEmpty ? .cases(cases, checker: checker) : .calls(calls)
  }
}

/// A line of a JSONL file of tests.
private struct TestRecord: Decodable {
  private enum Key: String, CodingKey, CaseIterable {
    case name, stdin, args, files, call, expected, raises
    case expectedStdout = "expected_stdout"
    case expectedExpression = "expected_expression"
    case cpuTime = "cpu_time_seconds"
    case wallTime = "wall_time_seconds"
    case memory = "memory_bytes"
  }

  private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init?(intValue: Int) { nil }
    init(stringValue: String) { self.stringValue = stringValue }
  }

  private var name, stdin, expectedStdout, callText, expectedExpression, raises: String?
  private var arguments: [String]?
  private var files: [String: String]?
  private var hasExpected = false
  private var cpuTime, wallTime: Double?
  private var memory: ByteCount?

  init(from decoder: any Decoder) throws {
    for key in try decoder.container(keyedBy: AnyKey.self).allKeys
    where Key(rawValue: key.stringValue) == nil {
      let known = Key.allCases.map(\.rawValue).sorted().joined(separator: ", ")
      throw TestFileError("unknown key '\(key.stringValue)'; the keys are \(known)")
    }
    let object = try decoder.container(keyedBy: Key.self)
    name = try object.decodeIfPresent(String.self, forKey: .name)
    stdin = try object.decodeIfPresent(String.self, forKey: .stdin)
    expectedStdout = try object.decodeIfPresent(String.self, forKey: .expectedStdout)
    arguments = try object.decodeIfPresent([String].self, forKey: .args)
    files = try object.decodeIfPresent([String: String].self, forKey: .files)
    callText = try object.decodeIfPresent(String.self, forKey: .call)
    // Read in Python, where integers have any size.
    hasExpected = object.contains(.expected)
    expectedExpression = try object.decodeIfPresent(String.self, forKey: .expectedExpression)
    raises = try object.decodeIfPresent(String.self, forKey: .raises)
    cpuTime = try object.decodeIfPresent(Double.self, forKey: .cpuTime)
    wallTime = try object.decodeIfPresent(Double.self, forKey: .wallTime)
    for (key, seconds) in [(Key.cpuTime, cpuTime), (.wallTime, wallTime)] {
      guard let seconds, !(seconds > 0 && seconds <= Self.mostSeconds) else { continue }
      throw TestFileError(
        "the value of '\(key.rawValue)' is \(seconds): it must be above 0 and at most 86400, a day")
    }
    if let bytes = try object.decodeIfPresent(Double.self, forKey: .memory) {
      guard let whole = Int64(exactly: bytes), whole >= 1 << 20 else {
        throw TestFileError(
          "the value of 'memory_bytes' is \(bytes): it must be whole and at least 1048576, 1 MiB")
      }
      memory = ByteCount(bytes: whole)
    }
  }

  private static let mostSeconds = 86_400.0

  private var limits: CaseLimits {
    CaseLimits(
      cpuTime: cpuTime.map { .seconds($0) }, wallTime: wallTime.map { .seconds($0) },
      memory: memory)
  }

  /// `nil` where it is no call, or has what calls have not.
  func call(named number: String, in line: String) -> FunctionCall? {
    let isOfOutput = stdin != nil || expectedStdout != nil || arguments != nil || files != nil
    let expectations = [hasExpected, expectedExpression != nil, raises != nil].count { $0 }
    guard let callText, !isOfOutput, expectations == 1 else { return nil }
    return FunctionCall(
      name: name ?? number, call: callText, expected: expectedExpression,
      record: hasExpected ? line : nil, raises: raises, limits: limits)
  }

  /// `nil` where it has no output to compare, or what only calls have.
  func testCase(named number: String) -> TestCase? {
    guard let expectedStdout, callText == nil, !hasExpected, expectedExpression == nil,
      raises == nil
    else { return nil }
    return TestCase(
      name: name ?? number, standardInput: Array((stdin ?? "").utf8), arguments: arguments ?? [],
      files: (files ?? [:]).mapValues { .bytes(Array($0.utf8)) },
      expectedOutput: Array(expectedStdout.utf8), limits: limits)
  }
}
