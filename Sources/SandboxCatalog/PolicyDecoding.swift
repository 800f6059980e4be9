public import SandboxExecution
import Yams

extension Policy {
  /// Reads a policy, strictly: an unknown key, a missing key or a wrong value is an error.
  ///
  /// What a policy does not state is as in the one that it extends, or else has the default of
  /// ``Policy``'s initializer.
  ///
  /// - Parameters:
  ///   - text: The YAML text.
  ///   - file: The name of the file, for the messages.
  ///   - expectedID: The id that it must have, if any: that of the file's name.
  ///   - others: The policies that it may extend or override.
  /// - Throws: ``CatalogError`` with every problem of the file.
  public init(
    yaml text: String, file: String, expectedID: String? = nil, among others: Others<Policy> = .none
  ) throws(CatalogError) {
    let root = try StrictReader.root(of: text, file: file)
    let reader = StrictReader(file: file)
    self = try reader.value(reader.policy(root, expectedID: expectedID, among: others))
  }
}

extension StrictReader {
  fileprivate func policy(
    _ root: Node, expectedID: String?, among others: Others<Policy>
  ) -> Policy? {
    let keys = [
      "schema", "id", "description", "extends", "overrides", "limits", "filesystem", "network",
      "environment", "preload", "seccomp", "enforcement", "expect",
    ]
    guard supportedSchema(root),
      let mapping = mapping(
        root, "a policy", keys: keys, required: ["schema", "id", "description"])
    else { return nil }
    var policy = mapping.read("extends") { base($0, $1, others) } ?? Policy(id: "", summary: "")
    let inherited = policy.expectations
    policy.id = mapping.read("id") { id($0, $1, expected: expectedID) } ?? ""
    policy.summary = mapping.read("description", text) ?? ""
    checkOverride(mapping, policy.id, isFound: expectedID != nil, others)
    let limits = policy.limits
    policy.limits = mapping.read("limits") { self.limits($0, $1, limits) } ?? limits
    let access = policy.fileSystem
    policy.fileSystem = mapping.read("filesystem") { fileSystem($0, $1, access) } ?? access
    policy.network =
      mapping.read("network") { choice($0, $1, NetworkAccess.self) } ?? policy.network
    let variables = policy.environment
    policy.environment = mapping.read("environment") { environment($0, $1, variables) } ?? variables
    policy.preload = mapping.read("preload", preload) ?? policy.preload
    let calls = policy.systemCalls
    policy.systemCalls = mapping.read("seccomp") { systemCalls($0, $1, calls) } ?? calls
    let layers = policy.enforcement
    policy.enforcement = mapping.read("enforcement") { enforcement($0, $1, layers) } ?? layers
    let own = mapping.read("expect", expectations) ?? []
    // A claim about the same thing takes the place of an inherited one.
    policy.expectations =
      inherited.filter { claim in
        !own.contains { $0.probe == claim.probe && $0.arguments == claim.arguments }
      } + own
    return policy
  }

  private func base(_ node: Node, _ name: String, _ others: Others<Policy>) -> Policy? {
    guard let id = text(node, name) else { return nil }
    do throws(CatalogError) {
      return try others.named(id)
    } catch {
      for problem in error.problems {
        report("cannot extend '\(id)': \(problem.description)", at: node)
      }
      return nil
    }
  }

  /// A policy that takes the place of a built-in one must say so: a file that somebody left in a folder of
  /// policies is not to weaken `default` unseen. One that is named by its path is seen.
  private func checkOverride(
    _ mapping: StrictMapping, _ id: String, isFound: Bool, _ others: Others<Policy>
  ) {
    let node = mapping.values["overrides"]
    if let node {
      guard let word = text(node, "overrides") else { return }
      guard word == "builtin" else {
        report("'overrides' must be builtin, not '\(word)'", at: node)
        return
      }
    }
    guard !id.isEmpty else { return }
    if let node, !others.isBuiltIn(id) {
      report("there is no built-in policy '\(id)' to override", at: node)
    } else if node == nil, isFound, others.isBuiltIn(id) {
      report(
        "'\(id)' is the id of a built-in policy", at: mapping.values["id"] ?? mapping.node,
        hint: "choose another id; to replace the built-in one, write 'overrides: builtin'")
    }
  }

