import Foundation
import OCISandbox
import Testing

@Suite("The README", .timeLimit(.minutes(10)))
struct ReadmeTests {
  @Test("shows an example that compiles, and prints what it says")
  func example() async throws {
    // example
    let sandbox = Sandbox()
    let result = try await sandbox.run("print(6 * 7)", language: "python")
    print(result.verdict, result.run?.standardOutput.text ?? "")  // ok 42

    let broken = try await sandbox.run("int main(void) { return x; }", language: "c")
    print(broken.verdict)  // compileError
    print(broken.feedback)  // main.c:1:25: error: 'x' undeclared ...
    // end
    #expect("\(result.verdict) \(result.run?.standardOutput.text ?? "")" == "ok 42\n")
    #expect("\(broken.verdict)" == "compileError")
    #expect(broken.feedback.hasPrefix("main.c:1:25: error: "))
    let shown = try Self.lines(between: "```swift", and: "```", in: "README.md")
    let tested = try Self.lines(
      between: "    // example", and: "    // end", in: "Tests/OCISandboxTests/ReadmeTests.swift")
    #expect(
      shown == ["import OCISandbox", ""] + tested.map { String($0.dropFirst(4)) })
  }

  @Test("names every exit status that the command has of its own")
  func statuses() throws {
    let table = try Self.lines(
      between: "| exit status of `run` | |", and: "", in: "README.md"
    ).joined()
    for status in [64, 65, 66, 73, 124, 125, 126, 130, 137, 143, 153, 159] {
      #expect(table.contains("\(status)"), "\(status)")
    }
  }

  /// The lines between the first one that is `start` and the next that is `end`.
  private static func lines(
    between start: String, and end: String, in file: String
  ) throws -> [String] {
    let root = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: file), encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let first = try #require(lines.firstIndex(of: start)) + 1
    let last = try #require(lines[first...].firstIndex(of: end))
    return Array(lines[first..<last])
  }
}
