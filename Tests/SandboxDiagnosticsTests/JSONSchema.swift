import Foundation
import Testing

/// A JSON Schema (draft 4), as far as that of SARIF needs it: what this does not know is a problem of its own.
struct JSONSchema: @unchecked Sendable {
  /// That of SARIF 2.1.0, Errata 01 (OASIS).
  static let sarif = JSONSchema(named: "sarif-schema-2.1.0")

  private let root: [String: Any]

  private init(named name: String) {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Schemas/\(name).json")
    let object = (try? Data(contentsOf: file)).flatMap {
      try? JSONSerialization.jsonObject(with: $0)
    }
    root = object as? [String: Any] ?? [:]
  }

  /// What is wrong with a document; none where it is valid.
  func problems(of document: Data) throws -> [String] {
    try #require(!root.isEmpty, "the schema is missing")
    var problems: [String] = []
    check(try JSONSerialization.jsonObject(with: document), root, "$", &problems)
    return problems
  }

  private static let annotations: Set = [
    "description", "default", "title", "$schema", "id", "definitions", "format",
  ]

  private func check(
    _ value: Any, _ schema: [String: Any], _ path: String, _ problems: inout [String]
  ) {
    for (key, rule) in schema where !Self.annotations.contains(key) {
      if let problem = violation(value, key, rule, schema, path, &problems) {
        problems.append("\(path): \(problem)")
      }
    }
  }

  private func matches(_ value: Any, _ schema: Any) -> Bool {
    var found: [String] = []
    check(value, schema as? [String: Any] ?? [:], "$", &found)
    return found.isEmpty
  }

  private func violation(
    _ value: Any, _ key: String, _ rule: Any, _ schema: [String: Any], _ path: String,
    _ problems: inout [String]
  ) -> String? {
    switch key {
    case "$ref":
      let parts = ((rule as? String) ?? "").split(separator: "/").dropFirst()
      let target = parts.reduce(root as Any) { ($0 as? [String: Any])?[String($1)] as Any }
      guard let target = target as? [String: Any] else { return "no \(rule)" }
      check(value, target, path, &problems)
    case "type":
      let names = rule as? [String] ?? [rule as? String ?? ""]
      if !names.contains(where: { Self.isOf(value, type: $0) }) { return "is no \(names)" }
    case "properties":
      guard let object = value as? [String: Any], let own = rule as? [String: [String: Any]] else {
        return nil
      }
      for (name, member) in object {
        if let schema = own[name] { check(member, schema, "\(path).\(name)", &problems) }
      }
    case "additionalProperties":
      guard let object = value as? [String: Any] else { return nil }
      let known = (schema["properties"] as? [String: Any] ?? [:]).keys
      for (name, member) in object where !known.contains(name) {
        if (rule as? Bool) == false { return "has '\(name)'" }
        if let schema = rule as? [String: Any] {
          check(member, schema, "\(path).\(name)", &problems)
        }
      }
    case "required":
      guard let object = value as? [String: Any] else { return nil }
      let missing = (rule as? [String] ?? []).filter { object[$0] == nil }
      if !missing.isEmpty { return "lacks \(missing)" }
    case "items":
      for (index, item) in (value as? [Any] ?? []).enumerated() {
        check(item, rule as? [String: Any] ?? [:], "\(path)[\(index)]", &problems)
      }
    case "minItems":
      if let items = value as? [Any], items.count < rule as? Int ?? 0 { return "has too few items" }
    case "uniqueItems":
      if let items = value as? [NSObject], Set(items).count != items.count {
        return "has one item twice"
      }
    case "enum":
      if let all = rule as? [NSObject], let own = value as? NSObject, !all.contains(own) {
        return "is none of \(all)"
      }
    case "minimum":
      if let number = value as? Double, number < rule as? Double ?? 0 { return "is below \(rule)" }
    case "maximum":
      if let number = value as? Double, number > rule as? Double ?? 0 { return "is above \(rule)" }
    case "pattern":
      if let text = value as? String, let pattern = rule as? String,
        text.range(of: pattern, options: .regularExpression) == nil
      {
        return "does not match \(pattern)"
      }
    case "anyOf":
      if !(rule as? [Any] ?? []).contains(where: { matches(value, $0) }) {
        return "matches nothing of anyOf"
      }
    case "oneOf":
      if (rule as? [Any] ?? []).filter({ matches(value, $0) }).count != 1 {
        return "does not match one of oneOf"
      }
    default: return "the keyword '\(key)' is not known here"
    }
    return nil
  }

  private static func isOf(_ value: Any, type: String) -> Bool {
    switch type {
    case "object": value is [String: Any]
    case "array": value is [Any]
    case "string": value is String
    case "integer": value is Int
    case "number": value is Double
    case "boolean": value is Bool
    default: value is NSNull
    }
  }
}
