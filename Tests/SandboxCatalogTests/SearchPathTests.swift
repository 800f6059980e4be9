import SandboxCatalog
import Testing

@Suite("The search path")
struct SearchPathTests {
  @Test("the folders come in the documented order")
  func order() {
    let path = SearchPath(
      standard: .languages, given: ["given"],
      environment: [
        "OCISANDBOX_LANGUAGES": "/one:/two", "HOME": "/home/a", "XDG_CONFIG_HOME": "/config",
        "XDG_DATA_HOME": "/data", "XDG_DATA_DIRS": "/share:/more",
      ], executable: "/opt/bin/ocisandbox")
    #expect(
      path.folders.map(\.path) == [
        "given", "/one", "/two", "/config/ocisandbox/Languages",
        "/opt/bin/../share/ocisandbox/Languages", "/data/ocisandbox/Languages",
        "/share/ocisandbox/Languages", "/more/ocisandbox/Languages",
      ])
    #expect(path.folders.filter(\.isRequired).map(\.path) == ["given", "/one", "/two"])
  }

  @Test("without variables the defaults of the XDG specification hold")
  func defaults() {
    let path = SearchPath(standard: .policies, environment: ["HOME": "/home/a"])
    #expect(
      path.folders.map(\.path) == [
        "/home/a/.config/ocisandbox/Policies", "/home/a/.local/share/ocisandbox/Policies",
        "/usr/local/share/ocisandbox/Policies", "/usr/share/ocisandbox/Policies",
      ])
  }

  @Test("no variable leads into the current folder")
  func currentFolder() throws {
    let path = SearchPath(
      standard: .languages,
      environment: [
        "OCISANDBOX_LANGUAGES": ":.:", "HOME": "", "XDG_CONFIG_HOME": ".", "XDG_DATA_HOME": "a",
        "XDG_DATA_DIRS": ".::b",
      ])
    #expect(path.folders.map(\.path) == ["."])
    let error = try #require(throws: CatalogError.self) {
      try Catalog(languagePath: path).languages()
    }
    #expect(error.description == ".: error: OCISANDBOX_LANGUAGES must name absolute paths")
  }
}
