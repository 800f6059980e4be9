import OCISandbox
import SandboxEvaluation

/// What the answers of a model are tested by.
enum AnswerTests: Sendable {
  /// A program that shares a process with the answer's.
  case together(TestProgram)
  /// Tests that the answer's program never sees.
  case apart(Tests, Judge)

  /// The most cases that a model is shown before it has answered.
  private static let mostShown = 5

  /// Reads them: a folder or a `.jsonl` file of cases, a Python test program whose functions are named, or
  /// a test program in the language of the answer.
  init(
    _ path: String, functions: [String], language: LanguageManifest, policy: Policy,
    _ catalog: Catalog
  ) throws {
    let isCases = ProgramInput.isFolder(path) || path.hasSuffix(".jsonl")
    guard isCases || !functions.isEmpty else {
      self = .together(try TestProgram(file: path, language: language))
      return
    }
    let tests = try Tests(
      path: path, for: ManifestLanguage(language), functions: functions)
    if !isCases || tests.isOfFunctions, language.id != "python" {
      throw Failure(
        """
        functions can be tested in Python only, not in \(language.name)
        hint: give cases with "stdin" and "expected_stdout"
        """, status: Failure.usage)
    }
    self = .apart(
      tests,
      Judge(policy: policy, maximumConcurrentJudgements: 1) {
        try catalog.policy(named: $0).value
      })
  }

  /// What a model is shown of them.
  var shown: String {
    switch self {
    case .together(let program): return program.source
    case .apart(.program(let program), _): return program.source
    case .apart(.together(let source), _): return source
    case .apart(.calls(let calls), _):
      return calls.prefix(Self.mostShown).map { call in
        call.raises.map { "\(call.call) raises \($0)" } ?? call.record
          ?? "\(call.call) == \(call.expected ?? "None")"
      }.joined(separator: "\n")
    case .apart(.cases(let cases, _), _):
      return cases.prefix(Self.mostShown).map { test in
        let arguments =
          test.arguments.isEmpty ? "" : "arguments: \(test.arguments.joined(separator: " "))\n"
        return arguments + "standard input:\n" + Self.excerpt(test.standardInput)
          + "must print:\n" + Self.excerpt(test.expectedOutput)
      }.joined(separator: "\n")
    }
  }

  private static func excerpt(_ bytes: [UInt8]) -> String {
    let text = String(decoding: bytes.prefix(1000), as: UTF8.self)
    let end = text.hasSuffix("\n") || text.isEmpty ? "" : "\n"
    return text + end + (bytes.count > 1000 ? "[... \(bytes.count) bytes in all ...]\n" : "")
  }
}

extension Tests {
  /// Whether the program's functions are called.
  fileprivate var isOfFunctions: Bool {
    if case .cases = self { false } else { true }
  }
}
