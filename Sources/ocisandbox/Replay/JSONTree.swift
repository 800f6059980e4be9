import FoundationEssentials

/// A JSON document, to be compared with another.
indirect enum JSONTree: Codable, Sendable, Hashable {
  case null
  case boolean(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSONTree])
  case object([String: JSONTree])

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let boolean = try? value.decode(Bool.self) {
      self = .boolean(boolean)
    } else if let integer = try? value.decode(Int64.self) {
      self = .integer(integer)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let string = try? value.decode(String.self) {
      self = .string(string)
    } else if let array = try? value.decode([JSONTree].self) {
      self = .array(array)
    } else {
      self = .object(try value.decode([String: JSONTree].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .null: try value.encodeNil()
    case .boolean(let item): try value.encode(item)
    case .integer(let item): try value.encode(item)
    case .number(let item): try value.encode(item)
    case .string(let item): try value.encode(item)
    case .array(let items): try value.encode(items)
    case .object(let items): try value.encode(items)
    }
  }

  /// What `value` is as a document.
  init(encoding value: some Encodable) throws {
    self = try JSONDecoder().decode(JSONTree.self, from: JSONEncoder().encode(value))
  }

  /// The value of a key; `nil` where this is no object that has it.
  subscript(key: String) -> JSONTree? {
    if case .object(let items) = self { items[key] } else { nil }
  }

  /// The text; `nil` where it is none.
  var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The elements; none where it is no array.
  var elements: [JSONTree] {
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
    to other: JSONTree, at path: String = "", ignoring ignored: Set<String>
  ) -> [(path: String, this: JSONTree, other: JSONTree)] {
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
