import SandboxDiagnostics
import Testing

@Suite("Operands of assertions")
struct AssertedOperandsTests {
  @Test(
    "are put into calls that note them",
    arguments: [
      ("assert(f(2) == x)", #"assert(n_begin() && (n(0, "f(2)", f(2)) == n(1, "x", x)))"#),
      // What can be read is not noted.
      ("assert(f(2) == 4);", #"assert(n_begin() && (n(0, "f(2)", f(2)) == 4));"#),
      ("assert(f(a, b) == -1)", #"assert(n_begin() && (n(0, "f(a, b)", f(a, b)) == -1))"#),
      ("assert(f() == [1, 2])", #"assert(n_begin() && (n(0, "f()", f()) == [1, 2]))"#),
      (
        #"assert(f(x: ",)") == "a, b")"#,
        #"assert(n_begin() && (n(0, "f(x: \",)\")", f(x: ",)")) == "a, b"))"#
      ),
      ("assert(p != NULL)", #"assert(n_begin() && (n(0, "p", p) != NULL))"#),
      ("assert(x.kind == .none)", #"assert(n_begin() && (n(0, "x.kind", x.kind) == .none))"#),
      ("assert(a == 0x1F)", #"assert(n_begin() && (n(0, "a", a) == 0x1F))"#),
      // The message is none of it.
      (
        #"precondition(a < b, "a: \(a)")"#,
        #"precondition(n_begin() && (n(0, "a", a) < n(1, "b", b)), "a: \(a)")"#
      ),
      // What is joined is taken apart, and a negation looked into.
      (
        "assert(a == 1 && (b > 2 || !(c >= d)))",
        #"assert(n_begin() && (n(0, "a", a) == 1 && (n(1, "b", b) > 2 || !(n(2, "c", c) >= n(3, "d", d)))))"#
      ),
      // A result that says little gives way to what it was made of.
      (
        #"assert(strcmp(rev(s), "cba") == 0)"#,
        #"assert(n_begin() && (strcmp(n(0, "rev(s)", rev(s)), "cba") == 0))"#
      ),
      (
        "assert(isPrime(n, limit: m))",
        #"assert(n_begin() && (isPrime(n(0, "n", n), limit: n(1, "m", m))))"#
      ),
      ("assert(a - b < 1e-6)", #"assert(n_begin() && (n(0, "a - b", a - b) < 1e-6))"#),
      ("assert(p->next == q)", #"assert(n_begin() && (n(0, "p->next", p->next) == n(1, "q", q)))"#),
      ("assert(a\n  == b)", "assert(n_begin() && (n(0, \"a\", a)\n  == n(1, \"b\", b)))"),
      (
        #"assert("\(x)" == y)"#,
        #"assert(n_begin() && (n(0, "\"\\(x)\"", "\(x)") == n(1, "y", y)))"#
      ),
    ])
  func noted(source: String, expected: String) {
    #expect(AssertedOperands(in: source, line: 1, column: nil, note: "n")?.source == expected)
  }

  @Test(
    "are left where there is nothing to note, or no end",
    arguments: [
      "assert(false)", "assert(done)", "assert(1 == 2)", "assert(", "assert(f(", "assert(\"a",
      "assert(a == \"", "my_assert(a == b)",
      "return a == b", "",
    ])
  func left(source: String) {
    #expect(AssertedOperands(in: source, line: 1, column: nil, note: "n") == nil)
  }

  @Test("are those of the assertion at the column, and lines keep their numbers")
  func place() throws {
    let source = "first\nassert(a == b); assert(c == d)\nlast\n"
    let second = try #require(AssertedOperands(in: source, line: 2, column: 20, note: "n"))
    #expect(
      second.source
        == "first\nassert(a == b); assert(n_begin() && (n(0, \"c\", c) == n(1, \"d\", d)))\nlast\n")
    #expect(
      AssertedOperands(in: source, line: 2, column: 1, note: "n")?.source.contains("n(0, \"a\", a)")
        == true)
    #expect(AssertedOperands(in: source, line: 3, column: nil, note: "n") == nil)
    #expect(AssertedOperands(in: source, line: 9, column: nil, note: "n") == nil)
    #expect(AssertedOperands(in: source, line: 0, column: nil, note: "n") == nil)
  }

  @Test("are read in time that grows with the text alone")
  func hostile() {
    for text in ["(", "\"\\(", "!", "&&", "a==", "'", "?"] {
      let source = "assert(" + String(repeating: text, count: 200_000 / text.utf8.count)
      #expect(AssertedOperands(in: source, line: 1, column: nil, note: "n") == nil)
    }
  }
}
