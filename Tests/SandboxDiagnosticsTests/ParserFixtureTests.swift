import SandboxDiagnostics
import Testing

@Suite("Parsers on what real tools print")
struct ParserFixtureTests {
  @Test("each output gives exactly its diagnostics", arguments: ParserFixture.all)
  func diagnostics(fixture: ParserFixture) throws {
    let parser = try #require(DiagnosticParsers.named(fixture.parser))
    let found = parser.diagnostics(in: fixture.report)
    #expect(try json(found) == fixture.json)
  }

  @Test("each output is rendered exactly so", arguments: ParserFixture.all)
  func text(fixture: ParserFixture) throws {
    let parser = try #require(DiagnosticParsers.named(fixture.parser))
    let found = parser.diagnostics(in: fixture.report)
    #expect(TextRenderer().render(found) == fixture.text)
  }
}
