import Foundation
import OCISandbox
import Testing

@Suite("The definitions inside the program")
struct EmbeddedDefinitionTests {
  private static let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The text of each file of a folder, by its id.
  private func files(in folder: String) throws -> [String: String] {
    let files = try FileManager.default.contentsOfDirectory(
      at: Self.repository.appending(path: folder), includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "yaml" }
    return try Dictionary(
      uniqueKeysWithValues: files.map {
        ($0.deletingPathExtension().lastPathComponent, try String(contentsOf: $0, encoding: .utf8))
      })
  }

  @Test("are the manifests of Languages/, value for value")
  func languages() throws {
    let files = try files(in: "Languages")
    let embedded = Catalog.standard().embeddedLanguages
    #expect(Set(embedded.map(\.value.id)) == Set(files.keys))
    #expect(Set(files.keys).isSuperset(of: ["python", "javascript", "c", "swift"]))
    for definition in embedded {
      let id = definition.value.id
      let text = try #require(files[id])
      #expect(definition.text == text)
      let file = Self.repository.appending(path: "Languages/\(id).yaml").path
      #expect(definition.value == (try LanguageManifest(yaml: text, file: file, expectedID: id)))
    }
  }

  @Test("are the policies of Policies/, value for value")
  func policies() throws {
    let files = try files(in: "Policies")
    let embedded = Catalog.standard().embeddedPolicies
    #expect(Set(embedded.map(\.value.id)) == Set(files.keys))
    #expect(Set(files.keys).isSuperset(of: ["default", "compile", "strict"]))
    for definition in embedded {
      let id = definition.value.id
      let text = try #require(files[id])
      #expect(definition.text == text)
      let others = Others<Policy>(named: { (id) throws(CatalogError) in
        guard let text = files[id] else { throw CatalogError("there is no '\(id)'") }
        return try Policy(yaml: text, file: id, expectedID: id)
      })
      let policy = try Policy(yaml: text, file: id, expectedID: id, among: others)
      #expect(definition.value == policy)
    }
  }

  @Test("share no alias and no extension, and name policies that exist")
  func agreement() throws {
    let catalog = Catalog.standard()
    let manifests = catalog.embeddedLanguages.map(\.value)
    let names = manifests.flatMap { [$0.id] + $0.aliases }
    #expect(names.count == Set(names).count)
    let extensions = manifests.flatMap(\.extensions)
    #expect(extensions.count == Set(extensions).count)
    let policies = Set(catalog.embeddedPolicies.map(\.value.id))
    for stage in manifests.flatMap({ [$0.compile, $0.run, $0.check] }) {
      if let policy = stage?.policy { #expect(policies.contains(policy)) }
    }
  }

  @Test("the default policy states what the library's default is")
  func defaultPolicy() throws {
    let catalog = Catalog.standard()
    var policy = try #require(
      catalog.embeddedPolicies.first { $0.value.id == "default" }
    ).value
    #expect(!policy.expectations.isEmpty)
    policy.expectations = []
    #expect(policy == Policy())
  }
}
