internal import FoundationEssentials

/// The objects of a JSONL file, or of a JSON array, each with the place that an error names.
struct JSONRecords {
  let file: String
  let bytes: [UInt8]

  /// Decodes each line.
  ///
  /// - Parameters:
  ///   - type: What each line holds.
  ///   - use: Is given the value and the line as it stands; what it throws is told with the place.
  /// - Throws: ``EvaluationError`` with `file:line`.
  func forEach<Record: Decodable>(
    _ type: Record.Type, _ use: (Record, ArraySlice<UInt8>) throws -> Void
  ) throws(EvaluationError) {
    let first = bytes.first { !Self.blank.contains($0) }
    if first == UInt8(ascii: "[") { return try forEachElement(type, use) }
    var number = 0
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      if line.allSatisfy(Self.blank.contains) { continue }
      do {
        try use(try Self.decode(type, line), line)
      } catch {
        throw EvaluationError("\(file):\(number): \(Self.words(error))")
      }
    }
  }

  private func forEachElement<Record: Decodable>(
    _ type: Record.Type, _ use: (Record, ArraySlice<UInt8>) throws -> Void
  ) throws(EvaluationError) {
    do {
      for record in try Self.decode([Record].self, bytes[...]) { try use(record, []) }
    } catch {
      throw EvaluationError("\(file): \(Self.words(error))")
    }
  }

  private static let blank: Set<UInt8> = [0x20, 0x09, 0x0D, 0x0A]

  private static func decode<Value: Decodable>(
    _ type: Value.Type, _ line: ArraySlice<UInt8>
  ) throws -> Value {
    let data = Data(line)
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch DecodingError.dataCorrupted {
      // NaN and Infinity, which Python writes and JSON has not.
      let decoder = JSONDecoder()
      decoder.allowsJSON5 = true
      return try decoder.decode(type, from: data)
    }
  }

  private static func words(_ error: any Error) -> String {
    func path(_ context: DecodingError.Context) -> String {
      context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
        .joined(separator: ".")
    }
    switch error {
    case let error as EvaluationError: return error.description
    case DecodingError.keyNotFound(let key, let context):
      let place = path(context)
      return "no \"\(key.stringValue)\"" + (place.isEmpty ? "" : " in \(place)")
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      return "\"\(path(context))\" is of the wrong type: \(context.debugDescription)"
    case DecodingError.dataCorrupted(let context):
      return "not JSON: \(context.debugDescription)"
    default: return "\(error)"
    }
  }
}

/// A value that benchmarks write as a number or as text.
struct NumberOrText: Decodable {
  let text: String
  let isNumber: Bool

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let number = try? value.decode(Int.self) {
      (text, isNumber) = ("\(number)", true)
    } else {
      (text, isNumber) = (try value.decode(String.self), false)
    }
  }
}
