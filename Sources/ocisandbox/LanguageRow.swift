import OCISandbox

/// One language as `languages list` and `doctor` tell of it.
struct LanguageRow: Encodable {
  var id: String
  var name: String?
  var origin: String
  var hides: [String] = []
  var extensions: [String] = []
  var executable: String?
  var version: String?
  var problem: String?

  /// Where it is defined, and which other definitions of its id that one hides.
  var place: String {
    hides.isEmpty ? origin : "\(origin) (hides \(hides.joined(separator: ", ")))"
  }

  init(id: String, origin: String) {
    self.id = id
    self.origin = origin
  }

  /// All languages of a catalog, each with its toolchain on this host.
  static func all(in catalog: Catalog) async throws -> [LanguageRow] {
    let locator = ToolchainLocator()
    var rows: [LanguageRow] = []
    for item in try catalog.languages().items {
      var row = LanguageRow(id: item.id, origin: item.origin.description)
      switch item.result {
      case .failure(let error): row.problem = error.description
      case .success(let entry):
        row.hides = entry.shadowed.map(\.description)
        row.name = entry.value.name
        row.extensions = entry.value.extensions
        do throws(ToolchainError) {
          let toolchain = try await locator.locate(entry.value.toolchain)
          row.executable = toolchain.executable
          row.version = await toolchain.version()
        } catch {
          row.problem = error.description
        }
      }
      rows.append(row)
    }
    return rows
  }
}
