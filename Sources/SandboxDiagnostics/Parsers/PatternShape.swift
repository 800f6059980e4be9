/// What can be seen of a regular expression without compiling it: its groups, and repetitions that are
/// nested, whose time can double with every character of a hostile line.
struct PatternShape {
  /// The number of groups that capture.
  private(set) var groupCount = 0
  /// The names of groups.
  private(set) var names: Set<String> = []
  /// Whether something that repeats without a bound is itself repeated without a bound.
  private(set) var nestsRepetition = false

  /// Looks at a pattern; one that does not compile gives a shape all the same.
  init(_ pattern: String) {
    let scalars = Array(pattern.unicodeScalars)
    // For every open group, whether it holds a repetition without a bound.
    var repeats: [Bool] = [false]
    var closedRepeats = false
    var index = 0
    while index < scalars.count {
      var isGroupEnd = false
      switch scalars[index] {
      case "\\": index += 1
      case "[": index = Self.classEnd(scalars, from: index)
      case "(":
        repeats.append(false)
        readGroup(scalars, at: index + 1)
      case ")" where repeats.count > 1:
        closedRepeats = repeats.removeLast()
        if closedRepeats { repeats[repeats.count - 1] = true }
        isGroupEnd = true
      default: break
      }
      index += 1
      if Self.isUnbounded(scalars, at: index) {
        if isGroupEnd, closedRepeats { nestsRepetition = true }
        repeats[repeats.count - 1] = true
      }
    }
  }

  private mutating func readGroup(_ scalars: [Unicode.Scalar], at start: Int) {
    guard start < scalars.count, scalars[start] == "?" else {
      groupCount += 1
      return
    }
    let opening = scalars[start...].prefix(3)
    guard opening.elementsEqual("?P<".unicodeScalars) || opening.prefix(2) == ["?", "<"] else {
      return
    }
    let nameStart = start + (opening.elementsEqual("?P<".unicodeScalars) ? 3 : 2)
    let name = scalars[nameStart...].prefix { $0 != ">" }
    // `(?<=` and `(?<!` look behind.
    guard let first = name.first, first != "=", first != "!" else { return }
    groupCount += 1
    names.insert(String(String.UnicodeScalarView(name)))
  }

  private static func classEnd(_ scalars: [Unicode.Scalar], from start: Int) -> Int {
    var index = start + 1
    if index < scalars.count, scalars[index] == "^" { index += 1 }
    if index < scalars.count, scalars[index] == "]" { index += 1 }
    while index < scalars.count, scalars[index] != "]" {
      index += scalars[index] == "\\" ? 2 : 1
    }
    return min(index, scalars.count - 1)
  }

  /// Whether `*`, `+` or `{n,}` stands at `index`.
  private static func isUnbounded(_ scalars: [Unicode.Scalar], at index: Int) -> Bool {
    guard index < scalars.count else { return false }
    if scalars[index] == "*" || scalars[index] == "+" { return true }
    guard scalars[index] == "{" else { return false }
    let body = scalars[(index + 1)...].prefix { $0 != "}" }
    return body.last == ","
  }
}
