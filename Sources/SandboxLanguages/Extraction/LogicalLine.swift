/// A logical line of Python: physical lines joined by brackets, long strings and backslashes (The Python
/// Language Reference, section 2.1).
struct LogicalLine {
  /// Its text with all line ends.
  private(set) var text = ""
  /// Whether it starts with a blank.
  private(set) var isIndented = false
  /// Whether there is nothing but blanks and a comment.
  private(set) var isBlank = true
  /// The identifiers, those in strings included.
  private(set) var words: Set<String> = []
  /// The first word outside of strings.
  private(set) var firstWord: Substring = ""
  /// Whether there is a colon outside of brackets and strings.
  private(set) var hasColon = false
  /// The names before a `=` outside of brackets.
  private(set) var targets: Set<String> = []
  /// The function or class that it defines.
  private(set) var definition: String?
  /// Whether it ends inside a bracket or a string.
  private(set) var isOpen = false
  /// Whether anything is in it that prose has rarely: a bracket or an operator.
  private(set) var hasMark = false
  /// Whether it is one expression, as far as can be seen: starts with a name right before `(`, `.` or `[`,
  /// or with a string.
  private(set) var isExpression = false

  /// Whether after `import` or `from` come names, commas, dots and brackets only.
  var looksLikeImport: Bool {
    var depth = 0
    var before = true
    for character in text.prefix(while: { $0 != "#" && $0 != ";" }) {
      if character == "(" { depth += 1 } else if character == ")" { depth -= 1 }
      guard
        character.isLetter || character.isNumber || character.isWhitespace
          || "_.,*();\\".contains(character)
      else { return false }
    }
    // Two names side by side without `as`, `import` or a comma are words of a sentence.
    for part in text.prefix(while: { $0 != "#" && $0 != ";" }).split(whereSeparator: { $0 == "," })
    {
      let names = part.split(whereSeparator: {
        $0.isWhitespace || $0 == "(" || $0 == ")" || $0 == "\\"
      })
      .filter { !["import", "from"].contains($0) }
      let most = before && text.hasPrefix("from") ? 2 : 1
      if names.count > most && !names.contains("as") { return false }
      before = false
    }
    return depth == 0 || isOpen
  }

  /// The logical lines of `text`.
  static func lines(of text: String) -> [LogicalLine] {
    var scanner = Scanner(text)
    var lines: [LogicalLine] = []
    while let line = scanner.next() { lines.append(line) }
    return lines
  }

  private struct Scanner {
    let scalars: [UnicodeScalar]
    var position = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    func at(_ index: Int) -> UnicodeScalar { index < scalars.count ? scalars[index] : "\0" }

    static func isWord(_ scalar: UnicodeScalar) -> Bool {
      scalar == "_" || scalar.properties.isXIDContinue
    }

    mutating func next() -> LogicalLine? {
      guard position < scalars.count else { return nil }
      var line = LogicalLine()
      let start = position
      line.isIndented = at(position) == " " || at(position) == "\t"
      var depth = 0
      var names: [String] = []
      var isTarget = true
      var previous = ""
      var isFirst = true
      loop: while position < scalars.count {
        let scalar = scalars[position]
        switch scalar {
        case "\n":
          position += 1
          if depth == 0 { break loop }
        case "\\" where at(position + 1) == "\n": position += 2
        case "#":
          while position < scalars.count, scalars[position] != "\n" { position += 1 }
        case "'", "\"":
          line.isBlank = false
          if isFirst { line.isExpression = true }
          isFirst = false
          string(scalar, &line)
        case "(", "[", "{":
          (line.isBlank, line.hasMark) = (false, true)
          if names.count == 1, previous == names[0], scalar != "{", !isFirst, depth == 0 {
            line.isExpression = true
          }
          depth += 1
          (isFirst, previous) = (false, "")
          position += 1
        case ")", "]", "}":
          line.isBlank = false
          depth = max(0, depth - 1)
          position += 1
        case ":":
          if depth == 0 { line.hasColon = true }
          if depth == 0, at(position + 1) == "=" { position += 1 }
          previous = ""
          position += 1
        case "=":
          line.hasMark = true
          let isComparison =
            at(position + 1) == "="
            || position > 0 && "!<>=".unicodeScalars.contains(at(position - 1))
          if depth == 0, isTarget, !isComparison, !names.isEmpty,
            !PythonKeyword.startsStatement.contains(String(line.firstWord))
          {
            line.targets = Set(names)
            isTarget = false
          }
          previous = ""
          position += isComparison && at(position + 1) == "=" ? 2 : 1
        case _ where Scanner.isWord(scalar):
          line.isBlank = false
          var word = ""
          while position < scalars.count, Scanner.isWord(scalars[position]) {
            word.unicodeScalars.append(scalars[position])
            position += 1
          }
          line.words.insert(word)
          if line.firstWord.isEmpty && isFirst { line.firstWord = Substring(word) }
          if previous == "def" || previous == "class", line.definition == nil {
            line.definition = word
          }
          if depth == 0, isTarget, !line.hasColon { names.append(word) }
          (previous, isFirst) = (word, false)
        case " ", "\t", "\r":
          position += 1
          // A name before a blank is no name right before a bracket.
          if previous != "def" && previous != "class" { previous = "" }
        default:
          line.isBlank = false
          if "+-*/%<>@|&^~".unicodeScalars.contains(scalar) { line.hasMark = true }
          if scalar == ".", names.count == 1, depth == 0, previous == names.first,
            Scanner.isWord(at(position + 1))
          {
            line.isExpression = true
          }
          if scalar != "," { previous = "" }
          isFirst = false
          position += 1
        }
      }
      line.isOpen = line.isOpen || depth > 0
      line.text.unicodeScalars.append(contentsOf: scalars[start..<position])
      return line
    }

    private mutating func string(_ quote: UnicodeScalar, _ line: inout LogicalLine) {
      let isLong = at(position + 1) == quote && at(position + 2) == quote
      position += isLong ? 3 : 1
      var word = ""
      func end(_ line: inout LogicalLine) {
        if !word.isEmpty { line.words.insert(word) }
        word = ""
      }
      while position < scalars.count {
        let scalar = scalars[position]
        if scalar == "\\" {
          position += 2
          continue
        }
        if scalar == quote, !isLong || at(position + 1) == quote && at(position + 2) == quote {
          position += isLong ? 3 : 1
          end(&line)
          return
        }
        if scalar == "\n", !isLong {
          end(&line)
          return
        }
        if Scanner.isWord(scalar) { word.unicodeScalars.append(scalar) } else { end(&line) }
        position += 1
      }
      position = min(position, scalars.count)
      end(&line)
      if isLong { line.isOpen = true }
    }
  }
}

/// Words of Python.
enum PythonKeyword {
  /// Those that start a statement which assigns nothing by a `=` outside of brackets.
  static let startsStatement: Set<String> = [
    "def", "class", "if", "for", "while", "with", "try", "assert", "return", "import", "from",
    "elif", "else", "except", "raise", "del", "lambda", "async", "print",
  ]
}
