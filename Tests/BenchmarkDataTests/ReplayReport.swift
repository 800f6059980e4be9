import Foundation
import OCISandbox
import Testing

/// What came of a replay, in the words of the process that ran it.
struct ReplayReport: Codable {
  /// How many answers there were.
  var answers: Int
  /// How many of them were `ok`.
  var passed: Int
  /// First answers whose verdict is not the recorded one, each with the reason.
  var differencesInFirstAnswers: [String]
  /// The same among the other answers.
  var differencesInOthers: [String]
  /// Programs that a limit ended.
  var limited: [String]
  /// Whether the programs had a cgroup.
  var hasCgroup: Bool
  /// What was seen of the host while they ran, and not before.
  var seen: HostState
  /// What was there once the executor had been closed, and not before.
  var left: HostState

  /// Runs the replay in this process, which must do nothing else.
  static func make(whole isWhole: Bool) async throws -> ReplayReport {
    try #require(becomeSubreaper())
    let replay = try await Replay(whole: isWhole)
    let executor = SandboxExecutor()
    let before = HostState.now()
    let witness = Witness(before)
    let watching = Task { await witness.watch() }
    let rows = try await replay.run(in: Sandbox(executor: executor))
    watching.cancel()
    await watching.value
    await executor.close()
    var left = await HostState.settled(since: before)
    let seen = await witness.seen
    // Other processes of this host have executors too.
    left.cgroups = left.cgroups.filter { cgroup in
      HostState.maker(ofCgroup: cgroup).map(seen.processes.union(left.processes).contains) ?? true
    }
    let differences = replay.differences(in: rows)
    return ReplayReport(
      answers: rows.count, passed: rows.count { $0.result.verdict == .ok },
      differencesInFirstAnswers: differences.filter(\.isFirstAnswer).map(\.line),
      differencesInOthers: differences.filter { !$0.isFirstAnswer }.map(\.line),
      limited: replay.limited(in: rows),
      hasCgroup: rows.contains { $0.result.run?.enforcement.cgroup != nil }, seen: seen, left: left)
  }

  /// Writes the report as the last line of standard output.
  func write() throws {
    print(String(decoding: try JSONEncoder().encode(self), as: UTF8.self))
  }
}

extension ReplayReport {
  /// Reads a report that another process wrote, and prints what it wrote before that.
  init(writtenTo output: [UInt8], errors: [UInt8]) throws {
    let lines = output.split(separator: UInt8(ascii: "\n"))
    for line in lines.dropLast() { print(String(decoding: line, as: UTF8.self)) }
    let last = try #require(lines.last, "\(String(decoding: errors, as: UTF8.self))")
    self = try JSONDecoder().decode(ReplayReport.self, from: Data(last))
  }
}
