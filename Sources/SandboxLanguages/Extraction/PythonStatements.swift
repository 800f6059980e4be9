/// A statement of the top level of a Python program, compound ones with all that belongs to them.
struct PythonStatement: Sendable, Hashable {
  /// What it is, as far as extraction cares.
  enum Kind: Sendable, Hashable {
    /// `import` or `from`, or a compound statement with one in it, as `try: import x`.
    case importing
    /// A function or class, decorators included.
    case definition
    /// `name = ...`, also annotated or augmented.
    case assignment
    /// `if __name__ == "__main__":`
    case main
    /// Any other statement.
    case other
    /// A line that is no Python.
    case prose
    /// Comments and blank lines.
    case blank
  }

  /// What it is.
  var kind: Kind
  /// Its lines with their ends.
  var text: String
  /// The names that it gives to the top level.
  var defines: Set<String> = []
  /// The identifiers in it, those in strings included, for they may be of an f-string.
  var uses: Set<String> = []
  /// Whether it ends inside a bracket or a string, as what was cut off does.
  var isOpen = false
}

/// Splits Python text, in which there may be prose, into the statements of its top level. Linear in its
/// length: each character is looked at a constant number of times.
struct PythonStatements {
  private var statements: [PythonStatement] = []

  /// The statements of `text`, in their order.
  static func split(_ text: String) -> [PythonStatement] {
    var splitter = PythonStatements()
    for line in LogicalLine.lines(of: text) { splitter.take(line) }
    return splitter.statements.map(finished)
  }

  private mutating func take(_ line: LogicalLine) {
    let word = line.firstWord
    if let last = statements.indices.last {
      let continues =
        line.isIndented || line.isBlank
        || ["else", "elif", "except", "finally"].contains(word) && line.hasColon
      let follows = statements[last].text.hasPrefix("@") && isDecorator(last)
      let takes = ![.prose, .blank].contains(statements[last].kind)
      if takes && (continues || follows) {
        append(line, to: last)
        return
      }
    }
    var statement = PythonStatement(kind: Self.kind(of: line, word), text: "")
    if line.isIndented && !line.isBlank && statements.isEmpty { statement.kind = .other }
    statements.append(statement)
    append(line, to: statements.count - 1)
  }

  /// Whether a statement is as yet only decorators.
  private func isDecorator(_ index: Int) -> Bool { statements[index].kind == .other }

  private mutating func append(_ line: LogicalLine, to index: Int) {
    statements[index].text += line.text
    statements[index].uses.formUnion(line.words)
    statements[index].isOpen = line.isOpen
    let word = line.firstWord
    if statements[index].kind == .prose || statements[index].kind == .blank { return }
    if !line.isIndented, line.definition != nil { statements[index].kind = .definition }
    if statements[index].kind == .other || statements[index].kind == .importing {
      if word == "import" || word == "from" { statements[index].kind = .importing }
    }
    if let name = line.definition, !line.isIndented || statements[index].kind != .definition {
      statements[index].defines.insert(name)
    }
    if !line.isIndented || statements[index].kind != .definition {
      statements[index].defines.formUnion(line.targets)
    }
  }

  private static func kind(of line: LogicalLine, _ word: Substring) -> PythonStatement.Kind {
    if line.isBlank { return .blank }
    switch word {
    case "import":
      return line.words.count >= 2 && !line.text.contains("?") && line.looksLikeImport
        ? .importing : .prose
    case "from": return line.words.contains("import") && line.looksLikeImport ? .importing : .prose
    case "def", "class", "async":
      return line.hasColon && (line.definition != nil || word == "async") ? .definition : .prose
    case "if", "for", "while", "with", "try", "match", "elif", "else", "except", "finally":
      guard line.hasColon else { return .prose }
      return line.words.contains("__name__") ? .main : .other
    case "assert", "return", "raise", "del", "global", "pass", "break", "continue", "yield":
      return line.words.count <= 1 || line.hasMark ? .other : .prose
    default:
      if line.text.hasPrefix("@") { return .other }
      if !line.targets.isEmpty { return .assignment }
      return line.isExpression ? .other : .prose
    }
  }

  /// A compound statement that gives names to the top level counts as what it gives.
  private static func finished(_ statement: PythonStatement) -> PythonStatement {
    var statement = statement
    if statement.kind == .other, !statement.defines.isEmpty,
      ["if", "try", "with"].contains(statement.text.prefix { $0.isLetter })
    {
      statement.kind = .assignment
    }
    return statement
  }
}
