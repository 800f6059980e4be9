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

  private static let durations = [
    "0s", "0ms", "1ms", "007s", "86400000ms", "86400001ms", "86400s", "86401s", "90000s", "1440m",
    "1441m",
    "1h", "24h", "25h", "100h", "24H", "1d", "10", "s", "-1s", "+1s", "1.5s", " 1s", "1s ", "1 s",
    "1e3s",
    "99999999999999999999s", "٣s",
  ]
  private static let sizes = [
    "0B", "0MiB", "1B", "4095B", "4096B", "131071B", "131072B", "1048575B", "1048576B",
    "1099511627776B",
    "1099511627777B", "3KiB", "4KiB", "127KiB", "128KiB", "0128KiB", "1023KiB", "1024KiB",
    "1048577KiB",
    "1073741824KiB", "1073741825KiB", "1MiB", "1024MiB", "1025MiB", "1048576MiB", "1048577MiB",
    "1GiB",
    "2GiB", "1024GiB", "1025GiB", "2000GiB", "1TiB", "1MB", "1mib", "512", "MiB", "-1MiB", "1.5GiB",
    "1 GiB",
    "9223372036854775807B", "9223372036854775808GiB",
  ]
  private static let numbers = [
    "0", "1", "4", "5", "4096", "4097", "1048576", "1048577", "10000000", "10000001", "-1",
  ]
  private static let limits = [
    "cpu-time": durations, "wall-time": durations, "memory": sizes, "file-size": sizes,
    "disk": sizes,
    "output": sizes, "stack": sizes, "processes": numbers, "open-files": numbers, "files": numbers,
  ]

  @Test("takes the limits that are read, and no others", arguments: limits.keys.sorted())
  func values(limit: String) throws {
    let node = try schema("policy", ["properties", "limits", "properties", limit])
    let values = try #require(Self.limits[limit])
    var isTaken: [Bool] = []
    for value in values {
      let isNumber = node["type"] as? String == "integer"
      let text =
        "schema: 1\nid: x\ndescription: X.\nlimits: { \(limit): \(isNumber ? value : "\"\(value)\"") }"
      let isRead = (try? Policy(yaml: text, file: "x.yaml")) != nil
      let isValid: Bool
      if isNumber {
        let number = try #require(Int(value))
        isValid =
          try #require(node["minimum"] as? Int) <= number
          && number <= #require(node["maximum"] as? Int)
      } else {
        let pattern = try NSRegularExpression(pattern: #require(node["pattern"] as? String))
        isValid =
          pattern.firstMatch(in: value, range: NSRange(value.startIndex..., in: value)) != nil
      }
      #expect(isRead == isValid, "\(limit): \(value)")
      isTaken.append(isRead)
    }
    #expect(isTaken.contains(true) && isTaken.contains(false))
  }

  @Test("has the same keys as the table of its values")
  func allLimits() throws {
    let node = try schema("policy", ["properties", "limits", "properties"])
    #expect(Set(node.keys) == Set(Self.limits.keys))
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
      ("starts-ahead", "run: { command: [x], starts-ahead: { ~q: 1 } }"),
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
