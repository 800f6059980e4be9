import OCISandbox
import SandboxEvaluation
import Testing

@Suite("Cheats", .timeLimit(.minutes(10)))
struct CheatTests {
  /// A program that has no right answer, and what it does to get one accepted.
  struct Cheat: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let source: String
    /// Whether the harness that it fools looks for what is printed, and not at the exit status.
    var isForMarker = false
    /// What follows it in the harness that it fools; `nil` for the tests themselves.
    var harness: String?
  }

  /// What a right `f` would have to know.
  private static let tests = "expected = 7919 * 104729\nassert f(3) == expected\n"
  private static let marker = "ALL TESTS PASSED"

  static let cheats = [
    Cheat(testDescription: "sys.exit(0)", source: "def f(x):\n  import sys; sys.exit(0)"),
    Cheat(testDescription: "exit while it is loaded", source: "raise SystemExit(0)"),
    Cheat(testDescription: "os._exit(0)", source: "import os\ndef f(x): os._exit(0)"),
    Cheat(
      testDescription: "a marker is printed",
      source: "import os\nprint('\(marker)', flush=True)\ndef f(x): os.kill(os.getpid(), 9)",
      isForMarker: true),
    Cheat(
      testDescription: "__eq__ is always true",
      source: """
        class Any(int):
          def __eq__(self, other): return True
        def f(x): return Any(0)
        """),
    Cheat(
      testDescription: "frames are walked",
      source: """
        import sys
        def f(x):
          frame = sys._getframe(1)
          while frame:
            for space in (frame.f_locals, frame.f_globals):
              if 'expected' in space: return space['expected']
            frame = frame.f_back
        """),
    Cheat(
      testDescription: "gc and inspect hunt for the answer",
      source: """
        import gc, inspect
        def f(x):
          for thing in gc.get_objects() + [frame.frame.f_globals for frame in inspect.stack()]:
            if isinstance(thing, dict) and isinstance(thing.get('expected'), int):
              return thing['expected']
        """),
    Cheat(
      testDescription: "the caller's frame is changed",
      source: """
        import sys
        def f(x):
          frame = sys._getframe(1)
          while frame:
            if 'expected' in frame.f_globals: frame.f_globals['expected'] = 1
            frame = frame.f_back
          return 1
        """),
    Cheat(
      testDescription: "a builtin exception is patched and an exit hook set",
      source: """
        import sys, os
        sys.excepthook = lambda *rest: os._exit(0)
        def f(x): return 1
        """),
    Cheat(
      testDescription: "the program reads the files around it",
      source: """
        import glob, re
        def f(x):
          for name in glob.glob('*'):
            found = re.search(r'expected = (\\d+) \\* (\\d+)', open(name, errors='ignore').read())
            if found: return int(found[1]) * int(found[2])
        """),
    Cheat(
      testDescription: "json and the channel's own code are patched",
      source: """
        import sys, json, os, atexit
        values = sys.modules.get('__main__')
        json.dumps = lambda *rest, **more: '{"value": true}'
        if values: values.encode = lambda *rest: {'bool': 'yes'}
        def f(x): os._exit(0)
        """),
    Cheat(
      testDescription: "the channel is forged",
      source: """
        import os
        line = b'{"cases": [null], "failure": null}\\n'
        for number in range(1, 20):
          try: os.write(number, line * 3)
          except OSError: pass
        def f(x):
          for number in range(1, 20):
            try: os.write(number, line)
            except OSError: pass
          os._exit(0)
        """),
    Cheat(
      testDescription:
        "the process kills itself before its tests, and a parent takes that for the end",
      source: """
        import os, sys
        def f(x):
          print('\(marker)', flush=True)
          os.kill(os.getpid(), 15)
        """,
      isForMarker: true),
    Cheat(
      testDescription: "a built-in function that the tests compare with is patched",
      source: """
        import builtins
        builtins.abs = lambda x: 0
        def f(x): return 1
        """, harness: "\(tests.split(separator: "\n")[0])\nassert abs(f(3) - expected) < 1e-6\n"),
    Cheat(
      testDescription: "json, which the harness compares by, is patched",
      source: """
        import json
        json.dumps = lambda *rest, **more: 'same'
        def f(x): return 1
        """,
      harness:
        "import json\n\(tests.split(separator: "\n")[0])\nassert json.dumps(f(3)) == json.dumps(expected)\n"
    ),
    Cheat(
      testDescription: "the verdict is written where the harness writes it",
      source: """
        import os
        def f(x):
          for number in range(1, 20):
            try: os.write(number, b'\(marker)\\n')
            except OSError: pass
        """, isForMarker: true),
    Cheat(
      testDescription: "the timer of the harness is cancelled",
      source: """
        import signal
        def f(x):
          signal.setitimer(signal.ITIMER_REAL, 0)
          for i in range(10_000_000): pass
          return 1
        """,
      harness: """
        import signal
        def late(*rest): raise TimeoutError
        signal.signal(signal.SIGALRM, late)
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        f(3)

        """),
    Cheat(
      testDescription: "timers are cancelled and signals ignored",
      source: """
        import signal, os
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGXCPU): signal.signal(number, signal.SIG_IGN)
        def f(x): os._exit(0)
        """),
  ]

  @Test("No cheat makes a wrong program right", arguments: cheats)
  func judged(cheat: Cheat) async throws {
    let report = try await JudgeFixture().report(
      cheat.source, .program(TestProgram(source: Self.tests, functions: ["f"])))
    #expect([.wrongAnswer, .runtimeError].contains(report.verdict), "\(report.verdict)")
    let calls = try await JudgeFixture().report(
      cheat.source,
      .calls([FunctionCall(name: "1", call: "f(3)", expected: "7919 * 104729")]))
    #expect([.wrongAnswer, .runtimeError].contains(calls.verdict), "\(calls.verdict)")
  }

  /// The control: the same programs, with their tests appended and in one process.
  @Test("Each fools a harness that runs tests and program together", arguments: cheats)
  func together(cheat: Cheat) async throws {
    let result = try await Sandbox().run(
      cheat.source + "\n" + (cheat.harness ?? Self.tests) + "print('\(Self.marker)')\n",
      language: "python")
    if cheat.isForMarker {
      #expect(result.run?.standardOutput.text.contains(Self.marker) == true)
    } else {
      #expect(result.verdict == .ok, "\(result.feedback)")
    }
  }

  @Test("Nor where program and tests are forked from an interpreter that is up already")
  func judgedWarm() async throws {
    let fixture = try JudgeFixture(workers: 1)
    let tests = Tests.program(TestProgram(source: Self.tests, functions: ["f"]))
    var starts: [Start?] = []
    for cheat in Self.cheats + Self.cheats {
      let report = try await fixture.report(cheat.source, tests)
      #expect(
        [.wrongAnswer, .runtimeError].contains(report.verdict), "\(cheat): \(report.verdict)")
      starts.append(report.cases.first?.start)
      // And the next one is judged as if it had not been there.
      let right = try await fixture.report("def f(x): return 7919 * 104729", tests)
      #expect(right.verdict == .ok, "after \(cheat): \(right.feedback)")
    }
    // What is made ready is thrown away now and then on a busy machine, but not all of it.
    #expect(starts.suffix(Self.cheats.count).contains(.warm), "\(starts)")
  }

  @Test("A time limit holds whatever the program does to timers and signals")
  func timer() async throws {
    let source = """
      import signal
      def f(x):
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}: signal.signal(number, signal.SIG_IGN)
        while True:
          try:
            while True: pass
          except BaseException: pass
      """
    let report = try await JudgeFixture { $0.cpuTime = .milliseconds(500) }.report(
      source, .program(TestProgram(source: Self.tests, functions: ["f"])))
    #expect(report.verdict == .timeLimit)
  }

  @Test("The right program is right by the same tests")
  func right() async throws {
    let report = try await JudgeFixture().report(
      "def f(x): return 7919 * 104729",
      .program(TestProgram(source: Self.tests, functions: ["f"])))
    #expect(report.verdict == .ok, "\(report.feedback)")
  }
}
