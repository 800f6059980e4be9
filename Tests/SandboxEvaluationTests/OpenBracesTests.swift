import Testing

@testable import SandboxEvaluation

@Suite("Open braces")
struct OpenBracesTests {
  @Test(
    "Those of code are counted, and no others",
    arguments: [
      ("swift", "func f() {", 1), ("swift", "func f() { g { } }", 0), ("swift", "}", -1),
      ("swift", "func f() { // {\n/* { /* { */ { */ }", 0),
      ("swift", #"let a = "{"; let b = "\"{"; {"#, 1), ("swift", ##"let a = #"{"{"#; {"##, 1),
      ("swift", "let a = \"\"\"\n{ \" {\n\"\"\"\n{", 1),
      ("swift", #"let a = "\(b.map { "{\(c)" })"; {"#, 1), ("swift", "let a = \"{\n{", 1),
      ("swift", "#if DEBUG\n{\n#endif", 1), ("swift", "let a = b / c; { let d = e / f", 1),
      ("javascript", "function f() {", 1), ("javascript", "const a = '{', b = \"{\"; {", 1),
      ("javascript", "const a = `{ ${ { b: `{${c}` }.b } {`; {", 1),
      ("javascript", "const a = /[/{]{2}\\/{/; {", 1), ("javascript", "return /{/.test(a); {", 1),
      ("javascript", "const a = b / c; { d / e }", 0), ("javascript", "/* { /* { */ {", 1),
      ("javascript", "class A { #b = 1 }", 0), ("javascript", "const a = '\\'{'; {", 1),
    ])
  func counted(language: String, source: String, count: Int) {
    #expect(OpenBraces.count(in: source, language: language) == count)
  }

  @Test("What is nested as deep as it is long is gone through once")
  func deep() {
    for piece in ["\"\\(", "`${", "/*", "#", "{", "\"", "/", "\\"] {
      let text = String(repeating: piece, count: 300_000 / piece.utf8.count)
      for language in ["swift", "javascript"] {
        _ = OpenBraces.count(in: text, language: language)
      }
    }
  }
}
