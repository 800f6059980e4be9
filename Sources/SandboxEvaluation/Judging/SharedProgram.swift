internal import FoundationEssentials
package import SandboxDiagnostics
internal import SandboxExecution
package import SandboxLanguages

/// A program and its tests in one process.
///
/// The judge sends a mark, chosen anew for each run, through standard input. A harness takes it before any code
/// of the program runs, closes what it came through, and writes it after the last test: a program that ends before
/// its tests do does not know what to write. The mark is in no file, and in no source. What is weaker than two sandboxes
/// is in docs/judging.md.
package struct SharedProgram: Sendable {
  /// The languages whose tests can share a process with the program.
  package static let languages = ["c", "javascript", "python", "swift"]

  /// Program, tests and harness.
  package let program: Program
  /// What is written after the tests; not to be shown.
  package let mark: String
  private let harness: String
  private let entry: String
  /// The texts that places in diagnostics refer to: what is compiled has something before their lines, or within.
  private var texts: [String: String] = [:]
  /// Where the tests begin: their first line has something before it that is the judge's.
  private var opening = (line: 0, width: 0)
  /// The first line of the tests, and their file.
  private var testsBegin: [String: Int] = [:]

  /// Puts them together.
  ///
  /// - Parameters:
  ///   - program: The program under test; its standard input is the judge's.
  ///   - tests: The text of the tests: what follows the program in the same file, in C a file with a `main` of
  ///     its own. Where it begins with a `}`, that ends the function which a completion leaves open, and is left
  ///     out after a program that is whole.
  ///   - language: The id of their language.
  /// - Throws: ``EvaluationError`` where the language has no harness, or the program no file to start with.
  package init(
    _ program: Program, tests: String, language: String
  ) throws(EvaluationError) {
    guard case .bytes(let bytes)? = program.files[program.entry] else {
      throw EvaluationError("the program has no file '\(program.entry)' to start with")
    }
    let source = String(decoding: bytes, as: UTF8.self)
    // Nothing in it is known in advance.
    mark = Self.random() + Self.random()
    entry = program.entry
    var whole = program
    whole.standardInput = .bytes(Array((mark + "\n").utf8))
    func put(_ text: String, at path: String) { whole.files[path] = .bytes(Array(text.utf8)) }
    let (own, rest) = Self.parts(source, tests, language)
    let name = "OCISandbox_" + Self.random()
    testsBegin =
      language == "c" ? ["tests.c": 1] : [entry: own.utf8.count { $0 == 0x0A } + 1]
    switch language {
    case "python":
      harness = "ocisandbox_tests.py"
      put(own + rest, at: program.entry)
      put(Self.python(program.entry, length: own.utf8.count), at: harness)
      whole.entry = harness
    case "javascript":
      harness = "ocisandbox_tests.cjs"
      texts = [entry: own + rest]
      let line = own.utf8.count { $0 == 0x0A } + 1
      let (before, after) = Self.javaScriptFrame(of: rest, isModule: entry.hasSuffix(".mjs"), name)
      opening = (line, before.count)
      put(own + before + rest + after, at: entry)
      let words = try? String(
        decoding: JSONEncoder().encode(
          JavaScriptHarness(name: name, entry: entry, program: own, line: line, tests: rest)),
        as: UTF8.self)
      put(
        "\"use strict\"; const { name, entry, program, line, waits } = \(words ?? "{}");\n"
          + String(decoding: PackageResources.together_js, as: UTF8.self), at: harness)
      whole.entry = harness
    case "swift":
      // One file, for the statements of a program are in its main file. Nobody knows the name in advance.
      harness = "ocisandbox_tests.swift"
      texts = [entry: own + rest]
      put(
        Self.swift(own + Self.withAssertions(of: name, rest), entry, harness, name, source),
        at: program.entry)
    case "c":
      harness = "ocisandbox_tests.c"
      // Each may have a `main` of its own.
      put("#define main solution_main\n#line 1 \"\(entry)\"\n" + source, at: entry)
      put("#define main tests_main\n#line 1 \"tests.c\"\n" + tests, at: "tests.c")
      whole.files[harness] = .bytes(PackageResources.together_c)
      texts = [entry: source, "tests.c": tests]
    default:
      throw EvaluationError(
        """
        tests cannot be compiled together with a program in \(language), only in \
        \(Self.languages.joined(separator: ", ")); use cases with input and output
        """)
    }
    self.program = whole
  }

  /// What compiles the program: that of `base`, and where the language needs it a look at what it made.
  package static func language(_ base: any LanguagePlugin) -> any LanguagePlugin {
    base.id == "c" ? SharedProgramLanguage(base) : base
  }

  private static func random() -> String {
    String(UInt64.random(in: .min ... .max), radix: 36)
  }

  /// The program up to where its tests begin, and the tests.
  private static func parts(
    _ solution: String, _ tests: String, _ language: String
  ) -> (String, String) {
    guard let brace = tests.firstIndex(of: "}"), tests[..<brace].allSatisfy(\.isWhitespace) else {
      return (solution + "\n", tests)
    }
    let rest = String(tests[tests.index(after: brace)...])
    let isOpen = OpenBraces.count(in: solution, language: language) > 0
    return (solution + "\n" + (isOpen ? String(tests[...brace]) : ""), rest)
  }

  /// What the result says of the program.
  package func verdict(_ result: ProgramResult) -> Verdict {
    guard result.verdict == .ok else { return result.verdict }
    let isDone = result.run?.standardOutput.text.hasSuffix("\n\(mark)\n") ?? false
    return isDone ? .ok : .wrongAnswer
  }

  /// What is wrong, without the harness.
  package func diagnostics(_ result: ProgramResult) -> [Diagnostic] {
    guard result.verdict != .ok else {
      return verdict(result) == .ok
        ? [] : [Diagnostic(severity: .error, stage: .run, message: Self.endedEarly)]
    }
    return result.diagnostics.map(withoutHarness)
  }

  /// What a feedback can tell of it.
  package func account(_ result: ProgramResult) -> RunAccount {
    var account = result.account
    account.verdict = verdict(result).rawValue
    account.entry = entry
    account.testsBegin = testsBegin
    account.diagnostics = diagnostics(result)
    account.standardOutput = account.standardOutput.replacing("\n\(mark)\n", with: "")
    return account
  }

  /// A diagnostic as if there was no harness.
  func withoutHarness(_ diagnostic: Diagnostic) -> Diagnostic {
    var own = diagnostic
    own.message = own.message.replacing("\n- " + harness, with: "")
    own.stack.removeAll { $0.file == harness }
    for index in own.stack.indices {
      own.stack[index].source =
        line(own.stack[index].line, of: own.stack[index].file)
        ?? own.stack[index].source
    }
    if own.file == harness {
      // Its own words, about where the program or its tests called it.
      let frame = own.stack.last
      (own.file, own.line, own.column) = (frame?.file, frame?.line, frame?.column)
      (own.endLine, own.endColumn, own.source) = (nil, nil, frame?.source)
      own.values = [:]
    }
    own.source = line(own.line, of: own.file) ?? own.source
    if own.file == entry, own.line == opening.line {
      own.column = own.column.map { max(1, $0 - opening.width) }
      if own.endLine == opening.line {
        own.endColumn = own.endColumn.map { max(1, $0 - opening.width) }
      }
    }
    own.notes = diagnostic.notes.map(withoutHarness)
    return own
  }

  private func line(_ number: Int?, of file: String?) -> String? {
    guard let number, let file, let text = texts[file] else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.indices.contains(number - 1) ? String(lines[number - 1]) : nil
  }

  private static let endedEarly =
    "the program ended before its tests did: it must not exit by itself, and what tests wait for must come"
}

