import OCISandbox
import SandboxExecution
import Testing

private typealias Claim = SandboxExecution.Expectation

/// A catalog of the built-in policies and of files.
private struct CatalogOfFiles: ~Copyable {
  let folder: TemporaryFolder
  let catalog: Catalog

  init(_ files: [String: String]) throws {
    let made = try TemporaryFolder()
    for (name, text) in files { try made.write(text, to: name) }
    catalog = Catalog(
      policyPath: SearchPath(kind: .policies, folders: [.init(path: made.path, isRequired: true)]),
      embeddedPolicies: Catalog.standard().embeddedPolicies)
    folder = made
  }
}

@Suite("Policies that extend others")
struct PolicyExtensionTests {
  private func policy(_ id: String, _ rest: String) -> String {
    "schema: 1\nid: \(id)\ndescription: Mine.\n\(rest)\n"
  }

  @Test("what is stated replaces, and what is not stays")
  func inheritance() throws {
    let files = try CatalogOfFiles([
      "mine.yaml": policy(
        "mine",
        """
        extends: strict
        limits: { cpu-time: 1s }
        seccomp: { kill: [] }
        expect:
          - { probe: system-call, name: socket, is: allowed }
          - { probe: read-file, path: /root, is: denied }
        """),
      "yours.yaml": policy("yours", "extends: mine\nlimits: { memory: 1MiB }"),
    ])
    let catalog = files.catalog
    let strict = try catalog.policy(named: "strict").value
    var expected = strict
    expected.id = "yours"
    expected.summary = "Mine."
    expected.limits.cpuTime = .seconds(1)
    expected.limits.memory = ByteCount(mebibytes: 1)
    expected.systemCalls.kill = []
    let socket: @Sendable (Claim) -> Bool = { $0.arguments["name"] == "socket" }
    try #require(strict.expectations.contains(where: socket))
    expected.expectations.removeAll(where: socket)
    expected.expectations += [
      Claim(probe: "system-call", arguments: ["name": "socket"], result: .allowed),
      Claim(probe: "read-file", arguments: ["path": "/root"], result: .denied),
    ]
    #expect(try catalog.policy(named: "yours").value == expected)
    _ = files.folder.path
  }

  @Test("one that extends itself, or what is not there, is told with its place")
  func mistakes() throws {
    let files = try CatalogOfFiles([
      "a.yaml": policy("a", "extends: b"), "b.yaml": policy("b", "extends: a"),
      "c.yaml": policy("c", "extends: defualt"), "d.yaml": policy("d", "extends: d"),
    ])
    let catalog = files.catalog
    func message(_ id: String) -> String {
      do throws(CatalogError) {
        _ = try catalog.policy(named: id)
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(message("a").contains("a.yaml:4:10: error: cannot extend 'b'"), "\(message("a"))")
    #expect(message("a").contains("it extends itself: a -> b -> a"))
    #expect(message("c").contains("unknown policy 'defualt'; did you mean 'default'?"))
    #expect(message("d").contains("it extends itself: d -> d"))
    _ = files.folder.path
  }

  @Test("a built-in policy is replaced only by one that says so")
  func overrides() throws {
    let weak = "network: host"
    let first = try CatalogOfFiles(["default.yaml": policy("default", weak)])
    let silent = first.catalog
    #expect {
      try silent.policy(named: "default")
    } throws: { "\($0)".contains("'default' is the id of a built-in policy") }
    // Who names its path knows what is used.
    #expect(try silent.policy(named: first.folder.path + "/default.yaml").value.network == .host)
    let second = try CatalogOfFiles([
      "default.yaml": policy("default", "overrides: builtin\nextends: default\n" + weak),
      "mine.yaml": policy("mine", "overrides: builtin"),
    ])
    let open = second.catalog
    let entry = try open.policy(named: "default")
    #expect(entry.value.network == .host && entry.shadowed == [.embedded])
    #expect(entry.value.expectations.count == 8)  // those of the built-in one
    #expect {
      try open.policy(named: "mine")
    } throws: { "\($0)".contains("there is no built-in policy 'mine' to override") }
    _ = (first.folder.path, second.folder.path)
  }

  @Test(
    "a policy in full is a file that says the same",
    arguments: try Catalog.standard().policies().entries.map(\.value.id))
  func effective(id: String) throws {
    let policy = try Catalog.standard().policy(named: id).value
    #expect(try Policy(yaml: policy.yaml(), file: "x.yaml") == policy)
    let effective = policy.effective
    #expect(try Policy(yaml: effective.yaml(), file: "x.yaml") == effective)
    #expect(!effective.systemCalls.allow.contains { $0.hasPrefix("@") })
    #expect(PolicyDifference(policy, effective).isEmpty)
    #expect(effective.systemCalls.allowedCalls == policy.systemCalls.allowedCalls)
  }

  @Test("a text that YAML would read as something else is quoted")
  func quoting() throws {
    var policy = Policy(id: "mine", summary: "a: #b \u{7}\n- 'x'\"\\")
    policy.environment.set = [
      "A": "no", "B": "", "C": "null", "D": " x ", "E": "{a}", "F": "\u{e9}",
    ]
    #expect(try Policy(yaml: policy.yaml(), file: "x.yaml") == policy)
  }

  @Test("the difference says in words who allows more")
  func difference() throws {
    var more = Policy()
    more.limits.memory = ByteCount(mebibytes: 1024)
    more.network = .loopback
    more.fileSystem.read += ["/opt", "/usr/share"]
    more.systemCalls.allow.append("ptrace")
    more.systemCalls.refuse = []
    more.systemCalls.unlisted = .refused
    more.enforcement[.seccomp] = .bestEffort
    let difference = PolicyDifference(Policy(), more)
    #expect(difference.onlyFirst == [])
    #expect(
      Array(difference.onlySecond.prefix(3)) == [
        "memory: 1GiB instead of 512MiB", "reads /opt",
        "has a network of its own (loopback) instead of no network",
      ], "\(difference)")
    #expect(
      difference.onlySecond.contains(
        "makes the system call, which is otherwise refused with EPERM: ptrace"), "\(difference)")
    #expect(difference.onlySecond.contains { $0.hasPrefix("runs without seccomp") })
    let back = PolicyDifference(more, Policy())
    #expect(back.onlyFirst == difference.onlySecond && back.onlySecond == [])
    #expect(PolicyDifference(more, more).isEmpty)
  }
}
