import Foundation
import SandboxCatalog
import SandboxExecution
import Testing

@Suite("The JSON Schema of policies")
struct PolicySchemaTests {
  private func schema() throws -> [String: Any] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/schemas/policy.json")
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    return try #require(object as? [String: Any])
  }

  /// The keys that the reader names where one is unknown.
  private func keysOfReader(in place: String) throws -> Set<String> {
    let text =
      "schema: 1\nid: x\ndescription: X.\n" + (place.isEmpty ? "~q: 1" : "\(place): { ~q: 1 }")
    do throws(CatalogError) {
      _ = try Policy(yaml: text, file: "x.yaml")
      return []
    } catch {
      let hint = error.problems.first?.hint ?? ""
      return Set(
        hint.replacingOccurrences(of: "the keys here are ", with: "").split(separator: ",").map {
          $0.trimmingCharacters(in: .whitespaces)
        })
    }
  }

  @Test(
    "has the keys that are read, and no others",
    arguments: ["", "limits", "filesystem", "environment", "seccomp", "enforcement"])
  func keys(place: String) throws {
    var node = try schema()
    if !place.isEmpty {
      let properties = node["properties"] as? [String: [String: Any]]
      node = try #require(properties?[place])
    }
    let keys = Set((node["properties"] as? [String: Any] ?? [:]).keys)
    #expect(try keysOfReader(in: place) == keys)
    #expect(node["additionalProperties"] as? Bool == false)
  }

  @Test("has all groups of system calls")
  func groups() throws {
    let text = try String(
      decoding: JSONSerialization.data(withJSONObject: schema(), options: .withoutEscapingSlashes),
      as: UTF8.self)
    for group in SystemCallGroup.names { #expect(text.contains("\"\(group)\"")) }
  }
}