// MARK: What takes the mark before the program runs, and writes it after the tests

extension SharedProgram {
  private static func python(_ entry: String, length: Int) -> String {
    """
    def main():
        import os, sys, types
        write, mark = os.write, sys.stdin.buffer.read()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        module = types.ModuleType("__main__")
        module.__file__ = os.path.abspath("\(entry)")
        sys.modules["__main__"] = module
        with open("\(entry)", "rb") as file:
            source = file.read()
        # Half a statement would go on in the tests.
        compile(source[:\(length)], module.__file__, "exec", dont_inherit=True)
        exec(compile(source, module.__file__, "exec", dont_inherit=True), module.__dict__)
        sys.stdout.flush()
        write(1, b"\\n" + mark)


    main()

    """
  }

  /// What the harness in JavaScript is told.
  private struct JavaScriptHarness: Encodable {
    let name: String
    let entry: String
    /// What stands before them.
    let program: String
    /// Where the tests begin.
    let line: Int
    /// Whether promises are to be followed.
    let waits: Bool

    init(name: String, entry: String, program: String, line: Int, tests: String) {
      (self.name, self.entry, self.program, self.line) = (name, entry, program, line)
      waits = ["async", "await", "Promise", ".then"].contains { tests.contains($0) }
    }
  }

  private static let javaScriptNames = [
    "Array", "BigInt", "Boolean", "Date", "Error", "JSON", "Map", "Math", "Number", "Object",
    "Promise",
    "RangeError", "Reflect", "RegExp", "Set", "String", "Symbol", "TypeError", "console",
    "isFinite",
    "isNaN", "parseFloat", "parseInt", "process", "structuredClone",
  ]

