import Testing

@testable import SandboxExecution

@Suite("How runs of one file are asked for")
struct FirstRunTemplateTests {
  private let content = Array("what the file holds".utf8)

  private func template(_ change: (inout Policy) -> Void = { _ in }) throws -> FirstRunTemplate? {
    var policy = Policy()
    change(&policy)
    let command = Command(
      executable: "/bin/cat", arguments: ["a-name.txt"], files: ["a-name.txt": .bytes(content)])
    return try FirstRunTemplate(command, under: policy, name: "a-name.txt", content: content)
  }

  @Test("is kept without the file's name and content")
  func gaps() throws {
    let bytes = try #require(try template()).bytes
    #expect(bytes.firstRange(of: Array("/bin/cat".utf8)) != nil)
    #expect(bytes.firstRange(of: Array("a-name".utf8)) == nil)
    #expect(bytes.firstRange(of: content) == nil)
  }

  @Test("is not kept of what could be told, or needs what the host may not have")
  func notKept() throws {
    #expect(try template { $0.network = .loopback } == nil)
    #expect(try template { $0.network = .host } == nil)
    #expect(try template { $0.enforcement[.landlock] = .required } == nil)
    #expect(try template { $0.enforcement[.cgroup] = .required } == nil)
    #expect(try template { $0.enforcement[.namespaces] = .bestEffort } == nil)
  }
}
