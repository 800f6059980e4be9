public import ArgumentParser
import OCISandbox
public import SandboxEvaluation

#if canImport(Glibc)
  import Glibc
#endif

struct JudgeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge", abstract: "Run a program against test cases, with a verdict for each.",
    usage: "ocisandbox judge <file> --tests <path> [options]",
    discussion: """
      The program is compiled once, and runs in a fresh sandbox for each case. It never holds an expected \
      answer or a line of test code: outputs are compared outside, and functions are called from a second \
      sandbox.

      TESTS
        cases/        a folder: N.in is the input of case N, N.out what it should
                      print
        cases.jsonl   one case a line, {"stdin": "1 2", "expected_stdout": "3"},
                      also with "name", "args", "files", "cpu_time_seconds",
                      "wall_time_seconds", "memory_bytes"; or a call (Python),
                      {"call": "add(1, 2)", "expected": 3}, also with "raises",
                      or "expected_expression" for what JSON cannot hold.
                      Names that Python has itself, such as list, sum or math,
                      are Python's unless the call has no other; all others
                      are the program's
        tests.py      a test program (Python), right where it ends without an
                      exception; name the functions that it calls with
                      --function
        tests.js, tests.swift, tests.c
                      compiled together with the program, whose process they
                      share; right where they come to their end: statements
                      that follow it, in C a file with a main

      EXAMPLES
        ocisandbox judge main.py --tests cases/
        ocisandbox judge main.c --tests cases.jsonl --checker float
        ocisandbox judge main.py --tests tests.py --function add --json
        ocisandbox judge main.swift --tests tests.swift

      EXIT STATUS
        0     every case is right
        1     a case is not
        66    the tests or the checker program make no sense, which is told
        125   the sandbox itself could not do its work, so that a case was not judged
        others are those of 'ocisandbox run --help'
      """)

  /// How the report is shown.
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, junit, feedback }

  /// How outputs are compared.
  enum Comparison: String, ExpressibleByArgument, CaseIterable {
    case exact, tokens, float, unordered
    case trailingSpace = "trailing-space"
  }

  @OptionGroup var program: ProgramOptions

  @Option(
    help: ArgumentHelp("The tests: a folder, a .jsonl file, or a test program.", valueName: "path"))
  var tests: String

  @Option(
    name: .customLong("function"),
    help: ArgumentHelp("A function that a test program calls. Repeatable.", valueName: "name"))
  var functions: [String] = []

  @Option(help: "How outputs are compared; by default trailing-space.")
  var checker: Comparison?

  @Option(
    help: ArgumentHelp(
      "A program that compares instead: it gets the paths of input, output and right answer, and exits "
        + "with 0 for right and 1 for wrong. Checkers made with testlib work.", valueName: "file"))
  var checkerProgram: String?

  @Option(
    help: ArgumentHelp(
      "Of --checker float: relative tolerance; by default 1e-6.", valueName: "number"))
  var rtol: Double?

  @Option(
    help: ArgumentHelp(
      "Of --checker float: absolute tolerance; by default 1e-9.", valueName: "number"))
  var atol: Double?

  @Option(help: "When to stop.")
  var stopAt = Judge.Extent.all

  @Option(help: "How the report is shown.")
  var format = Format.text

  @Flag(help: "Short for --format json.")
  var json = false

  @OptionGroup var policyOptions: PolicyOptions
  @OptionGroup var catalogOptions: CatalogOptions

  func validate() throws {
    guard checker == nil || checkerProgram == nil else {
      throw ValidationError("--checker and --checker-program each compare: give one of them")
    }
    for (name, value) in [("--rtol", rtol), ("--atol", atol)] {
      guard let value else { continue }
      guard checker == .float else {
        throw ValidationError("\(name) is of --checker float, which is not given")
      }
      guard value >= 0, value.isFinite else {
        throw ValidationError("\(name) must be a number that is not below 0")
      }
    }
  }

  func run() async throws {
    let catalog = catalogOptions.catalog
    let language = ManifestLanguage(try program.manifest(in: catalog))
    let policy = try policyOptions.resolved(catalog)
    let program = try program.program(in: language.manifest)
    let tests = try Tests(
      path: self.tests, for: language, functions: functions, checker: try chosenChecker(catalog))
    let judge = Judge(policy: policy, maximumConcurrentJudgements: 1) {
      try catalog.policy(named: $0).value
    }
    let report = try await Interruptible.run {
      try await judge.judge(program, in: language, with: tests, extent: stopAt)
    }
    switch json ? .json : format {
    case .json: Terminal.output.write(try JSONText.of(report))
    case .junit: Terminal.output.write(report.junit(name: self.program.file))
    case .feedback: Terminal.output.write(report.feedback)
    case .text: Terminal.output.writeVisible(Self.text(report))
    }
    Glibc.exit(
      report.verdict == .ok ? 0 : report.isJudged ? report.verdict == .compileError ? 65 : 1 : 125)
  }

  private func chosenChecker(_ catalog: Catalog) throws -> Checker? {
    if let checkerProgram {
      let language = ManifestLanguage(
        try catalog.language(forExtension: ProgramInput.fileExtension(checkerProgram)).value)
      let input = try ProgramInput(
        checkerProgram, source: language.source, extensions: language.extensions, extra: [])
      return .program(
        CheckerProgram(
          program: Program(files: input.files, entry: input.entry), language: language))
    }
    switch checker {
    case .exact: return .exact
    case .tokens: return .tokens
    case .unordered: return .unordered
    case .trailingSpace: return .trailingSpace
    case .float: return .float(relative: rtol ?? 1e-6, absolute: atol ?? 1e-9)
    case nil: return nil
    }
  }

  private static func text(_ report: JudgeReport) -> String {
    var rows = [["case", "verdict", "CPU time", "memory"]]
    for test in report.cases {
      rows.append([
        test.name.onOneLine, test.verdict.rawValue, "\(test.cpuTime / .milliseconds(1)) ms",
        "\(test.peakMemory.bytes / 1024) KiB",
      ])
    }
    let table = report.cases.isEmpty ? "" : Table.text(rows)
    var end = "\(report.passed) of \(report.caseCount) right"
    if report.notJudged > 0 { end += ", \(report.notJudged) not judged" }
    return table + report.feedback + "\(report.verdict.rawValue): \(end)\n"
  }
}

extension Judge.Extent: ExpressibleByArgument {}