  private func limits(_ node: Node, _ name: String, _ base: Limits) -> Limits? {
    let keys = [
      "cpu-time", "wall-time", "memory", "processes", "open-files", "file-size", "disk", "files",
      "output", "stack",
    ]
    guard let mapping = mapping(node, name, keys: keys) else { return nil }
    var limits = base
    limits.cpuTime = mapping.read("cpu-time", duration) ?? limits.cpuTime
    limits.wallTime = mapping.read("wall-time", duration) ?? limits.wallTime
    limits.memory = mapping.read("memory") { size($0, $1, atLeast: "1MiB") } ?? limits.memory
    limits.processes =
      mapping.read("processes") { number($0, $1, in: 1...Limits.mostProcesses) } ?? limits.processes
    limits.openFiles =
      mapping.read("open-files") { number($0, $1, in: 5...1_048_576) } ?? limits.openFiles
    limits.fileSize = mapping.read("file-size") { size($0, $1) } ?? limits.fileSize
    limits.disk = mapping.read("disk") { size($0, $1, atLeast: "4KiB") } ?? limits.disk
    limits.files = mapping.read("files") { number($0, $1, in: 1...10_000_000) } ?? limits.files
    limits.output = mapping.read("output") { size($0, $1, atMost: "1GiB") } ?? limits.output
    limits.stack = mapping.read("stack") { size($0, $1, atLeast: "128KiB") } ?? limits.stack
    return limits
  }

  private func fileSystem(
    _ node: Node, _ name: String, _ base: FileSystemAccess
  ) -> FileSystemAccess? {
    guard let mapping = mapping(node, name, keys: ["read", "write"]) else { return nil }
    var access = base
    if let read = mapping.read("read", items) { access.read = read.compactMap(readablePath) }
    if let write = mapping.read("write", items) { access.write = write.compactMap(writablePath) }
    return access
  }

