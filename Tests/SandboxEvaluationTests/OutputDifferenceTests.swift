import Testing

@testable import SandboxEvaluation

@Suite("Where an answer parts from the right one")
struct OutputDifferenceTests {
  @Test(
    "It says where, in the eyes of the checker",
    arguments: [
      (Checker.exact, "a\nb\n", "a\nc\n", "first differs from what is expected in line 2"),
      (.exact, "a\n", "a", "differs from what is expected in the line end at its end only"),
      (
        .exact, "a b\n", "a  b\n",
        "first differs from what is expected in line 1, there only in white space"
      ),
      (
        .exact, "Yes\n", "YES\n",
        "first differs from what is expected in line 1, there only in upper and lower case"
      ),
      (.exact, "a\n", "", "is empty; 1 line is expected"),
      (.exact, "a\nb\nc\n", "a\n", "ends after line 1; then 2 lines are expected"),
      (.exact, "a\n", "a\nb\n", "goes on after line 1, where nothing is expected"),
      (.exact, "", "a\n", "should be empty"),
      // A line that the checker takes is not the one that differs.
      (.trailingSpace, "a\nb\n", "a \nc\n", "first differs from what is expected in line 2"),
      (
        .float(), "1.0\n2.0\n", "1.00000001\n2.5\n", "first differs from what is expected in line 2"
      ),
      (.tokens, "a b\nc\n", "a\nb\nd\n", "first differs from what is expected in line 3"),
      (.tokens, "a b c\n", "a\nb\n", "ends after line 2; then 1 line is expected"),
      (
        .unordered, "a\nb\nc\n", "c\nd\na\n",
        "lacks 1 line that is expected, and has 1 line that is not expected"
      ),
      (.unordered, "a\na\n", "a\n", "lacks 1 line that is expected"),
      (.unordered, "a\n", "b\na\nb\n", "has 2 lines that are not expected"),
    ])
  func words(checker: Checker, expected: String, actual: String, words: String) {
    #expect(checker.accepts(Array(actual.utf8), expected: Array(expected.utf8)) == false)
    let difference = OutputDifference(
      expected: Array(expected.utf8), actual: Array(actual.utf8), by: checker)
    #expect(difference.words == words)
  }

  @Test("It shows the lines around, of those in any order what is missing and what is too much")
  func text() {
    let text = { (checker: Checker, expected: String, actual: String) in
      OutputDifference(expected: Array(expected.utf8), actual: Array(actual.utf8), by: checker).text
    }
    #expect(text(.exact, "1\n2\n3\n4\n", "1\n2\n3\n5\n") == "  2\n  3\n- 4\n+ 5\n")
    #expect(text(.float(), "1.0\n2.0\n", "1.00000001\n2.5\n") == "  1.0\n- 2.0\n+ 2.5\n")
    #expect(text(.unordered, "a\nb\nb\n", "c\na\nb\n") == "- b\n+ c\n")
    #expect(
      text(.exact, (1...9).map { "\($0)\n" }.joined(), "")
        == "- 1\n- 2\n- 3\n- 4\n- 5\n- [4 more lines]\n")
  }
}
