import Yams

/// What manifests and policies have in common.
extension StrictReader {
  /// Whether a document is of a version that this program reads. One that is not is not looked at
  /// further: its other keys may mean something else.
  func supportedSchema(_ root: Node) -> Bool {
    guard case .mapping = root, let node = root["schema"] else { return true }
    guard let text = text(node, "schema") else { return false }
    if text == "1" { return true }
    report("schema '\(text)' is not supported", at: node, hint: "this version reads schema 1")
    return false
  }

  /// An id, which is also the name of its file, so that it is found without reading the others.
  func id(_ node: Node, _ name: String, expected: String?) -> String? {
    guard let id = identifier(node, name) else { return nil }
    if let expected, id != expected {
      report(
        "the id '\(id)' is not the name of the file", at: node,
        hint: "name the file '\(id).yaml', or write 'id: \(expected)'")
    }
    return id
  }

  /// Environment variables.
  func variables(_ node: Node, _ name: String) -> [String: String]? {
    guard let pairs = pairs(node, name) else { return nil }
    var variables: [String: String] = [:]
    for (key, name, value) in pairs where variableName(name, at: key) != nil {
      variables[name] = value
    }
    return variables
  }

  /// The name of an environment variable.
  func variableName(_ name: String, at node: Node) -> String? {
    guard !name.contains("=") else {
      report("the name of an environment variable must not contain '=': '\(name)'", at: node)
      return nil
    }
    return name
  }
}
