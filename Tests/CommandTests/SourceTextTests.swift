import Testing

@Suite("Sources of every kind", .timeLimit(.minutes(15)))
struct SourceTextTests {
  @Test("A source may be empty, begin with a byte order mark, or end its lines with CR LF")
  func unusualButSound() async throws {
    let folder = try ScratchFolder()
    try folder.write("", to: "empty.py")
    try folder.write("\u{FEFF}print('mark')\n", to: "mark.py")
    try folder.write("print('one')\r\nprint('two')\r\n", to: "lines.py")
    for (file, output) in [("empty.py", ""), ("mark.py", "mark\n"), ("lines.py", "one\ntwo\n")] {
      let ending = try await folder.command.run("run", file)
      #expect(ending.output == output)
      #expect(ending.errors == "")
      #expect(ending.status == 0)
    }
  }

  @Test("An empty C program does not link")
  func emptyC() async throws {
    let folder = try ScratchFolder()
    try folder.write("", to: "empty.c")
    let ending = try await folder.command.run("run", "empty.c", "--json")
    #expect(ending.status == 65)
    #expect(try ending.document()["verdict"] as? String == "compile_error")
  }

  @Test(
    "NUL bytes and invalid UTF-8 are the program's failure",
    arguments: [
      // Not in Python: before 3.11.4 it reads no further than a NUL, without a word.
      ("bad.py", Array("print('".utf8) + [0xFF, 0xFE] + Array("')\n".utf8), Int32(1)),
      ("nul.js", Array("print(1)\0\n".utf8), 1),
      ("bad.swift", Array("print(\"".utf8) + [0xFF] + Array("\")\n".utf8), 65),
    ])
  func brokenText(_ file: String, _ bytes: [UInt8], _ status: Int32) async throws {
    let folder = try ScratchFolder()
    try folder.write(bytes, to: file)
    let ending = try await folder.command.run("run", file, "--json")
    #expect(ending.status == status)
    let verdict = try ending.document()["verdict"] as? String
    #expect(verdict == (status == 65 ? "compile_error" : "runtime_error"))
  }

  @Test("A source of 50 MB runs", arguments: ["#", "//"])
  func large(_ comment: String) async throws {
    let folder = try ScratchFolder()
    let filler = [UInt8](repeating: UInt8(ascii: "x"), count: 50_000_000)
    let file = comment == "#" ? "big.py" : "big.js"
    let last = comment == "#" ? "\nprint('end')\n" : "\nconsole.log('end')\n"
    try folder.write(Array(comment.utf8) + filler + Array(last.utf8), to: file)
    let ending = try await folder.command.run("run", file)
    #expect(ending.output == "end\n", "\(ending.errors.prefix(500))")
    #expect(ending.status == 0)
  }

  @Test(
    "A file may have any name",
    arguments: ["-x", "a b", "q'u\"o", "new\nline", "--json", "é", "a:b", "$(id)", "*", "-"],
    ["py", "c", "js", "swift"])
  func names(_ name: String, _ fileExtension: String) async throws {
    let sources = [
      "py": "print('named')", "js": "console.log('named')", "swift": "print(\"named\")",
      "c": "#include <stdio.h>\nint main(void) { puts(\"named\"); }",
    ]
    let folder = try ScratchFolder()
    let file = name + "." + fileExtension
    try folder.write(try #require(sources[fileExtension]), to: file)
    let ending = try await folder.command.run("run", "./" + file)
    #expect(ending.output == "named\n")
    #expect(ending.errors == "")
    #expect(ending.status == 0)
  }

  @Test("A file without the language's extension is compiled as that language all the same")
  func foreignExtension() async throws {
    let folder = try ScratchFolder()
    try folder.write("int main(void) { return 3; }", to: "program")
    let ending = try await folder.command.run("run", "program", "--language", "c")
    #expect(ending.status == 3, "\(ending.errors)")
  }
}
