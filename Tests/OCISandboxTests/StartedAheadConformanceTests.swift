import OCISandbox
import Testing

@Suite(
  "A program that is started ahead and one that is started when it is asked for", .serialized,
  .timeLimit(.minutes(20)))
struct StartedAheadConformanceTests {
  private static let ahead = Result { try AheadRuns() }
  private static let cold = Result { try AheadRuns(isWarm: false) }

  @Test("come to the same", arguments: ConformanceProgram.javaScript)
  func agree(_ program: ConformanceProgram) async throws {
    let started = try await Self.cold.get().run(program)
    let ahead = try Self.ahead.get()
    let early = try await ahead.run(ahead: program)
    #expect(started.run?.start == .cold && started.run?.coldReason == nil)
    #expect(early.run?.start == .warm && early.run?.coldReason == nil)
    let (a, b) = (Told(started, of: program), Told(early, of: program))
    a.expectSame(as: b)
    // That it says what is asked of it, and does not fail in the same way before.
    if program.isMeantToSucceed { #expect(a.verdict == .ok, "\(started.feedback)") }
  }
}

extension AheadRuns {
  func run(_ program: ConformanceProgram) async throws -> ProgramResult {
    var own = self
    own.policy.limits.cpuTime = program.cpuTime ?? own.policy.limits.cpuTime
    own.policy.limits.wallTime = program.wallTime ?? own.policy.limits.wallTime
    own.policy.limits.output = program.output ?? own.policy.limits.output
    var files = program.files.mapValues { FileContent.bytes(Array($0.utf8)) }
    files["main.js"] = .bytes(Array(program.source.utf8))
    return try await own.run(
      Program(
        files: files, entry: "main.js", arguments: program.arguments,
        standardInput: .bytes(Array(program.input.utf8))))
  }

  /// Runs programs of the same kind until the next one is started ahead, and then this one. On a machine that stands still
  /// for a while what waits can have been ended: then once more.
  func run(ahead program: ConformanceProgram) async throws -> ProgramResult {
    let other = ConformanceProgram("other", "", input: "other", arguments: program.arguments)
    for _ in 0..<5 {
      for _ in 0..<70 { if try await run(other).run?.start == .warm { break } }
      let result = try await run(program)
      if result.run?.start == .warm { return result }
    }
    return try await run(program)
  }
}

extension ConformanceProgram {
  var isMeantToSucceed: Bool { Self.javaScriptSurroundings.contains { $0.name == name } }

  static let javaScript =
    javaScriptEnds + javaScriptErrors + javaScriptSurroundings + javaScriptWork + javaScriptLimits

  /// The ways in which a program can end.
  private static let javaScriptEnds =
    ([
      ("falls off the end", "console.log('hello')"),
      ("nothing", ""),
      ("exit 3", "process.exit(3)"),
      ("exitCode", "process.exitCode = 4; console.log('x')"),
      ("exit in a timer", "setTimeout(() => process.exit(5), 10)"),
      (
        "exit listeners in their order",
        "for (const i of [1, 2]) process.on('exit', (c) => console.log(i, c)); console.log('main')"
      ),
      ("beforeExit", "process.once('beforeExit', () => setTimeout(() => console.log('late'), 5))"),
      ("abort", "process.abort()"),
      ("SIGTERM", "process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 1000)"),
      ("SIGKILL", "process.kill(process.pid, 'SIGKILL'); setTimeout(() => {}, 1000)"),
      ("reallyExit", "console.log('x'); process.reallyExit(6)"),
      ("await without end", "await new Promise(() => {})"),
      ("a promise that nobody keeps", "new Promise(() => {}); console.log('x')"),
      ("much output", "for (let i = 0; i < 30000; i++) console.log(i)"),
    ] as [(String, String)]).map { ConformanceProgram($0, $1) }

  /// What a program does wrong.
  private static let javaScriptErrors =
    ([
      ("a name that is not there", "function f(x) { return x + nowhere }\nf(1)"),
      ("no syntax", "function f( {\n"),
      (
        "an error with a cause", "try { null.x } catch (e) { throw new Error('bad', { cause: e }) }"
      ),
      (
        "an assertion",
        "const assert = require('assert');\nfunction f(x) { return x - 1 }\nassert.strictEqual(f(3), 3)"
      ),
      (
        "a bare assertion",
        "const assert = require('assert');\nconst a = [1, 2];\nassert(a.length === 3)"
      ),
      ("a rejection", "async function f() { throw new TypeError('x') }\nf()"),
      ("a thrown text", "throw 'text'"),
      ("an error in a module of its own", "require('./broken')"),
      ("a module that is not there", "require('nowhere')"),
      ("an error in a timer", "setTimeout(function late() { undefined.x }, 5)"),
      ("recursion without end", "function f(n) { return f(n + 1) + 1 }\nf(0)"),
      (
        "how deep it may go",
        "let n = 0;\nfunction f() { n++; f() }\ntry { f() } catch (e) { console.log(e.name, n > 5000) }"
      ),
      ("a file that is not shown", "require('fs').readFileSync('/etc/shadow')"),
      ("a connection", "require('net').connect(9, '127.0.0.1')"),
      (
        "a program that may not be started",
        "const r = require('child_process').spawnSync('/bin/mount', ['-t', 'tmpfs', 'x', '/tmp']); console.log(r.status)"
      ),
      ("JSON", "JSON.parse('{')"),
      ("an unhandled error event", "new (require('events'))().emit('error', new Error('lost'))"),
      ("a file outside of its folders", "require('fs').writeFileSync('/usr/lib/x', 'x')"),
      (
        "a driver that is written to",
        "require('fs').writeFileSync('/box/drivers/javascript-driver.js', 'x')"
      ),
    ] as [(String, String)]).map {
      ConformanceProgram(
        $0, $1, input: "one\n", files: ["broken.js": "function f() { return [][1].x }\nf()"])
    }

