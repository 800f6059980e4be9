// What short Python programs cost where they are forked from an interpreter that is up (warm), where they are started
// (cold), and bare, without a sandbox or site-packages (`python3 -I -S`): one after the other in each round, so that
// all meet the same machine; the same for each kind of program of a mix. Then many of the mix at two at a time, in one go,
// between two halves of a loop of bubblewrap. Prints tables in Markdown.
//
//     warm-benchmark [ROUNDS] [RUNS]
import CBareSpawn
import Foundation
import OCISandbox
import Ratios

func argument(_ index: Int, default value: Int) -> Int {
  CommandLine.arguments.count > index ? max(1, Int(CommandLine.arguments[index]) ?? value) : value
}

let rounds = argument(1, default: 200)
let runs = argument(2, default: 10_000)

func milliseconds(_ body: () async throws -> Void) async rethrows -> Double {
  let start = ContinuousClock.now
  try await body()
  return (ContinuousClock.now - start) / .milliseconds(1)
}

func text(_ value: Double, _ digits: Int = 2) -> String { String(format: "%.\(digits)f", value) }

let catalog = Catalog.standard()
let language = ManifestLanguage(try catalog.language(named: "python").value)
let policy = try catalog.policy(named: "default").value
let toolchain = try await ToolchainLocator().locate(language.manifest.toolchain)
let interpreter = toolchain.executable
let warm = Sandbox(catalog: catalog, executor: SandboxExecutor(maximumConcurrentRuns: 2))
let cold = Sandbox(
  catalog: catalog, executor: SandboxExecutor(maximumConcurrentRuns: 2), startsWarm: false)

/// Runs a program; returns how it was started.
@discardableResult
func run(_ source: String, in sandbox: Sandbox, preload: [String] = []) async throws -> Start? {
  var own = policy
  own.preload = preload
  let result = try await sandbox.run(
    Program(source: source, language: language), in: language, under: own)
  precondition([.ok, .runtimeError].contains(result.verdict), result.feedback)
  return result.run?.start
}

/// Runs a command without a sandbox of ours; returns its status, as of wait(2).
func status(of words: [String]) -> Int32 {
  var list: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
  list.append(nil)
  defer { for word in list { free(word) } }
  return bare_run(&list)
}

/// The same, where the status must be one of these.
func bare(_ words: [String], status expected: ClosedRange<Int32> = 0...256) {
  let ended = status(of: words)
  precondition(expected.contains(ended), "\(words): wait status \(ended)")
}

let folder = "/var/tmp/warm-benchmark-\(getpid())"
try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(atPath: folder) }

func script(_ name: String, _ source: String) throws -> String {
  let path = folder + "/" + name
  try source.write(toFile: path, atomically: true, encoding: .utf8)
  return path
}

// MARK: One program

/// Where the interpreter finds numpy, which `-S` hides from it; empty where there is none.
let numpyFolder = await {
  let finder = Program(
    source: "import numpy, os\nprint(os.path.dirname(os.path.dirname(numpy.__file__)))",
    language: language)
  let result = try? await cold.run(finder, in: language, under: policy)
  return result?.verdict == .ok
    ? result?.run?.standardOutput.text.trimmingCharacters(in: .newlines) ?? "" : ""
}()

struct Measured {
  var name: String
  var source: String
  var preload: [String] = []
  /// What the bare interpreter needs besides, at the start.
  var opening = ""
}

var programs = [
  Measured(name: "hello", source: "print('hello')\n"),
  Measured(
    name: "json, re, collections",
    source: "import json, re, collections\nprint(json.dumps(re.findall('a', 'banana')))\n"),
]
if !numpyFolder.isEmpty {
  programs.append(
    Measured(
      name: "numpy", source: "import numpy\nprint(numpy.arange(10).sum())\n", preload: ["numpy"],
      opening: "import sys\nsys.path.append('\(numpyFolder)')\n"))
}

