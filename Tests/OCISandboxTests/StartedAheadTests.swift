import Foundation
import OCISandbox
import Testing

/// Runs programs one after the other on one worker, JavaScript unless it is said, which from some run on starts the next one
/// ahead.
struct AheadRuns {
  let sandbox: Sandbox
  let language: ManifestLanguage
  var policy: Policy

  /// What `change` says is changed in the manifest.
  init(
    _ name: String = "javascript", isWarm: Bool = true, expectsMany: Bool = false, width: Int = 1,
    change: (inout LanguageManifest) -> Void = { _ in }
  ) throws {
    let catalog = Catalog.standard()
    var manifest = try catalog.language(named: name).value
    change(&manifest)
    language = ManifestLanguage(manifest)
    policy = try catalog.policy(named: "default").value
    policy.limits.wallTime = .seconds(120)
    policy.limits.cpuTime = .seconds(60)
    sandbox = Sandbox(
      catalog: catalog, executor: SandboxExecutor(maximumConcurrentRuns: width), startsWarm: isWarm,
      expectsMany: expectsMany)
  }

  func program(_ source: String) -> Program { Program(source: source, language: language) }

  func run(_ source: String) async throws -> ProgramResult { try await run(program(source)) }

  func run(_ program: Program) async throws -> ProgramResult {
    try await sandbox.run(program, in: language, under: policy)
  }

  /// Runs programs until the next one is started ahead.
  func warmUp() async throws {
    for _ in 0..<70 { if try await run("").run?.start == .warm { break } }
  }

  /// The processes that wait, of the tests that mark theirs by a variable: beneath a worker of this process.
  func waiting(_ mark: String) -> [pid_t] {
    children(of: getpid()).flatMap(children).filter {
      (try? String(contentsOfFile: "/proc/\($0)/environ", encoding: .utf8))?
        .contains("MARK=\(mark)") ?? false
    }
  }