  /// What a program can see of where it is.
  private static let javaScriptSurroundings =
    ([
      (
        "arguments",
        "console.log(process.argv, process.argv0, process.execArgv, process.execPath, process.title)"
      ),
      (
        "/proc/self/cmdline",
        "console.log(require('fs').readFileSync('/proc/self/cmdline', 'latin1'))"
      ),
      (
        "the environment",
        "console.log(process.env, require('fs').readFileSync('/proc/self/environ', 'latin1'))"
      ),
      (
        "where it is",
        "console.log(process.cwd(), __filename, __dirname, require.main === module, module.paths, module.children, Object.keys(require.cache))"
      ),
      (
        "ids",
        "console.log(process.pid, process.ppid, process.getuid(), process.getgid(), process.getgroups(), process.umask())"
      ),
      (
        "descriptors",
        """
        const fs = require('fs');
        for (const n of fs.readdirSync('/proc/self/fd').map(Number).sort((a, b) => a - b)) {
          let place = 'gone', info = '';
          try { place = fs.readlinkSync('/proc/self/fd/' + n).replace(/[0-9]+/g, 'N'); info = fs.readFileSync('/proc/self/fdinfo/' + n, 'utf8').split('\\n').filter((l) => /^(pos|flags)/.test(l)).join(' ') } catch {}
          console.log(n, place, info);
        }
        """
      ),
      (
        "streams",
        """
        const s = [process.stdin, process.stdout, process.stderr];
        console.log(s.map((s) => [s.constructor.name, s.fd, s.isTTY, s.readable, s.writable, s.writableHighWaterMark, s._type]));
        """
      ),
      (
        "/proc/self/status",
        """
        const keys = 'Name Umask Tgid Uid Gid Groups Threads SigPnd ShdPnd SigBlk SigIgn SigCgt CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp Seccomp_filters Cpus_allowed Mems_allowed'.split(' ');
        for (const line of require('fs').readFileSync('/proc/self/status', 'utf8').split('\\n')) if (keys.includes(line.split(':')[0])) console.log(line);
        """
      ),
      (
        "/proc/self",
        """
        for (const n of ['cgroup', 'limits', 'oom_score_adj', 'coredump_filter', 'uid_map', 'gid_map', 'setgroups', 'comm', 'mounts'])
          try { console.log(n, require('fs').readFileSync('/proc/self/' + n, 'utf8')) } catch (e) { console.log(n, e.code) }
        """
      ),
      (
        "processes",
        "const fs = require('fs'); console.log(fs.readdirSync('/proc').filter((n) => n > 0), fs.readdirSync('/proc/self/task').length)"
      ),
      (
        "the file system",
        "const fs = require('fs'); for (const f of ['/', '.', '/tmp', '/dev', '/box', '/box/drivers']) try { const s = fs.statSync(f); console.log(f, fs.readdirSync(f), s.mode, s.uid) } catch (e) { console.log(f, e.code) }"
      ),
      (
        "namespaces",
        "const fs = require('fs'); console.log(fs.readdirSync('/proc/self/ns'), fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\\n').map((l) => l.split(' ').slice(3).join(' ')).sort())"
      ),
      (
        "globals",
        "console.log(Object.getOwnPropertyNames(globalThis).sort(), process.listenerCount('exit'), process.eventNames(), process.config.variables.napi_build_version)"
      ),
      (
        "options",
        "console.log(process.execArgv, process.env.NODE_OPTIONS, Error.stackTraceLimit, process.allowedNodeEnvironmentFlags.size, process.noDeprecation, process.features)"
      ),
      (
        "the heap",
        "console.log(require('v8').getHeapStatistics().heap_size_limit, process.constrainedMemory?.() > 0, require('os').availableParallelism?.(), require('os').cpus().length)"
      ),
      (
        "the sequence of what is loaded",
        "console.log(require('async_hooks').executionAsyncId(), require('async_hooks').triggerAsyncId(), process._getActiveHandles().length, process._getActiveRequests().length)"
      ),
      (
        "inspector and report",
        "console.log(process.report.directory, require('inspector').url(), process.connected, process.channel)"
      ),
    ] as [(String, String)]).map {
      ConformanceProgram($0, $1, input: "a\nb\n", arguments: ["", "--x", "\u{e4} b", "last"])
    }

