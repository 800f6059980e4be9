import Foundation
import OCISandbox
import SandboxEvaluation
import Testing

@Suite("Reading benchmarks and samples", .timeLimit(.minutes(10)))
struct BenchmarkReadingTests {
  private static let task =
    #"{"task_id": "HumanEval/0", "prompt": "def f():\n", "entry_point": "f", "canonical_solution": "    return 1\n", "test": "def check(c): assert c() == 1"}"#

  private static func file(_ text: String, _ use: (String) async throws -> Void) async throws {
    let path = "/var/tmp/ocisandbox-tests-\(UUID().uuidString).jsonl"
    try Data(text.utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await use(path)
  }

  @Test(
    "What is wrong is told with file and line",
    arguments: [
      ("\(task)\n{\"task_id\": \"HumanEval/1\"}\n", ":2: no \"prompt\""),
      ("\(task)\n\n{oops}\n", ":3: not JSON"),
      (
        task.replacingOccurrences(of: "\"f\"", with: "7") + "\n",
        ":1: \"entry_point\" is of the wrong type"
      ),
      ("\(task)\n\(task)\n", "the task 'HumanEval/0' is there twice"), ("\n", "no tasks"),
    ])
  func wrongData(text: String, words: String) async throws {
    try await Self.file(text) { path in
      let error = await #expect(throws: EvaluationError.self) {
        try await Benchmark.read(.humanEval, from: path, with: SandboxExecutor())
      }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
  }

  @Test("A file that is not there is another mistake than one that is wrong")
  func missing() async throws {
    let error = await #expect(throws: EvaluationError.self) {
      try await Benchmark.read(.mbpp, from: "/nonexistent", with: SandboxExecutor())
    }
    #expect(error?.kind == .unreadable)
  }

  @Test("Both forms of MBPP are read, and an array as well as lines")
  func mbpp() async throws {
    let full =
      #"{"task_id": 1, "text": "t", "code": "def f(): pass", "test_list": ["f()"], "test_setup_code": "x = 1", "challenge_test_list": []}"#
    let sanitized =
      #"[{"task_id": 2, "prompt": "p", "code": "def f(): pass", "test_list": ["f()", "f()"], "test_imports": ["import math"]}]"#
    try await Self.file(full) { path in
      let task = try await Benchmark.read(.mbpp, from: path, with: SandboxExecutor()).tasks[0]
      #expect(task.id == "Mbpp/1" && task.tests == .functions("x = 1\nf()\n"))
    }
    try await Self.file(sanitized) { path in
      let task = try await Benchmark.read(.mbpp, from: path, with: SandboxExecutor()).tasks[0]
      #expect(task.id == "Mbpp/2" && task.tests == .functions("import math\nf()\nf()\n"))
    }
  }

  /// A line of each benchmark, by its name.
  private static let lines = [
    "humaneval": task,
    "humaneval+":
      #"{"task_id": "HumanEval/0", "prompt": "", "entry_point": "f", "canonical_solution": "", "atol": 0, "base_input": [], "plus_input": []}"#,
    "mbpp+":
      #"{"task_id": "Mbpp/2", "prompt": "", "entry_point": "f", "canonical_solution": "", "atol": 0, "base_input": [], "plus_input": []}"#,
    "mbpp":
      #"[{"task_id": 2, "prompt": "p", "code": "", "test_list": ["f()"], "test_imports": []}]"#,
    "humaneval-x-js":
      #"{"task_id": "JavaScript/0", "prompt": "", "declaration": "", "canonical_solution": "", "test": ""}"#,
    "HumanEval-X in Java":
      #"{"task_id": "Java/0", "prompt": "", "declaration": "", "canonical_solution": "", "test": ""}"#,
    "multipl-e-swift":
      #"{"name": "HumanEval_0_f", "language": "swift", "prompt": "", "tests": "}"}"#,
    "multipl-e-js": #"{"name": "HumanEval_0_f", "language": "js", "prompt": "", "tests": "}"}"#,
  ]

