import Foundation
import Testing

@Suite("Colours of a report", .timeLimit(.minutes(10)))
struct ColorTests {
  private static let plain = "a.py:1:1: error: the program ended itself with status 3"
  private static let colored =
    "\u{1B}[1ma.py:1:1:\u{1B}[0m \u{1B}[1;31merror:\u{1B}[0m "
    + "\u{1B}[1mthe program ended itself with status 3"

  /// What a terminal is sent when a program exits with 3.
  private func report(
    _ options: [String], _ environment: [String: String?]
  ) async throws -> String {
    let folder = try ScratchFolder()
    try folder.write("raise SystemExit(3)\n", to: "a.py")
    var (leader, follower): (Int32, Int32) = (-1, -1)
    try #require(openpty(&leader, &follower, nil, nil, nil) == 0)
    defer { close(leader) }
    var command = folder.command
    command.errors = .descriptor(follower)
    command.environment = environment
    let words = ["run", "a.py"] + options
    let ending = try await command.run(words.map { Array($0.utf8) })
    #expect(ending.status == 3)
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(leader, &buffer, buffer.count)
    close(follower)
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }

  @Test("are there on a terminal, unless NO_COLOR, TERM=dumb or --color never is")
  func onTerminal() async throws {
    #expect(try await report([], [:]).hasPrefix(Self.colored))
    #expect(try await report([], ["NO_COLOR": ""]).hasPrefix(Self.colored))
    #expect(try await report([], ["NO_COLOR": "1"]).hasPrefix(Self.plain))
    #expect(try await report([], ["TERM": "dumb"]).hasPrefix(Self.plain))
    #expect(try await report(["--color", "never"], [:]).hasPrefix(Self.plain))
    #expect(try await report(["--color", "always"], ["NO_COLOR": "1"]).hasPrefix(Self.colored))
  }

  @Test("are not there elsewhere, unless --color always is")
  func elsewhere() async throws {
    let folder = try ScratchFolder()
    try folder.write("raise SystemExit(3)\n", to: "a.py")
    let plain = try await folder.command.run("run", "a.py")
    #expect(
      plain.errors == Self.plain + "\n    1 | raise SystemExit(3)\n      | ^~~~~~~~~~~~~~~~~~~\n")
    let colored = try await folder.command.run("run", "a.py", "--color", "always")
    #expect(colored.errors.hasPrefix(Self.colored))
  }

  @Test(
    "No profile lets a program's control characters reach a terminal",
    arguments: ["compiler", "oci", "raw"])
  func profiles(profile: String) async throws {
    let folder = try ScratchFolder()
    try folder.write("raise ValueError('\\x1b[2J')\n", to: "a.py")
    let options = ["run", "a.py", "--format", "feedback", "--profile", profile]
    var (leader, follower): (Int32, Int32) = (-1, -1)
    try #require(openpty(&leader, &follower, nil, nil, nil) == 0)
    defer { close(leader) }
    var command = folder.command
    command.output = .descriptor(follower)
    _ = try await command.run(options.map { Array($0.utf8) })
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(leader, &buffer, buffer.count)
    close(follower)
    let shown = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    #expect(shown.contains("[2J") && !shown.contains("\u{1B}"))
    // Elsewhere the forms that quote it as it is do so.
    let piped = try await folder.command.run(options.map { Array($0.utf8) }).output
    #expect(piped.contains("\u{1B}[2J") == (profile != "compiler"))
  }
}