  /// What stands around the tests: of the names that they use, those of JavaScript's own are what they were before the
  /// program was there.
  private static func javaScriptFrame(
    of tests: String, isModule: Bool, _ name: String
  ) -> (before: String, after: String) {
    let words = Set(
      tests.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "$") }.map(String.init))
    var names = javaScriptNames.filter(words.contains)
    if !isModule, words.contains("require") { names.append("require") }
    let list = "{ \(names.joined(separator: ", ")) }"
    let check = "\(name)(\(list)); "
    // An import must not stand in a block.
    if isModule, words.contains("import") || words.contains("export") { return (check, "") }
    return (check + "{ const \(list) = \(name)(); { ", "\n}}\n")
  }

  /// The tests, with assertions that the program cannot replace by some of its own.
  private static func withAssertions(of name: String, _ tests: String) -> String {
    let assertion =
      #/(^|[^A-Za-z0-9_.`@#])(assertionFailure|preconditionFailure|assert|precondition|fatalError)(?=\s*\()/#
    guard !tests.contains(#/func\s+(assert|precondition|fatalError)/#) else { return tests }
    return tests.replacing(assertion) { "\($0.output.1)\(name)_\($0.output.2)" }
  }

  /// The functions are the C library's, named as such: importing it would give the program what it has to
  /// import itself.
  private static func swift(
    _ program: String, _ entry: String, _ harness: String, _ name: String, _ source: String
  ) -> String {
    let ownSymbols = #/_cdecl|_silgen_name|_extern|_expose|(^|[\s;{})\/])@\s*c(?=[\s(\/@])/#
    let refusal =
      source.contains(ownSymbols)
      ? "#error(\"a program that shares a process with its tests must not choose symbols: @_cdecl, @c and the like\")\n"
      : ""
    return """
      \(refusal)\(name).begin()
      #sourceLocation(file: "\(entry)", line: 1)
      \(program)
      #sourceLocation(file: "\(harness)", line: 1)
      \(name).end()
      @_silgen_name("read") private func \(name)_read(_: Int32, _: UnsafeMutableRawPointer, _: Int) -> Int
      @_silgen_name("write") private func \(name)_write(_: Int32, _: UnsafeRawPointer, _: Int) -> Int
      @_silgen_name("open") private func \(name)_open(_: UnsafePointer<Int8>, _: Int32) -> Int32
      @_silgen_name("close") private func \(name)_close(_: Int32) -> Int32
      @_silgen_name("fflush") private func \(name)_flush(_: UnsafeMutableRawPointer?) -> Int32
      @_silgen_name("$ss17_assertionFailure__4file4line5flagss5NeverOs12StaticStringV_SSAHSus6UInt32VtF")
      private func \(name)_fail(_: StaticString, _: String, file: StaticString, line: UInt, flags: UInt32) -> Never
      private func \(name)_assert(
        _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String = String(), file: StaticString = #fileID,
        line: UInt = #line
      ) {
        if condition() {} else { \(name)_fail("Assertion failed", message(), file: file, line: line, flags: 1) }
      }
      private func \(name)_precondition(
        _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String = String(), file: StaticString = #fileID,
        line: UInt = #line
      ) {
        if condition() {} else { \(name)_fail("Precondition failed", message(), file: file, line: line, flags: 1) }
      }
      private func \(name)_assertionFailure(
        _ message: @autoclosure () -> String = String(), file: StaticString = #fileID, line: UInt = #line
      ) { \(name)_fail("Fatal error", message(), file: file, line: line, flags: 1) }
      private func \(name)_preconditionFailure(
        _ message: @autoclosure () -> String = String(), file: StaticString = #fileID, line: UInt = #line
      ) -> Never { \(name)_fail("Fatal error", message(), file: file, line: line, flags: 1) }
      private func \(name)_fatalError(
        _ message: @autoclosure () -> String = String(), file: StaticString = #fileID, line: UInt = #line
      ) -> Never { \(name)_fail("Fatal error", message(), file: file, line: line, flags: 1) }
      private enum \(name) {
        private static let mark: [UInt8] = {
          var bytes: [UInt8] = [10]
          var byte: UInt8 = 0
          while \(name)_read(0, &byte, 1) == 1 { bytes.append(byte) }
          _ = \(name)_close(0)
          _ = \(name)_open("/dev/null", 0)
          return bytes
        }()
        static func begin() { _ = mark }
        static func end() {
          _ = \(name)_flush(nil)
          _ = \(name)_write(1, mark, mark.count)
        }
      }

      """
  }
}
