internal import SandboxDiagnostics
public import SandboxExecution
public import SandboxLanguages

#if canImport(Glibc)
  import Glibc
#endif

/// Tries from inside what a policy promises: its own `expect:`, and a built-in set of probes.
///
/// The probes run as every other program does, by the same executor. What each must find follows from the
/// policy's words; whether it was found is decided from what the executor saw, and from what the probe,
/// a program of ours, printed.
public struct PolicyTester: Sendable {
  private let runner: ProgramRunner

  /// Creates a tester that runs its probes with `runner`.
  public init(runner: ProgramRunner) { self.runner = runner }

  /// Tests a policy.
  ///
  /// - Parameters:
  ///   - policy: The policy.
  ///   - origin: Where it is defined, for the report.
  ///   - languages: In which languages programs that must work are tried; one whose toolchain is not here
  ///     is skipped.
  ///   - stagePolicy: The policy of a stage that names one.
  /// - Returns: Every probe, what it was to find and what it found.
  /// - Throws: ``SandboxError`` where the sandbox could not do its work: then nothing is known.
  public func test(
    _ policy: Policy, origin: String, languages: [any LanguagePlugin] = [],
    stagePolicy: @escaping @Sendable (String) throws -> Policy
  ) async throws -> PolicyTestReport {
    try await test(
      policy, enforcing: policy, origin: origin, languages: languages, stagePolicy: stagePolicy)
  }

  /// Tests what `policy` promises while `enforced` is enforced: with two that differ, what must be found.
  package func test(
    _ policy: Policy, enforcing enforced: Policy, origin: String,
    languages: [any LanguagePlugin] = [],
    stagePolicy: @escaping @Sendable (String) throws -> Policy
  ) async throws -> PolicyTestReport {
    let canary = try CanaryFile()
    // Open without close-on-exec: a worker that handed it on would be found out.
    let leak = dup(1)
    defer { if leak >= 0 { close(leak) } }
    var skipped: [String] = []
    var probes: [Probe] = []
    for expectation in policy.expectations {
      if let probe = Probe(expectation, of: policy) {
        probes.append(probe)
      } else {
        let arguments = expectation.arguments.values.joined(separator: " ")
        skipped.append("expect: \(expectation.probe) \(arguments): cannot be tried on this machine")
      }
    }
    probes += Probe.files(policy, canary: canary.path) + Probe.network(policy, skipped: &skipped)
    probes += Probe.processes(policy) + Probe.namespaces(policy)
    probes += Probe.systemCalls(policy) + Probe.limits(policy) + Probe.inheritance(policy)
    var results = try await run(probes, enforced)
    results.append(summary(try await run(Probe.allowedCalls(policy), enforced)))
    for language in languages {
      let toolchain = try? await runner.locator.locate(language.toolchain)
      guard toolchain != nil else {
        skipped.append("\(language.name): its toolchain is not here")
        continue
      }
      results += try await run(language, policy, stagePolicy)
    }
    return PolicyTestReport(
      policy: policy.id, origin: origin, results: results, skipped: skipped)
  }

  private func run(_ probes: [Probe], _ policy: Policy) async throws -> [ProbeResult] {
    try await withThrowingTaskGroup(of: (Int, ProbeResult).self) { group in
      for (index, probe) in probes.enumerated() {
        group.addTask { (index, try await run(probe, policy)) }
      }
      var results: [(Int, ProbeResult)] = []
      for try await result in group { results.append(result) }
      return results.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  private func run(_ probe: Probe, _ policy: Policy) async throws -> ProbeResult {
    var policy = policy
    // Room for the probe itself, whatever the policy's limits are; then what the probe lowers.
    policy.limits.memory = max(policy.limits.memory, ByteCount(mebibytes: 16))
    policy.limits.disk = max(policy.limits.disk, ByteCount(mebibytes: 1))
    policy.limits.fileSize = max(policy.limits.fileSize, ByteCount(kibibytes: 64))
    policy.limits.output = max(policy.limits.output, ByteCount(kibibytes: 16))
    policy.limits.files = max(policy.limits.files, 8)
    policy.limits.wallTime = .seconds(60)
    policy.limits.cpuTime = .seconds(10)
    probe.adjust(&policy.limits)
    let result = try await runner.executor.run(
      Command(
        executable: "./probe", arguments: probe.arguments,
        files: ["probe": .bytes(EmbeddedProbe.bytes)]), under: policy)
    let observation = probe.observe(result)
    return ProbeResult(
      category: probe.category, probe: probe.name, expected: probe.expected,
      observed: observation.result, detail: observation.detail)
  }

  /// One line for the many calls that a policy allows.
  private func summary(_ results: [ProbeResult]) -> ProbeResult {
    let failed = results.filter { !$0.passes }
    return ProbeResult(
      category: .systemCalls, probe: "call each of the \(results.count) others that are allowed",
      expected: .allowed, observed: failed.isEmpty ? .allowed : .denied,
      detail: failed.isEmpty
        ? "all came to the kernel"
        : failed.map { "\($0.probe): \($0.detail)" }.joined(separator: "; "))
  }

  private func run(
    _ language: any LanguagePlugin, _ policy: Policy,
    _ stagePolicy: @escaping @Sendable (String) throws -> Policy
  ) async throws -> [ProbeResult] {
    var results: [ProbeResult] = []
    for program in LanguageProgram.all[language.id] ?? [] {
      let expected: Expectation.Result = program.needs.allSatisfy(policy.gives) ? .allowed : .denied
      let result = try await runner.run(
        Program(source: program.source, language: language), in: language, under: policy,
        stagePolicy: stagePolicy)
      let works = result.verdict == .ok && result.run?.standardOutput.text == "OK\n"
      let error = result.diagnostics.first { $0.severity == .error }?.message
      results.append(
        ProbeResult(
          category: .languages, probe: "\(language.name): \(program.name)", expected: expected,
          observed: works ? .allowed : .denied,
          detail: works ? "it worked" : "\(result.verdict.rawValue): \(error ?? "no output")"))
    }
    return results
  }
}

/// A file of the caller's in `/tmp`, which a run must not see.
private final class CanaryFile: Sendable {
  let path: String

  init() throws(SandboxError) {
    let path = "/tmp/ocisandbox-canary-\(UInt64.random(in: 0 ... .max))"
    let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw .invalidRequest("cannot make \(path), a file for the probes: /tmp must be writable")
    }
    // Against the umask: only the sandbox is to keep it from being read.
    fchmod(descriptor, 0o666)
    write(descriptor, "secret\n", 7)
    close(descriptor)
    self.path = path
  }

  deinit { unlink(path) }
}