/// Medians of `rounds` in milliseconds, bare, cold and warm in turns, and how many of the warm runs were started.
func medians(
  _ program: Measured, rounds: Int
) async throws -> (bare: Double, cold: Double, warm: Double, started: Int) {
  let path = try script("main.py", program.opening + program.source)
  for _ in 0..<20 { try await run(program.source, in: warm, preload: program.preload) }
  for _ in 0..<5 { try await run(program.source, in: cold) }
  var times: (bare: [Double], cold: [Double], warm: [Double]) = ([], [], [])
  var started = 0
  for _ in 0..<rounds {
    times.bare.append(await milliseconds { bare([interpreter, "-I", "-S", path]) })
    times.cold.append(try await milliseconds { try await run(program.source, in: cold) })
    times.warm.append(
      try await milliseconds {
        if try await run(program.source, in: warm, preload: program.preload) != .warm {
          started += 1
        }
      })
  }
  return (
    quantile(times.bare, 0.5), quantile(times.cold, 0.5), quantile(times.warm, 0.5), started
  )
}

print("| program | bare ms | cold ms | warm ms | bare / warm | cold / warm |")
print("| --- | --- | --- | --- | --- | --- |")
for program in programs {
  let (b, c, w, started) = try await medians(program, rounds: rounds)
  print(
    "| \(program.name) | \(text(b)) | \(text(c)) | \(text(w)) | \(text(b / w, 1)) | \(text(c / w, 1)) |"
  )
  note("\(program.name): bare / warm", b / w, better: .higher)
  note("\(program.name): cold / bare", c / b, better: .lower)
  if started > 0 { print("(\(started) of \(rounds) were started)") }
}

// MARK: Each kind

/// Short programs of several kinds.
let mix = [
  Measured(name: "hello", source: "print('hello')\n"),
  Measured(
    name: "json, re, collections",
    source:
      "import json, re, collections\nprint(json.dumps(collections.Counter(re.findall('[a-z]', 'banana'))))\n"
  ),
  Measured(name: "a sum of 20,000", source: "print(sum(i * i for i in range(20000)))\n"),
  Measured(
    name: "recursion",
    source: "def f(n): return n if n < 2 else f(n - 1) + f(n - 2)\nprint(f(15))\n"),
  Measured(
    name: "dataclasses",
    source:
      "from dataclasses import dataclass\n@dataclass\nclass P:\n  x: int\nprint(sorted([P(3), P(1)], key=lambda p: p.x))\n"
  ),
  Measured(
    name: "files, not closed",
    source: "open('out.txt', 'w').write('x' * 5000)\nprint(len(open('out.txt').read()))\n",
    opening: "import posix\nposix.chdir('\(folder)')\n"),
  Measured(
    name: "itertools, functools, math",
    source:
      "import itertools, functools, math\nprint(functools.reduce(math.gcd, itertools.accumulate(range(1, 50))))\n"
  ),
  Measured(name: "an error", source: "raise ValueError('wrong')\n"),
]

/// What the programs of the mix import, as a user who runs many of them would have it loaded ahead.
let imports = ["json", "re", "collections", "dataclasses", "itertools", "functools", "math"]

print()
print("| program | bare ms | cold ms | warm ms | warm ms, with `preload` | bare / warm |")
print("| --- | --- | --- | --- | --- | --- |")
for var program in mix {
  let few = max(5, rounds / 4)
  let (b, c, w, _) = try await medians(program, rounds: few)
  program.preload = imports
  let loaded = try await medians(program, rounds: few).warm
  print(
    "| \(program.name) | \(text(b)) | \(text(c)) | \(text(w)) | \(text(loaded)) | \(text(b / w, 1)) |"
  )
}

// MARK: Many, two at a time

/// Runs `count` programs of the mix, two at a time; returns how long each took.
func many(_ count: Int, _ body: @escaping @Sendable (Int) async throws -> Void) async throws
  -> [Double]
{
  try await withThrowingTaskGroup(of: [Double].self) { group in
    for half in 0..<2 {
      group.addTask {
        var times: [Double] = []
        for index in stride(from: half, to: count, by: 2) {
          times.append(try await milliseconds { try await body(index) })
        }
        return times
      }
    }
    return try await group.reduce(into: []) { $0 += $1 }
  }
}

func children(of process: pid_t) -> [pid_t] {
  let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
  let own = tasks.flatMap { task in
    ((try? String(contentsOfFile: "/proc/\(process)/task/\(task)/children", encoding: .utf8)) ?? "")
      .split(separator: " ").compactMap { pid_t($0) }
  }
  return own + own.flatMap(children)
}

