internal import SandboxExecution

#if canImport(Glibc)
  import Glibc
#endif

extension Probe {
  private struct Family {
    var name: String
    var family: Int
    var type: Int
    var isInternet = false
  }

  private static let families: [Family] = [
    Family(name: "AF_INET, SOCK_STREAM", family: 2, type: 1, isInternet: true),
    Family(name: "AF_INET, SOCK_DGRAM", family: 2, type: 2, isInternet: true),
    Family(name: "AF_INET, SOCK_RAW", family: 2, type: 3),
    Family(name: "AF_INET6, SOCK_STREAM", family: 10, type: 1, isInternet: true),
    Family(name: "AF_INET6, SOCK_RAW", family: 10, type: 3),
    Family(name: "AF_NETLINK, SOCK_RAW", family: 16, type: 3),
    Family(name: "AF_PACKET, SOCK_RAW", family: 17, type: 3),
    Family(name: "AF_ALG, SOCK_SEQPACKET", family: 38, type: 5),
    Family(name: "AF_VSOCK, SOCK_STREAM", family: 40, type: 1),
    Family(name: "AF_XDP, SOCK_RAW", family: 44, type: 3),
    Family(name: "AF_BLUETOOTH, SOCK_RAW", family: 31, type: 3),
    Family(name: "AF_TIPC, SOCK_SEQPACKET", family: 30, type: 5),
  ]

  /// What sockets there are, and what they reach. `skipped` gets what the host has no listener for.
  static func network(_ policy: Policy, skipped: inout [String]) -> [Probe] {
    let makes = policy.allows("socket")
    var probes = families.map { family in
      let works = makes && family.isInternet && policy.network != .none
      return Probe(
        category: .network, name: "socket \(family.name)",
        arguments: [
          "socket", "\(family.family)", "\(family.type)", family.type == 3 ? "255" : "0",
        ],
        // A host may have no IPv6.
        expected: works ? .allowed : .denied)
    }
    probes.append(
      Probe(
        category: .network, name: "socket AF_UNIX, SOCK_STREAM",
        arguments: ["socket", "1", "1", "0"],
        expected: makes ? .allowed : .denied))
    let isHost = makes && policy.network == .host
    if let listener = HostListener(type: Int32(SOCK_STREAM.rawValue)) {
      probes.append(
        Probe(
          category: .network, name: "reach a TCP listener of the host",
          arguments: ["connect", "1", "\(listener.port)", "127", "0", "0", "1"],
          expected: isHost && policy.allows("connect") ? .allowed : .denied,
          observe: { result in withExtendedLifetime(listener) { result.answer } }))
    } else {
      skipped.append(noListener("a TCP listener of the host"))
    }
    if let listener = HostListener(type: Int32(SOCK_DGRAM.rawValue)) {
      probes.append(
        Probe(
          category: .network, name: "reach a UDP socket of the host",
          arguments: ["connect", "2", "\(listener.port)", "127", "0", "0", "1"],
          expected: isHost && policy.allows("connect", "sendto") ? .allowed : .denied,
          observe: { result in
            // In a network of its own a datagram is sent well, and goes nowhere.
            let answer = result.answer
            guard answer.result == .allowed else { return answer }
            return listener.hasReceived
              ? answer : .init(result: .denied, detail: "it was sent, and did not arrive")
          }))
    } else {
      skipped.append(noListener("a UDP socket of the host"))
    }
    let name = "ocisandbox-probe-\(UInt32.random(in: 0 ... .max))"
    if policy.network != .host {
      if let listener = HostListener(abstract: name) {
        probes.append(
          Probe(
            category: .network, name: "reach an abstract socket of the host",
            arguments: ["connect-unix", name], expected: .denied,
            observe: { result in withExtendedLifetime(listener) { result.answer } }))
      } else {
        skipped.append(noListener("an abstract socket of the host"))
      }
    }
    for (words, type) in [("stream", SOCK_STREAM), ("datagram", SOCK_DGRAM)] {
      let what = "a \(words) socket of the host by its path"
      guard let listener = HostListener(inFolderOf: Int32(type.rawValue)), let path = listener.path
      else {
        skipped.append(noListener(what))
        continue
      }
      let isShown = policy.fileSystem.read.contains { path.hasPrefix($0 == "/" ? $0 : $0 + "/") }
      probes.append(
        Probe(
          category: .network, name: "reach \(what)",
          arguments: ["connect-unix", path, "\(type.rawValue)"],
          expected: makes && isShown && policy.allows("connect") ? .allowed : .denied,
          observe: { result in withExtendedLifetime(listener) { result.answer } }))
    }
    // What the socket itself would be good for: the kernel's tables, and the hypervisor's own services.
    for (name, words) in [
      ("ask the kernel for its interfaces: netlink", "netlink"),
      ("reach the hypervisor: vsock", "vsock"),
    ] {
      probes.append(
        Probe(category: .network, name: name, arguments: [words], expected: .denied))
    }
    return probes
  }

  private static func noListener(_ what: String) -> String {
    "reach \(what): none could be made here to try it on"
  }
}
