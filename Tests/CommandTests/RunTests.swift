import Foundation
import Testing

@Suite("ocisandbox run", .timeLimit(.minutes(15)))
struct RunTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    var file: String
    var source: String
    var options: [String] = []
    var status: Int32
    var verdict: String
    var output = ""
    /// Standard error, all of it.
    var errors = ""
    var testDescription: String { "\(file): \(verdict), \(status)" }
  }

  static let samples = [
    Sample(file: "a.py", source: "print(6 * 7)", status: 0, verdict: "ok", output: "42\n"),
    Sample(file: "a.js", source: "console.log(6 * 7)", status: 0, verdict: "ok", output: "42\n"),
    Sample(
      file: "a.c", source: "#include <stdio.h>\nint main(void) { puts(\"42\"); }", status: 0,
      verdict: "ok", output: "42\n"),
    Sample(file: "a.swift", source: "print(6 * 7)", status: 0, verdict: "ok", output: "42\n"),
    Sample(
      file: "seven.c", source: "int main(void) { return 7; }", status: 7, verdict: "runtime_error",
      errors: "error: the program exited with status 7\n"),
    Sample(
      file: "forged.c", source: "int main(void) { return 137; }", status: 137,
      verdict: "runtime_error", errors: "error: the program exited with status 137\n"),
    Sample(
      file: "signal.c",
      source: "#include <signal.h>\nint main(void) { raise(SIGTERM); return 0; }", status: 143,
      verdict: "runtime_error", errors: "error: SIGTERM: asked to end\n"),
    Sample(
      file: "broken.c", source: "int main(void) { return x; }\n", status: 65,
      verdict: "compile_error"),
    Sample(
      file: "sleep.py", source: "import time\ntime.sleep(60)", options: ["--wall-time", "300ms"],
      status: 124, verdict: "time_limit"),
    Sample(
      file: "spin.c", source: "int main(void) { for (volatile int i = 0;; i++); }",
      options: ["--cpu-time", "200ms"], status: 124, verdict: "time_limit"),
    Sample(
      file: "grow.py", source: "x = bytearray(1)\nwhile True: x += bytes(1 << 20)",
      options: ["--memory", "64MiB"], status: 137, verdict: "memory_limit"),
    Sample(
      file: "flood.c", source: "#include <stdio.h>\nint main(void) { for (;;) puts(\"flood\"); }",
      options: ["--output-limit", "4KiB", "--quiet"], status: 153, verdict: "output_limit"),
    Sample(
      file: "fill.py", source: "open('f', 'wb').write(bytes(1 << 22))",
      options: ["--disk", "1MiB"], status: 153, verdict: "disk_limit"),
    Sample(
      file: "fork.py", source: "import os\nwhile True:\n  if not os.fork(): os.pause()",
      options: ["--processes", "8"], status: 153, verdict: "process_limit"),
    Sample(
      file: "ptrace.c",
      source: """
        #include <sys/ptrace.h>
        int main(void) { return ptrace(PTRACE_TRACEME, 0, 0, 0) != 0; }
        """, options: ["--policy", "strict"], status: 159, verdict: "policy_violation"),
  ]

  @Test("The exit status and the verdict say what happened", arguments: samples)
  func statusAndVerdict(_ sample: Sample) async throws {
    let folder = try ScratchFolder()
    try folder.write(sample.source, to: sample.file)
    let arguments = ["run", sample.file] + sample.options
    let ending = try await folder.command.run((arguments + ["--json"]).map { Array($0.utf8) })
    let document = try ending.document()
    #expect(document["verdict"] as? String == sample.verdict)
    #expect(document["schema"] as? Int == 1)
    #expect(ending.status == sample.status)
    #expect(ending.errors == "")
  }

  @Test(
    "As text, the program's output comes first and the report after it, all in all",
    arguments: samples.filter { $0.status == 0 || !$0.errors.isEmpty })
  func wholeText(_ sample: Sample) async throws {
    let folder = try ScratchFolder()
    try folder.write(sample.source, to: sample.file)
    let ending = try await folder.command.run("run", sample.file)
    #expect(ending.output == sample.output)
    #expect(ending.errors == sample.errors)
    #expect(ending.status == sample.status)
  }

  /// What they look like is begun before they are parsed.
  @Test("What the arguments look like at first sight does not matter, only what they mean")
  func wrongGuess() async throws {
    let folder = try ScratchFolder()
    try folder.write("print(input())", to: "a.py")
    try folder.write("6 * 7\n", to: "data.c")
    let input = try await folder.command.run("run", "--stdin", "data.c", "a.py")
    #expect(input.output == "6 * 7\n" && input.status == 0, "\(input.errors)")
    try folder.write("console.log(6 * 7)", to: "b.py")
    let other = try await folder.command.run("run", "b.py", "--language", "javascript")
    #expect(other.output == "42\n" && other.status == 0, "\(other.errors)")
    let wrong = try await folder.command.run("check", "a.py", "--no-cache")
    #expect(wrong.status == 64 && wrong.errors.contains("--no-cache"), "\(wrong.errors)")
    #expect(wrong.output == "")
  }

  @Test("A program in a named pipe is read once", .timeLimit(.minutes(1)))
  func namedPipe() async throws {
    let folder = try ScratchFolder()
    let path = folder.path + "/pipe.py"
    #expect(mkfifo(path, 0o600) == 0)
    let running = try folder.command.start("run", "pipe.py")
    let writer = Thread { try? Data("print(6 * 7)".utf8).write(to: URL(filePath: path)) }
    writer.start()
    let ending = try await running.ending()
    #expect(ending.output == "42\n" && ending.status == 0, "\(ending.errors)")
  }

  @Test("What was compiled is started again, unless --no-cache is given")
  func compileCache() async throws {
    let folder = try ScratchFolder()
    try folder.write("int main(void) { int unused; return 5; }\n", to: "a.c")
    var command = folder.command
    command.environment = ["XDG_CACHE_HOME": folder.path + "/cache"]
    let cached = { (ending: BuiltCommand.Ending) throws -> Bool? in
      #expect(ending.status == 5, "\(ending.errors)")
      return (try ending.document()["compile"] as? [String: Any])?["cached"] as? Bool
    }
    #expect(try await cached(command.run("run", "a.c", "--json")) == false)
    #expect(try await cached(command.run("run", "a.c", "--json")) == true)
    #expect(try await cached(command.run("run", "a.c", "--json", "--no-cache")) == false)
    let (first, second) = try await (
      command.run("run", "a.c", "--no-cache"), command.run("run", "a.c")
    )
    #expect(first.errors.contains("unused"))
    #expect(second.errors == first.errors && second.status == 5)
  }

  @Test("What does not compile is told with its place, and does not run")
  func compileError() async throws {
    let folder = try ScratchFolder()
    try folder.write("int main(void) { return x; }\n", to: "broken.c")
    let ending = try await folder.command.run("run", "broken.c")
    #expect(ending.status == 65)
    #expect(ending.output == "")
    #expect(ending.errors.hasPrefix("broken.c:1:25: error: "))
    #expect(ending.errors.contains("    1 | int main(void) { return x; }\n"))
  }

  @Test("Arguments and variables reach the program as they are, and nothing of the caller's does")
  func argumentsAndVariables() async throws {
    let folder = try ScratchFolder()
    try folder.write(
      """
      import json, os, sys
      print(json.dumps([sys.argv[1:], dict(os.environ)], sort_keys=True))
      """, to: "show.py")
    var command = folder.command
    command.environment = ["CANARY": "of the caller"]
    let ending = try await command.run(
      "run", "show.py", "--env", "A=1", "--env", "EMPTY=", "--env", "SIGN=a=b", "--", "--json",
      "-x",
      "a b", "")
    #expect(
      ending.output == """
        [["--json", "-x", "a b", ""], {"A": "1", "EMPTY": "", "HOME": "/workspace", \
        "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "SIGN": "a=b", "TMPDIR": "/tmp"}]

        """)
  }

  @Test("A folder is a program, and --file puts files and folders beside one")
  func severalFiles() async throws {
    let folder = try ScratchFolder()
    try folder.write(
      "import lib.m, data; print(lib.m.x, data.y, open('d.txt').read())", to: "p/main.py")
    try folder.write("x = 1", to: "p/lib/m.py")
    try folder.write("y = 2", to: "p/data.py")
    try folder.write("3", to: "p/d.txt")
    try folder.write("4", to: "other.txt")
    let whole = try await folder.command.run("run", "p")
    #expect(whole.output == "1 2 3\n", "\(whole.errors)")
    let listed = try await folder.command.run(
      "run", "p/main.py", "--file", "p/lib", "--file", "p/data.py", "--file", "other.txt:d.txt")
    #expect(listed.output == "1 2 4\n", "\(listed.errors)")
    let content = try await folder.command.run("run", "p/main.py", "--file", "p:.")
    #expect(content.output == "1 2 3\n", "\(content.errors)")
  }

  @Test("The program may come from standard input")
  func programFromStandardInput() async throws {
    let folder = try ScratchFolder()
    var command = folder.command
    command.input = .bytes(Array("print('piped')".utf8))
    let ending = try await command.run("run", "-", "--language", "py")
    #expect(ending.output == "piped\n")
  }

  @Test("numpy, installed beside the Python in use, can be imported", .enabled(if: Self.hasNumpy))
  func numpy() async throws {
    let folder = try ScratchFolder()
    // The product is computed by as many threads as there are processors.
    let source = """
      import numpy
      square = numpy.eye(600) * 2
      assert (numpy.linalg.inv(square) @ square).trace() == 600
      numpy.save("a.npy", numpy.random.default_rng(1).normal(size=10))
      assert numpy.load("a.npy", mmap_mode="r").shape == (10,)
      print(int(numpy.arange(4).sum()))
      """
    try folder.write(source, to: "n.py")
    let ending = try await folder.command.run("run", "n.py")
    #expect(ending.output == "6\n", "\(ending.errors)")
  }

  /// Whether the Python on PATH has numpy.
  static let hasNumpy: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-E", "-s", "-c", "import numpy"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()
}
