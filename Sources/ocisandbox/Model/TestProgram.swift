import OCISandbox
import SandboxRefinement

/// A program that tests an answer of a model.
///
/// The program under test and its tests share a process, so that one that ends early would seem to have
/// passed. So a mark, chosen anew each time, is printed after the tests. That is enough against a program
/// that ends by itself, and not against one that looks for the mark in its own source.
struct TestProgram: Sendable {
  /// Its text.
  let source: String
  private let form: Form
  private let file: String

  /// How program and tests become one.
  private enum Form: Sendable {
    /// In one file, the tests after the program; `print` prints the mark.
    case appended(print: String)
    /// Compiled together, each with a `main` of its own.
    case together
  }

  /// Reads the tests.
  init(file path: String, language: LanguageManifest) throws {
    source = String(decoding: try ProgramInput.read(path), as: UTF8.self)
    file = language.source
    switch language.id {
    case "python": form = .appended(print: #"print("\n{mark}", flush=True)"#)
    case "javascript": form = .appended(print: #"console.log("\n{mark}");"#)
    case "swift": form = .appended(print: #"print("\n{mark}")"#)
    case "c": form = .together
    default:
      throw Failure(
        """
        --tests knows how to test Python, JavaScript, C and Swift, not \(language.name)
        hint: say in the task what the program must print or check, and leave --tests out
        """, status: Failure.usage)
    }
  }

  /// A mark that nobody knows before.
  static func newMark() -> String {
    "tests done " + String(UInt64.random(in: .min ... .max), radix: 36)
  }

  /// The program together with its tests.
  func program(with code: String, mark: String) -> Program {
    switch form {
    case .appended(let print):
      let text = code + "\n" + source + "\n" + print.replacing("{mark}", with: mark) + "\n"
      return Program(files: [file: .bytes(Array(text.utf8))], entry: file)
    case .together:
      let texts = [
        file: "#define main solution_main\n#line 1 \"\(file)\"\n" + code,
        "tests.c": "#define main tests_main\n#line 1 \"tests.c\"\n" + source,
        "start.c": """
        #include <stdio.h>
        int tests_main();
        int main(int count, char **words) {
          int status = tests_main(count, words);
          if (status == 0) puts("\\n\(mark)");
          return status;
        }
        """,
      ]
      return Program(files: texts.mapValues { .bytes(Array($0.utf8)) }, entry: file)
    }
  }

  /// What a result says of the program.
  func execution(
    _ result: ProgramResult, mark: String, _ options: FeedbackOptions
  ) throws -> Execution {
    let isDone = result.run?.standardOutput.text.hasSuffix("\n\(mark)\n") ?? false
    var result = result
    result.feedbackOptions = options
    guard result.verdict == .ok, !isDone else {
      let text = try result.account.feedback(options)
      return Execution(
        verdict: result.verdict, isPassed: result.verdict == .ok && isDone,
        feedback: text.replacing("\n\(mark)\n", with: ""), result: result)
    }
    return Execution(
      verdict: .wrongAnswer, isPassed: false,
      feedback: """
        The program ended before its tests did. It must not exit by itself.

        """, result: result)
  }
}
