internal import SandboxExecution

#if canImport(Glibc)
  import Glibc
#endif

extension Probe {
  /// A claim of the policy's own; `nil` where this machine cannot try it.
  init?(_ expectation: Expectation, of policy: Policy) {
    let (probe, arguments) = (expectation.probe, expectation.arguments)
    let path = (arguments["path"] ?? "").split(
      separator: FileSystemAccess.workspace, omittingEmptySubsequences: false
    ).joined(separator: "/workspace")
    switch probe {
    case "read-file", "write-file", "execute":
      self.init(
        category: .expectations, name: "\(probe) \(path)", arguments: [probe, path],
        expected: expectation.result)
    case "connect":
      guard let address = arguments["address"], let place = Self.address(address) else {
        return nil
      }
      // So that there is somebody to be reached; where the port is taken there is already.
      let listener = place.isLoopback ? HostListener(type: 1, port: place.port) : nil
      self.init(
        category: .expectations, name: "connect \(address)",
        arguments: ["connect", "1", "\(place.port)"] + place.bytes.map { "\($0)" },
        expected: expectation.result,
        observe: { result in
          withExtendedLifetime(listener) {
            // Nobody listened, and still it came that far.
            if policy.network == .host, result.printedNumber == -111 {
              return .init(result: .allowed, detail: "the host's network: ECONNREFUSED")
            }
            return result.answer
          }
        })
    case "system-call":
      guard let call = arguments["name"],
        let probe = Self.systemCall(call, expected: expectation.result, .expectations)
      else { return nil }
      self = probe
      name = "system-call \(call)"
      // These two are let through by their arguments.
      if call == "socket" { self.arguments = ["socket", "1", "1", "0"] }
      if call == "clone" { self.arguments = ["fork"] }
    default: return nil
    }
  }

  /// `127.0.0.1:80`, or `nil`.
  private static func address(
    _ text: String
  ) -> (bytes: [UInt8], port: UInt16, isLoopback: Bool)? {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    let bytes = text[..<colon].split(separator: ".").compactMap { UInt8($0) }
    guard bytes.count == 4 else { return nil }
    return (bytes, port, bytes == [127, 0, 0, 1])
  }
}
