import Foundation
import Testing

@Suite("ocisandbox languages, policy and doctor", .timeLimit(.minutes(10)))
struct DefinitionTests {
  /// A language that is not built in, as a user would write it down.
  static let perl = """
    schema: 1
    id: perl
    name: Perl
    aliases: [pl5]
    extensions: [pl]
    source: main.pl
    toolchain:
      executables: [perl]
      version: { arguments: [--version], pattern: '\\(v(?<version>\\d+\\.\\d+\\.\\d+)\\)' }
    run:
      command: ["{toolchain}", "{source}", "{arguments}"]
      diagnostics:
        - { regexp: '^(?<message>.*) at (?<file>\\S+) line (?<line>\\d+)\\.$' }
    self-test: { source: 'print "OK\\n";', stdout: "OK\\n" }

    """
  static let hasPerl = FileManager.default.isExecutableFile(atPath: "/usr/bin/perl")

  @Test(
    "One manifest file adds a language, without recompiling", .enabled(if: hasPerl, "needs perl"))
  func fifthLanguage() async throws {
    let folder = try ScratchFolder()
    try folder.write(Self.perl, to: "Languages/perl.yaml")
    try folder.write("print \"sum \", $ARGV[0] + 2, \"\\n\";", to: "a.pl")
    try folder.write("my $x = 1;\ndie \"no luck\";\n", to: "b.pl")
    let without = try await folder.command.run("run", "a.pl")
    #expect(without.status == 64)
    #expect(without.errors.contains("unknown file name extension 'pl'"))

    let sum = try await folder.command.run("run", "a.pl", "--languages", "Languages", "--", "40")
    #expect(sum.output == "sum 42\n", "\(sum.errors)")
    #expect(sum.status == 0)

    let failed = try await folder.command.run("run", "b.pl", "--languages", "Languages", "--json")
    let document = try failed.document()
    #expect(document["language"] as? String == "perl")
    let diagnostic = (document["diagnostics"] as? [[String: Any]])?.first
    #expect(diagnostic?["file"] as? String == "b.pl")
    #expect(diagnostic?["line"] as? Int == 2)
    #expect(diagnostic?["message"] as? String == "no luck")
    #expect(failed.status == 255)

    for name in ["perl", "Languages/perl.yaml"] {
      let check = try await folder.command.run(
        "languages", "check", name, "--languages", "Languages")
      #expect(check.output.contains("self-test  ok         printed \"OK\\n\"\n"), "\(check.errors)")
      #expect(check.status == 0)
    }
  }

  @Test("languages check fails where the self-test prints something else", .enabled(if: hasPerl))
  func failingSelfTest() async throws {
    let folder = try ScratchFolder()
    let wrong = Self.perl.replacingOccurrences(of: "stdout: \"OK\\n\"", with: "stdout: \"NO\\n\"")
    try #require(wrong != Self.perl)
    try folder.write(wrong, to: "Languages/perl.yaml")
    let ending = try await folder.command.run("languages", "check", "./Languages/perl.yaml")
    #expect(ending.output.contains("self-test  failed"))
    #expect(ending.errors == "printed \"OK\\n\" instead of \"NO\\n\"\n")
    #expect(ending.status == 1)
  }

  @Test("languages list says which definition won, and which it hides")
  func languageList() async throws {
    let folder = try ScratchFolder()
    let shown = try await folder.command.run("languages", "show", "python")
    #expect(shown.errors == "# built in\n")
    try folder.write(shown.outputBytes, to: "Languages/python.yaml")
    let ending = try await folder.command.run(
      "languages", "list", "--languages", "Languages", "--json")
    let rows = try #require(try ending.document()["languages"] as? [[String: Any]])
    #expect(rows.compactMap { $0["id"] as? String } == ["c", "javascript", "python", "swift"])
    let python = try #require(rows.first { $0["id"] as? String == "python" })
    #expect(python["origin"] as? String == "Languages/python.yaml")
    #expect(python["hides"] as? [String] == ["built in"])
    #expect(python["extensions"] as? [String] == ["py"])
    #expect((python["executable"] as? String)?.hasPrefix("/") == true)
    #expect((python["version"] as? String)?.hasPrefix("3.") == true)
    let text = try await folder.command.run("languages", "--languages", "Languages")
    #expect(text.output.hasPrefix("LANGUAGE "))
    #expect(text.output.contains("Languages/python.yaml (hides built in)\n"))
  }

