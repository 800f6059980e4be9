import SandboxDiagnostics
import SandboxExecution
import SandboxLanguages
import Testing

@Suite("The result document")
struct ProgramResultDocumentTests {
  @Test("holds every key of schema 1, with null for what there is not")
  func golden() throws {
    var result = ProgramResult.example(
      .runtimeError,
      run: .example(
        .exited(code: 1), output: CapturedOutput(head: Array("a/b\n".utf8)),
        denied: [
          Denial(
            kind: "syscall", name: "socket", detail: "AF_INET, SOCK_STREAM", count: 1,
            action: "errno(EPERM)")
        ]),
      diagnostics: [
        Diagnostic(
          severity: .error, stage: .run, file: "main.py", line: 1, code: "ZeroDivisionError",
          message: "division by zero", source: "1 / 0")
      ])
    result.toolchainVersion = "3.11.7"
    #expect(
      try result.json() == """
        {
          "artifacts" : [

          ],
          "compile" : null,
          "denied" : [
            {
              "action" : "errno(EPERM)",
              "count" : 1,
              "detail" : "AF_INET, SOCK_STREAM",
              "kind" : "syscall",
              "name" : "socket"
            }
          ],
          "denied_unlisted" : 0,
          "diagnostics" : [
            {
              "code" : "ZeroDivisionError",
              "file" : "main.py",
              "fix_its" : [

              ],
              "line" : 1,
              "message" : "division by zero",
              "notes" : [

              ],
              "severity" : "error",
              "source" : "1 / 0",
              "stack" : [

              ],
              "stage" : "run",
              "values" : {

              }
            }
          ],
          "enforcement" : {
            "capabilities_dropped" : true,
            "cgroup" : null,
            "landlock_abi" : 7,
            "level" : "full",
            "missing" : [
              "cgroup"
            ],
            "namespaces" : [
              "user",
              "pid"
            ],
            "no_new_privileges" : true,
            "rlimits" : true,
            "seccomp" : true
          },
          "exposure" : "full",
          "feedback" : "main.py:1: error: ZeroDivisionError: division by zero\\n    1 | 1 / 0\\n\
        standard output:\\n  | a/b\\nruntime_error: exited with status 1; time under 100 ms of 20 s, \
        CPU under 100 ms of 10 s, memory under 16 MiB of 512 MiB\\n",
          "feedback_profile" : "compiler",
          "language" : "python",
          "policy" : "default",
          "run" : {
            "cpu_time_seconds" : 0.01825,
            "exit_code" : 1,
            "outcome" : "exited",
            "peak_memory_bytes" : 9830400,
            "peak_processes" : 1,
            "signal" : null,
            "start" : "cold",
            "stderr" : "",
            "stderr_bytes" : 0,
            "stderr_truncated" : false,
            "stdout" : "a/b\\n",
            "stdout_bytes" : 4,
            "stdout_truncated" : false,
            "wall_time_seconds" : 0.021
          },
          "schema" : 1,
          "toolchain" : {
            "executable" : "/usr/bin/python3",
            "version" : "3.11.7"
          },
          "verdict" : "runtime_error"
        }
        """)
  }

  @Test("carries output that is not UTF-8 as bytes too, and only such output")
  func bytes() throws {
    let json = try ProgramResult.example(
      .ok,
      run: .example(
        .exited(code: 0), output: CapturedOutput(head: [0x61, 0xff, 0x62]),
        errors: CapturedOutput(head: Array("é\0".utf8)))
    ).json()
    #expect(json.contains(#""stdout" : "a\#u{FFFD}b""#))
    #expect(json.contains(#""stdout_base64" : "Yf9i""#))
    #expect(json.contains(#""stderr" : "é\u0000""#))
    #expect(!json.contains("stderr_base64"))
  }

  @Test("says where output was dropped, and how much was written")
  func truncated() throws {
    let json = try ProgramResult.example(
      .outputLimit,
      run: .example(
        .outputLimitExceeded,
        output: CapturedOutput(head: Array("ab".utf8), tail: Array("yz".utf8), totalBytes: 1000))
    ).json()
    #expect(json.contains(#""stdout" : "ab\n[... 996 bytes dropped ...]\nyz""#))
    #expect(json.contains(#""stdout_bytes" : 1000"#))
    #expect(json.contains(#""stdout_truncated" : true"#))
    #expect(json.contains(#""outcome" : "output_limit""#))
    #expect(json.contains(#""exit_code" : null"#))
    #expect(!json.contains("stdout_base64"))
  }

  @Test("names a signal, and has no enforcement where nothing ran")
  func signal() throws {
    let json = try ProgramResult.example(
      .runtimeError, run: .example(.signalled(signal: 11))
    ).json()
    #expect(json.contains(#""outcome" : "signalled""#))
    #expect(json.contains(#""signal" : 11"#))
    let nothing = try ProgramResult.example(.sandboxError, run: nil).json()
    #expect(nothing.contains(#""enforcement" : null"#))
    #expect(nothing.contains(#""version" : null"#))
    #expect(nothing.contains(#""run" : null"#))
  }
}
