import OCISandbox
import Testing

@Suite("The built-in manifests")
struct BuiltInManifestTests {
  private func toolchain(_ id: String) throws -> ToolchainDefinition {
    let embedded = Catalog.standard().embeddedLanguages
    return try #require(embedded.first { $0.value.id == id }).value.toolchain
  }

  private func groups(_ name: String, of question: ToolchainQuestion?, in text: String) throws
    -> [String]
  {
    let question = try #require(question)
    return try text.matches(of: Regex(question.pattern)).compactMap {
      $0.output[name]?.substring.map(String.init)
    }
  }

  @Test(
    "read the version out of what toolchains answer",
    arguments: [
      ("python", "Python 3.11.7\n", "3.11.7"),
      ("python", "Python 3.14.0rc1\n", "3.14.0"),
      ("javascript", "v20.20.2\n", "20.20.2"),
      ("c", "gcc (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright (C) 2022", "12.2.0"),
      ("c", "Debian clang version 14.0.6\nTarget: x86_64-pc-linux-gnu", "14.0.6"),
      ("c", "clang version 21.0.0 (https://example.org/llvm.git 11673e6)\n", "21.0.0"),
      ("swift", "Swift version 6.3.1 (swift-6.3.1-RELEASE)\nTarget: x86_64", "6.3.1"),
      ("swift", "swift-driver version: 1.90 Swift version 6.0 (swift-6.0-RELEASE)", "6.0"),
    ])
  func version(id: String, answer: String, expected: String) throws {
    let version = try toolchain(id).version
    #expect(try groups("version", of: version, in: answer).first == expected)
  }

  @Test(
    "read the real place out of what toolchains answer",
    arguments: [
      (
        "python",
        """
        executable=/home/a/project/.venv/bin/python
        prefix=/home/a/project/.venv
        prefix=/home/a/.pyenv/versions/3.11.7

        """,
        ["/home/a/project/.venv/bin/python"],
        ["/home/a/project/.venv", "/home/a/.pyenv/versions/3.11.7"]
      ),
      (
        "javascript",
        "executable=/home/a/.nvm/versions/node/v20.1.0/bin/node\n"
          + "prefix=/home/a/.nvm/versions/node/v20.1.0\n",
        ["/home/a/.nvm/versions/node/v20.1.0/bin/node"], ["/home/a/.nvm/versions/node/v20.1.0"]
      ),
      (
        "c",
        """
        install: /opt/gcc-14/lib/gcc/x86_64-linux-gnu/14/
        programs: =/opt/gcc-14/libexec/gcc/x86_64-linux-gnu/14/:/opt/gcc-14/lib/gcc/
        libraries: =/opt/gcc-14/lib/gcc/x86_64-linux-gnu/14/:/lib/

        """,
        [], ["/opt/gcc-14", "/opt/gcc-14"]
      ),
      (
        "c",
        """
        programs: =/opt/llvm/bin:/usr/lib/gcc/x86_64-linux-gnu/12/bin
        libraries: =/opt/llvm/lib/clang/21:/usr/lib

        """,
        [], ["/opt/llvm"]
      ),
      (
        "swift",
        """
        { "paths": { "runtimeResourcePath": "/opt/swift/usr/lib/swift" } }
        """,
        [], ["/opt/swift/usr"]
      ),
    ] as [(String, String, [String], [String])])
  func place(id: String, answer: String, executables: [String], prefixes: [String]) throws {
    let locate = try toolchain(id).locate
    #expect(try groups("executable", of: locate, in: answer) == executables)
    #expect(try groups("prefix", of: locate, in: answer) == prefixes)
  }
}
