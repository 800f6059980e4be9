import SandboxCatalog
import SandboxExecution
import Testing

@Suite("Reading policies")
struct PolicyDecodingTests {
  @Test("what is not stated has the default, and what is stated has its value")
  func values() throws {
    let read = try Policy(
      yaml: policy(
        rest: """
          limits: { cpu-time: 500ms, wall-time: 2m, memory: 1GiB, processes: 500, open-files: 5 }
          network: loopback
          environment: { inherit: [TZ], set: { EMPTY: "", LEVEL: 3.10, ANSWER: no } }
          seccomp: { default: kill, allow: ["@processes", read], errno: [], kill: [ptrace] }
          enforcement: { landlock: required }
          expect: [{ probe: connect, address: "127.0.0.1:80", is: denied }]
          """), file: "mine.yaml")
    var expected = Policy(id: "mine", summary: "Mine.")
    expected.limits.cpuTime = .milliseconds(500)
    expected.limits.wallTime = .seconds(120)
    expected.limits.memory = ByteCount(mebibytes: 1024)
    expected.limits.processes = 500
    expected.limits.openFiles = 5
    expected.network = .loopback
    expected.environment = EnvironmentRules(
      inherit: ["TZ"], set: ["EMPTY": "", "LEVEL": "3.10", "ANSWER": "no"])
    expected.systemCalls = SystemCallRules(
      unlisted: .kill, allow: ["@processes", "read"], refuse: [], kill: ["ptrace"])
    expected.enforcement[.landlock] = .required
    expected.expectations = [
      Expectation(probe: "connect", arguments: ["address": "127.0.0.1:80"], result: .denied)
    ]
    #expect(read == expected)
  }

  @Test("a policy of the required keys alone is the default one")
  func defaults() throws {
    let read = try Policy(yaml: policy(), file: "mine.yaml")
    #expect(read == Policy(id: "mine", summary: "Mine."))
  }

  @Test("what one list names is in no inherited one, and can be written and read again")
  func namedAnew() throws {
    let text = "schema: 1\nid: mine\ndescription: Mine.\nseccomp: "
    let policy = try Policy(yaml: text + "{ kill: [\"@privileged\"] }", file: "mine.yaml")
    #expect(policy.systemCalls.kill == ["@privileged"])
    #expect(policy.systemCalls.refuse == [])
    #expect(policy.systemCalls.answer(to: "ptrace") == .kill)
    #expect(try Policy(yaml: policy.yaml(), file: "again.yaml") == policy)
  }

  @Test("JSON is YAML too")
  func json() throws {
    let text = #"{"schema": 1, "id": "mine", "description": "Mine.", "limits": {"files": 7}}"#
    #expect(try Policy(yaml: text, file: "mine.yaml").limits.files == 7)
  }

