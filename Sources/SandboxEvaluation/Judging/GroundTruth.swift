internal import FoundationEssentials
internal import SandboxExecution
internal import SandboxLanguages

/// What is right for a task: the calls that its tests make, and what the reference solution gives.
struct GroundTruth: Sendable {
  /// The calls, a line of JSON each.
  let calls: [ArraySlice<UInt8>]
  /// What the reference solution gives for each.
  let outcomes: [ArraySlice<UInt8>]
  /// How many of the calls are of the base tests.
  let base: Int
  /// Why the program under test must share a process with the tests; `nil` where it need not.
  let reason: String?
  /// What the reference solution took on this host, all calls together: once, or several times.
  private(set) var cpuTimes: [Duration]

  /// The median of what it took.
  var cpuTime: Duration { cpuTimes.sorted()[cpuTimes.count / 2] }

  /// Whether it must be measured again: what it took is a part of the limit that counts.
  func isWorthMeasuring(_ limits: SampleJudge.Limits) -> Bool {
    cpuTimes.count < 3 && cpuTime * limits.factor > .seconds(limits.minimumTime / 20)
  }

  /// With one more measurement.
  func measured(_ time: Duration) -> GroundTruth {
    var truth = self
    truth.cpuTimes.append(time)
    return truth
  }

  private struct Header: Codable {
    let calls: Int
    let base: Int
    let reason: String?
  }

  /// Reads what `reference.py` writes; `nil` where it is not whole.
  init?(_ bytes: [UInt8], cpuTimes: [Duration]) {
    let lines = bytes.split(separator: 0x0A)
    guard let first = lines.first,
      let header = try? JSONDecoder().decode(Header.self, from: Data(first)),
      lines.count == 1 + 2 * header.calls, !cpuTimes.isEmpty
    else { return nil }
    calls = Array(lines[1..<1 + header.calls])
    outcomes = Array(lines[(1 + header.calls)...])
    base = header.base
    reason = header.reason
    self.cpuTimes = cpuTimes
  }
}
