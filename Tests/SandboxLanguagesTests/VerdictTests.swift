import Testing

@testable import SandboxExecution
@testable import SandboxLanguages

@Suite("A verdict")
struct VerdictTests {
  typealias Row = (
    outcome: Outcome, compiling: Verdict, running: Verdict, word: String, status: Int32
  )

  static let rows: [Row] = [
    (.exited(code: 0), .ok, .ok, "exited", 0),
    (.exited(code: 1), .compileError, .runtimeError, "exited", 1),
    // What a limit or the sandbox would give as a status is still the program's own.
    (.exited(code: 124), .compileError, .runtimeError, "exited", 124),
    (.exited(code: 125), .compileError, .runtimeError, "exited", 125),
    (.exited(code: 137), .compileError, .runtimeError, "exited", 137),
    (.signalled(signal: 9), .compileError, .runtimeError, "signalled", 137),
    (.signalled(signal: 11), .compileError, .runtimeError, "signalled", 139),
    (.timeLimitExceeded(.cpu), .timeLimit, .timeLimit, "time_limit", 124),
    (.timeLimitExceeded(.wall), .timeLimit, .timeLimit, "time_limit", 124),
    (.memoryLimitExceeded, .memoryLimit, .memoryLimit, "memory_limit", 137),
    (.outputLimitExceeded, .outputLimit, .outputLimit, "output_limit", 153),
    (.processLimitExceeded, .processLimit, .processLimit, "process_limit", 153),
    (.diskLimitExceeded, .diskLimit, .diskLimit, "disk_limit", 153),
    (.policyViolated, .policyViolation, .policyViolation, "policy_violation", 159),
  ]

  @Test("follows from the outcome and the stage, and so does the exit status", arguments: rows)
  func table(row: Row) {
    #expect(Verdict(row.outcome, compiling: true) == row.compiling)
    #expect(Verdict(row.outcome, compiling: false) == row.running)
    #expect(row.outcome.word == row.word)
    let ran = ProgramResult.example(row.running, run: .example(row.outcome))
    #expect(ran.exitStatus == row.status)
    let compiled = ProgramResult.example(row.compiling, compile: .example(row.outcome), run: nil)
    #expect(compiled.exitStatus == (row.compiling == .compileError ? 65 : row.status))
  }

  @Test("of the sandbox's own failure is 125, and a wrong answer is not the program's status 0")
  func others() {
    #expect(ProgramResult.example(.sandboxError, run: nil).exitStatus == 125)
    #expect(
      ProgramResult.example(.wrongAnswer, run: .example(.exited(code: 0))).exitStatus == 1)
  }

  @Test("is spelled as the result document spells it")
  func words() {
    #expect(
      Verdict.allCases.map(\.rawValue) == [
        "ok", "compile_error", "runtime_error", "time_limit", "memory_limit", "output_limit",
        "process_limit", "disk_limit", "policy_violation", "wrong_answer", "sandbox_error",
      ])
  }
}
