import FoundationEssentials
import SandboxEvaluation

extension JSONValue {
  /// What `value` is as a document.
  init(encoding value: some Encodable) throws {
    self = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
  }

  /// The value of a key; `nil` where this is no object that has it.
  subscript(key: String) -> JSONValue? {
    if case .object(let items) = self { items[key] } else { nil }
  }

  /// The text; `nil` where it is none.
  var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The elements; none where it is no array.
  var elements: [JSONValue] {
    if case .array(let items) = self { items } else { [] }
  }

  /// As one line.
  var line: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let bytes = try? encoder.encode(self)
    return bytes.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// Where two documents differ.
  ///
  /// - Parameters:
  ///   - other: The other one.
  ///   - path: Where this one is in a larger one.
  ///   - ignored: Keys whose values are not looked at, wherever they are.
  /// - Returns: Path, value here and value there, in the order of the keys.
  func differences(
    to other: JSONValue, at path: String = "", ignoring ignored: Set<String>
  ) -> [(path: String, this: JSONValue, other: JSONValue)] {
    switch (self, other) {
    case (.object(let ours), .object(let theirs)):
      return Set(ours.keys).union(theirs.keys).subtracting(ignored).sorted().flatMap { key in
        (ours[key] ?? .null).differences(
          to: theirs[key] ?? .null, at: path.isEmpty ? key : "\(path).\(key)", ignoring: ignored)
      }
    case (.array(let ours), .array(let theirs)) where ours.count == theirs.count:
      return zip(ours, theirs).enumerated().flatMap { index, pair in
        pair.0.differences(to: pair.1, at: "\(path)[\(index)]", ignoring: ignored)
      }
    default: return self == other ? [] : [(path, self, other)]
    }
  }
}
