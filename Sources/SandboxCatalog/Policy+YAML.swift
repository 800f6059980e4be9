public import SandboxExecution
import Yams

extension Policy {
  /// The policy with every group expanded and every default stated.
  ///
  /// What remains in a list is what the list decides: a call that is refused is not listed as allowed.
  public var effective: Policy {
    var policy = self
    func expanded(_ list: [String], _ answer: SystemCallRules.Answer) -> [String] {
      Set(list.flatMap { SystemCallGroup.calls(in: $0) ?? [$0] })
        .filter { systemCalls.answer(to: $0) == answer }.sorted()
    }
    policy.systemCalls.allow = expanded(systemCalls.allow, .allowed)
    policy.systemCalls.refuse = expanded(systemCalls.refuse, .refused)
    policy.systemCalls.kill = expanded(systemCalls.kill, .kill)
    return policy
  }

  /// The policy as a YAML file, which read gives this policy again.
  ///
  /// - Throws: ``CatalogError`` where it cannot be written as YAML.
  public func yaml() throws(CatalogError) -> String {
    let root = mapping([
      ("schema", plain("1")), ("id", text(id)), ("description", text(summary)),
      ("limits", limitsNode),
      (
        "filesystem", mapping([("read", list(fileSystem.read)), ("write", list(fileSystem.write))])
      ),
      ("network", plain(network.rawValue)),
      (
        "environment",
        mapping([
          ("inherit", list(environment.inherit)),
          (
            "set",
            mapping(environment.set.sorted { $0.key < $1.key }.map { ($0.key, text($0.value)) })
          ),
        ])
      ),
      ("preload", list(preload)),
      (
        "seccomp",
        mapping([
          ("default", plain(systemCalls.unlisted.rawValue)), ("allow", list(systemCalls.allow)),
          ("errno", list(systemCalls.refuse)), ("kill", list(systemCalls.kill)),
        ])
      ),
      (
        "enforcement",
        mapping(
          IsolationLayer.allCases.map {
            ($0.rawValue, plain((enforcement[$0] ?? .bestEffort).rawValue))
          })
      ),
      (
        "expect",
        .sequence(
          Node.Sequence(
            expectations.map { claim in
              mapping(
                [("probe", plain(claim.probe))]
                  + claim.arguments.sorted { $0.key < $1.key }.map { ($0.key, text($0.value)) }
                  + [("is", plain(claim.result.rawValue))], style: .flow)
            }))
      ),
    ])
    do {
      return try Yams.serialize(node: root, width: 100)
    } catch {
      throw CatalogError("the policy cannot be written as YAML: \(error)")
    }
  }

  private var limitsNode: Node {
    mapping([
      ("cpu-time", plain(limits.cpuTime.policyText)),
      ("wall-time", plain(limits.wallTime.policyText)),
      ("memory", plain(limits.memory.policyText)), ("processes", plain("\(limits.processes)")),
      ("open-files", plain("\(limits.openFiles)")),
      ("file-size", plain(limits.fileSize.policyText)), ("disk", plain(limits.disk.policyText)),
      ("files", plain("\(limits.files)")), ("output", plain(limits.output.policyText)),
      ("stack", plain(limits.stack.policyText)),
    ])
  }

  private func mapping(_ pairs: [(String, Node)], style: Node.Mapping.Style = .block) -> Node {
    .mapping(Node.Mapping(pairs.map { (text($0), $1) }, .implicit, style))
  }

  private func list(_ items: [String]) -> Node {
    .sequence(Node.Sequence(items.map(text), .implicit, .flow))
  }

  private func plain(_ text: String) -> Node { .scalar(Node.Scalar(text, .implicit, .plain)) }

  /// Quoted where it would be read as something else.
  private func text(_ text: String) -> Node {
    let isPlain =
      !text.isEmpty
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_/. ".contains($0)) }
      && text.first?.isWhitespace == false && text.last?.isWhitespace == false
      && text.first != "-" && !["null", "Null", "NULL"].contains(text)
    return .scalar(Node.Scalar(text, .implicit, isPlain ? .plain : .doubleQuoted))
  }
}

extension Duration {
  /// As a policy states it: `500ms`, `10s`.
  var policyText: String {
    let milliseconds = Int((self / .milliseconds(1)).rounded(.up))
    return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
  }
}

extension ByteCount {
  /// As a policy states it, in the largest unit that is exact: `512MiB`.
  var policyText: String { description.filter { $0 != " " } }
}