/// Memory of this process and of all beneath it, by proportion where it is shared.
func memoryKiB() -> Int {
  ([getpid()] + children(of: getpid())).reduce(0) { sum, process in
    let text = (try? String(contentsOfFile: "/proc/\(process)/smaps_rollup", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("Pss:") } ?? ""
    return sum + (Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0)
  }
}

let sources = mix.map(\.source)
for (index, source) in sources.enumerated() { _ = try script("mix-\(index).py", source) }
let prefix = URL(fileURLWithPath: interpreter).resolvingSymlinksInPath()
  .deletingLastPathComponent().deletingLastPathComponent().path
let wrap =
  ["/usr/bin/bwrap", "--unshare-all", "--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib"]
  + ["--symlink", "usr/lib64", "/lib64", "--symlink", "usr/bin", "/bin"]
  + (prefix.hasPrefix("/usr") ? [] : ["--ro-bind", prefix, prefix])
  + ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/workspace"]
  + ["--ro-bind", folder, "/programs", "--chdir", "/workspace", interpreter, "-I", "-S"]
// It shows one folder of the interpreter: one that needs another, as a virtual environment does, would only fail there.
let hasBubblewrap =
  access("/usr/bin/bwrap", X_OK) == 0 && status(of: wrap + ["/programs/mix-0.py"]) == 0

print()
print("| \(runs) short Python programs, two at a time | nothing loaded ahead | with `preload` |")
print("| --- | --- | --- |")
var columns: [[String]] = []
for preload in [[], imports] {
  @Sendable func mixed(_ index: Int) async throws {
    try await run(sources[index % sources.count], in: warm, preload: preload)
  }
  _ = try await many(200, mixed)
  let memory = memoryKiB()
  // The other's share before and after: a machine that gets slower is so for both.
  let count = max(40, runs / 20)
  @Sendable func wrapped() async throws -> Double {
    guard hasBubblewrap else { return 0 }
    return try await milliseconds {
      _ = try await many(count / 2) { index in
        let path = "/programs/mix-\(index % sources.count).py"
        await withCheckedContinuation { continuation in
          Thread.detachNewThread {
            bare(wrap + [path])
            continuation.resume()
          }
        }
      }
    }
  }
  let before = try await wrapped()
  var times: [Double] = []
  let took = try await milliseconds { times = try await many(runs, mixed) }
  let theirs = before + (try await wrapped())
  let rate = Double(runs) / took * 1000
  let (half, slow) = (quantile(times, 0.5), quantile(times, 0.99))
  var column = [text(rate, 0), "\(text(half)) ms, \(text(slow)) ms"]
  let name = preload.isEmpty ? "mix, two at a time" : "mix with preload, two at a time"
  if hasBubblewrap {
    let other = Double(count / 2 * 2) / theirs * 1000
    column += [text(other, 0), text(rate / other, 1)]
    note("\(name): rate / that of bubblewrap", rate / other, better: .higher)
  }
  columns.append(column + ["\(memory) KiB, \(memoryKiB()) KiB"])
}
var rows = ["programs a second", "median, p99 of the mix"]
if hasBubblewrap { rows += ["`bwrap python3 -I -S`, programs a second", "ratio"] }
rows.append("memory of all processes, before and after")
for (index, row) in rows.enumerated() {
  print("| \(row) | \(columns[0][index]) | \(columns[1][index]) |")
}
await warm.runner.executor.close()
await cold.runner.executor.close()
let left = children(of: getpid()).count
print("| processes left | \(left) | |")

// MARK: The same program at two at a time

let again = Sandbox(catalog: catalog, executor: SandboxExecutor(maximumConcurrentRuns: 2))
_ = try await many(200) { _ in try await run("print('hello')\n", in: again) }
let hellos = try await many(max(1000, runs / 5)) { _ in try await run("print('hello')\n", in: again)
}
let (middle, late) = (quantile(hellos, 0.5), quantile(hellos, 0.99))
print(
  "| hello: median, p99, their ratio | \(text(middle)) ms, \(text(late)) ms, \(text(late / middle)) | |"
)
note("hello, two at a time: p99 / median", late / middle, better: .lower)
