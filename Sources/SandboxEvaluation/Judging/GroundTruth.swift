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
  /// What the reference solution took, all calls together.
  let cpuTime: Duration

  private struct Header: Codable {
    let calls: Int
    let base: Int
    let reason: String?
  }

  /// Reads what `reference.py` writes; `nil` where it is not whole.
  init?(_ bytes: [UInt8], cpuTime: Duration) {
    let lines = bytes.split(separator: 0x0A)
    guard let first = lines.first,
      let header = try? JSONDecoder().decode(Header.self, from: Data(first)),
      lines.count == 1 + 2 * header.calls
    else { return nil }
    calls = Array(lines[1..<1 + header.calls])
    outcomes = Array(lines[(1 + header.calls)...])
    base = header.base
    reason = header.reason
    self.cpuTime = cpuTime
  }
}
