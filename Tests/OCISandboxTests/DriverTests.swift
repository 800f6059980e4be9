import Glibc
import OCISandbox
import Testing

@Suite("What drivers report", .timeLimit(.minutes(10)))
struct DriverTests {
  private func run(
    _ source: String, _ language: String, arguments: [String] = [],
    _ limits: (inout Limits) -> Void = { _ in }
  ) async throws -> ProgramResult {
    let catalog = Catalog.standard()
    let manifest = try catalog.language(named: language).value
    var policy = try catalog.policy(named: "default").value
    policy.limits.wallTime = .seconds(600)
    policy.limits.cpuTime = .seconds(300)
    limits(&policy.limits)
    var program = Program(source: source, language: ManifestLanguage(manifest))
    program.arguments = arguments
    return try await Sandbox(catalog: catalog).run(
      program, in: ManifestLanguage(manifest), under: policy)
  }

  @Test(
    "at a limit of processes or disk the place is where the program was refused, or gave up",
    arguments: [
      (
        "python",
        "def fill():\n  for i in range(99):\n    with open(f'f{i}', 'wb') as f:\n"
          + "      f.write(b'x' * (9 << 20))\nfill()\n", Verdict.diskLimit, [3, 4],
        "it failed with OSError: [Errno 28] No space left on device"
      ),
      (
        "javascript",
        "const fs = require('fs');\nfunction fill() {\n  for (let i = 0; i < 99; i++)\n"
          + "    fs.writeFileSync('f' + i, Buffer.alloc(9 << 20));\n}\nfill();\n", .diskLimit, [4],
        "it failed with Error: ENOSPC: no space left on device, write"
      ),
      (
        "python",
        "import os, time\ndef fill():\n  while True:\n    if os.fork() == 0:\n"
          + "      time.sleep(3)\n      os._exit(0)\nfill()\n", .processLimit, [4],
        "it failed with BlockingIOError: [Errno 11] Resource temporarily unavailable"
      ),
      (
        "python",
        "import sys\ndef fill():\n  for i in range(99):\n    try:\n"
          + "      with open(f'f{i}', 'wb') as f: f.write(b'x' * (9 << 20))\n    except OSError:\n"
          + "      sys.exit(3)\nfill()\n", .diskLimit, [7], "the program ended itself with status 3"
      ),
    ])
  func refused(
    language: String, source: String, verdict: Verdict, lines: [Int], note: String
  ) async throws {
    let result = try await run(source, language) {
      $0.disk = ByteCount(mebibytes: 32)
      $0.processes = 40
    }
    #expect(result.verdict == verdict)
    let found = try #require(result.diagnostics.first)
    #expect(found.code == verdict.rawValue)
    #expect(found.file?.hasPrefix("main.") == true)
    // What the disk had no room for any more.
    #expect(found.line.map(lines.contains) == true, "\(found)")
    #expect(found.stack.last?.function?.contains("fill") == true)
    #expect(found.notes.map(\.message).first == note, "\(found.notes)")
    #expect(!result.diagnostics.dropFirst().contains { $0.severity == .error })
  }

  @Test("JavaScript: no code of the program's runs for what is told of its values")
  func javaScriptValuesRunNothing() async throws {
    let result = try await run(
      """
      const end = () => process.exit(0);
      class Named { static get name() { return end(); } static [Symbol.hasInstance]() { return end(); } }
      const tagged = { get [Symbol.toStringTag]() { return end(); }, a: 1 };
      const named = new Named();
      const pattern = Object.defineProperty(/a/g, "flags", { get: end });
      const proxy = new Proxy({}, { get: end, getPrototypeOf: end, ownKeys: end, getOwnPropertyDescriptor: end });
      const own = new Error("why");
      own.errors = new Proxy([], { get: end });
      throw own;
      """, "javascript")
    #expect(result.run?.outcome == .exited(code: 1))
    let found = try #require(result.diagnostics.first)
    #expect(found.code == "Error" && found.message == "why")
    #expect(found.file == "main.js" && found.line == 7)
    #expect(found.values["tagged"] == "{ a: 1, [Symbol(Symbol.toStringTag)]: [Getter] }")
    #expect(found.values["pattern"] == "/a/g")
    #expect(found.values["proxy"] == "<Proxy>")
    #expect(found.values["named"] == "{}")
  }

