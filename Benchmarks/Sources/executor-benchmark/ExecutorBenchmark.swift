// What one sandboxed exec costs against a bare vfork+exec+wait of the same program, alternating in one
// process, so that both meet the same machine. Prints a table in Markdown.
import CBareSpawn
import Glibc
import Ratios
import SandboxExecution

func seconds(_ body: () async throws -> Void) async rethrows -> Double {
  let start = ContinuousClock.now
  try await body()
  return (ContinuousClock.now - start) / .seconds(1)
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func line(_ name: String, _ value: String) { print("| \(name) | \(value) |") }

func rounded(_ value: Double, _ digits: Int) -> String {
  let factor = pow(10, Double(digits))
  return "\((value * factor).rounded() / factor)"
}

func residentKiB() -> Int {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var buffer = [CChar](repeating: 0, count: 256)
  fgets(&buffer, 256, file)
  let text = String(decoding: buffer.map(UInt8.init(bitPattern:)), as: UTF8.self)
  return (Int(text.split(separator: " ")[1]) ?? 0) * 4
}

/// The body is nobody's in particular: on the main actor, as at the top level of a script, each run is handed over to
/// its thread and back, which costs a tenth of it.
@main
struct ExecutorBenchmark {
  let rounds: Int
  let executor = SandboxExecutor(maximumConcurrentRuns: 2)
  let program: String
  let command: Command
  let policy = Policy()

  static func main() async throws {
    let rounds = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 2000 : 2000
    let folder = "/var/tmp/executor-benchmark-\(getpid())"
    mkdir(folder, 0o755)
    let program = folder + "/empty"
    guard bare_write_empty_program(program) == 0 else {
      fatalError("gcc is needed for the empty program")
    }
    let command = Command(executable: program, toolchainPaths: [folder])
    try await Self(rounds: rounds, program: program, command: command).measure()
    unlink(program)
    rmdir(folder)
  }

  func run() async throws {
    let result = try await executor.run(command, under: policy)
    precondition(result.outcome == .exited(code: 0), "\(result.outcome)")
  }

  func many(_ count: Int, atATime width: Int) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<width { group.addTask { for _ in 0..<count / width { try await run() } } }
      try await group.waitForAll()
    }
  }

  func pairs(_ rounds: Int) async throws -> (bare: [Double], sandboxed: [Double], ratio: [Double]) {
    var bare: [Double] = []
    var sandboxed: [Double] = []
    for _ in 0..<rounds {
      bare.append(await seconds { precondition(bare_spawn(program) == 0) })
      sandboxed.append(try await seconds { try await run() })
    }
    return (bare, sandboxed, zip(sandboxed, bare).map { $0 / $1 })
  }

  func measure() async throws {
    for _ in 0..<50 { try await run() }

    print("| what | measured |")
    print("| --- | --- |")
    let small = try await pairs(rounds)
    line("bare vfork+exec+wait, median", "\(rounded(median(small.bare) * 1e6, 0)) µs")
    line("sandboxed exec, executor warm, sequential, median", "\(rounded(median(small.sandboxed) * 1e6, 0)) µs")
    line("ratio of the medians", rounded(median(small.sandboxed) / median(small.bare), 2))
    line("median of the paired ratios", rounded(median(small.ratio), 2))
    note("sandboxed exec / bare spawn", median(small.ratio), better: .lower)

    let one = try await seconds { for _ in 0..<rounds { try await run() } }
    // Both workers are there before the time is taken.
    try await many(50, atATime: 2)
    let two = try await seconds { try await many(rounds, atATime: 2) }
    line("runs a second, one at a time", rounded(Double(rounds) / one, 0))
    line("runs a second, two at a time", rounded(Double(rounds) / two, 0))
    line("scale of two at a time", rounded(one / two, 2))
    note("scale of two at a time", one / two, better: .higher)

    // The same with 200 MB of touched heap in this process: a fork would copy its page tables.
    let ballast = UnsafeMutableRawPointer.allocate(byteCount: 200 << 20, alignment: 4096)
    memset(ballast, 1, 200 << 20)
    let large = try await pairs(rounds / 2)
    line("sandboxed exec with 200 MB of heap in the caller, median", "\(rounded(median(large.sandboxed) * 1e6, 0)) µs")
    line("its ratio to the bare spawn beside it", rounded(median(large.sandboxed) / median(large.bare), 2))
    ballast.deallocate()

    let before = residentKiB()
    for _ in 0..<10 * rounds { try await run() }
    line("resident memory before and after \(10 * rounds) more runs", "\(before) KiB, \(residentKiB()) KiB")

    await executor.close()
  }
}
