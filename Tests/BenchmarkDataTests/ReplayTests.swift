import OCISandbox
import Testing

extension BenchmarkDataTests {
  /// Unreviewed code: what a weak model answered to HumanEval, ten times a task.
  @Suite("Recorded answers of a model", .timeLimit(.minutes(10)))
  struct ReplayTests {
    /// An exit test, for it counts what its own process holds: the other suites share theirs.
    @Test("get the verdicts that were recorded, and leave nothing behind")
    func replay() async throws {
      let ended = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
        // What outlives its parent comes to this process, where it is counted.
        try #require(becomeSubreaper())
        let replay = try await Replay(whole: BenchmarkDataTests.isWhole)
        let executor = SandboxExecutor()
        let before = HostState.now()
        let witness = Witness(before)
        let watching = Task { await witness.watch() }
        let rows = try await replay.run(in: Sandbox(executor: executor))
        watching.cancel()
        await watching.value
        await executor.close()
        let after = await HostState.settled(since: before)

        let differences = replay.differences(in: rows)
        #expect(differences.filter(\.isFirstAnswer).map(\.line) == [])
        #expect(differences.map(\.line) == [])

        #expect(after.processes == [])
        #expect(after.descriptors == [])
        #expect(after.mounts == [])
        #expect(after.temporaryFiles == [])
        let workers = await witness.processes
        #expect(
          after.cgroups.filter { HostState.maker(ofCgroup: $0).map(workers.contains) ?? true } == []
        )

        // All of it was there while the programs ran, so that it would have been seen.
        #expect(workers.isEmpty == false)
        #expect(await witness.descriptors.isEmpty == false)
        #expect(await witness.mounts.isEmpty == false)
        if rows.contains(where: { $0.result.run?.enforcement.cgroup != nil }) {
          #expect(await witness.cgroups.isEmpty == false)
        }
      }
      print(String(decoding: ended?.standardOutputContent ?? [], as: UTF8.self), terminator: "")
    }
  }
}
