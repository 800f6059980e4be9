internal import AsyncHTTPClient
internal import FoundationEssentials

/// An HTTP proxy on the way to a model's server.
public struct ModelProxy: Sendable, Hashable {
  /// Its name or address.
  public let host: String
  /// Its port.
  public let port: Int
  private let user: String?
  private let password: String?

  /// The proxy that the environment names for a server, by the variables that curl(1) looks at: for `https`
  /// `HTTPS_PROXY`, for `http` `HTTP_PROXY`, for both `ALL_PROXY`, in lowercase too; `NO_PROXY` lists names
  /// that need none, with all below them, or is `*`. A server on loopback needs none.
  ///
  /// - Parameters:
  ///   - base: The server's base URL.
  ///   - environment: The variables.
  /// - Returns: `nil` where there is none.
  /// - Throws: ``ModelError/misconfigured(_:)`` where a variable holds no HTTP proxy.
  public static func named(
    for base: String, environment: [String: String]
  ) throws(ModelError) -> ModelProxy? {
    func variable(_ name: String) -> (name: String, value: String)? {
      for name in [name.lowercased(), name] {
        if let value = environment[name], !value.isEmpty { return (name, value) }
      }
      return nil
    }
    guard let url = URL(string: base), let host = url.host()?.lowercased(), !isLocal(host) else {
      return nil
    }
    for entry in (variable("NO_PROXY")?.value ?? "").split(separator: ",") {
      var name = entry.filter { !$0.isWhitespace }.lowercased()
      if name == "*" { return nil }
      if name.hasPrefix(".") { name.removeFirst() }
      if !name.isEmpty, host == name || host.hasSuffix("." + name) { return nil }
    }
    let own = url.scheme?.lowercased() == "https" ? "HTTPS_PROXY" : "HTTP_PROXY"
    guard let found = variable(own) ?? variable("ALL_PROXY") else { return nil }
    let text = found.value.contains("://") ? found.value : "http://" + found.value
    guard let proxy = URL(string: text), proxy.scheme?.lowercased() == "http",
      let name = proxy.host(), !name.isEmpty
    else {
      // The value may hold a password.
      throw .misconfigured(
        "\(found.name) names no HTTP proxy\nhint: it is of the form http://host:port")
    }
    return ModelProxy(
      host: name, port: proxy.port ?? 80, user: proxy.user(percentEncoded: false),
      password: proxy.password(percentEncoded: false))
  }

  private static func isLocal(_ host: String) -> Bool {
    host == "localhost" || host.hasSuffix(".localhost") || host.hasPrefix("127.") || host == "::1"
      || host == "[::1]"
  }

  var clientProxy: HTTPClient.Configuration.Proxy {
    guard let user else { return .server(host: host, port: port) }
    return .server(
      host: host, port: port,
      authorization: .basic(username: user, password: password ?? ""))
  }
}

extension ModelProxy: CustomStringConvertible {
  /// Host and port; never the password.
  public var description: String { "\(host):\(port)" }
}
