// What short programs cost where Node, or Swift's compiler and linker, are started ahead of them, beside what they cost
// where those are started when they are asked for: one at a time with pauses, one at a time and two at a time without, in turns, each part with an
// executor of its own, so that what its workers used can be counted. Prints tables in Markdown.
//
//     ahead-benchmark [RUNS]
import Foundation
import OCISandbox
import Ratios

let runs = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 200 : 200
/// Parts of each kind, in turns: a machine that gets slower is so for both.
let parts = 5

let catalog = Catalog.standard()

/// Programs of one kind, in the stage of which something is started ahead.
struct Kind: Sendable {
  var name: String
  var language: ManifestLanguage
  var source: @Sendable (Int) -> String
  var stage: @Sendable (ProgramResult) -> ExecutionResult?
}

let kinds = [
  Kind(
    name: "JavaScript, hello",
    language: ManifestLanguage(try catalog.language(named: "javascript").value),
    source: { "console.log('hello', \($0));\n" }, stage: { $0.run }),
  Kind(
    name: "Swift, hello, compiled and run",
    language: ManifestLanguage(try catalog.language(named: "swift").value),
    source: { "print(\"hello\", \($0))\n" }, stage: { $0.compile }),
]
let policy = try catalog.policy(named: "default").value

/// CPU time of this process and of all workers that have ended, with what they ran.
func cpuMilliseconds() -> Double {
  [Int32(0), -1 /* RUSAGE_CHILDREN */].reduce(0) { sum, who in
    var usage = rusage()
    getrusage(who, &usage)
    let times = [usage.ru_utime, usage.ru_stime]
    return times.reduce(sum) { $0 + Double($1.tv_sec) * 1000 + Double($1.tv_usec) / 1000 }
  }
}

struct Measured: Sendable {
  var times: [Double] = []
  var seconds = 0.0
  var cpu = 0.0
  var warm = 0

  mutating func add(_ other: Measured) {
    times += other.times
    (seconds, cpu, warm) = (seconds + other.seconds, cpu + other.cpu, warm + other.warm)
  }
  var median: Double { quantile(times, 0.5) }
  var late: Double { quantile(times, 0.9) }
  var rate: Double { Double(times.count) / seconds }
  var cpuPerRun: Double { cpu / Double(times.count) }
}

/// Runs `count` programs, `width` at a time, each `pause` after the one before.
func part(_ kind: Kind, _ count: Int, isWarm: Bool, width: Int, pause: Int) async throws -> Measured {
  var measured = Measured()
  let sandbox = Sandbox(
    catalog: catalog, executor: SandboxExecutor(maximumConcurrentRuns: width), startsWarm: isWarm)
  let cpu = cpuMilliseconds()
  let start = ContinuousClock.now
  try await withThrowingTaskGroup(of: Measured.self) { group in
    for _ in 0..<width {
      group.addTask {
        var own = Measured()
        for number in 0..<count / width {
          let start = ContinuousClock.now
          let result = try await sandbox.run(
            Program(source: kind.source(number), language: kind.language), in: kind.language,
            under: policy)
          own.times.append((ContinuousClock.now - start) / .milliseconds(1))
          precondition(result.verdict == .ok, result.feedback)
          if kind.stage(result)?.start == .warm { own.warm += 1 }
          if pause > 0 { try await Task.sleep(for: .milliseconds(pause)) }
        }
        return own
      }
    }
    for try await own in group { measured.add(own) }
  }
  measured.seconds = (ContinuousClock.now - start) / .seconds(1)
  await sandbox.runner.executor.close()
  try await Task.sleep(for: .milliseconds(20))  // until the workers are waited for
  measured.cpu = cpuMilliseconds() - cpu
  return measured
}

func text(_ value: Double, _ digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }

for kind in kinds {
  guard (try? await ToolchainLocator().locate(kind.language.manifest.toolchain)) != nil else {
    continue
  }
  print("| \(kind.name) | | median ms | 90 % ms | a second | CPU ms a run | warm |")
  print("| --- | --- | --- | --- | --- | --- | --- |")
  _ = try await part(kind, 20, isWarm: true, width: 1, pause: 0)
  for (name, width, pause, count) in [
    ("one at a time, 200 ms between", 1, 200, runs / 4),
    ("one at a time, 50 ms between", 1, 50, runs / 2),
    ("one at a time, nothing between", 1, 0, runs),
    ("two at a time, nothing between", 2, 0, runs),
  ] {
    var (cold, warm) = (Measured(), Measured())
    for _ in 0..<parts {
      cold.add(try await part(kind, count / parts, isWarm: false, width: width, pause: pause))
      warm.add(try await part(kind, count / parts, isWarm: true, width: width, pause: pause))
    }
    for (start, measured) in [("cold", cold), ("started ahead", warm)] {
      print(
        "| \(name) | \(start) | \(text(measured.median)) | \(text(measured.late)) | \(text(measured.rate)) "
          + "| \(text(measured.cpuPerRun)) | \(measured.warm) of \(measured.times.count) |")
    }
    let language = kind.language.name
    if pause > 0 {
      note("\(language), \(name): cold / warm", cold.median / warm.median, better: .higher)
    } else {
      note("\(language), \(name): warm rate / cold", warm.rate / cold.rate, better: .higher)
    }
  }
  print()
}
