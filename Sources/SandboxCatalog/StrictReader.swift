import SandboxExecution
import Yams

/// Reads typed values out of a YAML file, and gathers everything that is wrong with it.
///
/// A reading that fails reports a problem and returns `nil`; the caller goes on with any value, for
/// ``value(_:)`` throws in the end.
final class StrictReader {
  let file: String
  private(set) var problems: [CatalogError.Problem] = []

  init(file: String) { self.file = file }

  /// Notes a problem at a node.
  func report(_ message: String, at node: Node, hint: String? = nil) {
    problems.append(
      CatalogError.Problem(
        file: file, line: node.mark?.line, column: node.mark?.column, message: message, hint: hint))
  }

  /// The value, unless anything was reported: then all of it is thrown, in the order of the file.
  func value<Value>(_ value: Value?) throws(CatalogError) -> Value {
    if problems.isEmpty, let value { return value }
    let sorted = problems.enumerated().sorted {
      ($0.element.line ?? 0, $0.element.column ?? 0, $0.offset)
        < ($1.element.line ?? 0, $1.element.column ?? 0, $1.offset)
    }
    throw CatalogError(problems: sorted.map(\.element))
  }

  /// The root of a document, or a thrown error with the place where the text is not YAML.
  static func root(of text: String, file: String) throws(CatalogError) -> Node {
    let problem: CatalogError.Problem
    do {
      if let node = try Yams.compose(yaml: text) { return node }
      problem = CatalogError.Problem(file: file, message: "the file is empty")
    } catch let error as YamlError {
      problem = CatalogError.Problem(error, in: text, file: file)
    } catch {
      problem = CatalogError.Problem(file: file, message: "this is not YAML: \(error)")
    }
    throw CatalogError(problems: [problem])
  }

  // MARK: Shapes

  /// A mapping whose keys are all known, and the required ones stated.
  func mapping(
    _ node: Node, _ name: String, keys: [String], required: [String] = []
  ) -> StrictMapping? {
    guard case .mapping(let mapping) = node else {
      report("\(subject(name)) must be a mapping, not \(kind(of: node))", at: node)
      return nil
    }
    var values: [String: Node] = [:]
    for (key, value) in mapping {
      guard let text = key.scalar?.string, keys.contains(text) else {
        let text = key.scalar?.string ?? kind(of: key)
        let phrase = Suggestion.phrase(for: text, among: keys)
        report(
          "unknown key '\(text)'\(phrase)", at: key,
          hint: phrase.isEmpty ? "the keys here are \(keys.joined(separator: ", "))" : nil)
        continue
      }
      values[text] = value
    }
    for key in required where values[key] == nil {
      report("missing key '\(key)'", at: node)
    }
    return StrictMapping(node: node, values: values)
  }

  /// The items of a list.
  func items(_ node: Node, _ name: String) -> [Node]? {
    if case .sequence(let sequence) = node { return Array(sequence) }
    report("\(subject(name)) must be a list, not \(kind(of: node))", at: node)
    return nil
  }

  /// The items of a list that has one at least.
  func filledItems(_ node: Node, _ name: String) -> [Node]? {
    guard let items = items(node, name) else { return nil }
    if items.isEmpty { report("\(subject(name)) must not be empty", at: node) }
    return items
  }

  /// Pairs of texts in the order of the file; any key is good.
  func pairs(_ node: Node, _ name: String) -> [(key: Node, name: String, value: String)]? {
    guard case .mapping(let mapping) = node else {
      report("\(subject(name)) must be a mapping, not \(kind(of: node))", at: node)
      return nil
    }
    return mapping.compactMap { key, value in
      guard let text = self.text(key, "a key of \(subject(name))") else { return nil }
      guard let value = emptyText(value, text) else { return nil }
      return (key, text, value)
    }
  }

  // MARK: Scalars

  /// A text as it was written, which `no` and `3.10` are too; not an empty one.
  func text(_ node: Node, _ name: String) -> String? {
    guard let text = emptyText(node, name) else { return nil }
    if text.isEmpty {
      report("\(subject(name)) must not be empty", at: node)
      return nil
    }
    return text
  }

  /// A text as it was written, where an empty one is quoted.
  func emptyText(_ node: Node, _ name: String) -> String? {
    guard case .scalar(let scalar) = node else {
      report("\(subject(name)) must be text, not \(kind(of: node))", at: node)
      return nil
    }
    if scalar.style == .plain, ["", "~", "null", "Null", "NULL"].contains(scalar.string) {
      report(
        "\(subject(name)) has no value", at: node,
        hint: "quote the text if that is what it is: '\(scalar.string)'")
      return nil
    }
    if scalar.string.utf8.contains(0) {
      report("\(subject(name)) must not contain a NUL character", at: node)
      return nil
    }
    return scalar.string
  }