  @Test(
    "a mistake is told with its place, what is wrong, and what is right",
    arguments: [
      (
        "seccmp: {}",
        "mine.yaml:4:1: error: unknown key 'seccmp'; did you mean 'seccomp'?"
      ),
      (
        "color: red",
        """
        mine.yaml:4:1: error: unknown key 'color'
        hint: the keys here are schema, id, description, extends, overrides, limits, \
        filesystem, network, environment, preload, seccomp, enforcement, expect
        """
      ),
      (
        "limits:\n  cpu_time: 10s",
        "mine.yaml:5:3: error: unknown key 'cpu_time'; did you mean 'cpu-time'?"
      ),
      ("limits: 5s", "mine.yaml:4:9: error: 'limits' must be a mapping, not text"),
      ("limits: [5s]", "mine.yaml:4:9: error: 'limits' must be a mapping, not a list"),
      (
        "limits:",
        "mine.yaml:4:8: error: 'limits' must be a mapping, not nothing"
      ),
      (
        "limits: { cpu-time: 10 }",
        """
        mine.yaml:4:21: error: 'cpu-time' must be a duration such as 500ms, 10s or 2m, not '10'
        """
      ),
      (
        "limits: { cpu-time: 0s }",
        "mine.yaml:4:21: error: 'cpu-time' must be more than 0, not '0s'"
      ),
      (
        "limits: { cpu-time: -1s }",
        """
        mine.yaml:4:21: error: 'cpu-time' must be a duration such as 500ms, 10s or 2m, not '-1s'
        """
      ),
      (
        "limits: { wall-time: 1000000000000000000000000000000s }",
        """
        mine.yaml:4:22: error: 'wall-time' must be at most 24h, not \
        '1000000000000000000000000000000s'
        """
      ),
      (
        "limits: { wall-time: 1441m }",
        "mine.yaml:4:22: error: 'wall-time' must be at most 24h, not '1441m'"
      ),
      (
        "limits: { wall-time: 1.5s }",
        """
        mine.yaml:4:22: error: 'wall-time' must be a duration such as 500ms, 10s or 2m, not '1.5s'
        """
      ),
      (
        "limits: { memory: 512MB }",
        """
        mine.yaml:4:19: error: 'memory' must be a size such as 4096B, 64KiB, 512MiB or 2GiB, \
        not '512MB'
        """
      ),
      (
        "limits: { memory: 0MiB }",
        "mine.yaml:4:19: error: 'memory' must be more than 0, not '0MiB'"
      ),
      (
        "limits: { memory: -1 }",
        """
        mine.yaml:4:19: error: 'memory' must be a size such as 4096B, 64KiB, 512MiB or 2GiB, \
        not '-1'
        """
      ),
      (
        "limits: { memory: 1000000000000000000000000000000GiB }",
        """
        mine.yaml:4:19: error: 'memory' must be at most 1024GiB, not \
        '1000000000000000000000000000000GiB'
        """
      ),
      (
        "limits: { memory: 1023KiB }",
        "mine.yaml:4:19: error: 'memory' must be at least 1MiB, not '1023KiB'"
      ),
      (
        "limits: { stack: 64KiB }",
        "mine.yaml:4:18: error: 'stack' must be at least 128KiB, not '64KiB'"
      ),
      (
        "limits: { output: 2GiB }",
        "mine.yaml:4:19: error: 'output' must be at most 1GiB, not '2GiB'"
      ),
      (
        "limits: { processes: 0 }",
        "mine.yaml:4:22: error: 'processes' must be a whole number from 1 to 4096, not '0'"
      ),
      (
        "limits: { processes: -1 }",
        "mine.yaml:4:22: error: 'processes' must be a whole number from 1 to 4096, not '-1'"
      ),
      (
        "limits: { processes: 1e3 }",
        "mine.yaml:4:22: error: 'processes' must be a whole number from 1 to 4096, not '1e3'"
      ),
      (
        "limits: { files: 1000000000000000000000000000000 }",
        """
        mine.yaml:4:18: error: 'files' must be a whole number from 1 to 10000000, not \
        '1000000000000000000000000000000'
        """
      ),
      (
        "filesystem: { read: usr }",
        "mine.yaml:4:21: error: 'read' must be a list, not text"
      ),
      (
        "filesystem: { read: [usr] }",
        """
        mine.yaml:4:22: error: a readable path must be absolute and without '..', not 'usr'
        """
      ),
      (
        "filesystem: { read: [/usr/../etc] }",
        """
        mine.yaml:4:22: error: a readable path must be absolute and without '..', not \
        '/usr/../etc'
        """
      ),
      (
        "filesystem: { read: [\"{toolchain}\"] }",
        """
        mine.yaml:4:22: error: unknown placeholder '{toolchain}'
        hint: the placeholder here is {toolchain-prefix}
        """
      ),
      (
        "filesystem: { write: [/home] }",
        "mine.yaml:4:23: error: only '{workspace}' can be writable, not '/home'"
      ),
      (
        "network: hots",
        """
        mine.yaml:4:10: error: 'network' must be one of none, loopback, host, not 'hots'; did you \
        mean 'host'?
        """
      ),
      (
        "environment: { inherit: [\"A=B\"] }",
        """
        mine.yaml:4:26: error: the name of an environment variable must not contain '=': 'A=B'
        """
      ),
      (
        "environment: { set: { A: } }",
        """
        mine.yaml:4:26: error: 'A' has no value
        hint: quote the text if that is what it is: ''
        """
      ),
      (
        "environment: { set: { A: \"x\\0y\" } }",
        "mine.yaml:4:26: error: 'A' must not contain a NUL character"
      ),
      (
        "seccomp: { kill: [ptrase] }",
        "mine.yaml:4:19: error: unknown system call 'ptrase'; did you mean 'ptrace'?"
      ),
      (
        "seccomp: { allow: [execve, \"@file_io\"] }",
        """
        mine.yaml:4:28: error: unknown system call group '@file_io'; did you mean '@file-io'?
        """
      ),
      (
        "seccomp: { allow: [execve, \"@everything\"] }",
        """
        mine.yaml:4:28: error: unknown system call group '@everything'
        hint: the groups are @default, @file-io, @ipc, @memory, @privileged, @processes, \
        @signals, @sockets, @synchronization, @system-info, @threads, @time, @watch
        """
      ),
      (
        "seccomp: { allow: [execve, read], kill: [read] }",
        "mine.yaml:4:42: error: 'read' is in both 'allow' and 'kill'"
      ),
      (
        "seccomp: { allow: [\"@default\", \"@privileged\"] }",
        """
        mine.yaml:4:10: error: '@privileged' is in 'allow', but the policy that this one starts \
        from has it in 'errno'
        hint: write 'errno' here too, without it
        """
      ),
      (
        "seccomp: { kill: [\"@processes\"] }",
        "mine.yaml:4:10: error: the policy must allow execve: without it no program starts"
      ),
      (
        "seccomp: { default: allow }",
        """
        mine.yaml:4:21: error: 'default' must be one of errno(ENOSYS), errno(EPERM), kill, not \
        'allow'
        """
      ),
      (
        "enforcement: { secomp: required }",
        "mine.yaml:4:16: error: unknown key 'secomp'; did you mean 'seccomp'?"
      ),
      (
        "enforcement: { seccomp: optional }",
        """
        mine.yaml:4:25: error: 'seccomp' must be one of required, best-effort, not 'optional'
        """
      ),
      (
        "expect: [{ probe: read_file, path: /etc/shadow, is: denied }]",
        """
        mine.yaml:4:19: error: unknown probe 'read_file'; did you mean 'read-file'?
        hint: the probes are connect, execute, read-file, system-call, write-file
        """
      ),
      (
        "expect: [{ probe: read-file, is: denied }]",
        "mine.yaml:4:10: error: missing key 'path'"
      ),
      (
        "expect: [{ probe: connect, path: /x, address: \"a:1\", is: denied }]",
        "mine.yaml:4:34: error: the probe 'connect' takes 'address', not 'path'"
      ),
      (
        "limits: { files: 1 }\nlimits: { files: 2 }",
        "mine.yaml:4:1: error: the key 'limits' is stated more than once"
      ),
      (
        "limits: { files: 1",
        """
        mine.yaml:5:1: error: this is not YAML: while parsing a flow mapping: did not find \
        expected ',' or '}'
        """
      ),
      (
        "network: &a none\nother: *b",
        "mine.yaml:5:8: error: this is not YAML: found undefined alias"
      ),
    ])
  func mistake(rest: String, message: String) throws {
    let error = try #require(throws: CatalogError.self) {
      try Policy(yaml: policy(rest: rest), file: "mine.yaml")
    }
    #expect(error.description == message)
  }

  @Test(
    "a document that is no policy at all is an error",
    arguments: [
      ("", "mine.yaml: error: the file is empty"),
      ("# nothing", "mine.yaml: error: the file is empty"),
      ("- a", "mine.yaml:1:1: error: a policy must be a mapping, not a list"),
      (
        "{}",
        """
        mine.yaml:1:1: error: missing key 'schema'
        mine.yaml:1:1: error: missing key 'id'
        mine.yaml:1:1: error: missing key 'description'
        """
      ),
      (
        "schema: 2\nsomething: else",
        """
        mine.yaml:1:9: error: schema '2' is not supported
        hint: this version reads schema 1
        """
      ),
      (
        "schema: 1\n---\nschema: 1",
        """
        mine.yaml:2:1: error: this is not YAML: expected a single document in the stream: but \
        found another document
        """
      ),
      (
        "schema: 1\nid: \u{1}",
        "mine.yaml:2:5: error: this is not YAML: control characters are not allowed"
      ),
    ])
  func noPolicy(text: String, message: String) throws {
    let error = try #require(throws: CatalogError.self) {
      try Policy(yaml: text, file: "mine.yaml")
    }
    #expect(error.description == message)
  }

  @Test("all mistakes of a file are told at once, in its order")
  func severalMistakes() throws {
    let text = """
      schema: 1
      limits:
        cpu-time: 10
        files: 0
      id: Mine
      netwrok: none
      """
    let error = try #require(throws: CatalogError.self) {
      try Policy(yaml: text, file: "mine.yaml")
    }
    #expect(
      error.description == """
        mine.yaml:1:1: error: missing key 'description'
        mine.yaml:3:13: error: 'cpu-time' must be a duration such as 500ms, 10s or 2m, not '10'
        mine.yaml:4:10: error: 'files' must be a whole number from 1 to 10000000, not '0'
        mine.yaml:5:5: error: 'id' must be made of lowercase letters, digits, '-' and '+', and \
        start with a letter or digit, not 'Mine'
        mine.yaml:6:1: error: unknown key 'netwrok'; did you mean 'network'?
        """)
  }

  @Test("nesting without end is an error, not a crash")
  func deepNesting() {
    let text = "schema: " + String(repeating: "[", count: 500_000)
    #expect(throws: CatalogError.self) { try Policy(yaml: text, file: "mine.yaml") }
  }

  @Test("a quadrillion items by aliases are an error in no time", .timeLimit(.minutes(15)))
  func aliasBomb() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...14 {
      let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(items)]\n"
    }
    #expect(throws: CatalogError.self) { try Policy(yaml: text, file: "mine.yaml") }
  }
}
