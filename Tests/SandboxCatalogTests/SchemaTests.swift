import Foundation
import SandboxCatalog
import SandboxDiagnostics
import SandboxExecution
import SandboxLanguages
import Testing

/// The part of a schema at a path of keys, in a file of docs/schemas.
private func schema(_ name: String, _ path: [String] = []) throws -> [String: Any] {
  let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs/schemas/\(name).json")
  let root = try #require(
    JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
  return try path.reduce(root) { node, key in
    try #require(node[key] as? [String: Any], "\(key)")
  }
}

/// The keys that a reader names where one is unknown.
private func keys(_ read: () throws(CatalogError) -> Void) -> Set<String> {
  let start = "the keys here are "
  do throws(CatalogError) {
    try read()
    return []
  } catch {
    let hint = error.problems.lazy.compactMap(\.hint).first { $0.hasPrefix(start) } ?? ""
    return Set(hint.dropFirst(start.count).split(separator: ", ").map(String.init))
  }
}

@Suite("The JSON Schema of policies")
struct PolicySchemaTests {
  @Test(
    "has the keys that are read, and no others",
    arguments: ["", "limits", "filesystem", "environment", "seccomp", "enforcement"])
  func keysOfReader(place: String) throws {
    let node = try schema("policy", place.isEmpty ? [] : ["properties", place])
    let text =
      "schema: 1\nid: x\ndescription: X.\n" + (place.isEmpty ? "~q: 1" : "\(place): { ~q: 1 }")
    let read = keys { () throws(CatalogError) in _ = try Policy(yaml: text, file: "x.yaml") }
    #expect(!read.isEmpty)
    #expect(read == Set((node["properties"] as? [String: Any] ?? [:]).keys))
    #expect(node["additionalProperties"] as? Bool == false)
  }

  @Test("has all groups of system calls")
  func groups() throws {
    let text = try String(
      decoding: JSONSerialization.data(
        withJSONObject: schema("policy"), options: .withoutEscapingSlashes),
      as: UTF8.self)
    for group in SystemCallGroup.names { #expect(text.contains("\"\(group)\"")) }
  }
}

@Suite("The JSON Schema of languages")
struct LanguageSchemaTests {
  @Test(
    "has the keys that are read, and no others",
    arguments: [
      ("", "~q: 1"),
      ("toolchain", "toolchain: { ~q: 1 }"),
      ("question", "toolchain: { executables: [x], version: { ~q: 1 } }"),
      ("prepare", "toolchain: { executables: [x], prepare: { ~q: 1 } }"),
      ("stage", "run: { ~q: 1 }"),
      ("parent", "run: { command: [x], parent: { ~q: 1 } }"),
      ("diagnostics", "run: { command: [x], diagnostics: { ~q: 1 } }"),
      ("matcher", "run: { command: [x], diagnostics: [{ ~q: 1 }] }"),
      ("investigation", "investigation: { ~q: 1 }"),
      ("self-test", "self-test: { ~q: 1 }"),
    ])
  func keysOfReader(definition: String, text: String) throws {
    var node = try schema("language", definition.isEmpty ? [] : ["$defs", definition])
    if definition == "diagnostics" {
      node = try #require((node["oneOf"] as? [[String: Any]])?.first)
    }
    let read = keys { () throws(CatalogError) in
      _ = try LanguageManifest(yaml: text, file: "x.yaml")
    }
    #expect(!read.isEmpty)
    #expect(read == Set((node["properties"] as? [String: Any] ?? [:]).keys))
    #expect(node["additionalProperties"] as? Bool == false)
  }

  @Test("has the values that are read")
  func values() throws {
    let stage = try schema("language", ["$defs", "stage", "properties", "stop-signal"])
    #expect(stage["enum"] as? [String] == StageDefinition.StopSignal.allCases.map(\.rawValue))
    let after = try schema(
      "language", ["$defs", "investigation", "properties", "after", "items"])
    #expect(after["enum"] as? [String] == InvestigationDefinition.Cause.allCases.map(\.rawValue))
    let severity = try schema(
      "language", ["$defs", "matcher", "properties", "default-severity"])
    #expect(severity["enum"] as? [String] == Diagnostic.Severity.allCases.map(\.rawValue))
    let forms = try schema("language", ["$defs", "diagnostics"])["oneOf"] as? [[String: Any]]
    let parser = (forms?.first?["properties"] as? [String: [String: Any]])?["parser"]
    #expect(parser?["enum"] as? [String] == DiagnosticParsers.names)
  }
}
