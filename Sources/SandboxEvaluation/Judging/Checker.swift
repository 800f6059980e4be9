public import SandboxLanguages

/// How an answer is compared with the right one.
public enum Checker: Sendable {
  /// Byte for byte.
  case exact
  /// Line by line, without white space at the end of lines and without empty lines at the end.
  case trailingSpace
  /// Word by word, whatever stands between them.
  case tokens
  /// As `tokens`; two words that are numbers are equal where
  /// |actual - expected| <= absolute + relative * |expected|, as NumPy's `isclose` has it.
  case float(relative: Double = 1e-6, absolute: Double = 1e-9)
  /// The same lines in any order, without white space at their ends and without empty lines.
  case unordered
  /// A program that decides, in a sandbox of its own.
  case program(CheckerProgram)

  /// Whether the answer is right; `nil` where a program decides.
  func accepts(_ actual: [UInt8], expected: [UInt8]) -> Bool? {
    switch self {
    case .exact: return actual == expected
    case .trailingSpace: return lines(actual) == lines(expected)
    case .tokens: return words(actual[...]) == words(expected[...])
    case .unordered:
      return lines(actual).filter { !$0.isEmpty }.sorted(by: precedes)
        == lines(expected).filter { !$0.isEmpty }.sorted(by: precedes)
    case .float(let relative, let absolute):
      let (ours, theirs) = (words(actual[...]), words(expected[...]))
      return ours.count == theirs.count
        && zip(ours, theirs).allSatisfy { areClose($0, $1, relative, absolute) }
    case .program: return nil
    }
  }

  private func precedes(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Bool {
    a.lexicographicallyPrecedes(b)
  }

  private func areClose(
    _ actual: ArraySlice<UInt8>, _ expected: ArraySlice<UInt8>, _ relative: Double,
    _ absolute: Double
  ) -> Bool {
    if actual == expected { return true }
    guard let a = Double(String(decoding: actual, as: UTF8.self)),
      let b = Double(String(decoding: expected, as: UTF8.self))
    else { return false }
    if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
    if a.isInfinite || b.isInfinite { return a == b }
    return abs(a - b) <= absolute + relative * abs(b)
  }

  /// The words of a text, as `tokens` compares them.
  func words(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    bytes.split(whereSeparator: isSpace)
  }

  /// The lines of a text, as `trailingSpace` compares them.
  func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      line in line[..<(line.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? line.startIndex)]
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}

/// White space of ASCII, as isspace(3) has it in the C locale.
private func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

/// A program that decides whether an answer is right.
///
/// It gets three arguments, in the order of testlib: the paths of the case's input, of the answer under
/// test, and of the right answer. Status 0 says that the answer is right; 1, and testlib's 2, 4 and 8 (a wrong form,
/// something left over, an end too soon), that it is wrong: what it prints, to standard output or else to standard
/// error, is then shown as the reason. With 3 it says that it failed itself: the case is not judged.
///
/// After any other end, an exception among them, it is run on the right answer: where that goes well, the answer under
/// test is wrong, for it is what broke the checker; where that fails too, the checker is broken, which is an error.
public struct CheckerProgram: Sendable {
  /// The program.
  public var program: Program
  /// What it is written in.
  public var language: any LanguagePlugin

  /// Creates a checker.
  public init(program: Program, language: any LanguagePlugin) {
    self.program = program
    self.language = language
  }
}