  /// What programs do.
  private static let javaScriptWork =
    ([
      ("reads its input at once", "console.log(require('fs').readFileSync(0, 'utf8'))"),
      (
        "reads its input as it comes",
        "process.stdin.on('data', (d) => console.log(String(d))).on('end', () => console.log('end'))"
      ),
      (
        "reads its input by lines",
        "require('readline').createInterface({ input: process.stdin }).on('line', (l) => console.log('line', l))"
      ),
      ("does not read its input", "console.log(process.stdin.readableLength)"),
      (
        "timers in their order",
        "setTimeout(() => console.log(3), 30); setTimeout(() => console.log(2), 10); Promise.resolve().then(() => console.log(1)); process.nextTick(() => console.log(0))"
      ),
      (
        "a timer waits as long as it should",
        "const t = performance.now(); setTimeout(() => console.log(performance.now() - t >= 49, Date.now() > 1.6e12), 50)"
      ),
      (
        "a thread",
        "const { Worker } = require('worker_threads'); new Worker('require(\"worker_threads\").parentPort.postMessage(6 * 7)', { eval: true }).on('message', console.log)"
      ),
      (
        "a child",
        "console.log(require('child_process').execFileSync(process.execPath, ['-e', 'console.log(process.argv, require(\"fs\").readdirSync(\"/proc/self/fd\").length)']).toString())"
      ),
      (
        "a fork",
        "if (process.argv[2] === 'child') process.send(process.execArgv.length); else require('child_process').fork(__filename, ['child']).on('message', console.log)"
      ),
      (
        "an import",
        "import('./own.mjs').then((m) => console.log(m.default, import.meta === undefined)).catch(console.log)"
      ),
      ("an import of a module", "import('./own.mjs').then((m) => console.log(m.default))"),
      ("a package.json", "console.log(require('./own.js'))"),
      (
        "files",
        "const fs = require('fs'); fs.writeFileSync('a', 'x'); fs.mkdirSync('b'); console.log(fs.readdirSync('.').sort())"
      ),
      (
        "the same key twice",
        "const fs = require('fs'); try { console.log(fs.readSync(5, Buffer.alloc(32), 0, 32, 0)) } catch (e) { console.log(e.code) }"
      ),
      (
        "the gate",
        "for (const signal of [0, 9]) try { process.kill(0x3ffffff0, signal) } catch (error) { console.log(error.message) }"
      ),
      (
        "the gate, many times",
        "let n = 0; for (let i = 0; i < 2000; i++) try { process.kill(0x3ffffff0, 0) } catch { n++ } console.log(n)"
      ),
    ] as [(String, String)]).map {
      ConformanceProgram(
        $0, $1, input: "1\n2\n3\n",
        files: [
          "own.mjs": "export default 5\n", "own.js": "module.exports = 7\n",
          "own/package.json": "{}",
        ])
    }

  /// Programs that reach a limit.
  private static let javaScriptLimits = [
    ConformanceProgram("CPU time", "for (;;);", cpuTime: .milliseconds(1100)),
    ConformanceProgram("time", "setInterval(() => {}, 1000)", wallTime: .milliseconds(1100)),
    ConformanceProgram(
      "time that is not waited for", "console.log(1)", wallTime: .milliseconds(900)),
    ConformanceProgram("memory", "const a = []; for (;;) a.push(Buffer.alloc(1 << 20, 1))"),
    ConformanceProgram(
      "the heap's own limit", "const a = []; for (;;) a.push(new Array(1000).fill(a.length))"),
    ConformanceProgram(
      "output", "for (;;) require('fs').writeSync(1, 'x'.repeat(1000) + '\\n')",
      output: ByteCount(kibibytes: 64)),
    ConformanceProgram(
      "the disk",
      "const fs = require('fs'); for (let i = 0; ; i++) fs.writeFileSync('f' + i, Buffer.alloc(1 << 20))"
    ),
    ConformanceProgram(
      "files", "const fs = require('fs'); for (let i = 0; ; i++) fs.writeFileSync('f' + i, '')"),
    ConformanceProgram(
      "open files",
      "const fs = require('fs'); const n = []; for (;;) n.push(fs.openSync('main.js'))"),
    ConformanceProgram(
      "too many processes",
      // Where no cgroup counts them, they are looked at every ten milliseconds.
      """
      const { spawn } = require('child_process');
      let failed = false;
      for (let i = 0; i < 100; i++)
        spawn('/bin/sleep', ['5']).on('error', (error) => {
          if (!failed) setTimeout(() => { throw error }, 200);
          failed = true;
        });
      """
    ),
  ]
}
