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
    let works = reach.filter { $0.observed == .allowed }.map(\.probe)
    #expect(
      works == ["reach a TCP listener of the host", "reach a UDP socket of the host"]
        && reach.allSatisfy(\.passes), "\(reach)")
    // Sockets in folders are reached by what is shown, not by the network.
    #expect(reach.count == 4 && report.skipped.isEmpty, "\(report.skipped)")
  }

  /// What is let through, and the probes that must notice.
  static let holes: [String: (change: @Sendable (inout Policy) -> Void, probes: [String])] = [
    "a folder of the host": (
      { $0.fileSystem.read.append("/sys") }, ["read /sys/kernel"]
    ),
    "two folders": (
      { $0.fileSystem.read += ["/var/log", "/boot"] }, ["read /var/log", "read /boot"]
    ),
    "a folder with sockets": (
      { $0.fileSystem.read.append("/var/tmp") },
      [
        "reach a stream socket of the host by its path",
        "reach a datagram socket of the host by its path",
      ]
    ),
    "the network": (
      { $0.network = .host },
      [
        "reach a TCP listener of the host", "reach a UDP socket of the host",
        "socket AF_INET, SOCK_STREAM",
      ]
    ),
    "ptrace": (
      {
        $0.systemCalls.allow.append("ptrace")
        $0.systemCalls.refuse = []
      }, ["call ptrace", "system-call ptrace"]
    ),
    "namespaces": (
      {
        $0.systemCalls.allow.append("unshare")
        $0.systemCalls.refuse = []
      }, ["unshare the user namespace", "call unshare"]
    ),
    "what others open": ({ $0.systemCalls.allow.append("@watch") }, ["call inotify_init1"]),
    "io_uring": ({ $0.systemCalls.allow.append("io_uring_setup") }, ["call io_uring_setup"]),
    "a variable": (
      {
        $0.environment.inherit.append("PWD_OF_NOBODY"); $0.environment.set["X"] = "1"
      },
      ["see a variable that the policy does not give"]
    ),
    "less than is promised": (
      { $0.systemCalls.refuse.append("getpid") }, ["call each of the"]
    ),
  ]

  @Test("a hole is found by the probes that are for it", arguments: holes.keys.sorted())
  func hole(name: String) async throws {
    let hole = try #require(Self.holes[name])
    let promised = try Catalog.standard().policy(named: "default").value
    var enforced = promised
    hole.change(&enforced)
    let report = try await PolicyTester(runner: ProgramRunner()).test(
      promised, enforcing: enforced, origin: "built in", stagePolicy: { _ in Policy() })
    let broken = report.results.filter { !$0.passes }.map(\.probe)
    for probe in hole.probes {
      #expect(broken.contains { $0.contains(probe) }, "\(probe) is not among \(broken)")
    }
  }

  @Test("the report says what failed, in every format")
  func formats() async throws {
    var policy = Policy(id: "mine")
    policy.expectations = [
      Expectation(
        probe: "read-file", arguments: ["path": "/a<b>&\"c"], result: .allowed)
    ]
    let document = PolicyTestDocument([try await test(policy)])
    let junit = document.junit()
    #expect(junit.contains(#"failures="1""#))
    #expect(junit.contains("read-file /a&lt;b&gt;&amp;&quot;c"))
    #expect(try document.json().contains(#""passed" : false"#))
    let sarif = try document.sarif()
    #expect(sarif.contains(#""ruleId" : "expect""#) && sarif.contains("ENOENT"), "\(sarif)")
  }
}
