internal import FoundationEssentials
internal import SandboxExecution

/// Tests that cannot be read: where, why, and how to mend it.
public struct TestFileError: Error, CustomStringConvertible {
  /// The whole of it.
  public let description: String

  init(_ description: String) { self.description = description }
}

extension Tests {
  /// Reads tests.
  ///
  /// - Parameters:
  ///   - path: A folder of `N.in` and `N.out`, a `.jsonl` file with one case a line, or a test program
  ///     in Python, `.py`.
  ///   - functions: The functions that a test program calls.
  ///   - checker: How outputs are compared.
  /// - Throws: ``TestFileError``.
  public init(path: String, functions: [String], checker: Checker) throws(TestFileError) {
    if Self.isFolder(path) {
      self = .cases(try Self.folder(path), checker: checker)
    } else if path.hasSuffix(".jsonl") {
      self = try Self.lines(path, checker)
    } else if path.hasSuffix(".py") {
      guard !functions.isEmpty else {
        throw TestFileError(
          "'\(path)' is a test program: say with --function which functions of the program it calls"
        )
      }
      self = .program(
        TestProgram(
          source: String(decoding: try Self.read(path), as: UTF8.self), functions: functions))
    } else {
      _ = try Self.read(path)
      throw TestFileError(
        "'\(path)' holds no tests: give a folder of N.in and N.out, a .jsonl file, or a .py file")
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
      let record: TestRecord
      do {
        record = try JSONDecoder().decode(TestRecord.self, from: Data(line))
      } catch let error as TestFileError {
        throw TestFileError("\(place): error: \(error.description)")
      } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(
        _, let context)
      {
        let key = context.codingPath.map(\.stringValue).joined(separator: ".")
        throw TestFileError("\(place): error: the value of '\(key)' is of the wrong type")
      } catch {
        throw TestFileError("\(place): error: not a JSON object")
      }
      if let call = record.call(named: name) {
        calls.append(call)
      } else if let test = record.testCase(named: name) {
        cases.append(test)
      } else {
        throw TestFileError(
          """
          \(place): error: a case has "stdin" and "expected_stdout", or "call" and one of "expected", \
          "expected_expression" and "raises"
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
  private var expected: JSONValue?
  private var cpuTime, wallTime: Double?
  private var memory: Int64?

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
    if object.contains(.expected) {
      expected = try object.decode(JSONValue.self, forKey: .expected)
    }
    expectedExpression = try object.decodeIfPresent(String.self, forKey: .expectedExpression)
    raises = try object.decodeIfPresent(String.self, forKey: .raises)
    cpuTime = try object.decodeIfPresent(Double.self, forKey: .cpuTime)
    wallTime = try object.decodeIfPresent(Double.self, forKey: .wallTime)
    memory = try object.decodeIfPresent(Int64.self, forKey: .memory)
  }

  func call(named number: String) -> FunctionCall? {
    guard let callText else { return nil }
    let value = expectedExpression ?? expected?.pythonLiteral
    guard (value == nil) != (raises == nil) else { return nil }
    return FunctionCall(name: name ?? number, call: callText, expected: value, raises: raises)
  }

  func testCase(named number: String) -> TestCase? {
    guard let expectedStdout else { return nil }
    return TestCase(
      name: name ?? number, standardInput: Array((stdin ?? "").utf8), arguments: arguments ?? [],
      files: (files ?? [:]).mapValues { .bytes(Array($0.utf8)) },
      expectedOutput: Array(expectedStdout.utf8), cpuTime: cpuTime.map { .seconds($0) },
      wallTime: wallTime.map { .seconds($0) }, memory: memory.map { ByteCount(bytes: $0) })
  }
}

extension JSONValue {
  /// The value as Python writes it.
  fileprivate var pythonLiteral: String {
    switch self {
    case .null: "None"
    case .boolean(let value): value ? "True" : "False"
    case .integer(let value): String(value)
    case .number(let value): String(value)
    case .string(let text): Self.quoted(text)
    case .array(let items): "[" + items.map(\.pythonLiteral).joined(separator: ", ") + "]"
    case .object(let items):
      "{"
        + items.sorted { $0.key < $1.key }
        .map { "\(Self.quoted($0.key)): \($0.value.pythonLiteral)" }.joined(separator: ", ") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    let inside = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\\": "\\\\"
      case "'": "\\'"
      case "\n": "\\n"
      case "\r": "\\r"
      case "\0": "\\0"
      default: String(scalar)
      }
    }
    return "'" + inside.joined() + "'"
  }
}
