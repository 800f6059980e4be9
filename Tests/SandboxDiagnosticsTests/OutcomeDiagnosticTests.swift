import SandboxDiagnostics
import SandboxExecution
import Testing

@Suite("Outcomes explained")
struct OutcomeDiagnosticTests {
  static let table: [(Outcome, String?, String)] = [
    (.exited(code: 3), nil, "the program exited with status 3"),
    (
      .signalled(signal: 11), "SIGSEGV",
      "the program was ended by SIGSEGV: invalid memory access (segmentation fault)"
    ),
    (
      .signalled(signal: 40), "signal 40",
      "the program was ended by signal 40: a signal without a name in signal(7)"
    ),
    (.timeLimitExceeded(.cpu), "time_limit", "the program used all of its CPU time, 1.5 s"),
    (.timeLimitExceeded(.wall), "time_limit", "the program was still running after 250 ms"),
    (.memoryLimitExceeded, "memory_limit", "the program needed more memory than 512 MiB"),
    (
      .outputLimitExceeded, "output_limit",
      "the program wrote more than 1 MiB to standard output or standard error"
    ),
    (
      .processLimitExceeded, "process_limit",
      "the program failed after it was refused a process or thread; 64 may be alive at once"
    ),
    (
      .diskLimitExceeded, "disk_limit",
      "the program failed after its disk was full: 128 MiB and 10000 files in all, 64 MiB a file"
    ),
    (
      .policyViolated, "policy_violation",
      "the program was ended by its policy: the system call ptrace (PTRACE_ATTACH)"
    ),
  ]
  static let limits = Limits(cpuTime: .seconds(1.5), wallTime: .milliseconds(250))
  static let denied = [
    Denial(kind: "syscall", name: "clone3", detail: "", count: 9, action: "errno(ENOSYS)"),
    Denial(
      kind: "syscall", name: "socket", detail: "AF_INET, SOCK_STREAM", count: 2,
      action: "errno(EPERM)"),
    Denial(kind: "syscall", name: "ptrace", detail: "PTRACE_ATTACH", count: 1, action: "kill"),
  ]

  @Test("each failure has its words", arguments: table)
  func words(outcome: Outcome, code: String?, message: String) throws {
    let found = try #require(
      Diagnostic(explaining: outcome, of: .run, limits: Self.limits, denied: Self.denied))
    #expect(found.severity == .error)
    #expect(found.code == code)
    #expect(found.message == message)
    #expect(
      found.notes.map(\.message)
        == ["the policy refused the system call socket (AF_INET, SOCK_STREAM), 2 times"])
  }

  @Test("a success needs no explanation")
  func success() {
    #expect(Diagnostic(explaining: .exited(code: 0), of: .run, limits: Limits()) == nil)
  }

  @Test("while compiling, it is the compiler that failed")
  func compiler() {
    let found = Diagnostic(explaining: .exited(code: 1), of: .compile, limits: Limits())
    #expect(found?.message == "the compiler exited with status 1")
  }

  private func explain(
    _ outcome: Outcome, _ text: String, denied: [Denial] = []
  ) -> [Diagnostic] {
    PythonTracebackParser().explanation(
      of: StageReport(stage: .run, outcome: outcome, standardError: text), limits: Limits(),
      denied: denied)
  }

  static let traceback = """
    Traceback (most recent call last):
      File "/workspace/main.py", line 1, in <module>
    PermissionError: [Errno 1] Operation not permitted

    """

  @Test("an error that was parsed stands alone, with what the policy refused")
  func parsed() {
    let found = explain(.exited(code: 1), Self.traceback, denied: Self.denied)
    #expect(found.map(\.code) == ["PermissionError"])
    #expect(found.first?.notes.count == 1)
  }

  @Test("a failure without a parsed error is explained, with the last line that was printed")
  func unparsed() {
    let found = explain(.exited(code: 1), "first\n  /workspace/bye\n\n")
    #expect(found.map(\.message) == ["the program exited with status 1"])
    #expect(
      found.first?.notes.map(\.message) == ["the last line of standard error was:   bye"])
  }

  @Test("a limit comes before what was parsed")
  func limit() {
    let found = explain(.memoryLimitExceeded, Self.traceback)
    #expect(found.map(\.code) == ["memory_limit", "PermissionError"])
  }

  @Test("a program that succeeds and printed a traceback is only warned about")
  func warning() {
    #expect(explain(.exited(code: 0), Self.traceback).map(\.severity) == [.warning])
    #expect(explain(.exited(code: 0), "").isEmpty)
  }
}
