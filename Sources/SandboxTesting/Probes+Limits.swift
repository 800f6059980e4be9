internal import SandboxExecution

extension Probe {
  /// Each limit by itself. It is lowered first, where the policy's own would take long to reach: what is
  /// tried is that it is enforced.
  static func limits(_ policy: Policy) -> [Probe] {
    func probe(
      _ name: String, _ arguments: [String], _ adjust: @escaping @Sendable (inout Limits) -> Void,
      _ isReached: @escaping @Sendable (ExecutionResult) -> Bool
    ) -> Probe {
      Probe(
        category: .limits, name: name, arguments: arguments, expected: .denied, adjust: adjust,
        observe: { result in
          if let refusal = result.refusal { return .init(result: .denied, detail: refusal) }
          let answer = result.printedNumber.map { $0 < 0 ? errorName(-$0) : "\($0)" }
          let detail = [result.outcome.words] + [answer].compactMap { $0 }
          return .init(
            result: isReached(result) ? .denied : .allowed, detail: detail.joined(separator: ", "))
        })
    }
    func fails(with error: Int) -> @Sendable (ExecutionResult) -> Bool {
      { $0.printedNumber == -error }
    }
    var probes = [
      probe(
        "sleep past wall-time", ["sleep", "60"], { $0.wallTime = .milliseconds(300) },
        { $0.outcome == .timeLimitExceeded(.wall) }),
      probe(
        "compute past cpu-time", ["compute"],
        {
          $0.cpuTime = .milliseconds(200)
          $0.wallTime = .seconds(60)
        }, { $0.outcome == .timeLimitExceeded(.cpu) }),
      probe(
        "take more than memory", ["memory", "256"],
        {
          $0.memory = ByteCount(mebibytes: 32)
          $0.wallTime = .seconds(60)
        }, { $0.outcome == .memoryLimitExceeded }),
      probe(
        "write a file past file-size", ["file-size", "64"],
        { $0.fileSize = ByteCount(mebibytes: 1) }, fails(with: 27)),
      probe(
        "fill the disk", ["disk", "64", "."], { $0.disk = ByteCount(mebibytes: 4) },
        fails(with: 28)),
      probe(
        "fill the disk through /tmp", ["disk", "64", "/tmp"],
        { $0.disk = ByteCount(mebibytes: 4) }, fails(with: 28)),
      probe("make more than files", ["files", "500"], { $0.files = 50 }, fails(with: 28)),
      probe(
        "open more than open-files", ["open-files", "500"], { $0.openFiles = 16 }, fails(with: 24)),
      probe(
        "write more than output", ["output", "8"], { $0.output = ByteCount(kibibytes: 64) },
        { $0.outcome == .outputLimitExceeded }),
      probe(
        "recurse past stack", ["stack", "8192"], { $0.stack = ByteCount(mebibytes: 1) },
        { $0.outcome == .signalled(signal: 11) }),
    ]
    if policy.makesProcesses {
      probes.append(
        probe(
          "make more than processes", ["processes", "100"], { $0.processes = 8 }, fails(with: 11)))
    }
    return probes
  }
}
