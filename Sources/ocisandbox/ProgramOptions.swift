import ArgumentParser
import OCISandbox

/// Which program; the same for `run` and `check`.
struct ProgramOptions: ParsableArguments {
  @Argument(help: "The program: a file, a folder, or - for standard input (with --language).")
  var file: String

  @Option(
    help: ArgumentHelp("The language; by default told by the file's extension.", valueName: "id"))
  var language: String?

  @Option(
    name: .customLong("file"),
    help: ArgumentHelp(
      """
      A file or folder to put into the workspace, as DEST or under its own name; a folder's content \
      straight into it as '.'. Repeatable.
      """, valueName: "src[:dest]"))
  var files: [String] = []

  /// The language that is named, or that the file's name tells.
  func manifest(in catalog: Catalog) throws -> LanguageManifest {
    if let language { return try catalog.language(named: language).value }
    if file == "-" {
      throw Failure(
        """
        the language of a program from standard input must be given
        hint: say --language ID; 'ocisandbox languages' lists them
        """, status: Failure.usage)
    }
    try ProgramInput.requireExistence(file)
    if ProgramInput.isFolder(file) { return try manifest(ofFolder: file, in: catalog) }
    let fileExtension = ProgramInput.fileExtension(file)
    guard !fileExtension.isEmpty else {
      throw Failure(
        """
        cannot tell the language of \(file.quoted): its name has no extension
        hint: say --language ID; 'ocisandbox languages' lists them
        """, status: Failure.usage)
    }
    do throws(CatalogError) {
      return try catalog.language(forExtension: fileExtension).value
    } catch {
      // A definition or a folder of them that cannot be read is not about this file.
      if error.problems.first?.file != nil { throw error }
      throw Failure(
        """
        cannot tell the language of \(file.quoted): \(Failure.text(of: error))
        hint: say --language ID; 'ocisandbox languages' lists them
        """, status: Failure.usage)
    }
  }

  private func manifest(ofFolder path: String, in catalog: Catalog) throws -> LanguageManifest {
    let found = ProgramInput.extensions(inFolder: path).sorted().compactMap {
      try? catalog.language(forExtension: $0).value
    }
    let ids = Set(found.map(\.id)).sorted()
    if ids.count == 1, let one = found.first { return one }
    throw Failure(
      """
      cannot tell the language of the folder \(path.quoted): its files are of \
      \(ids.isEmpty ? "no known language" : ids.joined(separator: ", "))
      hint: say --language ID
      """, status: ids.isEmpty ? Failure.noInput : Failure.usage)
  }

  /// The program's files.
  func program(in language: LanguageManifest) throws -> Program {
    let input = try ProgramInput(
      file, source: language.source, extensions: language.extensions, extra: files)
    return Program(files: input.files, entry: input.entry)
  }
}
