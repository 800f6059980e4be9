import Foundation
import Testing

@Suite("SECURITY.md")
struct SecurityClaimsTests {
  @Test("names only tests that there are, and for each claim one at least")
  func names() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: "SECURITY.md"), encoding: .utf8)
    var sources = ""
    let tests = FileManager.default.enumerator(
      at: root.appending(path: "Tests"), includingPropertiesForKeys: nil)
    while let file = tests?.nextObject() as? URL {
      guard file.pathExtension == "swift" else { continue }
      sources += try String(contentsOf: file, encoding: .utf8)
    }
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst()
    #expect(rows.count > 20)
    for row in rows {
      let cell = row.split(separator: "|").last ?? ""
      let names = cell.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
        .filter { $0.offset % 2 == 1 }.map { String($0.element) }
      #expect(!names.isEmpty, "\(row)")
      for name in names { #expect(sources.contains("\"\(name)\""), "there is no test \(name)") }
    }
  }
}
