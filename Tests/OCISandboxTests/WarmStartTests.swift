import Foundation
import OCISandbox
import Testing

/// Runs Python programs one after the other on one worker, which from some run on forks them.
struct WarmRuns {
  let sandbox: Sandbox
  let language: ManifestLanguage
  var policy: Policy

  /// Programs are forked where `isWarm`, from what executed the lines of Python in `ahead`, as a module that is loaded
  /// ahead would.
  init(
    isWarm: Bool = true, ahead: String = "", change: (inout LanguageManifest) -> Void = { _ in }
  ) throws {
    let catalog = Catalog.standard()
    var manifest = try catalog.language(named: "python").value
    change(&manifest)
    if !isWarm { manifest.run.parent = nil }
    let place = "    base.update(modules)\n"
    let text = manifest.run.parent?.drivers["python-parent.py"]
    manifest.run.parent?.drivers["python-parent.py"] = text?.replacing(place, with: ahead + place)
    language = ManifestLanguage(manifest)
    policy = try catalog.policy(named: "default").value
    policy.limits.wallTime = .seconds(600)
    policy.limits.cpuTime = .seconds(300)
    sandbox = Sandbox(
      catalog: catalog, executor: SandboxExecutor(maximumConcurrentRuns: 1),
      startsWarm: true)
  }

  func run(_ source: String) async throws -> ProgramResult {
    try await sandbox.run(Program(source: source, language: language), in: language, under: policy)
  }

  /// Runs a program until a run was warm.
  func run(warm source: String) async throws -> ProgramResult {
    for _ in 0..<200 {
      let result = try await run(source)
      if result.run?.start == .warm { return result }
      try await Task.sleep(for: .milliseconds(10))
    }
    return try await run(source)
  }
}

@Suite("A run that is forked", .timeLimit(.minutes(10)))
struct WarmStartTests {
  @Test("comes after some that are started")
  func becomesWarm() async throws {
    let runs = try WarmRuns()
    let first = try await runs.run("print(1)").run
    #expect(first?.start == .cold)
    #expect(first?.coldReason == .first)
    let result = try await runs.run(warm: "import os\nprint(os.getpid(), os.getcwd())")
    #expect(result.run?.start == .warm)
    #expect(result.run?.standardOutput.text == "2 /workspace\n", "\(result.feedback)")
    #expect(result.verdict == .ok)
    #expect(result.run?.coldReason == nil)
    let document = String(decoding: try JSONEncoder().encode(result), as: UTF8.self)
    #expect(document.contains(#""start":"warm""#) && !document.contains("cold_reason"))
    let cold = try JSONEncoder().encode(try await WarmRuns().run("1"))
    #expect(String(decoding: cold, as: UTF8.self).contains(#""cold_reason":"no parent yet""#))
  }

  @Test("is asked for by default, and not where it is declined")
  func isDefault() async throws {
    let executor = { SandboxExecutor(maximumConcurrentRuns: 1) }
    var starts: [Start: Set<Start>] = [:]
    for (wanted, sandbox) in [
      (Start.warm, Sandbox(executor: executor())),
      (.cold, Sandbox(executor: executor(), startsWarm: false)),
    ] {
      for _ in 0..<5 {
        let run = try await sandbox.run("pass", language: "python").run
        starts[wanted, default: []].insert(try #require(run?.start))
        if wanted == .cold { #expect(run?.coldReason == nil) }
      }
    }
    #expect(starts[.cold] == [.cold])
    #expect(starts[.warm]?.contains(.warm) == true)
  }

  @Test("is the first one, where many are expected")
  func expected() async throws {
    let sandbox = Sandbox(
      executor: SandboxExecutor(maximumConcurrentRuns: 1), expectsMany: true)
    #expect(try await sandbox.run("print(1)", language: "python").run?.start == .warm)
    // A language without a parent is as it was.
    #expect(try await sandbox.run("console.log(1)", language: "javascript").run?.start == .cold)
  }

  @Test(
    "reads a stream as one that is started does",
    arguments: [
      "import sys\nfor s in (sys.stdin, sys.stdout): print(s.name, s.mode, s.encoding, s.errors, s.seekable(), s.buffer.seekable(), s.isatty(), s.line_buffering)",
      "import sys\nprint(repr(sys.stdin.readline()), repr(sys.stdin.read()))",
      "import sys\ntry: print(sys.stdin.tell())\nexcept OSError as e: print(e)\nprint(input())",
      "import os, stat\nprint(stat.S_ISFIFO(os.fstat(0).st_mode), os.read(0, 99))",
    ])
  func readsStream(_ source: String) async throws {
    func result(_ runs: WarmRuns) async throws -> ProgramResult {
      var program = Program(source: source, language: runs.language)
      let pipe = Pipe()
      pipe.fileHandleForWriting.write(Data("one\ntwo\n".utf8))
      try pipe.fileHandleForWriting.close()
      program.standardInput = .descriptor(pipe.fileHandleForReading.fileDescriptor)
      defer { withExtendedLifetime(pipe) {} }
      return try await runs.sandbox.run(program, in: runs.language, under: runs.policy)
    }
    let started = try await result(try WarmRuns(isWarm: false))
    let warm = try WarmRuns()
    var forked = try await result(warm)
    for _ in 0..<5 where forked.run?.start == .cold { forked = try await result(warm) }
    #expect(forked.run?.start == .warm)
    #expect(forked.verdict == .ok, "\(forked.feedback)")
    #expect(forked.run?.standardOutput.text == started.run?.standardOutput.text)
    // A file is no stream: what was made ready for one is not given the other.
    let file = try await warm.run("import sys\nprint(sys.stdin.seekable(), repr(sys.stdin.read()))")
    #expect(file.run?.standardOutput.text == "True ''\n")
  }

  @Test("may have as much memory as one that is started, whatever was loaded ahead")
  func hasSameMemory() async throws {
    let modules = [
      "asyncio", "unittest.mock", "multiprocessing.pool", "xml.dom.minidom", "http.server",
      "sqlite3", "doctest",
    ]
    for (size, verdict) in [(78, Verdict.ok), (120, .memoryLimit)] {
      for isWarm in [true, false] {
        var runs = try WarmRuns(isWarm: isWarm)
        runs.policy.preload = modules
        runs.policy.limits.memory = ByteCount(mebibytes: 96)
        if isWarm { _ = try await runs.run(warm: "pass") }
        // Held for longer than it takes to be looked at where there is no cgroup.
        let result = try await runs.run(
          "import time\nx = b'x' * (\(size) << 20)\ntime.sleep(1)\nprint(len(x) >> 20)")
        #expect(result.run?.start == (isWarm ? .warm : .cold))
        #expect(result.verdict == verdict, "\(size) \(isWarm): \(result.feedback)")
      }
    }
  }

  @Test("is none where its arguments have no room in it, and says so")
  func hasLongArguments() async throws {
    let runs = try WarmRuns()
    _ = try await runs.run(warm: "pass")
    let word = String(repeating: "x", count: 100_000)
    let program = Program(
      files: ["main.py": .bytes(Array("import sys\nprint(len(sys.argv[1]))".utf8))],
      entry: "main.py",
      arguments: [word])
    let result = try await runs.sandbox.run(program, in: runs.language, under: runs.policy)
    #expect(result.run?.standardOutput.text == "100000\n")
    #expect(result.run?.start == .cold)
    #expect(result.run?.coldReason == .arguments)
    #expect(try await runs.run("pass").run?.start == .warm)
  }
}
