public import SandboxExecution

/// In words, what one policy allows that another does not.
public struct PolicyDifference: Sendable, Hashable {
  /// What the first allows, and the second does not.
  public private(set) var onlyFirst: [String] = []
  /// What the second allows, and the first does not.
  public private(set) var onlySecond: [String] = []
  /// Where they differ, and neither allows more.
  public private(set) var other: [String] = []

  /// Whether the two allow the same.
  public var isEmpty: Bool { onlyFirst.isEmpty && onlySecond.isEmpty && other.isEmpty }

  /// Compares two policies.
  public init(_ first: Policy, _ second: Policy) {
    compareLimits(first.limits, second.limits)
    compareSets(
      first.fileSystem.read, second.fileSystem.read, "reads")
    compareSets(first.fileSystem.write, second.fileSystem.write, "writes")
    let order: [NetworkAccess] = [.none, .loopback, .host]
    let phrases = ["no network", "a network of its own (loopback)", "the host's network"]
    if let a = order.firstIndex(of: first.network), let b = order.firstIndex(of: second.network) {
      rank(
        a, b, "has \(phrases[a]) instead of \(phrases[b])",
        "has \(phrases[b]) instead of \(phrases[a])")
    }
    compareSets(
      first.environment.inherit, second.environment.inherit, "inherits the variable")
    compareVariables(first.environment.set, second.environment.set)
    if first.preload != second.preload {
      other.append(
        "preload: \(first.preload.joined(separator: ", ")); \(second.preload.joined(separator: ", "))"
      )
    }
    compareCalls(first.systemCalls, second.systemCalls)
    for layer in IsolationLayer.allCases {
      let a = first.enforcement[layer] == .required
      let b = second.enforcement[layer] == .required
      rank(
        a ? 0 : 1, b ? 0 : 1, "runs without \(layer.rawValue) where the host does not give it",
        "runs without \(layer.rawValue) where the host does not give it")
    }
  }

  private mutating func rank<Value: Comparable>(
    _ a: Value, _ b: Value, _ ifFirst: String, _ ifSecond: String
  ) {
    if a > b { onlyFirst.append(ifFirst) }
    if b > a { onlySecond.append(ifSecond) }
  }

  private mutating func compareLimits(_ a: Limits, _ b: Limits) {
    func sizes(_ name: String, _ path: KeyPath<Limits, ByteCount>) {
      let (x, y) = (a[keyPath: path], b[keyPath: path])
      rank(
        x, y, "\(name): \(x.policyText) instead of \(y.policyText)",
        "\(name): \(y.policyText) instead of \(x.policyText)")
    }
    func times(_ name: String, _ path: KeyPath<Limits, Duration>) {
      let (x, y) = (a[keyPath: path], b[keyPath: path])
      rank(
        x, y, "\(name): \(x.policyText) instead of \(y.policyText)",
        "\(name): \(y.policyText) instead of \(x.policyText)")
    }
    func numbers(_ name: String, _ path: KeyPath<Limits, Int>) {
      let (x, y) = (a[keyPath: path], b[keyPath: path])
      rank(x, y, "\(name): \(x) instead of \(y)", "\(name): \(y) instead of \(x)")
    }
    times("cpu-time", \.cpuTime)
    times("wall-time", \.wallTime)
    sizes("memory", \.memory)
    numbers("processes", \.processes)
    numbers("open-files", \.openFiles)
    sizes("file-size", \.fileSize)
    sizes("disk", \.disk)
    numbers("files", \.files)
    sizes("output", \.output)
    sizes("stack", \.stack)
  }

  private mutating func compareSets(_ a: [String], _ b: [String], _ verb: String) {
    func covered(_ path: String, _ list: [String]) -> Bool {
      list.contains { $0 == path || path.hasPrefix($0 + "/") }
    }
    onlyFirst += a.filter { !covered($0, b) }.map { "\(verb) \($0)" }
    onlySecond += b.filter { !covered($0, a) }.map { "\(verb) \($0)" }
  }

  private mutating func compareVariables(_ a: [String: String], _ b: [String: String]) {
    for name in Set(a.keys).union(b.keys).sorted() {
      switch (a[name], b[name]) {
      case (let x?, nil): onlyFirst.append("sets the variable \(name)=\(x)")
      case (nil, let y?): onlySecond.append("sets the variable \(name)=\(y)")
      case (let x?, let y?) where x != y: other.append("variable \(name): '\(x)', '\(y)'")
      default: break
      }
    }
  }

  private mutating func compareCalls(_ a: SystemCallRules, _ b: SystemCallRules) {
    let groups = SystemCallGroup.names.flatMap { SystemCallGroup.calls(in: $0) ?? [] }
    let all = Set(groups + [a, b].flatMap { $0.allow + $0.refuse + $0.kill })
      .filter { !$0.hasPrefix("@") }.sorted()
    var answers: [String: [String]] = [:]
    for call in all {
      switch (a.answer(to: call), b.answer(to: call)) {
      case (let x, let y) where x == y: break
      case (.allowed, let y):
        answers["1makes the system call, which is otherwise \(y.words)", default: []].append(call)
      case (let x, .allowed):
        answers["2makes the system call, which is otherwise \(x.words)", default: []].append(call)
      case (let x, let y):
        answers["3system calls: \(x.words), \(y.words)", default: []].append(call)
      }
    }
    for (key, calls) in answers.sorted(by: { $0.key < $1.key }) {
      let text = "\(key.dropFirst()): \(calls.joined(separator: " "))"
      switch key.first {
      case "1": onlyFirst.append(text)
      case "2": onlySecond.append(text)
      default: other.append(text)
      }
    }
    if a.unlisted != b.unlisted {
      other.append("a system call in no list: \(a.unlisted.rawValue), \(b.unlisted.rawValue)")
    }
  }
}

extension SystemCallRules.Answer {
  fileprivate var words: String {
    switch self {
    case .allowed: "executed"
    case .refused: "refused with EPERM"
    case .unavailable: "absent (ENOSYS)"
    case .kill: "the end of the run"
    }
  }
}
