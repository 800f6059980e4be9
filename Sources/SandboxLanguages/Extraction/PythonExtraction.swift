/// Takes the program out of a model's answer to a task that asks for a Python function.
///
/// Fences are believed first; then the statements of the top level are looked at. Kept are the imports, the
/// definitions and assignments that the function under test needs, however many steps away, and the statements
/// that fill what is assigned so. Left out are prose, examples, prints, assertions, what reads an input, and
/// `if __name__`. Linear in the answer's length.
public struct PythonExtraction: Sendable {
  /// The function under test.
  public let entryPoint: String
  /// The beginning of the program that the model was shown: imports, helpers, signature, docstring.
  public let opening: String

  /// Creates an extraction.
  ///
  /// - Parameters:
  ///   - entryPoint: The function under test; empty where it is not known: then all definitions are kept.
  ///   - opening: What the model was shown, where an answer may go on from it; else empty.
  public init(entryPoint: String, opening: String = "") {
    self.entryPoint = entryPoint
    self.opening = opening
  }

  /// The program that an answer gives; the opening alone, or nothing, where it gives none.
  public func program(in answer: String) -> String {
    let text = Self.withoutThoughts(answer)
    let blocks = CodeBlock.blocks(in: text)
      .filter { Self.labels.contains($0.label) && !$0.code.allSatisfy(\.isWhitespace) }
    guard !blocks.isEmpty else { return program(ofCode: text) }
    // The last of the longest that defines the function; else what they give together.
    let defining = blocks.indices.filter { defines(blocks[$0].code) }
    guard
      let best = defining.max(by: {
        blocks[$0].code.utf8.count <= blocks[$1].code.utf8.count
          && !(blocks[$0].code.utf8.count == blocks[$1].code.utf8.count && $0 > $1)
      })
    else {
      let code =
        entryPoint.isEmpty
        ? blocks.map(\.code).joined(separator: "\n")
        : blocks.max { $0.code.utf8.count < $1.code.utf8.count }?.code ?? ""
      return program(ofCode: code)
    }
    // Helpers may have a block of their own; what is needed of them is kept, what the best defines is not.
    let others = blocks.indices.filter { $0 != best && !defining.contains($0) }
      .map { blocks[$0].code }
    return program(ofCode: blocks[best].code, helpers: others.joined(separator: "\n"))
  }

  private static let labels: Set<String> = ["", "python", "py", "python3"]

  private func defines(_ code: String) -> Bool {
    !entryPoint.isEmpty
      && PythonStatements.split(code).contains {
        $0.kind != .prose && $0.defines.contains(entryPoint)
      }
  }

  private func program(ofCode code: String, helpers: String = "") -> String {
    let moved = PythonStatements.split(Self.movedLeft(code) ?? "")
    let isMoved = moved.contains {
      $0.kind == .definition && (entryPoint.isEmpty || $0.defines.contains(entryPoint))
    }
    let statements = isMoved ? moved : PythonStatements.split(code)
    let isWhole =
      entryPoint.isEmpty
      ? statements.contains { $0.kind == .definition }
      : statements.contains { $0.kind != .prose && $0.defines.contains(entryPoint) }
    guard isWhole || opening.isEmpty else {
      return kept(of: PythonStatements.split(opening + body(of: code)), given: [])
    }
    // What the prompt gives besides the function itself: imports and helpers.
    let given = PythonStatements.split(opening).filter { !$0.defines.contains(entryPoint) }
    return kept(of: statements, given: given + PythonStatements.split(helpers))
  }

  /// The text without the indentation that all of its lines have; `nil` where they have none.
  private static func movedLeft(_ code: String) -> String? {
    let lines = code.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first(where: { !$0.allSatisfy(\.isWhitespace) }) else { return nil }
    let margin = first.prefix { $0 == " " || $0 == "\t" }
    guard !margin.isEmpty,
      lines.allSatisfy({ $0.hasPrefix(margin) || $0.allSatisfy(\.isWhitespace) })
    else { return nil }
    return lines.map { $0.hasPrefix(margin) ? $0.dropFirst(margin.count) : $0 }
      .joined(separator: "\n")
  }

  /// What goes on from the opening: the lines up to the first that is neither of a function's body nor code.
  private func body(of code: String) -> String {
    let lines = LogicalLine.lines(of: code)
    let join = opening.hasSuffix("\n") ? "" : "\n"
    guard let first = lines.firstIndex(where: { !$0.isBlank }), !lines[first].isIndented,
      !Self.startsTopLevel(lines[first].text)
    else { return join + code }
    // A body whose first line, or all of it, lost its indentation. Lines within a string have none to lose.
    let next = lines[(first + 1)...].first { !$0.isBlank }
    let depth = next?.text.prefix { $0 == " " || $0 == "\t" }.count ?? 0
    let isLostOnFirstOnly = depth >= (lines[first].hasColon ? 8 : 4)
    // Two blank lines, or a definition, and the function is over.
    var (blanks, isOver) = (0, false)
    var body = join
    for (index, line) in lines.enumerated() {
      blanks = line.isBlank ? blanks + 1 : 0
      if index > first, blanks >= 2 || Self.startsTopLevel(line.text) { isOver = true }
      let isMoved = !line.isBlank && (index == first || !isLostOnFirstOnly && !isOver)
      body += isMoved ? "    " + line.text : line.text
    }
    return body
  }

