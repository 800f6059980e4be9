import Foundation
import SandboxCatalog
import SandboxExecution
import SandboxLanguages
import Testing

@Suite("The examples of the documentation")
struct DocumentationTests {
  /// The first YAML block of a page.
  private func example(in page: String) throws -> String {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/\(page)")
    let lines = try String(contentsOf: file, encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false)
    let block = lines.drop { !$0.hasSuffix("```yaml") }.dropFirst().prefix { !$0.hasSuffix("```") }
    #expect(!block.isEmpty)
    return block.map { $0.dropFirst(3) }.joined(separator: "\n")
  }

  @Test("the language of the five minutes is one")
  func language() throws {
    let manifest = try LanguageManifest(
      yaml: example(in: "languages.md"), file: "lua.yaml", expectedID: "lua")
    #expect(manifest.run.command == ["{toolchain}", "{source}", "{arguments}"])
    #expect(manifest.selfTest == SelfTest(source: #"print("OK")"#, stdout: "OK\n"))
  }

  @Test("the policy of the five minutes is one")
  func policy() throws {
    let policy = try Policy(
      yaml: example(in: "policies.md"), file: "mine.yaml", expectedID: "mine",
      among: Others(named: { (_) throws(CatalogError) in Policy() }))
    #expect(policy.limits.memory == ByteCount(mebibytes: 128))
  }
}
