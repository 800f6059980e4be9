import OCISandbox

/// What a model is told of the place where its programs run.
struct SandboxFacts {
  /// The values for the system prompt.
  private(set) var values: [String: String] = [:]

  /// Finds them out; what cannot be found out is left out, for the run itself will say why.
  init(_ manifest: LanguageManifest, _ policy: Policy, _ sandbox: Sandbox) async {
    let limits = policy.limits
    values["limits"] =
      "at most \(limits.cpuTime.words) of computing and \(limits.wallTime.words) in all, "
      + "\(limits.memory.bytes >> 20) MiB of memory"
    let language = ManifestLanguage(manifest)
    if let toolchain = try? await sandbox.runner.locator.locate(language.toolchain),
      let version = await toolchain.version()
    {
      values["toolchain"] = "\(manifest.name) \(version)"
    }
    guard manifest.id == "python" else { return }
    let probe = """
      import importlib.util
      names = ["numpy", "scipy", "pandas", "sympy", "networkx", "matplotlib", "sklearn", "PIL"]
      print(*[name for name in names if importlib.util.find_spec(name)])
      """
    let program = Program(source: probe, language: language)
    guard let result = try? await sandbox.run(program, in: language, under: policy),
      result.verdict == .ok, let output = result.run?.standardOutput.text
    else { return }
    let names = output.split(whereSeparator: \.isWhitespace).joined(separator: ", ")
    values["packages"] =
      names.isEmpty
      ? " There are no packages beyond the standard library."
      : " Packages beyond the standard library: \(names)."
  }
}