  /// A whole number in a range.
  func number(_ node: Node, _ name: String, in range: ClosedRange<Int>) -> Int? {
    guard let text = text(node, name) else { return nil }
    if text.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(text),
      range.contains(number)
    {
      return number
    }
    report(
      """
      \(subject(name)) must be a whole number from \(range.lowerBound) to \(range.upperBound), \
      not '\(text)'
      """, at: node)
    return nil
  }

  /// A duration of at most a day.
  func duration(_ node: Node, _ name: String) -> Duration? {
    guard let text = text(node, name) else { return nil }
    if let duration = Duration(parsing: text) { return duration }
    let problem = quantityProblem(text, units: ["ms", "s", "m", "h"], maximum: "24h")
    report(
      "\(subject(name)) must be \(problem ?? "a duration such as 500ms, 10s or 2m"), not '\(text)'",
      at: node)
    return nil
  }

  /// A size of at most 1024 GiB, or what else is the largest.
  func size(
    _ node: Node, _ name: String, atLeast smallest: String = "1B",
    atMost largest: String = "1024GiB"
  ) -> ByteCount? {
    guard let text = text(node, name) else { return nil }
    let size = ByteCount(parsing: text)
    let isSmall = size.flatMap { size in ByteCount(parsing: smallest).map { size < $0 } } ?? false
    if let size, !isSmall, let largest = ByteCount(parsing: largest), size <= largest {
      return size
    }
    let problem = quantityProblem(text, units: ["B", "KiB", "MiB", "GiB"], maximum: largest)
    let example = "a size such as 4096B, 64KiB, 512MiB or 2GiB"
    report(
      """
      \(subject(name)) must be \(isSmall ? "at least \(smallest)" : problem ?? example), \
      not '\(text)'
      """, at: node)
    return nil
  }

  /// What is wrong with a quantity that has the right form.
  private func quantityProblem(_ text: String, units: [String], maximum: String) -> String? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty, units.contains(String(text.dropFirst(digits.count))) else { return nil }
    return digits.allSatisfy { $0 == "0" } ? "more than 0" : "at most \(maximum)"
  }

  /// One of the values of an enumeration.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ node: Node, _ name: String, _ type: Choice.Type
  ) -> Choice? where Choice.RawValue == String {
    guard let text = text(node, name) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let all = Choice.allCases.map(\.rawValue)
    report(
      """
      \(subject(name)) must be one of \(all.joined(separator: ", ")), not \
      '\(text)'\(Suggestion.phrase(for: text, among: all))
      """, at: node)
    return nil
  }

  /// An id: lowercase letters, digits, `-` and `+`, the first one a letter or a digit.
  func identifier(_ node: Node, _ name: String) -> String? {
    guard let text = text(node, name) else { return nil }
    let isWord = { (character: Character) in
      ("a"..."z").contains(character) || ("0"..."9").contains(character)
    }
    let isGood =
      text.first.map(isWord) == true
      && text.allSatisfy { isWord($0) || $0 == "-" || $0 == "+" }
    if isGood { return text }
    report(
      """
      \(subject(name)) must be made of lowercase letters, digits, '-' and '+', and start with a \
      letter or digit, not '\(text)'
      """, at: node)
    return nil
  }

  /// How a name is put into a message: a key is quoted, a phrase is not.
  private func subject(_ name: String) -> String {
    name.contains(" ") ? name : "'\(name)'"
  }

  private func kind(of node: Node) -> String {
    switch node {
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .scalar(let scalar): scalar.style == .plain && scalar.string.isEmpty ? "nothing" : "text"
    case .alias: "an alias"
    }
  }
}

/// The values of a mapping whose keys are known.
struct StrictMapping {
  /// The mapping itself, for what is said about the whole.
  let node: Node
  /// The values by their keys.
  let values: [String: Node]

  /// Reads the value of a key with a method of ``StrictReader``; `nil` where it is not stated.
  func read<Value>(_ key: String, _ reading: (Node, String) -> Value?) -> Value? {
    values[key].flatMap { reading($0, key) }
  }
}

extension CatalogError.Problem {
  /// What Yams says of a text that is not YAML, in our words.
  fileprivate init(_ error: YamlError, in text: String, file: String) {
    self.init(file: file, message: "")
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let detail = (context.map { $0.text + ": " } ?? "") + problem
      (line, column, message) = (mark.line, mark.column, "this is not YAML: \(detail)")
    case .reader(let problem, let offset, _, _):
      message = "this is not YAML: \(problem)"
      if let offset {
        let before = text.prefix(offset)
        line = before.count { $0.isNewline } + 1
        column =
          before.reversed().prefix { !$0.isNewline }.reduce(0) { $0 + $1.unicodeScalars.count } + 1
      }
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.map { "'\($0)'" }.joined(separator: ", ")
      (line, column) = (context.mark.line, context.mark.column)
      message = "the key \(names) is stated more than once"
    default:
      message = "this is not YAML: \(error)"
    }
  }
}