  @Test("A language whose toolchain is missing is listed as such")
  func missingToolchain() async throws {
    let folder = try ScratchFolder()
    var command = folder.command
    command.environment = ["PATH": folder.path]
    let ending = try await command.run("languages", "--json")
    let rows = try #require(try ending.document()["languages"] as? [[String: Any]])
    #expect(rows.count == 4)
    for row in rows {
      #expect(row["executable"] == nil)
      #expect((row["problem"] as? String)?.contains("on PATH; hint: ") == true)
    }
    #expect(ending.status == 0)
    let check = try await command.run("languages", "check", "python")
    #expect(check.status == 126)
  }

  @Test("policy show prints what policy check and --policy take again")
  func policyRoundTrip() async throws {
    let folder = try ScratchFolder()
    let shown = try await folder.command.run("policy", "show", "strict")
    try folder.write(shown.outputBytes, to: "strict.yaml")
    let check = try await folder.command.run("policy", "check", "strict.yaml", "default")
    #expect(check.output == "strict.yaml: ok (strict)\ndefault: ok (default)\n")
    try folder.write("print(1)", to: "a.py")
    let run = try await folder.command.run("run", "a.py", "--policy", "./strict.yaml", "--json")
    #expect(try run.document()["policy"] as? String == "strict")
    #expect(run.status == 0)
  }

  @Test("policy list names all policies, and where each is defined")
  func policyList() async throws {
    let folder = try ScratchFolder()
    try folder.write(
      "schema: 1\nid: broken\ndescription: Has a typo.\nlimts: {}\n", to: "Policies/broken.yaml")
    let ending = try await folder.command.run("policy", "list", "--policies", "Policies", "--json")
    let rows = try #require(try ending.document()["policies"] as? [[String: Any]])
    #expect(
      rows.compactMap { $0["id"] as? String } == [
        "broken", "compile", "default", "loopback", "notebook", "strict",
      ])
    let problem = try #require(rows[0]["problem"] as? String)
    #expect(problem.hasPrefix("Policies/broken.yaml:4:1: error: unknown key 'limts'"))
    #expect(rows[2]["origin"] as? String == "built in")
    let text = try await folder.command.run("policy", "--policies", "Policies")
    #expect(text.output.hasPrefix("POLICY "))
    #expect(text.errors.hasPrefix("Policies/broken.yaml:4:1: error: unknown key 'limts'"))
  }

  @Test("doctor tells each layer and toolchain, and exits as a default run would")
  func doctor() async throws {
    let folder = try ScratchFolder()
    try folder.write("print(1)", to: "a.py")
    let ending = try await folder.command.run("doctor", "--json")
    let document = try ending.document()
    let layers = try #require(document["layers"] as? [[String: Any]])
    #expect(
      layers.compactMap { $0["layer"] as? String }.sorted() == [
        "capabilities", "cgroup", "landlock", "namespaces", "no-new-privileges", "rlimits",
        "seccomp",
      ])
    for layer in layers {
      // What is missing says why.
      #expect(layer["enforced"] as? Bool == true || (layer["detail"] as? String)?.isEmpty == false)
    }
    #expect((document["toolchains"] as? [[String: Any]])?.count == 4)
    #expect((document["kernel"] as? String)?.isEmpty == false)
    let run = try await folder.command.run("run", "a.py", "--json")
    let isReady = run.status == 0
    #expect(document["ready"] as? Bool == isReady)
    #expect(ending.status == (isReady ? 0 : 125))
    let text = try await folder.command.run("doctor")
    #expect(text.output.hasPrefix("Linux "))
    #expect(text.output.contains("\nLAYER "))
    #expect(text.output.contains("\nLANGUAGE "))
  }

  @Test("Help teaches the exit statuses, and the version is told")
  func help() async throws {
    let folder = try ScratchFolder()
    let help = try await folder.command.run("run", "--help")
    for status in ["64", "65", "66", "124", "125", "126", "137", "153", "159", "128+N"] {
      #expect(help.output.contains("\n  \(status) "), "\(status)")
    }
    #expect(help.output.contains("ocisandbox run main.c --stdin data.txt"))
    #expect(help.status == 0)
    let version = try await folder.command.run("--version")
    #expect(version.output == "0.1.0\n")
  }

  @Test("Completions are made for each shell", arguments: ["bash", "zsh", "fish"])
  func completions(_ shell: String) async throws {
    let folder = try ScratchFolder()
    let ending = try await folder.command.run("--generate-completion-script", shell)
    #expect(ending.output.contains("wall-time"))
    #expect(ending.output.contains("doctor"))
    #expect(ending.status == 0)
  }
}
