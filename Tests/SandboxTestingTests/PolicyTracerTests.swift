import OCISandbox
import SandboxTesting
import Testing

@Suite("Tracing programs", .timeLimit(.minutes(15)))
struct PolicyTracerTests {
  private func trace(
    _ source: String, under base: Policy = Policy()
  ) async throws -> PolicyTracer.Proposal {
    let catalog = Catalog.standard()
    let python = ManifestLanguage(try catalog.language(named: "python").value)
    return try await PolicyTracer().trace(
      Program(source: source, language: python), in: python, under: base, id: "traced",
      stagePolicy: { try catalog.policy(named: $0).value })
  }

  @Test("what a program does not do, its policy does not allow; it is a file that works")
  func small() async throws {
    let proposal = try await trace("print(6 * 7)")
    let policy = try Policy(yaml: proposal.policy.yaml(), file: "traced.yaml")
    #expect(policy == proposal.policy)
    let calls = policy.systemCalls.allowedCalls
    #expect(calls.count < 70 && calls.contains("read"), "\(calls)")
    for call in ["socket", "clone", "fork", "unlink", "mkdir", "kill", "connect"] {
      #expect(!calls.contains(call), "\(call)")
    }
    #expect(policy.fileSystem.read.contains("/usr") == false)
    let more = PolicyDifference(policy, Policy())
    #expect(more.onlyFirst == [], "\(more)")
    // It works by its words, and another program does not.
    let run = try await Sandbox().run(
      Program(source: "print(6 * 7)", language: try language), language: "python", under: policy)
    #expect(run.run?.standardOutput.text == "42\n")
    let other = try await Sandbox().run(
      Program(source: "import socket; socket.socket(socket.AF_UNIX)", language: try language),
      language: "python", under: policy)
    #expect(other.verdict == .runtimeError)
    #expect(other.denied.contains { $0.name == "socket" }, "\(other.denied)")
  }

  private var language: ManifestLanguage {
    get throws { ManifestLanguage(try Catalog.standard().language(named: "python").value) }
  }

  @Test("threads, processes and files are seen")
  func larger() async throws {
    let proposal = try await trace(
      """
      import os, subprocess, sys, threading
      threading.Thread(target=print, args=('x',)).start()
      open('out.txt', 'w').write('x'); os.mkdir('folder'); os.unlink('out.txt')
      print(subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True).stdout)
      raise SystemExit(3)
      """)
    #expect(proposal.proof == .exited(code: 3))
    let calls = proposal.policy.systemCalls
    #expect(calls.makesProcesses && calls.allow.contains("mkdir"))
    #expect(calls.allow.contains("unlink") && calls.allow.contains("wait4"))
    #expect(proposal.policy.limits.processes >= 4)
  }

  @Test("a program does as it does without a recorder, and is refused the same")
  func sameWatched() async throws {
    let proposal = try await trace(
      """
      import ctypes, os, socket
      libc = ctypes.CDLL(None, use_errno=True)
      try: socket.socket()
      except PermissionError: print('refused')
      assert libc.unshare(0x10000000) == -1
      assert libc.syscall(\(SystemCallRules.number(of: "clone") ?? 0), 0x10000000 | 17, 0, 0, 0, 0) == -1
      """)
    #expect(proposal.proof == .exited(code: 0))
    #expect(Set(proposal.refused.map(\.name)).isSuperset(of: ["socket", "unshare", "clone"]))
    #expect(proposal.policy.network == .none)
    #expect(!proposal.policy.systemCalls.makesProcesses)
  }

  @Test(
    "where the base policy lets make threads only, no process is made while it is watched either")
  func onlyThreads() async throws {
    let strict = try Catalog.standard().policy(named: "strict").value
    let source = """
      import os, threading
      thread = threading.Thread(target=print, args=('thread',)); thread.start(); thread.join()
      try:
        if os.fork() == 0: os._exit(0)
        print('process')
      except OSError: print('refused')
      """
    let proposal = try await trace(source, under: strict)
    #expect(proposal.refused.map(\.name).contains("clone"), "\(proposal.refused)")
    // The attack works where the base policy lets it.
    #expect(try await trace(source).refused == [])
  }
}
