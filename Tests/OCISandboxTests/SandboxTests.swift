import OCISandbox
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite("Sandbox", .timeLimit(.minutes(10)))
struct SandboxTests {
  static let sandbox = Sandbox()

  private func python(_ source: String) -> Program {
    Program(files: ["main.py": .bytes(Array(source.utf8))], entry: "main.py")
  }

  @Test("One call runs a program and returns what became of it")
  func shortForm() async throws {
    let result = try await Sandbox().run("print(6 * 7)", language: "python")
    #expect(result.verdict == .ok)
    #expect(result.run?.standardOutput.text == "42\n")
  }

  @Test("A program that fails is a value, with its place")
  func failureIsAValue() async throws {
    let result = try await Self.sandbox.run("x = 1\nx / 0\n", language: "py")
    #expect(result.verdict == .runtimeError)
    #expect(result.exitStatus == 1)
    #expect(result.diagnostics.first?.line == 2)
    #expect(result.diagnostics.first?.code == "ZeroDivisionError")
  }

  @Test("Files, arguments, input and variables reach the program")
  func longForm() async throws {
    var program = python(
      """
      import os, sys, helper
      print(helper.x, sys.argv[1:], sys.stdin.read(), os.environ["A"])
      """)
    program.files["helper.py"] = .bytes(Array("x = 1".utf8))
    program.arguments = ["a b", ""]
    program.standardInput = .bytes(Array("in".utf8))
    program.environment = ["A": "v"]
    let result = try await Self.sandbox.run(program, language: "python")
    #expect(result.run?.standardOutput.text == "1 ['a b', ''] in v\n", "\(result.feedback)")
  }

  @Test("A policy is chosen by its id, and limits replace its own")
  func policyAndLimits() async throws {
    // Minutes of wall time: on a busy machine 300 ms of CPU time can take longer than the policy's.
    let policy = try Self.sandbox.policy(named: "strict") {
      $0.cpuTime = .milliseconds(300)
      $0.wallTime = .seconds(600)
    }
    #expect(policy.id == "strict")
    #expect(policy.limits.memory == ByteCount(mebibytes: 256))
    let result = try await Self.sandbox.run(
      python("while True: pass"), language: "python", under: policy)
    #expect(result.verdict == .timeLimit)
    #expect(result.policy == "strict")
    #expect(result.run?.outcome == .timeLimitExceeded(.cpu))
  }

  @Test("Events hand on the output before the program ends, then the result")
  func events() async throws {
    // Would wait for its input for ever, did the first line not come before the end.
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { close(ends[0]) }
    var program = python("print('first', flush=True)\ninput()\nprint('second')\n")
    program.standardInput = .descriptor(ends[0])
    var output: [UInt8] = []
    var verdict: Verdict?
    for try await event in Self.sandbox.events(of: program, language: "python") {
      switch event {
      case .output(let chunk):
        #expect(verdict == nil)
        if output.isEmpty {
          write(ends[1], "go\n", 3)
          close(ends[1])
        }
        output += chunk.bytes
      case .finished(let result): verdict = result.verdict
      }
    }
    #expect(String(decoding: output, as: UTF8.self) == "first\nsecond\n")
    #expect(verdict == .ok)
  }

  @Test("Leaving the events ends the run")
  func leavingEvents() async throws {
    let sandbox = Sandbox(executor: SandboxExecutor(maximumConcurrentRuns: 1))
    let program = python("print('first', flush=True)\nimport time\ntime.sleep(1000)\n")
    let policy = try sandbox.policy { $0.wallTime = .seconds(600) }
    for try await event in sandbox.events(of: program, language: "python", under: policy) {
      guard case .output = event else { continue }
      break
    }
    // The only slot is free again: else this would wait for ten minutes.
    let next = try await sandbox.run("print('next')", language: "python")
    #expect(next.run?.standardOutput.text == "next\n")
  }

  @Test("Cancelling the task ends the run")
  func cancellation() async throws {
    let program = python("print('first', flush=True)\nimport time\ntime.sleep(1000)\n")
    let policy = try Self.sandbox.policy { $0.wallTime = .seconds(600) }
    let (started, continuation) = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      try await Self.sandbox.run(program, language: "python", under: policy) { _ in
        continuation.yield()
      }
    }
    for await _ in started { break }
    task.cancel()
    await #expect(throws: SandboxError.cancelled) { try await task.value }
  }

  @Test("A check compiles and does not run")
  func check() async throws {
    let sound = try await Self.sandbox.check(python("print('ran')"), language: "python")
    #expect(sound.verdict == .ok)
    #expect(sound.run == nil)
    let broken = try await Self.sandbox.check(python("print('ran'"), language: "python")
    #expect(broken.verdict == .compileError)
    #expect(broken.exitStatus == 65)
    #expect(broken.diagnostics.first?.line == 1)
  }

  @Test("An unknown language or policy is an error that suggests the right one")
  func unknownNames() async throws {
    let language = await #expect(throws: CatalogError.self) {
      try await Self.sandbox.run("", language: "pyton")
    }
    #expect(language?.description == "error: unknown language 'pyton'; did you mean 'python'?")
    let policy = #expect(throws: CatalogError.self) { try Self.sandbox.policy(named: "strct") }
    #expect(policy?.description == "error: unknown policy 'strct'; did you mean 'strict'?")
  }

  @Test("A toolchain that is not there is an error")
  func missingToolchain() async throws {
    let definition = ToolchainDefinition(executables: ["no-such-toolchain"])
    let manifest = LanguageManifest(
      id: "absent", name: "Absent", extensions: ["absent"], source: "main.absent",
      toolchain: definition, run: StageDefinition(command: ["{toolchain}", "{source}"]))
    var catalog = Catalog.standard()
    catalog.embeddedLanguages.append(EmbeddedDefinition(value: manifest, text: ""))
    let sandbox = Sandbox(catalog: catalog)
    let error = await #expect(throws: ToolchainError.self) {
      try await sandbox.run("", language: "absent")
    }
    #expect(error?.description.hasPrefix("no-such-toolchain is not on PATH; hint: ") == true)
  }

  @Test("Many runs at once from one executor keep their outputs apart")
  func manyAtOnce() async throws {
    try await withThrowingTaskGroup(of: (Int, ProgramResult).self) { group in
      for number in 0..<12 {
        group.addTask {
          (number, try await Self.sandbox.run("print(\(number) * 2)", language: "python"))
        }
      }
      for try await (number, result) in group {
        #expect(result.run?.standardOutput.text == "\(number * 2)\n")
      }
    }
  }
}
