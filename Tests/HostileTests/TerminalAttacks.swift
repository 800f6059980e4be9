import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// What a program sends to the terminal of who runs it, in its output or in what is said about it.
@Suite(
  "Attacks on the terminal", .serialized, .timeLimit(.minutes(15)),
  .enabled(if: BuiltCommand.path != nil, "needs the built command"))
struct TerminalAttacks {
  /// As a Python literal holds them.
  static let sequences: [String: String] = [
    "clear the screen": "\\x1b[2J\\x1b[H",
    "set the title": "\\x1b]0;title\\x07",
    "have the title sent back as input": "\\x1b[21t",
    "write the clipboard": "\\x1b]52;c;cm0gLXJmIH4K\\x07",
    "ask for the cursor's place": "\\x1b[6n",
    "ask what terminal it is": "\\x1b[c",
    "ask for a setting": "\\x1bP$q\\\"p\\x1b\\\\\\\\",
    "a link to elsewhere": "\\x1b]8;;http://example.com\\x1b\\\\\\\\here\\x1b]8;;\\x1b\\\\\\\\",
    "the other screen": "\\x1b[?1049h",
    "a file for the terminal": "\\x1b]1337;File=name=eA==:eA==\\x07",
    "define a key": "\\x1bP1;1|17/726d\\x1b\\\\\\\\",
    "C1 clear": "\\x9b2J",
    "C1 clipboard": "\\x9d52;c;cm0K\\x9c",
    "the answerback": "\\x05",
    "a bell": "\\x07",
    "over what was said": "\\x08\\x08\\x08\\x08ok",
    "another character set": "\\x0e\\x1b(0",
    "delete": "\\x7f",
  ]

  /// Runs commands with a terminal for all their streams, and prints the numbers of the control
  /// characters that came there, but for tab and line ends.
  private func controls(of commands: [[String]]) async throws -> String {
    let script = """
      import json, os, pty, select, subprocess, sys, tty
      for command in \(commands):
        leader, follower = pty.openpty(); tty.setraw(follower)
        process = subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
                                   env={'PATH': '/usr/bin:/bin', 'NO_COLOR': '1', 'HOME': '/nonexistent'})
        os.close(follower)
        seen = b''
        while True:
          try: part = os.read(leader, 65536)
          except OSError: break
          if not part: break
          seen += part
        process.wait(); os.close(leader)
        text = seen.decode('utf-8', 'replace')
        found = sorted({ord(c) for c in text if ord(c) < 32 and c not in '\\t\\r\\n' or 127 <= ord(c) < 160})
        print(len(seen) > 5, found)
      """
    return try #require(
      await askHost("/usr/bin/python3", ["-I", "-S", "-c", script], within: .seconds(600)))
  }

  @Test("no control sequence of a program reaches it", arguments: sequences.keys.sorted())
  func sequence(name: String) async throws {
    let text = try #require(Self.sequences[name])
    let folder = try TemporaryFolder()
    // On both streams, as the argument of a refused call, and as name and message of what nobody caught.
    let file = try folder.write(
      "main.py",
      Array(
        """
        import ctypes, sys
        text = "\(text)"
        print(text, flush=True); print(text, file=sys.stderr, flush=True)
        ctypes.CDLL(None).mount(text.encode(), b"/" + text.encode().replace(b"\\0", b""), None, 0, None)
        raise type("E" + text, (Exception,), {})(text)

        """.utf8))
    let command = try #require(BuiltCommand.path)
    let printed = try await controls(
      of: ["text", "json", "feedback", "markdown", "sarif"].map {
        [command, "run", file, "--format", $0]
      } + [["/usr/bin/python3", "-I", "-S", "-B", file]])
    let lines = printed.split(separator: "\n")
    try #require(lines.count == 6, "\(printed)")
    for line in lines.dropLast() { #expect(line == "True []", "\(printed)") }
    // Without the sandbox it does.
    #expect(lines.last?.hasPrefix("True [") == true && lines.last != "True []", "\(printed)")
  }
}

/// The built command beside this executable.
enum BuiltCommand {
  static let path: String? = {
    guard let own = try? HostWithoutNamespaces.ownPath(), let slash = own.lastIndex(of: "/")
    else { return nil }
    let command = String(own[..<slash]) + "/ocisandbox"
    return access(command, X_OK) == 0 ? command : nil
  }()
}
