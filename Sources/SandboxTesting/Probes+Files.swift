internal import SandboxExecution

#if canImport(Glibc)
  import Glibc
#endif

extension Policy {
  /// Whether the policy shows a path of the host.
  func shows(_ path: String) -> Bool {
    fileSystem.read.contains { $0 == path || $0 == "/" || path.hasPrefix($0 + "/") }
  }

  /// Whether the policy executes a call.
  func allows(_ calls: String...) -> Bool {
    calls.allSatisfy { systemCalls.answer(to: $0) == .allowed }
  }
}

extension Probe {
  /// What a program would read of the host, change on it, and must be able to do.
  static func files(_ policy: Policy, canary: String) -> [Probe] {
    let secrets = [
      canary, "/etc/shadow", "/etc/hostname", "/root", "/home", "/var/log", "/run", "/boot",
      "/proc/kcore", "/proc/kallsyms", "/proc/sys/kernel/core_pattern", "/proc/1/environ",
      "/proc/1/mem", "/proc/1/root/etc/shadow", "/sys/kernel", "/dev/mem", "/dev/kmsg", "/dev/ptmx",
      "/dev/sda", "/dev/vda", "/workspace/../../etc/shadow",
    ]
    let targets = [
      canary, "/canary", "/etc/ld.so.preload", "/etc/passwd", "/usr/canary", "/usr/bin/env",
      "/bin/canary", "/dev/canary", "/proc/sysrq-trigger", "/proc/self/oom_score_adj-canary",
      "/sys/kernel/canary", "/proc/1/mem",
    ]
    let opens = policy.allows("openat")
    var probes = secrets.filter { !policy.shows($0) }.map {
      Probe(
        category: .files, name: "read \($0 == canary ? "a file of the caller" : $0)",
        arguments: ["read-file", $0], expected: .denied)
    }
    probes += targets.map {
      Probe(
        category: .files, name: "write \($0 == canary ? "a file of the caller" : $0)",
        // A run may make a file of the same name in its own /tmp.
        arguments: [$0 == canary ? "overwrite-file" : "write-file", $0], expected: .denied)
    }
    let program = "/usr/bin/env"
    if policy.shows(program), access(program, R_OK) == 0 {
      probes.append(
        Probe(
          category: .files, name: "read \(program)", arguments: ["read-file", program],
          expected: opens ? .allowed : .denied))
    }
    let own = ["file", "/tmp/file", "/dev/null"]
    let writes = policy.fileSystem.write.contains(FileSystemAccess.workspace)
    for path in own {
      let works = opens && (writes || path == "/dev/null")
      probes.append(
        Probe(
          category: .files, name: "write \(path == "file" ? "into the workspace" : path)",
          arguments: ["write-file", path], expected: works ? .allowed : .denied))
    }
    for path in ["/dev/urandom", "/proc/self/status", "/etc/passwd"] where !policy.shows(path) {
      probes.append(
        Probe(
          category: .files, name: "read the run's own \(path)", arguments: ["read-file", path],
          expected: opens ? .allowed : .denied))
    }
    return probes
  }

  /// What the caller could leave behind.
  static func inheritance(_ policy: Policy) -> [Probe] {
    let variables = policy.environment
    let known = Set(variables.inherit).union(variables.set.keys)
    return [
      Probe(
        category: .inheritance, name: "use a descriptor of the caller", arguments: ["descriptors"],
        expected: .denied,
        observe: { result in
          switch result.printedNumber {
          case 0: .init(result: .denied, detail: "none but 0 to 2 is open")
          case let count?: .init(result: .allowed, detail: "\(count) are open")
          case nil: result.answer
          }
        }),
      Probe(
        category: .inheritance, name: "see a variable that the policy does not give",
        arguments: ["environment"], expected: .denied,
        observe: { result in
          guard result.printedNumber == 0 else { return result.answer }
          let names = result.standardError.text.split(separator: "\n").compactMap {
            $0.split(separator: "=", maxSplits: 1).first.map(String.init)
          }
          let leaked = names.filter { !known.contains($0) }
          return leaked.isEmpty
            ? .init(result: .denied, detail: "it sees \(names.count), all of the policy's")
            : .init(result: .allowed, detail: "it sees \(leaked.joined(separator: ", "))")
        }),
    ]
  }
}