  @Test("Python: the place as a range, the calls folded, the variables, and what came before")
  func pythonException() async throws {
    let result = try await run(
      """
      class P:
          def __init__(self):
              self.x = 1
          def __repr__(self):
              raise SystemExit(0)
          @property
          def __class__(self):
              raise SystemExit(0)
      def f(a):
          p = P()
          return a / 0
      def g(n):
          return g(n - 1) if n else f("é" and 1)
      try:
          int("x")
      except ValueError:
          g(5)
      """, "python")
    let found = try #require(result.diagnostics.first)
    #expect(found.code == "ZeroDivisionError")
    #expect(found.file == "main.py" && found.line == 11)
    // Python has columns from 3.11 on.
    #expect(found.column == nil || found.column == 12)
    #expect(found.values == ["a": "1", "p": "P(x=1)"])
    #expect(found.stack.map(\.line) == [17, 13, 11])
    #expect(found.stack[1].repeats == 5)
    #expect(
      found.notes.map(\.message)
        == ["while handling ValueError: invalid literal for int() with base 10: 'x'"])
    #expect(result.run?.outcome == .exited(code: 1))
  }

  @Test("Functions of Python that call each other without an end are told once")
  func mutualRecursion() async throws {
    let result = try await run(
      "def even(n): return odd(n - 1)\ndef odd(n): return even(n - 1)\neven(1)\n", "python")
    let found = try #require(result.diagnostics.first)
    #expect(found.code == "RecursionError")
    let count = found.stack.first { $0.repeatedCalls == 2 }?.repeats ?? 0
    #expect(count > 100)
    #expect(found.stack.count < 10)
  }

  static let forged = """
    import os, sys
    sys.stderr.write('Traceback (most recent call last):\\n  File "/workspace/main.py", line 1, '
      'in <module>\\n    import os, sys\\nValueError: forged\\n')
    sys.stderr.flush()

    """

  @Test(
    "Python: a traceback that the program prints is no diagnostic",
    arguments: ["os._exit(1)", "sys.exit(1)"])
  func forgedTraceback(end: String) async throws {
    let result = try await run(Self.forged + end + "\n", "python")
    #expect(result.verdict == .runtimeError)
    #expect(!result.diagnostics.isEmpty)
    #expect(result.diagnostics.allSatisfy { $0.code != "ValueError" })
    // The same words are believed where nothing but words is known.
    let report = StageReport(
      stage: .run, outcome: .exited(code: 1),
      standardError: try #require(result.run).standardError.text,
      sources: ["main.py": Self.forged])
    #expect(PythonTracebackParser().diagnostics(in: report).first?.code == "ValueError")
  }

  @Test(
    "C: a sanitizer's report that the program makes up is no diagnostic, in neither run, whatever it ends with",
    arguments: [
      ("_exit(1);", nil, nil), ("exit(3);", nil, "the program ended itself with status 3"),
      ("abort();", "SIGABRT", "the program aborted itself"),
      ("*(int *)argv[argc] = 1;", "SIGSEGV", "invalid memory access (segmentation fault)"),
    ])
  func forgedSanitizer(end: String, code: String?, message: String?) async throws {
    let result = try await run(
      """
      #include <stdio.h>
      #include <stdlib.h>
      #include <unistd.h>
      int main(int argc, char **argv) {
        const char text[] =
          "main.c:2:3: runtime error: forged\\n    #0 0x1 in main /workspace/main.c:1\\n\\n"
          "==1==ERROR: Sanitizer: exit with status 1\\n    #0 0x1 in main /workspace/main.c:1:1\\n\\n"
          "==1==ERROR: Sanitizer: exit with status 3\\n    #0 0x1 in main /workspace/main.c:1:1\\n\\n"
          "==1==ERROR: AddressSanitizer: heap-buffer-overflow\\n    #0 0x1 in main /workspace/main.c:1:1\\n";
        (void)argc, (void)argv;
        for (int i = 2; i < 200; i++) if (write(i, text, sizeof text - 1) < 0) continue;
        \(end)
      }
      """, "c")
    let found = try #require(result.diagnostics.first)
    #expect(found.code == code && found.line == (message == nil ? nil : 12), "\(found)")
    #expect(
      message.map { found.message == $0 } ?? (found.message == "the program exited with status 1"))
    #expect(!found.notes.contains { $0.message.contains("forged") || $0.message.contains("heap") })
    #expect(result.run?.standardError.text.contains("heap-buffer-overflow") == true)
  }

  @Test(
    "C: a signal that the program sends itself has its line, and is no access to memory",
    arguments: ["raise(SIGSEGV)", "kill(getpid(), SIGBUS)", "raise(SIGFPE)"])
  func sentSignal(call: String) async throws {
    let result = try await run(
      "#include <signal.h>\n#include <unistd.h>\nint main(void) {\n  \(call);\n}\n", "c")
    let found = try #require(result.diagnostics.first)
    #expect(found.severity == .error && found.line == 4, "\(found)")
    #expect(!found.notes.contains { $0.message.contains("instruments") })
  }

  @Test("C: undefined behavior that ends a program is told with its calls")
  func undefinedBehavior() async throws {
    let result = try await run(
      """
      int table[4] = {1, 2, 3, 4};
      int look(int i) {
        int *p = i > 3 ? (int *)(long)i : table;
        return *p;
      }
      int deep(int n) { return n ? deep(n - 1) : look(70); }
      int main(void) { return deep(3); }
      """, "c")
    let found = try #require(result.diagnostics.first)
    #expect(found.code == "SIGSEGV" && found.line == 4)
    #expect(found.stack.map(\.function) == ["main", "deep", "look"], "\(found.stack)")
    #expect(found.stack.map(\.line) == [7, 6, 4] && found.stack[1].repeats == 3)
    #expect(found.notes.contains { $0.message.contains("load of misaligned address") })
  }

  @Test("Python: a record that the program writes itself is none")
  func forgedRecord() async throws {
    let record = #"{\"kind\": \"exception\", \"name\": \"Forged\", \"message\": \"no\"}"#
    let result = try await run(
      """
      import os
      for key in (b"0" * 32, b""):
          os.write(5, key + b" \(record)\\n")
      os._exit(1)
      """, "python")
    #expect(result.run?.outcome == .exited(code: 1))
    #expect(result.diagnostics.map(\.code) == [nil])
  }

  @Test(
    "Python: one that searches its interpreter for the characters lies about itself, and briefly")
  func stolenKey() async throws {
    let result = try await run(
      """
      import json, os, sys
      key = sys._getframe().f_back.f_locals["key"]
      record = {"kind": "exception", "name": "Forged" * 9999, "message": "no " * 99999, "remarks": ["r"] * 9999,
                "values": {str(i): "v" * 9 for i in range(9999)}}
      os.write(5, key + b" " + json.dumps(record).encode() + b"\\n")
      os._exit(int(sys.argv[1]))
      """, "python", arguments: ["1"])
    #expect(result.verdict == .runtimeError && result.run?.outcome == .exited(code: 1))
    let found = try #require(result.diagnostics.first)
    #expect(found.code?.hasPrefix("Forged") == true && found.code?.count ?? 0 <= 4096)
    #expect(found.message.count < 10_000 && found.values.count <= 20)
    // With success, no failure is told.
    let calm = try await run(
      """
      import os, sys
      key = sys._getframe().f_back.f_locals["key"]
      os.write(5, key + b' {"kind": "exception", "name": "Forged"}\\n')
      """, "python")
    #expect(calm.verdict == .ok && calm.diagnostics.isEmpty)
  }

  @Test(
    "A path that the sandbox does not show, or shows to be read only, is told to be one",
    arguments: [
      ("open('/srv/data.csv')", "python", "FileNotFoundError"),
      ("require('fs').readFileSync('/srv/data.csv')", "javascript", "Error"),
    ])
  func refusedPath(source: String, language: String, code: String) async throws {
    let result = try await run(source, language)
    let found = try #require(result.diagnostics.first)
    #expect(found.code == code && found.line == 1)
    #expect(found.notes.count == 1, "\(found.notes)")
    #expect(
      found.notes.first?.message.hasPrefix("the sandbox does not show '/srv/data.csv'") == true)
    let write = source.replacing("/srv/data.csv'", with: "/usr/x'")
      .replacing("open('/usr/x'", with: "open('/usr/x', 'w'")
      .replacing("readFileSync('/usr/x'", with: "writeFileSync('/usr/x', ''")
    let written = try #require(try await run(write, language).diagnostics.first)
    #expect(
      written.notes.first?.message.hasSuffix("in its workspace and /tmp only, not to '/usr/x'")
        == true)
    // One of the program's own is what the program says of it.
    let own = source.replacing("/srv/data.csv", with: "/tmp/data.csv")
    #expect(try await run(own, language).diagnostics.first?.notes == [])
  }

  @Test("Python: what the program makes of an error's path is not asked")
  func hostilePath() async throws {
    let result = try await run(
      """
      class E(OSError):
          @property
          def filename(self):
              raise SystemExit(0)
          errno = filename
      raise E(2, "m", "/srv/x")
      """, "python")
    #expect(result.run?.outcome == .exited(code: 1))
    #expect(result.diagnostics.first?.code == "E")
    #expect(result.diagnostics.first?.notes.count == 1)
  }

  @Test("Python: the program cannot change its driver, and finds its workspace as without one")
  func driverIsReadOnly() async throws {
    let result = try await run(
      """
      import os, sys
      print(sys.argv, __name__, __file__, os.listdir("."))
      folder = next(f for f in ("/box/drivers",) if os.path.isdir(f))
      for act in (lambda: open(folder + "/python-driver.py", "w"), lambda: os.remove(folder + "/python-driver.py"),
                  lambda: open(folder + "/new", "w")):
          try:
              act()
              print("changed")
          except OSError as error:
              print(type(error).__name__)
      print(sorted(name for name in globals() if not name.startswith("__")))
      """, "python")
    #expect(
      result.run?.standardOutput.text == """
        ['main.py'] __main__ /workspace/main.py ['main.py']
        PermissionError
        PermissionError
        PermissionError
        ['act', 'folder', 'os', 'sys']

        """)
    #expect(result.verdict == .ok)
  }

  /// The driver has Python compile it as a text without a name.
  @Test("Python: all code of a program has the program's path, and nothing watches it")
  func ownPath() async throws {
    let result = try await run(
      """
      import sys
      def outer():
          class A:
              inner = lambda self: [x for x in (1,)]
          return A
      codes = [sys._getframe().f_code]
      for code in codes: codes += [part for part in code.co_consts if hasattr(part, "co_filename")]
      print(len(codes) > 3, {code.co_filename for code in codes}, sys.getprofile(), sys.gettrace())
      """, "python")
    #expect(
      result.run?.standardOutput.text == "True {'/workspace/main.py'} None None\n",
      "\(result.feedback)")
  }

  @Test(
    "the program ended itself: where, and with what",
    arguments: [
      ("python", "import sys\ndef f():\n    sys.exit(7)\nf()\n", 3),
      ("javascript", "function f() {\n\n  process.exit(7);\n}\nf();\n", 3),
    ])
  func exits(language: String, source: String, line: Int) async throws {
    let result = try await run(source, language)
    let found = try #require(result.diagnostics.first)
    #expect(found.message == "the program ended itself with status 7")
    #expect(found.line == line)
    #expect(result.run?.outcome == .exited(code: 7))
  }

  @Test("Python: a failed assertion names what it compared, and the functions that it called")
  func assertion() async throws {
    let result = try await run(
      """
      def add(a, b):
          return a - b
      def check(candidate):
          total = [1]
          assert candidate(4, 1) == 3
          assert (len(total) == 1 or total[0]) and abs(candidate(1, 2) - 3) < 1e-6, "sum"
      check(add)
      """, "python")
    let found = try #require(result.diagnostics.first)
    #expect(found.code == "AssertionError" && found.line == 6 && found.message == "sum")
    #expect(
      found.values == [
        "len(total)": "1", "candidate(1, 2)": "-1", "abs(candidate(1, 2) - 3)": "4",
      ])
    #expect(found.notes.map(\.message) == ["it called 'add', which begins here"])
    #expect(found.notes.first?.line == 1)
  }

  @Test(
    "a failed assertion names where the functions begin that it called",
    arguments: [
      (
        "c",
        "#include <assert.h>\nint f(int a) {\n  return a;\n}\nint main(void) {\n  assert(f(2) == 4);\n}\n",
        6, 2
      ),
      ("swift", "print(1)\nfunc f(_ a: Int) -> Int {\n  return a\n}\nassert(f(2) == 4)\n", 5, 2),
      (
        "javascript", "const f = (a) => {\n  return a;\n};\nrequire('node:assert')(f(2) === 4);\n",
        4, 1
      ),
    ])
  func calledByAssertion(language: String, source: String, line: Int, called: Int) async throws {
    let result = try await run(source, language)
    let found = try #require(result.diagnostics.first)
    #expect(found.line == line)
    let notes = found.notes.filter { $0.message == "it called 'f', which begins here" }
    #expect(notes.map(\.line) == [called])
  }

  @Test(
    "Python: what a program calls like a function of Python's changes nothing for its driver",
    arguments: [
      ("def reversed(s):\n    return s[::-1]\nprint(reversed('ab'))\n", "ok", Int?.none),
      ("getattr = len = next = exec = 1\nprint('ba')\n", "ok", nil),
      ("import builtins\nbuiltins.reversed = builtins.open = None\nprint('ba')\n", "ok", nil),
      (
        "def open(x):\n    return 3\nexec = compile = 1\nprint('ba')\nraise KeyError(open(1))\n",
        "runtime_error", 5
      ),
    ])
  func ownNames(source: String, verdict: String, line: Int?) async throws {
    let result = try await run(source, "python")
    #expect(result.verdict.rawValue == verdict, "\(result.diagnostics)")
    #expect(result.run?.standardOutput.text == "ba\n")
    #expect(result.diagnostics.first?.line == line)
    #expect(result.diagnostics.first?.code == line.map { _ in "KeyError" })
  }

  @Test(
    "Python: the column of a syntax error counts characters, whatever the file says of its encoding",
    arguments: ["", "# -*- coding: utf-8 -*-\n"])
  func columnOfSyntaxError(start: String) async throws {
    let result = try await run(start + #"s = "😀é"; x = = 1"# + "\n", "python")
    let found = try #require(result.diagnostics.first)
    #expect(found.code == "SyntaxError")
    #expect(found.column == 15 && found.source?.hasPrefix("s = ") == true, "\(found)")
  }

  @Test("Python: a function of the program's is no part of the report")
  func reportHook() async throws {
    let result = try await run(
      """
      import sys
      def mine(trace):
          print("called", flush=True)
          return {"forged": 1}, []
      sys.operands_of_assertion = mine
      assert not sys
      """, "python")
    #expect(result.diagnostics.first?.code == "AssertionError")
    #expect(result.run?.standardOutput.text == "")
  }

  @Test("Python: noting what assertions compare changes nothing that they do")
  func assertionsStayTheSame() async throws {
    let result = try await run(
      """
      "a docstring"
      from __future__ import annotations
      import asyncio
      class A:
          assert (lambda x: x + 1)(1) == 2
          def size(self): return 1
          @property
          def next(self): return self.size() + 1
      class B(A):
          def size(self):
              assert super().size() == 1 and __class__ is B
              return 2
      def numbers():
          assert (yield 1) is None
          assert (yield 2) is None
      async def later():
          assert await asyncio.sleep(0, 3) == 3
          assert [x async for x in items()] == [0, 1]
      async def items():
          for x in range(2): yield x
      def f(*args, **names):
          assert args == (1, 2) and names == {"a": 3}, "arguments"
          return True
      calls = []
      def once(value):
          calls.append(value)
          return value
      assert f(*[1, 2], **{"a": 3})
      assert B().next == 3 and B.__dict__["size"](B()) == 2
      assert list(numbers()) == [1, 2]
      asyncio.run(later())
      assert (n := 10) > 5 > 1 and n == 10
      assert all(once(x) == x for x in range(3)) and f"{once(3)}" == "3"
      assert not once(0) or once(4)
      assert once(5) if once(6) else False
      assert calls == [0, 1, 2, 3, 0, 6, 5], calls
      assert "in locals" and "f" in locals()
      assert once(7) == once(8) == 9, str(calls)
      """, "python")
    let found = try #require(result.diagnostics.first)
    #expect(found.line == 38)
    #expect(found.message == "[0, 1, 2, 3, 0, 6, 5, 7, 8]")
    #expect(found.values == ["once(7)": "7", "once(8)": "8"])
  }

  @Test("Python: a second run that fails in another way says nothing")
  func otherAssertion() async throws {
    let result = try await run(
      "import time\nassert time.time_ns() == len([1]), time.time_ns()\n", "python")
    let found = try #require(result.diagnostics.first)
    #expect(found.code == "AssertionError" && found.line == 2)
    #expect(found.values == [:])
  }

  @Test(
    "a program that its time limit stops names the line where it was",
    arguments: [
      ("python", "def f(n):\n    while True:\n        n += 1\nf(0)\n", 2...3),
      // Its first thread waits. Another one uses up the time, which is where to look.
      (
        "python",
        """
        import threading
        def f():
            threading.Event().wait()
        def fill():
            while True: pass
        threading.Thread(target=fill, daemon=True).start()
        f()

        """, 5...5
      ),
      (
        "javascript",
        "function f(n) {\n  while (n > 0) {\n    n = n % 7 + 1;\n  }\n  return n;\n}\nconsole.log(f(3));\n",
        2...3
      ),
      (
        "swift",
        "func f() -> Int {\n  var x = 1\n  while x > 0 {\n    x = x % 7 + 1\n  }\n  return x\n}\nprint(f())\n",
        3...4
      ),
    ])
  func timeLimits(language: String, source: String, lines: ClosedRange<Int>) async throws {
    let result = try await run(source, language) {
      $0.cpuTime = .seconds(1)
      $0.wallTime = .seconds(600)
    }
    #expect(result.verdict == .timeLimit)
    let found = try #require(result.diagnostics.first)
    #expect(found.code == "time_limit")
    #expect(lines.contains(found.line ?? 0), "\(found)")
    #expect(found.stack.contains { $0.function?.hasPrefix("f") == true })
  }

  @Test("one that ignores the stop signal is stopped all the same, and its time not lengthened")
  func ignoredStop() async throws {
    let result = try await run(
      """
      import signal
      signal.signal(signal.SIGQUIT, signal.SIG_IGN)
      while True:
          pass
      """, "python"
    ) { $0.cpuTime = .seconds(1) }
    #expect(result.verdict == .timeLimit)
    #expect(try #require(result.run).cpuTime < .seconds(2))
  }

  @Test(
    "C: a crash names the line, and what kind of access went wrong",
    arguments: [
      (
        "int f(int *p) {\n  return *p;\n}\nint main(void) {\n  return f((int *)0);\n}\n", 2,
        "load of null pointer"
      ),
      (
        "#include <stdlib.h>\nint main(void) {\n  char *volatile p = malloc(8);\n  free(p);\n  free(p);\n}\n",
        5,
        "double-free: what is freed was freed before"
      ),
      (
        "int main(int count, char **words) {\n  (void)words;\n  return 7 % (count - 1);\n}\n", 3,
        "division by zero"
      ),
    ])
  func crashes(source: String, line: Int, words: String) async throws {
    let result = try await run(source, "c")
    #expect(result.verdict == .runtimeError)
    let found = try #require(result.diagnostics.first { $0.severity == .error })
    #expect(found.code?.hasPrefix("SIG") == true)
    #expect(found.file == "main.c" && found.line == line, "\(found)")
    #expect(found.notes.contains { $0.message.contains(words) }, "\(found.notes)")
    #expect(try #require(result.run).standardError.text.contains("Sanitizer") == false)
  }

  @Test("C: the second run of a program with all the memory there can be is no failure of its own")
  func greatestMemory() async throws {
    let result = try await run("int main(void) {\n  return *(volatile int *)0;\n}\n", "c") {
      $0.memory = ByteCount(bytes: .max)
    }
    #expect(result.run?.outcome == .signalled(signal: 11))
    #expect(result.diagnostics.contains { $0.code == "SIGSEGV" && $0.line == 2 })
  }

  @Test("C: a loop without an end names its line")
  func endlessLoop() async throws {
    var found: Diagnostic?
    // A program that is told to stop has two seconds to say where it is, which is too short at times beside all
    // other tests.
    for _ in 0..<4 where found?.line == nil {
      let result = try await run(
        "int main(int count, char **words) {\n  (void)words;\n  volatile int x = count;\n"
          + "  while (x)\n    x = 1;\n}\n", "c"
      ) {
        $0.cpuTime = .seconds(1)
        $0.wallTime = .seconds(300)
      }
      #expect(result.verdict == .timeLimit)
      found = result.diagnostics.first { $0.severity == .error }
    }
    #expect((4...5).contains(found?.line ?? 0), "\(String(describing: found))")
  }

  @Test(
    "a loop is named by its first line, whatever it was in when it was stopped",
    arguments: [
      (
        "python",
        "def g(a):\n    b = a + 1\n    return b\ndef f():\n    x = 0\n    while x >= 0:\n"
          + "        x = g(x)\n        x = g(x)\nf()\n", 6
      ),
      (
        "javascript",
        "function g(a) {\n  const b = a + 1;\n  return b;\n}\nfunction f() {\n  let x = 0;\n"
          + "  while (x >= 0) {\n    x = g(x);\n    x = g(x);\n  }\n}\nf();\n", 7
      ),
      (
        "c",
        "volatile int z;\nint g(int a) {\n  int b = a + z;\n  return b;\n}\nint main(void) {\n  int x = 0;\n"
          + "  while (x >= 0) {\n    x = g(x);\n    x = g(x);\n  }\n}\n", 8
      ),
      ("c", "void f(void) {\n  while (1) {}\n}\nint main(void) {\n  f();\n}\n", 2),
      (
        "python",
        "import threading\ndef work(n):\n  while True:\n    n += 1\n    n -= 2\n"
          + "threads = [threading.Thread(target=work, args=(i,)) for i in range(3)]\n"
          + "for thread in threads: thread.start()\nfor thread in threads: thread.join()\n", 3
      ),
      (
        "javascript",
        "async function step(n) {\n  return n + 1;\n}\nasync function run() {\n  let n = 0;\n  while (true) {\n"
          + "    n = await step(n);\n  }\n}\nrun();\n", 6
      ),
      (
        "swift",
        "func f() {\n  var x = 1\n  while x > 0 {\n    x = x % 7 + 1\n    x = x % 5 + 1\n  }\n}\nf()\n",
        3
      ),
    ])
  func loopOfCalls(language: String, source: String, line: Int) async throws {
    var found: Diagnostic?
    // As above.
    for _ in 0..<4 where found?.line != line {
      let result = try await run(source, language) {
        $0.cpuTime = .seconds(1)
        $0.wallTime = .seconds(300)
      }
      #expect(result.verdict == .timeLimit)
      found = result.diagnostics.first { $0.severity == .error }
    }
    #expect(found?.line == line && found?.column == nil, "\(String(describing: found))")
    #expect(found?.stack.contains { $0.function?.hasPrefix("g") == true } == false)
  }

  @Test(
    "a program that its memory limit ends names the line where it needed the memory",
    arguments: [
      (
        "python",
        "def f():\n    rows = []\n    while True:\n        rows.append('x' * 1000000)\nf()\n", 3...4
      ),
      (
        "javascript",
        "const rows = [];\nfunction f() {\n  for (;;)\n    rows.push(new Array(1000).fill(7));\n}\nf();\n",
        3...4
      ),
      (
        "c",
        "#include <stdlib.h>\n#include <string.h>\nvoid f(void) {\n  for (;;)\n"
          + "    memset(malloc(1000000), 1, 1000000);\n}\nint main(void) {\n  f();\n}\n", 4...5
      ),
      (
        "swift",
        "func f() {\n  var rows: [[Int]] = []\n  while true {\n"
          + "    rows.append(Array(repeating: 7, count: 100_000))\n  }\n}\nf()\n", 3...4
      ),
    ])
  func memoryLimits(language: String, source: String, lines: ClosedRange<Int>) async throws {
    let result = try await run(source, language) { $0.memory = ByteCount(mebibytes: 256) }
    #expect(result.verdict == .memoryLimit)
    #expect(result.run?.outcome == .memoryLimitExceeded)
    let found = try #require(result.diagnostics.first)
    #expect(found.code == "memory_limit")
    #expect(lines.contains(found.line ?? 0), "\(found)")
    #expect(found.stack.contains { $0.function?.hasPrefix("f") == true })
  }

  @Test("what a program writes into its report is no place where its memory limit ended it")
  func forgedPlace() async throws {
    let result = try await run(
      """
      import os
      os.write(5, b'Current thread 0x1 (most recent call first):\\n  File "/workspace/main.py", line 1 in forged\\n')
      rows = []
      if os.path.exists("again"):
          os._exit(0)
      while True:
          rows.append("x" * 1000000)
      """, "python"
    ) { $0.memory = ByteCount(mebibytes: 128) }
    let found = try #require(result.diagnostics.first)
    #expect(found.code == "memory_limit")
    #expect((6...7).contains(found.line ?? 0), "\(found)")
    #expect(found.stack.allSatisfy { $0.function != "forged" })
  }

  @Test(
    "C and Swift: a program that ends itself with a failure names the call of exit",
    arguments: [
      (
        "c",
        "#include <stdlib.h>\nvoid f(int n) {\n  if (n < 3)\n    exit(3);\n}\nint main(void) {\n  f(1);\n}\n",
        4
      ),
      ("swift", "import Glibc\nfunc f(_ n: Int) {\n  if n < 3 {\n    exit(3)\n  }\n}\nf(1)\n", 4),
    ])
  func exitCalls(language: String, source: String, line: Int) async throws {
    let result = try await run(source, language)
    let found = try #require(result.diagnostics.first)
    #expect(result.run?.outcome == .exited(code: 3))
    #expect(found.message == "the program ended itself with status 3")
    #expect(found.line == line, "\(found)")
    // One that ends otherwise when it is run again says nothing.
    let once =
      "#include <stdlib.h>\nint main(void) {\n#ifdef __SANITIZE_ADDRESS__\n  exit(4);\n#endif\n  exit(3);\n}\n"
    let other = try #require(try await run(once, "c").diagnostics.first)
    #expect(other.message == "the program exited with status 3" && other.line == nil)
  }

  @Test(
    "one that prints without end is told with the loop that it prints in",
    arguments: [
      (
        "python",
        "def spam(n):\n  i = 0\n  while True:\n    print('spam', i)\n    i += n\ndef start():\n  spam(1)\nstart()\n",
        3, ["<module>", "start", "spam"]
      ),
      (
        "javascript",
        "function spam(n) {\n  let i = 0;\n  while (true) {\n    require('fs').writeSync(1, 'spam' + i);\n    i += n;\n  }\n}\n"
          + "function start() {\n  spam(1);\n}\nstart();\n", 3, ["start", "spam"]
      ),
      (
        "c",
        "#include <stdio.h>\nvoid spam(int n) {\n  int i = 0;\n  for (;;) {\n    printf(\"spam %d\\n\", i);\n    i += n;\n  }\n}\n"
          + "int main(void) {\n  spam(1);\n}\n", 4, ["main", "spam"]
      ),
      (
        "swift",
        "func spam(_ n: Int) {\n  var i = 0\n  while true {\n    print(\"spam\", i)\n    i &+= n\n  }\n}\nfunc start() {\n"
          + "  spam(1)\n}\nstart()\n", 3, ["main", "start()", "spam(_:)"]
      ),
    ])
  func endlessOutput(language: String, source: String, line: Int, calls: [String]) async throws {
    var result = try await run(source, language) { $0.output = ByteCount(mebibytes: 1) }
    // Stopped in Swift's own library, which keeps no frame pointers, it may miss a call.
    for _ in 0..<3 where result.diagnostics.first?.line != line {
      #expect(result.verdict == .outputLimit)
      result = try await run(source, language) { $0.output = ByteCount(mebibytes: 1) }
    }
    #expect(result.verdict == .outputLimit)
    let found = try #require(result.diagnostics.first { $0.severity == .error })
    #expect(found.code == "output_limit" && found.line == line, "\(found)")
    #expect(found.stack.compactMap(\.function).suffix(calls.count) == calls[...])
    let kept = try #require(result.run).standardOutput
    #expect(kept.isTruncated && kept.totalBytes < 32 << 20)
    // One that writes too much, and ends by itself, was nowhere when it was stopped.
    if language == "c" {
      let other = try await run(
        "#include <stdio.h>\n#include <stdlib.h>\nint main(void) {\n  for (int i = 0; i < 200000; i++) puts(\"spam 1234\");\n"
          + "  exit(3);\n}\n", "c")
      #expect(other.verdict == .outputLimit && other.diagnostics.first?.line == nil)
    }
  }

  @Test(
    "a mark of the encoding in front of the first line shifts no column",
    arguments: [
      ("python", "x = 1; print(x.foo)\n", 14), ("python", "é = 1; x = = 1\n", 12),
      ("python", "x = 1; return 5\n", 8), ("javascript", "let x = 1; x.foo();\n", 14),
      ("javascript", "let x = = 1;\n", 9), ("javascript", "const x = 1; x.y.z;\n", 18),
      ("c", "int é = y + 1; int main(void) { return 0; }\n", 9),
      ("c", "int main(int c, char **v) { int *p = 0; (void)v; return p[c - 1]; }\n", 58),
      ("swift", "let é = y + 1\n", 9), ("swift", "let x = [1]; print(x[Int(\"3\")!])\n", 21),
    ])
  func markOfEncoding(language: String, source: String, column: Int) async throws {
    for text in [source, "\u{FEFF}" + source] {
      let result = try await run(text, language)
      let found = try #require(result.diagnostics.first { $0.severity == .error })
      #expect(found.line == 1 && found.column == column, "\(found)")
      #expect(found.source == String(source.dropLast()))
    }
  }

  @Test("C and Swift: a message has the compiler's fix-it and columns")
  func fixIts() async throws {
    let result = try await run(
      "struct point { int width; };\nint main(void) {\n  struct point p = {1}; const char *s = \"é\"; return p.widht;\n}\n",
      "c")
    let found = try #require(result.diagnostics.first { $0.severity == .error })
    #expect(found.line == 3 && found.column == 55, "\(found)")
    #expect(found.fixIts.map(\.replacement) == ["width"])
    #expect(found.endColumn == 60)
    #expect(try #require(result.compile).standardError.text.contains("main.c:3:"))

    let other = try await run(
      "let text = \"é\"; func half(of number: Int) -> Int { number / 2 }\nlet é = 3; print(é, half(3))\n",
      "swift")
    let labelled = try #require(other.diagnostics.first { $0.severity == .error })
    #expect(labelled.line == 2 && labelled.column == 26, "\(labelled)")
    #expect(
      labelled.fixIts
        == [Diagnostic.FixIt(line: 2, column: 26, endLine: 2, endColumn: 26, replacement: "of: ")])
  }

  @Test("Python: what was warned of is a diagnostic, of a program that succeeds too")
  func warnings() async throws {
    let source = """
      import warnings, sys, helper
      x = 5
      if x is 5:
          pass
      def old():
          warnings.warn("old is gone", DeprecationWarning, stacklevel=2)
      old()
      """
    let helper = "import warnings\nwarnings.warn('careful')\n"
    for (end, isError) in [("", false), ("\n[][1]\n", true)] {
      let catalog = Catalog.standard()
      let program = Program(
        files: [
          "main.py": .bytes(Array((source + end).utf8)), "helper.py": .bytes(Array(helper.utf8)),
        ],
        entry: "main.py")
      let result = try await Sandbox(catalog: catalog).run(
        program, language: "python", under: try catalog.policy(named: "default").value)
      let warned = result.diagnostics.filter { $0.severity == .warning }
      #expect(result.diagnostics.count - warned.count == (isError ? 1 : 0))
      #expect(result.diagnostics.first?.code == (isError ? "IndexError" : "SyntaxWarning"))
      #expect(
        warned.map { "\($0.file ?? ""):\($0.line ?? 0) \($0.code ?? ""): \($0.message.prefix(14))" }
          == [
            "main.py:3 SyntaxWarning: \"is\" with a li",
            "main.py:7 DeprecationWarning: old is gone",
            "helper.py:2 UserWarning: careful",
          ])
      #expect(result.run?.standardError.text.contains("SyntaxWarning") == true)
    }
    // What a program that succeeds prints is none.
    let calm = try await run(Self.forged + "sys.exit(0)\n", "python")
    #expect(calm.verdict == .ok && calm.diagnostics.isEmpty)
  }

  @Test(
    "Python: what was ignored costs no report, and what was shown is told",
    arguments: [
      ("open('main.py')", false), ("import warnings\nwarnings.warn('x', ImportWarning)", false),
      ("import warnings\nwarnings.simplefilter('ignore')\nwarnings.warn('x')", false),
      ("import warnings\nwarnings.warn('x')", true), ("5 is 5", true),
      ("open('main.py')\nimport warnings\nwarnings.warn('x', DeprecationWarning)", true),
      ("import warnings\nwarnings.simplefilter('default')\nopen('main.py')", true),
    ], [true, false])
  func ignoredWarning(_ program: (source: String, isTold: Bool), isWarm: Bool) async throws {
    let told = "print('told', type(error).__name__)"
    let runs = try WarmRuns(isWarm: isWarm) {
      $0.run.drivers["python-report.py"] = "def finish(error, *rest):\n  \(told)\n"
    }
    if isWarm { _ = try await runs.run(warm: "pass") }
    let result = try await runs.run(program.source)
    #expect(result.run?.start == (isWarm ? .warm : .cold))
    #expect(result.verdict == .ok, "\(result.feedback)")
    #expect(result.run?.standardOutput.text == (program.isTold ? "told NoneType\n" : ""))
  }

  @Test("Python: texts are told as they are, whatever they hold", arguments: [true, false])
  func texts(isWarm: Bool) async throws {
    let runs = try WarmRuns(isWarm: isWarm)
    if isWarm { _ = try await runs.run(warm: "pass") }
    let result = try await runs.run(
      """
      text = "".join(map(chr, [*range(1, 300), 0x2028, 0xFFFD, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF]))
      def fail(größe=text[:50], none=None, yes=True, big=-10**30):
          raise ValueError(text)
      fail()
      """)
    let found = try #require(result.diagnostics.first)
    let scalars = [Array(1..<300), [0x2028, 0xFFFD, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF]].joined()
    let text = String(String.UnicodeScalarView(scalars.compactMap { Unicode.Scalar($0) }))
    #expect(found.message == text)
    #expect(found.values["none"] == "None" && found.values["yes"] == "True")
    #expect(found.values["big"] == "-1000000000000000000000000000000")
    #expect(found.values["größe"]?.hasPrefix(#"'\x01\x02"#) == true, "\(found.values)")
  }

  @Test("what failed is run again on what was read from a stream")
  func investigatesStreams() async throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    _ = "4 1".withCString { write(ends[1], $0, 3) }
    close(ends[1])
    defer { close(ends[0]) }
    let catalog = Catalog.standard()
    var program = Program(
      source:
        "def add(a, b): return a - b\na, b = map(int, input().split())\nassert add(a, b) == 5\n",
      language: ManifestLanguage(try catalog.language(named: "python").value))
    program.standardInput = .descriptor(ends[0])
    let result = try await Sandbox(catalog: catalog).run(
      program, language: "python", under: try catalog.policy(named: "default").value)
    let found = try #require(result.diagnostics.first)
    #expect(found.code == "AssertionError" && found.values == ["add(a, b)": "3"])
  }

  @Test("JavaScript: a failed assertion names what it compared")
  func javaScriptOperands() async throws {
    let result = try await run(
      """
      const assert = require("assert");
      const add = (a, b) => a - b;
      const total = [1];
      assert(add(1, 0) === 1); assert.ok(total.length === 1 && !Number.isNaN(total[0]));
      assert(total.length === 1 && Math.abs(add(1, 2) - 3) < 1e-6, "sum");
      """, "javascript")
    let found = try #require(result.diagnostics.first)
    #expect(found.code == "AssertionError" && found.line == 5 && found.message == "sum")
    #expect(
      found.values == [
        "total.length": "1", "add(1, 2)": "-1", "Math.abs(add(1, 2) - 3)": "4",
      ])
  }

  @Test(
    "JavaScript: an error names the variables where it was thrown, and calls nothing of the program's for that"
  )
  func javaScriptLocals() async throws {
    let result = try await run(
      """
      class P { constructor() { this.x = 1; } get y() { process.exit(0); } toString() { process.exit(0); } }
      const util = require("util");
      P.prototype[util.inspect.custom] = () => process.exit(0);
      function f(a) {
        const p = new P();
        let text = "é";
        { const inner = a * 2; null.foo; }
      }
      async function g() {
        try { JSON.parse("{"); } catch {}
        await 1;
        f(21);
      }
      g();
      """, "javascript")
    #expect(result.run?.outcome == .exited(code: 1))
    let found = try #require(result.diagnostics.first)
    #expect(found.code == "TypeError" && found.line == 7)
    #expect(found.values == ["a": "21", "p": "P { x: 1 }", "text": "'é'", "inner": "42"])
  }

  @Test("JavaScript: noting what assertions compare changes nothing that they do")
  func javaScriptStaysTheSame() async throws {
    let result = try await run(
      """
      "use strict";
      const assert = require("assert");
      const calls = [];
      const once = (value) => { calls.push(value); return value; };
      class A {
        #n = 1;
        size() { return this.#n; }
        check(other) { assert(#n in other && this.size() === 1); return this; }
      }
      class B extends A { size() { assert(super.size() === 1 && new.target === undefined); return 1; } }
      function* numbers() { assert((yield 1) === undefined); assert((yield 2) === undefined); }
      async function later() { assert(await Promise.resolve(3) === 3); for await (const x of [1]) assert(x === 1); }
      function rest(...args) { assert(args.length === 2 && arguments[0] === 1, "arguments"); return true; }
      assert(rest(...[1, 2]));
      assert(new B().check(new A()).size() === 1);
      assert.deepStrictEqual([...numbers()], [1, 2]);
      assert([1, 2].every((x) => once(x) === x) && `${once(3)}` === "3");
      assert(!once(0) || once(4));
      assert((once(5) ? once(6) : false));
      assert(calls?.at?.(0) === 1 && typeof missing === "undefined");
      assert(calls.join() === "1,2,3,0,5,6", calls.join());
      let i = 0;
      assert(i++ === 0 && (i += 2) === 3);
      assert.throws(() => { throw new TypeError("x"); }, TypeError);
      assert(((a, b) => a < b)(once(7), once(8)));
      later().then(() => assert(once(9) === once(8), calls.slice(-4).join() + i));
      """, "javascript")
    let found = try #require(result.diagnostics.first)
    #expect(found.line == 26, "\(found)")
    #expect(found.message == "7,8,9,83")
    #expect(found.values == ["once(9)": "9", "once(8)": "8"])
  }

  @Test("C: what is found in a second run that ends otherwise is not told of the first")
  func otherwise() async throws {
    let result = try await run(
      """
      #include <stdlib.h>
      int main(void) {
      #ifdef __SANITIZE_ADDRESS__
        return 0;
      #endif
        abort();
      }
      """, "c")
    let found = try #require(result.diagnostics.first)
    #expect(found.code == "SIGABRT" && found.line == nil && found.notes.isEmpty)
    #expect(result.run?.outcome == .signalled(signal: 6))
  }

  @Test("JavaScript: operands, causes, members, and what is thrown that is no error")
  func javaScript() async throws {
    let assertion = try await run(
      """
      const assert = require('assert');
      function f() {
        assert.strictEqual(6 * 7, 41);
      }
      f();

      """,
      "javascript")
    let found = try #require(assertion.diagnostics.first)
    #expect(found.code == "AssertionError" && found.line == 3)
    #expect(found.values == ["actual": "42", "expected": "41"])
    let caused = try await run(
      "throw new AggregateError([new TypeError('a')], 'all', { cause: new RangeError('c') });\n",
      "javascript")
    #expect(
      caused.diagnostics.first?.notes.map(\.message)
        == ["in the group: TypeError: a", "caused by RangeError: c"])
    let thrown = try await run("\nthrow { get x() { process.exit(0) } };\n", "javascript")
    #expect(thrown.run?.outcome == .exited(code: 1))
    #expect(thrown.diagnostics.first?.line == 2)
  }

  @Test(
    "a parse error is the place in the program, not in the driver",
    arguments: [("python", "x = (1\n", 1), ("javascript", "let a;\nlet b = ;\n", 2)])
  func parseErrors(language: String, source: String, line: Int) async throws {
    let found = try #require(try await run(source, language).diagnostics.first)
    #expect(found.code == "SyntaxError")
    #expect(found.line == line)
    #expect(found.stack.isEmpty)
  }
}