  private static func startsTopLevel(_ line: String) -> Bool {
    ["def ", "async def ", "class ", "import ", "from ", "@", "#"].contains { line.hasPrefix($0) }
  }

  /// The imports, and what the function needs; `given` only where it is needed and not defined anew.
  private func kept(of statements: [PythonStatement], given: [PythonStatement]) -> String {
    var code = statements
    // What was cut off in the middle of a statement cannot be compiled.
    while code.count > 1, let last = code.last, last.isOpen || last.kind == .blank,
      !last.defines.contains(entryPoint)
    {
      code.removeLast()
    }
    let all = given + code
    var definers: [String: [Int]] = [:]
    let own = code.reduce(into: Set<String>()) { $0.formUnion($1.defines) }
    for (index, statement) in all.enumerated()
    where [.definition, .assignment, .importing].contains(statement.kind) {
      if isExample(statement) { continue }
      if index < given.count, statement.kind != .importing,
        !statement.defines.isDisjoint(with: own)
      {
        continue
      }
      for name in statement.defines { definers[name, default: []].append(index) }
    }
    var isKept = [Bool](repeating: false, count: all.count)
    var waiting: [Int] = []
    func keep(_ index: Int) {
      guard !isKept[index] else { return }
      isKept[index] = true
      waiting.append(index)
    }
    for (index, statement) in all.enumerated() where statement.kind == .importing { keep(index) }
    if entryPoint.isEmpty {
      for (index, statement) in all.enumerated()
      where statement.kind == .definition || statement.kind == .assignment && !isExample(statement)
      {
        keep(index)
      }
    } else {
      for index in definers[entryPoint] ?? [] { keep(index) }
    }
    func follow() {
      while let index = waiting.popLast() {
        for name in all[index].uses {
          // Once for each name, however often it is defined and used.
          definers.removeValue(forKey: name)?.forEach(keep)
        }
      }
    }
    follow()
    var values: Set<String> = []
    for index in all.indices where isKept[index] && all[index].kind == .assignment {
      values.formUnion(all[index].defines)
    }
    for (index, statement) in all.enumerated() where isPreparation(statement, of: values) {
      keep(index)
    }
    follow()
    // These must come first.
    let kept = all.indices.filter { isKept[$0] }.map { all[$0].text }
    let (first, rest) = (
      kept.filter { $0.hasPrefix("from __future__") },
      kept.filter { !$0.hasPrefix("from __future__") }
    )
    return (first + rest).map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined()
  }

  /// Whether a statement shows the function at work, or waits for an input that nobody gives.
  private func isExample(_ statement: PythonStatement) -> Bool {
    guard statement.kind == .assignment || statement.kind == .other else { return false }
    if statement.uses.contains("input") || statement.uses.contains("print") { return true }
    return !entryPoint.isEmpty && !statement.defines.contains(entryPoint)
      && statement.uses.contains(entryPoint) && statement.text.contains(entryPoint + "(")
  }

  /// Whether a statement makes ready what the function needs: fills a table of `values`, or lets calls go deeper.
  private func isPreparation(_ statement: PythonStatement, of values: Set<String>) -> Bool {
    guard statement.kind == .other, !isExample(statement) else { return false }
    if statement.uses.contains("setrecursionlimit") { return true }
    let word = statement.text.prefix { $0.isLetter }
    return !["assert", "return", "raise", "del", "yield", "break", "continue", "pass", "global"]
      .contains(word) && !statement.uses.isDisjoint(with: values)
  }

  /// Without what a reasoning model thinks aloud, and without marks of the end.
  static func withoutThoughts(_ answer: String) -> String {
    // A mark of the byte order is no character of a program.
    let text = answer.replacing("\u{FEFF}", with: "")
    // Byte by byte: searching for characters takes the square of the length where flags follow each other.
    var bytes = text.utf8[...]
    if let end = bytes.ranges(of: Array("</think>".utf8)).last { bytes = bytes[end.upperBound...] }
    for mark in ["<|EOT|>", "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "</s>"] {
      if let start = bytes.firstRange(of: Array(mark.utf8)) { bytes = bytes[..<start.lowerBound] }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