  @Test(
    "The data of another benchmark is told, and which one it is", arguments: lines.keys.sorted())
  func otherBenchmark(name: String) async throws {
    try await Self.file(try #require(Self.lines[name])) { path in
      for kind in Benchmark.Kind.allCases {
        if kind.rawValue == name {
          let benchmark = try await Benchmark.read(kind, from: path, with: SandboxExecutor())
          #expect(benchmark.tasks.count == 1)
          continue
        }
        let error = await #expect(throws: EvaluationError.self) {
          try await Benchmark.read(kind, from: path, with: SandboxExecutor())
        }
        #expect(
          error?.description
            == "\(path): the data is that of \(name), and \(kind.rawValue) was asked for")
      }
    }
  }

  @Test("A task of MBPP+ without a number is none")
  func numberlessTask() async throws {
    let line = try #require(Self.lines["mbpp+"]).replacingOccurrences(of: "Mbpp/2", with: "Mbpp/x")
    try await Self.file(line) { path in
      let error = await #expect(throws: EvaluationError.self) {
        try await Benchmark.read(.mbppPlus, from: path, with: SandboxExecutor())
      }
      #expect(error?.description == "\(path):1: 'Mbpp/x' is no task of mbpp+")
    }
  }

  @Test(
    "A task of MultiPL-E in JavaScript, in the form that its translator gives it, is read and judged"
  )
  func multiPLEJavaScript() async throws {
    let line =
      #"{"name": "HumanEval_900_add", "language": "js", "prompt": "//Add them.\n// >>> add(1, 2)\n// 3\nfunction add(a, b){\n", "doctests": "transform", "original": "HumanEval_900_add.py", "prompt_terminology": "reworded", "tests": "const assert = require('node:assert');\n\n\nfunction test() {\n  let candidate = add;\n  assert.deepEqual(candidate([1], [2]),[1, 2]);\n  assert.deepEqual(candidate([], []),[]);\n}\n\ntest();", "stop_tokens": ["\nfunction ", "\n/*", "\n//", "\nconsole.log"]}"#
    try await Self.file(line) { path in
      let task = try await Benchmark.read(.multiPLEJavaScript, from: path, with: SandboxExecutor())
        .tasks[0]
      #expect(task.id == "HumanEval_900_add" && task.reference == nil)
      let right = "  return [...a, ...b];\n}\n"
      for (text, verdict) in [
        (Sample.Text.completion(right), Verdict.ok),
        (.solution("const add = (a, b) => a.concat(b);\n"), .ok),
        (.completion("  return a;\n}\n"), .runtimeError),
        (.completion("  return a.b.c;\n}\n"), .runtimeError),
        (.completion("  return [...a, ...b];\n"), .runtimeError),
        (.completion("  process.exit(0);\n}\n"), .wrongAnswer),
      ] {
        let found = try await SampleJudgeTests.judge(text, task)
        #expect(found.base == verdict && found.sharesProcess, "\(text) \(found)")
      }
      let answer = "Here:\n```javascript\nfunction add(a, b) {\n  return [...a, ...b];\n}\n```\n"
      let whole = task.extractedProgram(from: answer)
      #expect(try await SampleJudgeTests.judge(.solution(whole), task).base == .ok)
    }
  }

  @Test("Samples: a solution wins over a completion, and an unknown task is told")
  func samples() async throws {
    try await Self.file(Self.task) { path in
      let benchmark = try await Benchmark.read(.humanEval, from: path, with: SandboxExecutor())
      let text = """
        {"task_id": "HumanEval/0", "completion": "a", "solution": "b"}
        {"task_id": "HumanEval/0", "completion": "c", "more": [1]}

        """
      try await Self.file(text) { path in
        let list = try await Sample.read(path, for: benchmark, with: SandboxExecutor())
        #expect(list.map(\.text) == [.solution("b"), .completion("c")])
        #expect(list.map(\.key) == ["HumanEval/0#0", "HumanEval/0#1"])
      }
      try await Self.file(text + #"{"task_id": "X/1", "solution": ""}"#) { path in
        let error = await #expect(throws: EvaluationError.self) {
          try await Sample.read(path, for: benchmark, with: SandboxExecutor())
        }
        #expect(error?.description.contains(":3: humaneval has no task 'X/1'") == true)
      }
    }
  }
}