  private func readablePath(_ node: Node) -> String? {
    guard let path = text(node, "an item of 'read'") else { return nil }
    if path == FileSystemAccess.toolchainPrefix { return path }
    if path.hasPrefix("{") {
      let known = FileSystemAccess.toolchainPrefix
      let phrase = Suggestion.phrase(for: path, among: [known])
      report(
        "unknown placeholder '\(path)'\(phrase)", at: node,
        hint: phrase.isEmpty ? "the placeholder here is \(known)" : nil)
      return nil
    }
    guard path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
      report("a readable path must be absolute and without '..', not '\(path)'", at: node)
      return nil
    }
    return path
  }

  private func writablePath(_ node: Node) -> String? {
    guard let path = text(node, "an item of 'write'") else { return nil }
    guard path == FileSystemAccess.workspace else {
      report("only '\(FileSystemAccess.workspace)' can be writable, not '\(path)'", at: node)
      return nil
    }
    return path
  }

  private func environment(
    _ node: Node, _ name: String, _ base: EnvironmentRules
  ) -> EnvironmentRules? {
    guard let mapping = mapping(node, name, keys: ["inherit", "set"]) else { return nil }
    var rules = base
    if let inherit = mapping.read("inherit", items) {
      rules.inherit = inherit.compactMap { item in
        text(item, "an item of 'inherit'").flatMap { variableName($0, at: item) }
      }
    }
    if let set = mapping.read("set", variables) { rules.set = set }
    return rules
  }

  private func preload(_ node: Node, _ name: String) -> [String]? {
    items(node, name)?.compactMap { item in
      guard let word = text(item, "an item of 'preload'") else { return nil }
      if word.wholeMatch(of: /[\w@][\w.\/@-]*/) == nil {
        report("'\(word)' is not the name of a module", at: item)
      }
      return word
    }
  }

  private func systemCalls(
    _ node: Node, _ name: String, _ base: SystemCallRules
  ) -> SystemCallRules? {
    let lists = ["allow", "errno", "kill"]
    guard let mapping = mapping(node, name, keys: ["default"] + lists) else { return nil }
    var rules = base
    var listOfCall: [String: String] = [:]
    func calls(_ list: String) -> [String]? {
      mapping.read(list, items)?.compactMap { item in
        guard let call = text(item, "an item of '\(list)'") else { return nil }
        checkSystemCall(call, at: item)
        if let other = listOfCall.updateValue(list, forKey: call) {
          let place = other == list ? "twice in '\(list)'" : "in both '\(other)' and '\(list)'"
          report("'\(call)' is \(place)", at: item)
        }
        return call
      }
    }
    rules.unlisted =
      mapping.read("default") { choice($0, $1, SystemCallRules.Default.self) } ?? rules.unlisted
    let (allow, refuse, kill) = (calls("allow"), calls("errno"), calls("kill"))
    // What a list here names is in no inherited one as well. In one that comes before it, it would be in vain.
    for call in allow ?? [] where refuse == nil && rules.refuse.contains(call) {
      report(
        "'\(call)' is in 'allow', but the policy that this one starts from has it in 'errno'",
        at: node, hint: "write 'errno' here too, without it")
    }
    for call in (allow ?? []) + (refuse ?? []) where kill == nil && rules.kill.contains(call) {
      report(
        "'\(call)' is not in 'kill' here, but the policy that this one starts from has it there",
        at: node, hint: "write 'kill' here too, without it")
    }
    rules.allow = allow ?? rules.allow.filter { !((refuse ?? []) + (kill ?? [])).contains($0) }
    rules.refuse = refuse ?? rules.refuse.filter { kill?.contains($0) != true }
    rules.kill = kill ?? rules.kill
    if !startsPrograms(rules) {
      report("the policy must allow execve: without it no program starts", at: node)
    }
    return rules
  }

  private func startsPrograms(_ rules: SystemCallRules) -> Bool {
    func names(_ list: [String]) -> Bool {
      list.contains { $0 == "execve" || SystemCallGroup.calls(in: $0)?.contains("execve") == true }
    }
    return names(rules.allow) && !names(rules.refuse) && !names(rules.kill)
  }

  private func checkSystemCall(_ name: String, at node: Node) {
    guard !SystemCallGroup.isKnown(name) else { return }
    let groups = SystemCallGroup.names
    if name.hasPrefix("@") {
      let phrase = Suggestion.phrase(for: name, among: groups)
      report(
        "unknown system call group '\(name)'\(phrase)", at: node,
        hint: phrase.isEmpty ? "the groups are \(groups.joined(separator: ", "))" : nil)
    } else {
      let calls = groups.flatMap { SystemCallGroup.calls(in: $0) ?? [] }
      report(
        "unknown system call '\(name)'\(Suggestion.phrase(for: name, among: calls))", at: node)
    }
  }

  private func enforcement(
    _ node: Node, _ name: String, _ base: [IsolationLayer: Requirement]
  ) -> [IsolationLayer: Requirement]? {
    let layers = IsolationLayer.allCases
    guard let mapping = mapping(node, name, keys: layers.map(\.rawValue)) else { return nil }
    var enforcement = base
    for layer in layers {
      if let requirement = mapping.read(
        layer.rawValue, { choice($0, $1, Requirement.self) })
      {
        enforcement[layer] = requirement
      }
    }
    return enforcement
  }

  private func expectations(_ node: Node, _ name: String) -> [Expectation]? {
    items(node, name)?.compactMap(expectation)
  }

  /// The probes, and the one argument that each takes.
  private static let probes = [
    "read-file": "path", "write-file": "path", "execute": "path", "connect": "address",
    "system-call": "name",
  ]

  private func expectation(_ node: Node) -> Expectation? {
    let subject = "an item of 'expect'"
    let arguments = Set(Self.probes.values).sorted()
    guard
      let all = mapping(
        node, subject, keys: ["probe"] + arguments + ["is"], required: ["probe", "is"]),
      let probeNode = all.values["probe"], let probe = text(probeNode, "probe"),
      let result = all.read("is", { choice($0, $1, Expectation.Result.self) })
    else { return nil }
    guard let argument = Self.probes[probe] else {
      let known = Self.probes.keys.sorted()
      report(
        "unknown probe '\(probe)'\(Suggestion.phrase(for: probe, among: known))", at: probeNode,
        hint: "the probes are \(known.joined(separator: ", "))")
      return nil
    }
    for (key, value) in all.values where arguments.contains(key) && key != argument {
      report("the probe '\(probe)' takes '\(argument)', not '\(key)'", at: value)
    }
    guard let valueNode = all.values[argument] else {
      report("missing key '\(argument)'", at: node)
      return nil
    }
    guard let value = text(valueNode, argument) else { return nil }
    if probe == "system-call" { checkSystemCall(value, at: valueNode) }
    return Expectation(probe: probe, arguments: [argument: value], result: result)
  }
}