  /// Waits until there is one, at its gate: it has put its driver's call to the worker, and uses no more CPU time.
  func waitsAtGate(_ mark: String) async throws -> pid_t {
    var before = ""
    for _ in 0..<2000 {
      if let process = waiting(mark).first, let now = cpuTime(of: process), now == before {
        return process
      } else if let process = waiting(mark).first {
        before = cpuTime(of: process) ?? ""
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw NothingWaits()
  }

  /// Has started one ahead, and waits until it is at its gate.
  static func waiting(_ mark: String) async throws -> (runs: AheadRuns, process: pid_t) {
    var runs = try AheadRuns()
    runs.policy.environment.set["MARK"] = mark
    try await runs.warmUp()
    return (runs, try await runs.waitsAtGate(mark))
  }

  struct NothingWaits: Error {}

  private func cpuTime(of process: pid_t) -> String? {
    try? String(contentsOfFile: "/proc/\(process)/schedstat", encoding: .utf8)
  }
}

private func hasEnded(_ process: pid_t) async throws -> Bool {
  for _ in 0..<3000 where isRunning(process) { try await Task.sleep(for: .milliseconds(10)) }
  return !isRunning(process)
}

@Suite("A run that is started ahead", .timeLimit(.minutes(10)))
struct StartedAheadTests {
  @Test("comes after two that are started when they are asked for")
  func comesThird() async throws {
    let runs = try AheadRuns()
    var starts: [Start?] = []
    for number in 1...5 {
      let result = try await runs.run("console.log(\(number), process.pid, process.cwd())")
      #expect(result.run?.standardOutput.text == "\(number) 2 /workspace\n", "\(result.feedback)")
      starts.append(result.run?.start)
      #expect(result.run?.coldReason == (number < 3 ? .noneAhead : nil))
    }
    #expect(starts == [.cold, .cold, .warm, .warm, .warm])
    let document = String(decoding: try JSONEncoder().encode(try await runs.run("")), as: UTF8.self)
    #expect(document.contains(#""start":"warm""#) && !document.contains("cold_reason"))
    let cold = String(
      decoding: try JSONEncoder().encode(try await AheadRuns().run("")), as: UTF8.self)
    #expect(cold.contains(#""cold_reason":"none started ahead""#))
  }

  @Test("is the second where many are expected, and none where it is declined")
  func expected() async throws {
    let many = try AheadRuns(expectsMany: true)
    #expect(try await many.run("").run?.start == .cold)
    #expect(try await many.run("").run?.start == .warm)
    let declined = try AheadRuns(isWarm: false)
    for _ in 0..<5 {
      let run = try await declined.run("").run
      #expect(run?.start == .cold && run?.coldReason == nil)
    }
  }

  @Test("is the next one also after a failure that was looked at again")
  func afterFailure() async throws {
    let runs = try AheadRuns()
    try await runs.warmUp()
    for _ in 0..<3 {
      let failed = try await runs.run("function f(x) { throw new Error(x) }\nf('no')")
      #expect(failed.run?.start == .warm)
      #expect(failed.diagnostics.first?.message.contains("no") == true)
    }
  }

  @Test(
    "reads what it is given as one that is started when it is asked for",
    arguments: [
      "console.log(require('fs').readFileSync(0, 'utf8').length)",
      "process.stdin.on('data', (d) => console.log(String(d))).on('end', () => console.log('end'))",
      "const s = require('fs').fstatSync(0); console.log(s.isFIFO(), s.isFile(), s.size, process.stdin.constructor.name)",
    ])
  func readsInput(_ source: String) async throws {
    let (ahead, cold) = (try AheadRuns(), try AheadRuns(isWarm: false))
    try await ahead.warmUp()
    for kind in ["empty", "bytes", "stream", "empty"] {
      func result(_ runs: AheadRuns) async throws -> ProgramResult {
        var program = runs.program(source)
        let pipe = Pipe()
        defer { withExtendedLifetime(pipe) {} }
        pipe.fileHandleForWriting.write(Data("one\ntwo\n".utf8))
        try pipe.fileHandleForWriting.close()
        if kind == "bytes" { program.standardInput = .bytes(Array("one\ntwo\n".utf8)) }
        if kind == "stream" {
          program.standardInput = .descriptor(pipe.fileHandleForReading.fileDescriptor)
        }
        return try await runs.run(program)
      }
      let (early, late) = (try await result(ahead), try await result(cold))
      #expect(early.run?.start == .warm && early.verdict == .ok, "\(early.feedback)")
      #expect(late.run?.start == .cold)
      #expect(early.run?.standardOutput.text == late.run?.standardOutput.text)
    }
  }

  @Test("is thrown away where another is asked for: arguments, variables, memory, descriptors")
  func differs() async throws {
    var runs = try AheadRuns()
    func expectCold(_ program: Program, _ runs: AheadRuns, prints: String) async throws {
      let result = try await runs.run(program)
      #expect(result.run?.start == .cold)
      #expect(result.run?.coldReason == .aheadDiffers)
      #expect(result.run?.standardOutput.text == prints, "\(result.feedback)")
    }
    let usual = runs.policy
    try await runs.warmUp()
    var program = runs.program("console.log(process.argv.slice(2).join())")
    program.arguments = ["a", "b"]
    try await expectCold(program, runs, prints: "a,b\n")
    try await runs.warmUp()
    program = runs.program("console.log(process.env.OTHER)")
    program.environment["OTHER"] = "x"
    try await expectCold(program, runs, prints: "x\n")
    try await runs.warmUp()
    runs.policy.limits.memory = ByteCount(mebibytes: 200)
    try await expectCold(runs.program("console.log(1)"), runs, prints: "1\n")
    runs.policy = usual
    try await runs.warmUp()
    runs.policy.limits.openFiles = 77
    let limit =
      "console.log(/open files +(\\d+)/.exec(require('fs').readFileSync('/proc/self/limits'))[1])"
    try await expectCold(runs.program(limit), runs, prints: "77\n")
    // Time limits are for the worker to see to.
    runs.policy = usual
    try await runs.warmUp()
    runs.policy.limits.cpuTime = .seconds(2)
    runs.policy.limits.wallTime = .seconds(1)
    let slow = try await runs.run("setInterval(() => {}, 1000)")
    #expect(slow.run?.start == .warm)
    #expect(slow.verdict == .timeLimit)
  }

  @Test("is none for a program with a file that Node has looked for by then")
  func knownAbsent() async throws {
    let runs = try AheadRuns()
    let files = [
      "main.js": "import path from 'path'; console.log(typeof require, path.sep)",
      "package.json": #"{ "type": "module" }"#,
    ]
    let program = Program(
      files: files.mapValues { .bytes(Array($0.utf8)) }, entry: "main.js")
    try await runs.warmUp()
    for _ in 0..<4 {
      let result = try await runs.run(program)
      #expect(result.run?.standardOutput.text == "undefined /\n", "\(result.feedback)")
      #expect(result.run?.start == .cold && result.run?.coldReason == nil)
    }
  }

  @Test("is not taken where the same words are an argument that were a variable")
  func wordsMoved() async throws {
    let runs = try AheadRuns()
    var program = runs.program("console.log(process.argv[2], process.env.A)")
    // The first of the variables: its words follow on those of the arguments.
    program.environment = ["A": "1"]
    for _ in 0..<70 { if try await runs.run(program).run?.start == .warm { break } }
    #expect(try await runs.run(program).run?.standardOutput.text == "undefined 1\n")
    program.environment = [:]
    program.arguments = ["A=1"]
    let result = try await runs.run(program)
    #expect(result.run?.standardOutput.text == "A=1 undefined\n")
    #expect(result.run?.coldReason == .aheadDiffers)
  }

  @Test("of which much is thrown away is started only after more of its kind")
  func backsOff() async throws {
    let runs = try AheadRuns()
    var ahead = 0
    for number in 0..<24 {
      // Two of a kind, then two of the other.
      var program = runs.program("")
      program.arguments = [String(number / 2 % 2)]
      let reason = try await runs.run(program).run?.coldReason
      if reason == .aheadDiffers { ahead += 1 }
    }
    #expect(ahead == 1)
  }

  @Test("is left out where runs follow each other at once on all processors, and only there")
  func leavesProcessorsAlone() async throws {
    let processors = max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let runs = try AheadRuns(width: processors)
    try await withThrowingTaskGroup { group in
      for _ in 1..<processors {
        group.addTask { _ = try? await runs.run("setInterval(() => {}, 1000)") }
      }
      var reasons: [Start.ColdReason?] = []
      for _ in 0..<40 { reasons.append(try await runs.run("").run?.coldReason) }
      #expect(reasons.dropFirst(10).contains(.noneAhead))
      var isWarm = false
      for _ in 0..<70 where !isWarm {
        try await Task.sleep(for: .milliseconds(50))
        isWarm = try await runs.run("").run?.start == .warm
      }
      #expect(isWarm)
      group.cancelAll()
    }
  }

  @Test("is started when it is asked for where what waited was killed, and says so")
  func isKilled() async throws {
    let mark = "killed-ahead"
    var runs = try AheadRuns()
    runs.policy.environment.set["MARK"] = mark
    try await runs.warmUp()
    var isGivenUp = false
    for reason in [Start.ColdReason.aheadFailed, .aheadBroken, .aheadBroken] {
      if !isGivenUp {
        let process = try await runs.waitsAtGate(mark)
        kill(process, SIGKILL)
        #expect(try await hasEnded(process))
      }
      isGivenUp = reason == .aheadBroken
      let result = try await runs.run("console.log(2)")
      #expect(result.verdict == .ok, "\(result.feedback)")
      #expect(result.run?.standardOutput.text == "2\n")
      #expect(result.run?.start == .cold)
      #expect(result.run?.coldReason == reason)
    }
  }

  @Test("ends with its worker, and with the executor")
  func endsWithWorker() async throws {
    let mark = "ended-ahead"
    let (runs, first) = try await AheadRuns.waiting(mark)
    let worker = try #require(children(of: getpid()).first { children(of: $0).contains(first) })
    kill(worker, SIGKILL)
    #expect(try await hasEnded(first))
    // Not by the end of the executor.
    withExtendedLifetime(runs) {}

    let (others, second) = try await AheadRuns.waiting(mark)
    await others.sandbox.runner.executor.close()
    #expect(try await hasEnded(second))
  }

  @Test("is not kept for long, and none is started for who comes seldom")
  func expires() async throws {
    let mark = "expired-ahead"
    let (runs, process) = try await AheadRuns.waiting(mark)
    #expect(try await hasEnded(process))
    let next = try await runs.run("console.log(1)")
    #expect(next.run?.coldReason == .noneAhead && next.verdict == .ok)
    #expect(runs.waiting(mark).isEmpty)
    #expect(try await runs.run("").run?.coldReason == .noneAhead)
    #expect(try await runs.run("").run?.start == .warm)
  }

  /// Says what is in the workspace, and where its descriptors lead, before it waits and after.
  private static let looking = """
    {
      const fs = require("fs"), seen = globalThis.seen = {};
      const look = () => [fs.readdirSync("/workspace"), fs.readdirSync("/tmp"), [0, 1, 2, 5].map((n) => fs.readlinkSync("/proc/self/fd/" + n).replace(/[0-9]+/g, "N"))];
      seen.before = look();
      if (fs.readSync(5, Buffer.alloc(32), 0, 32, 0) === 0) {
        process.kill(0x3ffffff0, 0);
        seen.waited = true;
      }
      seen.after = look();
    }
    """

  @Test("has seen nothing of its program before its gate")
  func seesNothing() async throws {
    let runs = try AheadRuns {
      $0.run.drivers["javascript-driver.js"] = Self.looking
      $0.investigations = []
    }
    let source = "console.log(JSON.stringify(seen))"
    let control = try await runs.run(source).run?.standardOutput.text ?? ""
    #expect(
      control.contains(#""before":[["main.js"],[],"#) && !control.contains("waited"), "\(control)")
    try await runs.warmUp()
    let result = try await runs.run(source)
    let seen = result.run?.standardOutput.text ?? ""
    #expect(result.run?.start == .warm)
    #expect(
      seen.contains(
        #""before":[[],[],["/dev/null","/dev/null","/dev/null","/dev/null"]],"waited":true"#),
      "\(seen)")
    #expect(seen.contains(#""after":[["main.js"],[],"#), "\(seen)")
    #expect(
      seen.hasSuffix(#","pipe:[N]","pipe:[N]","/memfd:content (deleted)"]]}"# + "\n"), "\(seen)")
  }

  @Test("is cold where its driver does not wait, or does so for ever")
  func brokenDriver() async throws {
    // It goes on without a program, and ends.
    let careless = try AheadRuns { $0.run.drivers["javascript-driver.js"] = "" }
    for reason in [Start.ColdReason.noneAhead, .noneAhead, .aheadFailed] {
      let result = try await careless.run("console.log(1)")
      #expect(result.run?.standardOutput.text == "1\n")
      #expect(result.run?.coldReason == reason)
      // By then it has ended.
      try await Task.sleep(for: .milliseconds(500))
    }
    let stuck = try AheadRuns {
      $0.run.drivers["javascript-driver.js"] = """
        if (require("fs").readSync(5, Buffer.alloc(32), 0, 32, 0) === 0)
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
        """
    }
    for reason in [Start.ColdReason.noneAhead, .noneAhead, .aheadFailed] {
      let result = try await stuck.run("console.log(1)")
      #expect(result.run?.standardOutput.text == "1\n")
      #expect(result.run?.coldReason == reason)
    }
    // Who gives up meanwhile does not wait for that.
    let task = Task { try await stuck.run("setInterval(() => {}, 1000)") }
    try await Task.sleep(for: .milliseconds(300))
    task.cancel()
    await #expect(throws: SandboxError.self) { try await task.value }
  }
}

/// Leaves something in every place that a run could share with the next.
private let plant = """
  const fs = require('fs'), path = require('path');
  const attempt = (body) => { try { body() } catch {} };
  for (const folder of ['/workspace', '/tmp', '/dev/shm', '/box', '/box/drivers', '/usr/lib', '/', '/dev', '/var/tmp', path.dirname(process.execPath)]) {
    attempt(() => fs.writeFileSync(folder + '/planted', 'planted'));
    attempt(() => fs.symlinkSync('/etc', folder + '/planted-link'));
  }
  globalThis.planted = Object.prototype.planted = process.planted = fs.planted = 'planted';
  process.env.PLANTED = '1';
  process.umask(0o777);
  process.title = 'planted';
  attempt(() => require('os').setPriority(13));
  require.cache['/workspace/planted.js'] = module;
  process.on('SIGUSR1', () => {});
  attempt(() => require('net').createServer().listen('\\0planted'));
  attempt(() => require('net').createServer().listen('/tmp/planted-socket'));
  attempt(() => require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }).unref());
  attempt(() => fs.writeSync(5, 'planted\\n'));
  """

/// Says what it finds of that, when what is under way has had time; then ends.
private let look = """

  setTimeout(() => {
    const fs = require('fs'), path = require('path'), found = (what) => console.log('found', what);
    for (const folder of ['/workspace', '/tmp', '/dev/shm', '/box', '/box/drivers', '/usr/lib', '/', '/dev', '/var/tmp', path.dirname(process.execPath)])
      for (const name of ['/planted', '/planted-link'])
        try { fs.lstatSync(folder + name); found('a file in ' + folder) } catch {}
    if (globalThis.planted) found('a global');
    if ({}.planted) found('a property of all objects');
    if (process.planted || fs.planted) found('a property of a module');
    if (process.env.PLANTED) found('a variable');
    if (process.umask(0o22) === 0o777) found('the umask');
    if (process.title === 'planted') found('the title');
    if (require('os').getPriority() >= 13) found('the nice value');
    if (require.cache['/workspace/planted.js']) found('a module');
    if (process.listenerCount('SIGUSR1')) found('a handler');
    if (fs.readdirSync('/proc').some((n) => n > 1 && n != process.pid)) found('a process');
    if (fs.fstatSync(5).size) found('a report');
    let left = 2;
    const end = () => --left || (console.log('looked'), process.exit(0));
    for (const name of ['\\0planted', '/tmp/planted-socket']) {
      const s = require('net').connect(name, () => { found('a socket'); end() });
      s.on('error', end);
    }
  }, 50);
  """

@Suite("Between runs that are started ahead", .serialized, .timeLimit(.minutes(10)))
struct StartedAheadSeparationTests {
  @Test("nothing of one is left for the next")
  func nothingIsLeft() async throws {
    let runs = try AheadRuns()
    try await runs.warmUp()
    // The control: who looks where it was planted finds it.
    let control = try await runs.run(plant + look)
    #expect(control.run?.start == .warm)
    let lines = (control.run?.standardOutput.text ?? "").split(separator: "\n")
    #expect(lines.last == "looked", "\(control.feedback)")
    #expect(lines.count > 12, "\(lines)")
    for _ in 0..<3 {
      let planted = try await runs.run(plant + "\nprocess.exit(0)")
      #expect(planted.run?.start == .warm)
      let result = try await runs.run(look)
      #expect(result.run?.start == .warm)
      #expect(result.run?.standardOutput.text == "looked\n", "\(result.feedback)")
    }
  }

  @Test("random numbers, hashes and places in memory differ")
  func isSeededAnew() async throws {
    let runs = try AheadRuns()
    try await runs.warmUp()
    var numbers: Set<String> = []
    for _ in 0..<10 {
      let result = try await runs.run(
        "console.log(Math.random()); console.log(require('crypto').randomUUID()); console.log(require('fs').readFileSync('/proc/self/maps', 'latin1').split('\\n').find((l) => l.endsWith('[stack]')).split('-')[0])"
      )
      #expect(result.run?.start == .warm)
      numbers.formUnion(
        (result.run?.standardOutput.text ?? "").split(separator: "\n").map(String.init))
    }
    #expect(numbers.count == 30)
  }

  /// Descriptors that were open while it waited lead to nothing of the one before.
  @Test("the report of one has no key of another's")
  func keys() async throws {
    let runs = try AheadRuns()
    try await runs.warmUp()
    for _ in 0..<2 {
      let forged = try await runs.run(
        "require('fs').writeSync(5, 'x'.repeat(32) + ' {\"kind\":\"exit\",\"status\":9}\\n'); process.exit(2)"
      )
      #expect(forged.run?.start == .warm)
      #expect(forged.run?.outcome == .exited(code: 2))
      #expect(!forged.feedback.contains("status 9"))
    }
  }
}
