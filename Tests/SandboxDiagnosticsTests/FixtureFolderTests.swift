import Foundation
import SandboxDiagnostics
import Testing

@Suite("Recorded programs")
struct FixtureFolderTests {
  private func recorded(_ fixture: FixtureFolder) throws -> RunAccount {
    let data = try #require(try fixture.read("recorded.json"), "run Scripts/record-fixtures.sh")
    return try JSONDecoder().decode(RecordedRun.self, from: data).account(fixture)
  }

  @Test("there are 25 of each language at least", arguments: FixtureFolder.languages)
  func count(language: String) {
    #expect(FixtureFolder.all.filter { $0.language == language }.count >= 25)
  }

  @Test("each gives exactly its diagnostics", arguments: FixtureFolder.all)
  func diagnostics(fixture: FixtureFolder) throws {
    let expected = try #require(try fixture.read("expected.json"))
    #expect(
      try json(recorded(fixture).diagnostics) + "\n" == String(decoding: expected, as: UTF8.self))
  }

  @Test("each gives exactly its text in every profile", arguments: FixtureFolder.all)
  func feedback(fixture: FixtureFolder) throws {
    let account = try recorded(fixture)
    for (profile, file) in FixtureFolder.profiles {
      let expected = try #require(try fixture.read(file))
      let text = try account.feedback(FeedbackOptions(profile: profile))
      #expect(text == String(decoding: expected, as: UTF8.self), "\(profile)")
    }
  }

  @Test("each is valid SARIF 2.1.0", arguments: FixtureFolder.all)
  func sarif(fixture: FixtureFolder) throws {
    let text = try recorded(fixture).feedback(FeedbackOptions(profile: "sarif"))
    let problems = try JSONSchema.sarif.problems(of: Data(text.utf8))
    #expect(problems.isEmpty, "\(problems)")
  }

  @Test(
    "no account holds a path of the host, and no text a control character",
    arguments: FixtureFolder.all)
  func hostPaths(fixture: FixtureFolder) throws {
    let account = try recorded(fixture)
    for (profile, _) in FixtureFolder.profiles where profile != "raw" {
      let text = try account.feedback(FeedbackOptions(profile: profile))
      // What the program printed is quoted as it is.
      let own = text.split(separator: "\n").filter { !$0.hasPrefix("  | ") }
      #expect(own.allSatisfy { !$0.contains("/toolchain") }, "\(profile)")
      #expect(own.allSatisfy { !$0.contains("/workspace/") }, "\(profile)")
      guard ["compiler", "markdown", "github"].contains(profile) else { continue }
      let isVisible = text.unicodeScalars.allSatisfy {
        $0 == "\n" || $0.value >= 0x20 && $0.value != 0x202E
      }
      #expect(isVisible, "\(profile)")
    }
  }
}
