import SandboxDiagnostics
import SandboxExecution
import SandboxLanguages
import Testing

private let toolchain = Toolchain(executable: "/opt/x/bin/tool", paths: ["/opt/x"])

/// A language whose run command is `command`.
private func language(running command: [String], artifact: String? = nil) -> LanguageManifest {
  LanguageManifest(
    id: "x", name: "X", extensions: ["x", "xx"], source: "main.x", artifact: artifact,
    toolchain: ToolchainDefinition(executables: ["tool"]),
    run: StageDefinition(command: command))
}

private func program(_ paths: [String], arguments: [String] = []) -> Program {
  Program(
    files: Dictionary(uniqueKeysWithValues: paths.map { ($0, .bytes([])) }), entry: paths[0],
    arguments: arguments)
}

@Suite("A plan made from a manifest")
struct ManifestLanguageTests {
  @Test(
    "replaces placeholders, each as it is documented",
    arguments: [
      (["{toolchain}"], [], ["/opt/x/bin/tool"]),
      (["t", "{source}"], [], ["t", "b.x"]),
      (["t", "--file={source}"], [], ["t", "--file=b.x"]),
      (["t", "-o{artifact}", "{artifact}"], [], ["t", "-oout", "out"]),
      (["t", "{sources}", "-lm"], [], ["t", "b.x", "a.xx", "lib/c.x", "-lm"]),
      (["t", "{arguments}"], [], ["t"]),
      (["t", "{arguments}"], ["1", "", "a b"], ["t", "1", "", "a b"]),
      // What is put in is not read again.
      (["t", "{arguments}"], ["{source}", "{sources}"], ["t", "{source}", "{sources}"]),
      (["t", "{{source}}", "{", "{}", "{print}"], [], ["t", "{b.x}", "{", "{}", "{print}"]),
    ] as [([String], [String], [String])])
  func placeholders(command: [String], arguments: [String], expected: [String]) throws {
    let plan = try ManifestLanguage(language(running: command, artifact: "out")).plan(
      for: program(["b.x", "a.xx", "lib/c.x", "data.txt", "y"], arguments: arguments),
      with: toolchain, purpose: .run)
    let run = try #require(plan.run)
    #expect([run.executable] + run.arguments == expected)
    #expect(plan.compile == nil)
  }

  @Test(
    "keeps names from being read as options, or as files of options",
    arguments: [
      ("-x.x", "./-x.x"), ("@x.x", "./@x.x"), ("+x.x", "./+x.x"), ("a b.x", "a b.x"),
      ("'\"\n.x", "'\"\n.x"), ("-d/x.x", "./-d/x.x"), ("é.x", "é.x"),
    ])
  func names(path: String, argument: String) throws {
    let plan = try ManifestLanguage(language(running: ["t", "{source}", "{sources}"])).plan(
      for: program([path]), with: toolchain, purpose: .run)
    #expect(plan.run?.arguments == [argument, argument])
  }

  @Test("passes the artifact on, and leaves the sources behind")
  func stages() throws {
    let plan = try ManifestLanguage(Manifests.c).plan(
      for: program(["main.c"]), with: toolchain, purpose: .run)
    let compile = try #require(plan.compile)
    let run = try #require(plan.run)
    #expect(compile.policy == "compile")
    #expect(compile.artifact == "program")
    #expect(compile.files == .all)
    #expect(compile.parser != nil)
    #expect(run.policy == nil)
    #expect(run.executable == "program")
    #expect(run.files == .artifactAndData)
  }

  @Test("compiles only, when it is for a check, unless the manifest says how to check")
  func check() throws {
    let compiled = try ManifestLanguage(Manifests.c).plan(
      for: program(["main.c"]), with: toolchain, purpose: .check)
    #expect(compiled.compile?.arguments.contains("-Wall") == true)
    #expect(compiled.run == nil)
    let checked = try ManifestLanguage(Manifests.python).plan(
      for: program(["main.py"]), with: toolchain, purpose: .check)
    #expect(checked.compile?.arguments.last == "main.py")
    #expect(checked.run == nil)
  }

  @Test("says what is wrong with a manifest or a program")
  func errors() {
    func text(_ manifest: LanguageManifest, _ files: [String], _ purpose: ExecutionPlan.Purpose)
      -> String
    {
      do throws(LanguageError) {
        _ = try ManifestLanguage(manifest).plan(
          for: program(files), with: toolchain, purpose: purpose)
        return "no error"
      } catch { return error.description }
    }
    #expect(
      text(Manifests.node, ["main.js"], .check)
        == "JavaScript cannot be checked: its manifest has neither 'check' nor 'compile'")
    #expect(
      text(Manifests.c, ["main.c", "program"], .run)
        == "the file 'program' has the name that C gives to what compiling makes; rename it")
    #expect(
      text(language(running: []), ["a.x"], .run) == "a command of X has no executable")
    #expect(
      text(language(running: ["{artifact}"]), ["a.x"], .run) == "a command of X has no executable")
    var typo = Manifests.python
    typo.run.diagnostics = .parser("python-tracebak")
    #expect(
      text(typo, ["main.py"], .run).hasPrefix(
        "python names the parser 'python-tracebak'; there are "))
    var broken = Manifests.python
    broken.run.diagnostics = .matchers([ProblemMatcher(regexp: "(")])
    #expect(text(broken, ["main.py"], .run).hasPrefix("python: "))
  }

  @Test("can be asked of a type of its own, which a manifest has nothing over")
  func plugin() throws {
    struct Shell: LanguagePlugin {
      let id = "shell"
      let name = "Shell"
      let source = "main.sh"
      let extensions = ["sh"]
      let toolchain = ToolchainDefinition(executables: ["sh"])
      func plan(
        for program: Program, with toolchain: Toolchain, purpose: ExecutionPlan.Purpose
      ) throws(LanguageError) -> ExecutionPlan {
        ExecutionPlan(
          compile: nil,
          run: StagePlan(executable: toolchain.executable, arguments: [program.entry]))
      }
    }
    let program = Program(source: "exit 3", language: Shell())
    #expect(program.entry == "main.sh")
    #expect(Shell().aliases == [])
    #expect(ManifestLanguage(Manifests.python).aliases == ["py"])
    let plan = try Shell().plan(for: program, with: toolchain, purpose: .run)
    #expect(plan.run?.arguments == ["main.sh"])
  }
}
