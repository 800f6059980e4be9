import OCISandbox
import SandboxTesting
import Testing

@Suite("Testing policies", .timeLimit(.minutes(15)))
struct PolicyTesterTests {
  private func test(_ policy: Policy) async throws -> PolicyTestReport {
    try await PolicyTester(runner: ProgramRunner()).test(
      policy, origin: "built in", stagePolicy: { _ in Policy() })
  }

  @Test(
    "every built-in policy keeps its promises",
    arguments: try Catalog.standard().policies().entries.map(\.value).map(\.id))
  func builtIn(id: String) async throws {
    let report = try await test(try Catalog.standard().policy(named: id).value)
    #expect(report.results.count > 150)
    let broken = report.results.filter { !$0.passes }
    #expect(broken.isEmpty, "\(broken)")
  }

  @Test("a promise that is not kept is found: each claim is broken by its opposite")
  func brokenPromise() async throws {
    var policy = try Catalog.standard().policy(named: "default").value
    policy.expectations = policy.expectations.map {
      Expectation(
        probe: $0.probe, arguments: $0.arguments, result: $0.result == .allowed ? .denied : .allowed
      )
    }
    let report = try await test(policy)
    let claims = report.results.filter { $0.category == .expectations }
    #expect(claims.count == policy.expectations.count)
    #expect(claims.allSatisfy { !$0.passes }, "\(claims)")
    #expect(!report.passes)
  }

  @Test("a policy that gives the host's network is seen to reach it")
  func hostNetwork() async throws {
    let report = try await test(Policy(network: .host))
    let reach = report.results.filter { $0.probe.hasPrefix("reach a") && $0.category == .network }
    #expect(reach.count == 2 && reach.allSatisfy { $0.observed == .allowed && $0.passes }, "\(reach)")
  }
}
