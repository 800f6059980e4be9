import Testing

@testable import SandboxCatalog

@Test(
  "a near miss is suggested, and nothing far",
  arguments: [
    ("pyton", "python"), ("pyhton", "python"), ("Python", "python"), ("swfit", "swift"),
    ("java", "javascript"), ("ja", nil), ("rust", nil),
    ("x", "c"), ("", "c"), ("javascirpt", "javascript"),
  ])
func suggestion(name: String, expected: String?) {
  #expect(
    Suggestion.nearest(to: name, among: ["python", "javascript", "swift", "c"]) == expected)
}
