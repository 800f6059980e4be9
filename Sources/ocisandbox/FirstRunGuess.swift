import OCISandbox

/// What the first run will need, told by a look at the arguments while they are parsed, which takes as long as
/// making a worker's view. A wrong guess costs a worker and changes nothing else.
enum FirstRunGuess {
  // What chooses another language, policy or isolation than the guess would.
  private static let choices = ["--language", "--polic", "--allow-degraded", "--require"]

  static func make(of arguments: ArraySlice<String>, purpose: ExecutionPlan.Purpose) async {
    let own = arguments.prefix { $0 != "--" }
    guard !own.contains(where: { argument in choices.contains { argument.hasPrefix($0) } }) else {
      return
    }
    let catalog = Catalog.standard()
    for argument in own where !argument.hasPrefix("-") {
      let fileExtension = ProgramInput.fileExtension(argument)
      guard !fileExtension.isEmpty,
        let manifest = try? catalog.language(forExtension: fileExtension).value,
        let policy = try? catalog.policy(named: "default").value
      else { continue }
      let entry = manifest.source
      try? await ProgramRunner().guess(
        Program(files: [entry: .bytes([])], entry: entry), in: ManifestLanguage(manifest),
        under: policy, stagePolicy: { try catalog.policy(named: $0).value }, purpose: purpose)
      return
    }
  }
}
