import Foundation
import SandboxCatalog
import SandboxExecution
import SandboxLanguages

/// `embed-definitions OUTPUT FOLDER...`: reads definitions strictly and writes them as Swift values.
///
/// The name of a folder says what is in it. A mistake is reported as a compiler reports it, which the
/// build shows.
@main
struct EmbedDefinitionsTool {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard let output = arguments.first else {
      report("usage: embed-definitions OUTPUT FOLDER...")
      exit(EX_USAGE)
    }
    var languages: [String] = []
    var policies: [String] = []
    var isSound = true
    for file in try arguments.dropFirst().flatMap(definitions) {
      do {
        let text = try String(contentsOf: file, encoding: .utf8)
        let id = file.deletingPathExtension().lastPathComponent
        switch file.deletingLastPathComponent().lastPathComponent {
        case SearchPath.Kind.languages.rawValue:
          let manifest = try LanguageManifest(yaml: text, file: file.path, expectedID: id)
          languages.append(definition(SwiftSource.expression(manifest), text))
        case SearchPath.Kind.policies.rawValue:
          let policy = try Policy(
            yaml: text, file: file.path, expectedID: id, among: others(beside: file))
          policies.append(definition(SwiftSource.expression(policy), text))
        default:
          throw CatalogError("'\(file.path)' is neither in Languages nor in Policies")
        }
      } catch {
        report("\(error)")
        isSound = false
      }
    }
    guard isSound else { exit(EXIT_FAILURE) }
    let source = """
      import SandboxCatalog
      import SandboxDiagnostics
      import SandboxExecution
      import SandboxLanguages

      /// The definitions of Languages/ and Policies/, made by embed-definitions.
      enum EmbeddedDefinitions {
        static let languages: [EmbeddedDefinition<LanguageManifest>] = [
      \(languages.joined(separator: ",\n"))
        ]
        static let policies: [EmbeddedDefinition<Policy>] = [
      \(policies.joined(separator: ",\n"))
        ]
      }

      """
    try source.write(to: URL(filePath: output), atomically: true, encoding: .utf8)
  }

  /// The definitions in a folder; other files, such as those a plugin needs beside its manifest, are
  /// left out.
  private static func definitions(in folder: String) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: URL(filePath: folder), includingPropertiesForKeys: nil
    )
    .filter { $0.pathExtension == "yaml" }
    .sorted { $0.path < $1.path }
  }

  /// What a policy may extend: another of its folder, which extends none itself.
  private static func others(beside file: URL) -> Others<Policy> {
    Others(named: { (id) throws(CatalogError) in
      let other = file.deletingLastPathComponent().appending(path: "\(id).yaml")
      guard let text = try? String(contentsOf: other, encoding: .utf8) else {
        throw CatalogError("there is no policy '\(id)' to extend")
      }
      return try Policy(yaml: text, file: other.path, expectedID: id)
    })
  }

  private static func definition(_ value: String, _ text: String) -> String {
    "    EmbeddedDefinition(value: \(value), text: \(SwiftSource.literal(text)))"
  }

  private static func report(_ message: String) {
    FileHandle.standardError.write(Data((message + "\n").utf8))
  }
}
