import Foundation
import OCISandbox
import Testing

@Suite("Swift's compiler and linker, started ahead", .serialized, .timeLimit(.minutes(20)))
struct StartedAheadSwiftTests {
  private static let ahead = Result { try AheadRuns("swift") }
  private static let cold = Result { try AheadRuns("swift", isWarm: false) }

  @Test("are there for the third program")
  func comesThird() async throws {
    let runs = try AheadRuns("swift")
    for number in 1...5 {
      let result = try await runs.run("print(\(number), CommandLine.arguments)")
      #expect(result.run?.standardOutput.text == "\(number) [\"program\"]\n", "\(result.feedback)")
      #expect(result.compile?.start == (number < 3 ? .cold : .warm))
      #expect(result.compile?.coldReason == (number < 3 ? .noneAhead : nil))
    }
  }

  @Test(
    "come to what those come to that are started when they are asked for",
    arguments: [
      ["main.swift": "print(\"hello\")"], ["main.swift": ""],
      [
        "main.swift":
          "import Foundation\nprint(\"a b\".replacingOccurrences(of: \" \", with: \"-\"))"
      ],
      ["main.swift": "func f() {\n  var unused = 1\n}\nf()\nprint(\"warned\")"],
      ["main.swift": "let x = 1\nx = 2\nprint(y)\nlet z: Int = \"\""],
      ["main.swift": "@_silgen_name(\"nowhere\") func nowhere()\nnowhere()"],
      ["main.swift": "let a = [1, 2]\nlet i = a.count\nprint(a[i])"],
      ["main.swift": "print(\"\\u{1F600} \\(#file) \\(#line)\")\n#warning(\"seen\")"],
      // What is serialized is more than a pipe holds.
      ["main.swift": (0..<3000).map { "func f\($0)() { var v\($0) = 1 }\n" }.joined()],
      ["main.swift": "print(twice(3))", "other.swift": "func twice(_ n: Int) -> Int { 2 * n }"],
      ["a \"b\" \\ c.swift": "print(\"quoted\")"], ["it's $HOME `x`.swift": "print(1, x)"],
    ])
  func agree(_ files: [String: String]) async throws {
    let (cold, ahead) = (try Self.cold.get(), try Self.ahead.get())
    let entry = files.keys.contains("main.swift") ? "main.swift" : files.keys.first!
    func program(_ files: [String: String]) -> Program {
      Program(files: files.mapValues { .bytes(Array($0.utf8)) }, entry: entry)
    }
    let started = try await cold.run(program(files))
    for _ in 0..<70 {
      if try await ahead.run(program(files.mapValues { _ in "" })).compile?.start == .warm { break }
    }
    let early = try await ahead.run(program(files))
    #expect(started.compile?.start == .cold && started.compile?.coldReason == nil)
    #expect(early.compile?.start == .warm && early.compile?.coldReason == nil)
    // The linker names an object, which is somewhere else each time.
    func errors(_ result: ProgramResult) -> String? {
      result.compile?.standardError.text.replacing(/TemporaryDirectory\.\w+/, with: "")
    }
    #expect(errors(started) == errors(early))
    #expect(started.compile?.standardOutput.text == early.compile?.standardOutput.text)
    let same = ConformanceProgram("", "")
    Told(started, of: same).expectSame(as: Told(early, of: same))
  }

  private let warned = "func f() { var v = 2 }\nprint(\"linked\")"

  private func expectWarned(_ result: ProgramResult) {
    #expect(result.run?.standardOutput.text == "linked\n", "\(result.feedback)")
    #expect(result.compile?.standardError.text.contains("never used") == true)
    #expect(result.diagnostics.first?.fixIts.isEmpty == false)
  }

  @Test("are done without where one of them cannot start", arguments: ["swift-frontend", "ld.lld"])
  func cannotStart(_ name: String) async throws {
    let start = #""$prefix/bin/$1" "@/tmp/$1""#
    let runs = try AheadRuns("swift") {
      let driver = $0.compile?.drivers["swift-compile.sh"] ?? ""
      #expect(driver.contains(start))
      $0.compile?.drivers["swift-compile.sh"] = driver.replacingOccurrences(
        of: start, with: "{ [ $1 != \(name) ] || (exit 9); } && \(start)")
    }
    for _ in 0..<70 { if try await runs.run("").compile?.start == .warm { break } }
    let result = try await runs.run(warned)
    #expect(result.compile?.start == .warm)
    expectWarned(result)
  }

  /// What a toolchain was prepared with is kept in the user's cache, and nothing beneath /tmp is in view of a program.
  private static let isPrepared: Bool = {
    let environment = ProcessInfo.processInfo.environment
    return !(environment["XDG_CACHE_HOME"] ?? environment["HOME"] ?? "/tmp").hasPrefix("/tmp")
  }()

  @Test(
    "are started anew where one was killed",
    .enabled(if: isPrepared, "the cache is beneath /tmp, so neither is started ahead"),
    arguments: ["swift-frontend", "ld.lld"])
  func isKilled(_ name: String) async throws {
    let mark = "killed-\(name)"
    let runs = try AheadRuns("swift") { $0.compile?.environment["MARK"] = mark }
    // On a busy host what waits may have waited too long, and be gone when it is to be killed.
    for _ in 0..<20 {
      for _ in 0..<70 { if try await runs.run("").compile?.start == .warm { break } }
      let process = try await runs.waitsAtGate(mark)
      if let child = try await child(name, ofShell: process) {
        kill(child, SIGKILL)
        // Its end interrupts the driver's wait, which ends then. A run that comes before that is warm, and swiftc's.
        for _ in 0..<6000 where isRunning(process) { try await Task.sleep(for: .milliseconds(10)) }
      }
      let result = try await runs.run(warned)
      expectWarned(result)
      if result.compile?.coldReason == .aheadFailed { return }
    }
    Issue.record("none failed that was killed")
  }

  /// The compiler or the linker that the driver has started; nil where the driver has ended.
  private func child(_ name: String, ofShell process: pid_t) async throws -> pid_t? {
    while isRunning(process) {
      for child in children(of: process).flatMap(children)
      where (try? String(contentsOfFile: "/proc/\(child)/comm", encoding: .utf8)) == name + "\n" {
        return child
      }
      try await Task.sleep(for: .milliseconds(10))
    }
    return nil
  }
}
