import SandboxCatalog
import SandboxDiagnostics
import SandboxLanguages
import Testing

@Suite("Reading language manifests")
struct ManifestDecodingTests {
  @Test("every key of a manifest is read")
  func values() throws {
    let text = """
      schema: 1
      id: objective-c++
      name: Objective-C++
      aliases: [objcpp]
      extensions: [mm, M]
      source: src/main.mm
      artifact: out/program
      toolchain:
        executables: [g++, /opt/bin/g++]
        version: { arguments: [--version], pattern: '(?<version>\\d+)' }
        locate: { arguments: [], pattern: 'at (?<prefix>.+)' }
      compile:
        policy: compile
        command: ["{toolchain}", "-o{artifact}", "{sources}", "-DX={}", ""]
        environment: { A: b }
        diagnostics:
          - { regexp: '^(.+):(\\d+): (.+)$', file: 1, line: 2, message: 3, default-severity: error }
          - { regexp: '(?<line>\\d+) (?<message>.+)' }
      run: { command: ["{artifact}", "{arguments}"], diagnostics: { parser: native-crash } }
      check: { command: ["{toolchain}", "{sources}"] }
      self-test: { source: "x", stdout: "OK\\n" }
      """
    let matcher = ProblemMatcher(
      regexp: #"^(.+):(\d+): (.+)$"#, file: 1, line: 2, message: 3, defaultSeverity: "error")
    let expected = LanguageManifest(
      id: "objective-c++", name: "Objective-C++", aliases: ["objcpp"], extensions: ["mm", "M"],
      source: "src/main.mm", artifact: "out/program",
      toolchain: ToolchainDefinition(
        executables: ["g++", "/opt/bin/g++"],
        version: ToolchainQuestion(arguments: ["--version"], pattern: #"(?<version>\d+)"#),
        locate: ToolchainQuestion(arguments: [], pattern: "at (?<prefix>.+)")),
      compile: StageDefinition(
        policy: "compile",
        command: ["{toolchain}", "-o{artifact}", "{sources}", "-DX={}", ""],
        environment: ["A": "b"],
        diagnostics: .matchers([
          matcher, ProblemMatcher(regexp: #"(?<line>\d+) (?<message>.+)"#),
        ])),
      run: StageDefinition(
        command: ["{artifact}", "{arguments}"], diagnostics: .parser("native-crash")),
      check: StageDefinition(command: ["{toolchain}", "{sources}"]),
      selfTest: SelfTest(source: "x", stdout: "OK\n"))
    #expect(try LanguageManifest(yaml: text, file: "x.yaml") == expected)
  }

  @Test(
    "a mistake is told with its place, what is wrong, and what is right",
    arguments: [
      ("alias: [x]", "lua.yaml:9:1: error: unknown key 'alias'; did you mean 'aliases'?"),
      ("artifact: ../x", artifactMessage("../x")),
      ("artifact: /x", artifactMessage("/x")),
      ("artifact: -x", artifactMessage("-x")),
      ("artifact: a//b", artifactMessage("a//b")),
      (
        "check: { command: [] }",
        "lua.yaml:9:19: error: 'command' must not be empty"
      ),
      (
        "check: { command: lua main.lua }",
        "lua.yaml:9:19: error: 'command' must be a list, not text"
      ),
      (
        "check: { command: [[lua]] }",
        "lua.yaml:9:20: error: an item of 'command' must be text, not a list"
      ),
      (
        "check: { command: [lua, ~] }",
        """
        lua.yaml:9:25: error: an item of 'command' has no value
        hint: quote the text if that is what it is: '~'
        """
      ),
      (
        "check: { command: [lua, \"{sorces}\"] }",
        "lua.yaml:9:25: error: unknown placeholder '{sorces}'; did you mean '{sources}'?"
      ),
      (
        "check: { command: [lua, \"{workspace}/x\"] }",
        """
        lua.yaml:9:25: error: unknown placeholder '{workspace}'
        hint: the placeholders are {toolchain}, {prepared}, {source}, {artifact}, {drivers}, {sources}, {arguments}
        """
      ),
      (
        "check: { command: [lua, \"-f{sources}\"] }",
        """
        lua.yaml:9:25: error: '{sources}' becomes several arguments and must stand alone: \
        '-f{sources}'
        """
      ),
      (
        "check: { command: [lua, \"x{arguments}\"] }",
        """
        lua.yaml:9:25: error: '{arguments}' becomes several arguments and must stand alone: \
        'x{arguments}'
        """
      ),
      (
        "compile: { command: [lua, \"{artifact}\"] }",
        "lua.yaml:9:27: error: '{artifact}' needs the key 'artifact'"
      ),
      (
        "check: { command: [lua], policy: Compile }",
        """
        lua.yaml:9:34: error: 'policy' must be made of lowercase letters, digits, '-' and '+', \
        and start with a letter or digit, not 'Compile'
        """
      ),
      (
        "check: { command: [lua], starts-ahead: true }",
        "lua.yaml:9:40: error: 'starts-ahead' must be a mapping, not text"
      ),
      (
        "check: { command: [lua], starts-ahead: {} }",
        "lua.yaml:9:40: error: 'starts-ahead' needs 'drivers', one of which waits for the program"
      ),
      (
        "check: { command: [lua], starts-ahead: {}, parent: { command: [lua] } }",
        """
        lua.yaml:9:40: error: 'starts-ahead' needs 'drivers', one of which waits for the program
        lua.yaml:9:40: error: a stage has a 'parent' or 'starts-ahead', not both
        """
      ),
      (
        "check: { command: [lua], diagnostics: gcc-json }",
        """
        lua.yaml:9:39: error: 'diagnostics' must be '{ parser: NAME }' or a list of problem matchers
        """
      ),
      (
        "check: { command: [lua], diagnostics: { parser: gcc_json } }",
        """
        lua.yaml:9:49: error: unknown parser 'gcc_json'; did you mean 'gcc-json'?
        hint: the parsers are c-compiler, gcc-json, llvm-style, native-crash, node-error, python-traceback, \
        sanitizer, sarif, swift-trap
        """
      ),
      (
        "check: { command: [lua], diagnostics: [{ regexp: 'a(b' }] }",
        """
        lua.yaml:9:50: error: 'regexp' is not a regular expression: expected ')'
        """
      ),
      (
        "check: { command: [lua], diagnostics: [{ regexp: '(a)(b)', message: 3 }] }",
        "lua.yaml:9:69: error: 'message' must be a whole number from 1 to 2, not '3'"
      ),
      (
        "check: { command: [lua], diagnostics: [{ regexp: 'ab' }] }",
        """
        lua.yaml:9:50: error: a problem matcher needs the message
        hint: name a group (?<message>...), or write 'message: 1' for the first group
        """
      ),
      (
        "self-test: { source: x }",
        "lua.yaml:9:12: error: missing key 'stdout'"
      ),
    ])
  func mistake(rest: String, message: String) throws {
    let error = try #require(throws: CatalogError.self) {
      try LanguageManifest(yaml: manifest(rest: rest), file: "lua.yaml")
    }
    #expect(error.description == message)
  }

  private static func artifactMessage(_ path: String) -> String {
    """
    lua.yaml:9:11: error: 'artifact' must be a path in the workspace, such as main.c, not '\(path)'
    """
  }

  @Test(
    "a mistake in the head is told in the same way",
    arguments: [
      (
        manifest(id: "Lua"),
        """
        lua.yaml:2:5: error: 'id' must be made of lowercase letters, digits, '-' and '+', and \
        start with a letter or digit, not 'Lua'
        """
      ),
      (
        manifest(id: "moon"),
        """
        lua.yaml:2:5: error: the id 'moon' is not the name of the file
        hint: name the file 'moon.yaml', or write 'id: lua'
        """
      ),
      (
        manifest(aliases: "[l u]"),
        """
        lua.yaml:4:11: error: an item of 'aliases' must be made of lowercase letters, digits, '-' \
        and '+', and start with a letter or digit, not 'l u'
        """
      ),
      (
        manifest(extensions: "[.lua]"),
        "lua.yaml:5:14: error: an extension is written without its dot: 'lua', not '.lua'"
      ),
      (
        manifest(extensions: "[tar.gz]"),
        """
        lua.yaml:5:14: error: an extension is made of letters, digits, '+', '-' and '_', not \
        'tar.gz'
        """
      ),
      (manifest(extensions: "[]"), "lua.yaml:5:13: error: 'extensions' must not be empty"),
      ("schema: 1", missingKeys),
      (
        manifest().replacing("[lua] }\nrun", with: "[./lua] }\nrun"),
        """
        lua.yaml:7:28: error: an executable is a name to find on PATH or an absolute path, not \
        './lua'
        """
      ),
      (
        manifest().replacing("[lua] }\nrun", with: "[lua], version: { arguments: [-v] } }\nrun"),
        "lua.yaml:7:43: error: missing key 'pattern'"
      ),
      (
        manifest().replacing(
          "[lua] }\nrun", with: "[lua], version: { arguments: [-v], pattern: 'Lua' } }\nrun"),
        "lua.yaml:7:71: error: 'pattern' has no group (?<version>...)"
      ),
    ])
  func mistakeInHead(text: String, message: String) throws {
    let error = try #require(throws: CatalogError.self) {
      try LanguageManifest(yaml: text, file: "lua.yaml", expectedID: "lua")
    }
    #expect(error.description == message)
  }

  private static let missingKeys = ["id", "name", "extensions", "source", "toolchain", "run"]
    .map { "lua.yaml:1:1: error: missing key '\($0)'" }.joined(separator: "\n")
}
