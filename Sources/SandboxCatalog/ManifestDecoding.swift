import SandboxDiagnostics
public import SandboxLanguages
import Yams

extension LanguageManifest {
  /// Reads a manifest, strictly: an unknown key, a missing key or a wrong value is an error.
  ///
  /// - Parameters:
  ///   - text: The YAML text.
  ///   - file: The name of the file, for the messages.
  ///   - expectedID: The id that it must have, if any: that of the file's name.
  ///   - others: Where drivers are found that are not beside the file.
  /// - Throws: ``CatalogError`` with every problem of the file.
  public init(
    yaml text: String, file: String, expectedID: String? = nil,
    among others: Others<LanguageManifest> = .none
  ) throws(CatalogError) {
    let root = try StrictReader.root(of: text, file: file)
    let reader = StrictReader(file: file)
    self = try reader.value(
      reader.manifest(root, expectedID: expectedID, builtInDriver: others.builtInDriver))
  }
}

extension StrictReader {
  fileprivate func manifest(
    _ root: Node, expectedID: String?, builtInDriver: @escaping (String) -> String?
  ) -> LanguageManifest? {
    let required = ["schema", "id", "name", "extensions", "source", "toolchain", "run"]
    let optional = ["aliases", "artifact", "compile", "check", "investigation", "self-test"]
    guard supportedSchema(root),
      let mapping = mapping(root, "a manifest", keys: required + optional, required: required)
    else { return nil }
    let hasArtifact = mapping.values["artifact"] != nil
    let stage = { self.stage($0, $1, hasArtifact: hasArtifact, builtInDriver) }
    let id = mapping.read("id") { self.id($0, $1, expected: expectedID) }
    let name = mapping.read("name", text)
    let aliases = mapping.read("aliases", items)?.compactMap {
      identifier($0, "an item of 'aliases'")
    }
    let extensions = mapping.read("extensions", filledItems)?.compactMap(fileExtension)
    let source = mapping.read("source", workspacePath)
    let artifact = mapping.read("artifact", workspacePath)
    let toolchain = mapping.read("toolchain") { self.toolchain($0, $1, builtInDriver) }
    let compile = mapping.read("compile", stage)
    let run = mapping.read("run", stage)
    let check = mapping.read("check", stage)
    // One, or a list of them.
    let investigations = mapping.read("investigation") { node, name in
      (node.sequence.map(Array.init) ?? [node]).compactMap {
        self.investigation($0, name, stage, builtInDriver)
      }
    }
    let selfTest = mapping.read("self-test", selfTest)
    guard let id, let name, let extensions, let source, let toolchain, let run else { return nil }
    return LanguageManifest(
      id: id, name: name, aliases: aliases ?? [], extensions: extensions, source: source,
      artifact: artifact, toolchain: toolchain, compile: compile, run: run, check: check,
      investigations: investigations ?? [], selfTest: selfTest)
  }

  private func investigation(
    _ node: Node, _ name: String, _ stage: (Node, String) -> StageDefinition?,
    _ builtInDriver: (String) -> String?
  ) -> InvestigationDefinition? {
    guard
      let mapping = mapping(
        node, name, keys: ["after", "operands", "compile", "run"], required: ["run"])
    else { return nil }
    let causes = mapping.read("after", filledItems)?.compactMap {
      choice($0, "an item of 'after'", InvestigationDefinition.Cause.self)
    }
    let compile = mapping.read("compile", stage)
    let operands = mapping.read("operands") { self.operands($0, $1, builtInDriver) }
    guard let run = mapping.read("run", stage) else { return nil }
    var investigation = InvestigationDefinition(operands: operands, compile: compile, run: run)
    if let causes { investigation.after = causes }
    return investigation
  }

  private func operands(
    _ node: Node, _ name: String, _ builtInDriver: (String) -> String?
  ) -> OperandsDefinition? {
    guard let mapping = mapping(node, name, keys: ["note", "append"], required: ["note"]),
      let note = mapping.read("note", text)
    else { return nil }
    let isName = note.utf8.allSatisfy {
      $0 == 0x5F || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)
        || (0x61...0x7A).contains($0)
    }
    guard isName, !note.isEmpty else {
      report("'note' is the name of a function, not '\(note)'", at: node)
      return nil
    }
    return OperandsDefinition(
      note: note, appended: mapping.read("append") { drivers($0, $1, builtInDriver) } ?? [:])
  }

  private func fileExtension(_ node: Node) -> String? {
    guard let text = text(node, "an item of 'extensions'") else { return nil }
    if text.hasPrefix(".") {
      report(
        "an extension is written without its dot: '\(text.drop { $0 == "." })', not '\(text)'",
        at: node)
      return nil
    }
    let isGood = text.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
        || "+-_".unicodeScalars.contains($0)
    }
    if isGood { return text }
    report(
      "an extension is made of letters, digits, '+', '-' and '_', not '\(text)'", at: node)
    return nil
  }

  /// A relative path that stays in the workspace and is no option.
  private func workspacePath(_ node: Node, _ name: String) -> String? {
    guard let text = text(node, name) else { return nil }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    if !text.hasPrefix("-"), parts.allSatisfy({ !["", ".", ".."].contains($0) }) { return text }
    report("'\(name)' must be a path in the workspace, such as main.c, not '\(text)'", at: node)
    return nil
  }

  private func selfTest(_ node: Node, _ name: String) -> SelfTest? {
    guard
      let mapping = mapping(
        node, name, keys: ["source", "stdout"], required: ["source", "stdout"]),
      let source = mapping.read("source", text), let stdout = mapping.read("stdout", text)
    else { return nil }
    return SelfTest(source: source, stdout: stdout)
  }

  // MARK: Toolchain

  private func toolchain(
    _ node: Node, _ name: String, _ builtInDriver: @escaping (String) -> String?
  ) -> ToolchainDefinition? {
    guard
      let mapping = mapping(
        node, name, keys: ["executables", "version", "locate", "prepare"],
        required: ["executables"]),
      let executables = mapping.read("executables", filledItems)?.compactMap(executableName)
    else { return nil }
    return ToolchainDefinition(
      executables: executables,
      version: mapping.read("version") { question($0, $1, groups: ["version"]) },
      locate: mapping.read("locate") { question($0, $1, groups: ["executable", "prefix"]) },
      preparation: mapping.read("prepare") { preparation($0, $1, builtInDriver) })
  }

  private func preparation(
    _ node: Node, _ name: String, _ builtInDriver: (String) -> String?
  ) -> PreparationDefinition? {
    guard
      let mapping = mapping(
        node, name, keys: ["policy", "drivers", "command", "environment", "folder"],
        required: ["command", "folder"]),
      let command = mapping.read("command", filledItems),
      let folder = mapping.read("folder", workspacePath)
    else { return nil }
    // There is no program yet that the other placeholders could stand for.
    let stage = StageDefinition(
      policy: mapping.read("policy", identifier),
      command: command.compactMap { argument($0, knowing: ["{toolchain}", "{drivers}"]) },
      environment: mapping.read("environment", variables) ?? [:],
      drivers: mapping.read("drivers") { drivers($0, $1, builtInDriver) } ?? [:])
    return PreparationDefinition(stage: stage, folder: folder)
  }

  private func executableName(_ node: Node) -> String? {
    guard let text = text(node, "an item of 'executables'") else { return nil }
    if !text.contains("/") || text.hasPrefix("/") { return text }
    report(
      "an executable is a name to find on PATH or an absolute path, not '\(text)'", at: node)
    return nil
  }

  private func question(_ node: Node, _ name: String, groups: [String]) -> ToolchainQuestion? {
    guard
      let mapping = mapping(
        node, name, keys: ["arguments", "pattern"], required: ["arguments", "pattern"]),
      let arguments = mapping.read("arguments", items)?.compactMap({
        emptyText($0, "an item of 'arguments'")
      }),
      let patternNode = mapping.values["pattern"],
      let (pattern, regex) = regularExpression(patternNode, "pattern")
    else { return nil }
    if !groups.contains(where: { regex.contains(captureNamed: $0) }) {
      let needed = groups.map { "(?<\($0)>...)" }.joined(separator: " or ")
      report("'pattern' has no group \(needed)", at: patternNode)
    }
    return ToolchainQuestion(arguments: arguments, pattern: pattern)
  }

  private func regularExpression(
    _ node: Node, _ name: String
  ) -> (text: String, regex: Regex<AnyRegexOutput>)? {
    guard let text = text(node, name) else { return nil }
    do {
      return (text, try Regex(text))
    } catch {
      report("'\(name)' is not a regular expression: \(error)", at: node)
      return nil
    }
  }

  // MARK: Stages

  private func stage(
    _ node: Node, _ name: String, hasArtifact: Bool, _ builtInDriver: (String) -> String?
  ) -> StageDefinition? {
    guard
      let mapping = mapping(
        node, name,
        keys: [
          "policy", "command", "environment", "diagnostics", "drivers", "stop-signal", "parent",
          "starts-ahead",
        ],
        required: ["command"]),
      let command = mapping.read("command", filledItems)
    else { return nil }
    let drivers = mapping.read("drivers") { self.drivers($0, $1, builtInDriver) } ?? [:]
    return StageDefinition(
      policy: mapping.read("policy", identifier),
      command: command.compactMap {
        argument($0, knowing: Self.placeholders, hasArtifact: hasArtifact)
      },
      environment: mapping.read("environment", variables) ?? [:],
      diagnostics: mapping.read("diagnostics", diagnostics), drivers: drivers,
      stopSignal: mapping.read("stop-signal") {
        choice($0, $1, StageDefinition.StopSignal.self)
      },
      parent: mapping.read("parent") { parent($0, $1, beside: drivers, builtInDriver) },
      startsAhead: mapping.read("starts-ahead") { startsAhead($0, $1, in: mapping) })
  }

  private func startsAhead(
    _ node: Node, _ name: String, in stage: StrictMapping
  ) -> StartAheadDefinition? {
    guard let mapping = mapping(node, name, keys: ["unless"], required: []) else { return nil }
    if stage.values["drivers"] == nil {
      report("'starts-ahead' needs 'drivers', one of which waits for the program", at: node)
    }
    if stage.values["parent"] != nil {
      report("a stage has a 'parent' or 'starts-ahead', not both", at: node)
    }
    return StartAheadDefinition(
      unless: mapping.read("unless", filledItems)?.compactMap {
        workspacePath($0, "an item of 'unless'")
      } ?? [])
  }

  private func parent(
    _ node: Node, _ name: String, beside stage: [String: String],
    _ builtInDriver: (String) -> String?
  ) -> ParentDefinition? {
    guard
      let mapping = mapping(node, name, keys: ["command", "drivers"], required: ["command"]),
      let command = mapping.read("command", filledItems)
    else { return nil }
    let own = mapping.read("drivers") { drivers($0, $1, builtInDriver) } ?? [:]
    return ParentDefinition(
      command: command.compactMap { item in
        guard let text = emptyText(item, "an item of 'command'") else { return nil }
        guard let driver = ParentDefinition.driver(namedBy: text) else {
          let word = argument(item, knowing: ["{toolchain}"] + ParentDefinition.lists)
          for list in ParentDefinition.lists where word?.contains(list) == true && word != list {
            report(
              "'\(list)' becomes several arguments and must stand alone: '\(word ?? "")'", at: item)
          }
          return word
        }
        if own[driver] == nil, stage[driver] == nil {
          report("'\(driver)' is not among the drivers", at: item)
        }
        return text
      }, drivers: own)
  }

  /// The texts of files beside the manifest, or, where there is none of the name, built in.
  private func drivers(
    _ node: Node, _ name: String, _ builtIn: (String) -> String?
  ) -> [String: String]? {
    guard let items = filledItems(node, name) else { return nil }
    let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    var texts: [String: String] = [:]
    for item in items {
      guard let file = text(item, "an item of 'drivers'") else { continue }
      guard !file.contains("/"), !file.hasPrefix(".") else {
        report("a driver is the name of a file beside the manifest, not '\(file)'", at: item)
        continue
      }
      do throws(CatalogError) {
        if let text = builtIn(file), !DefinitionFile.exists(folder + file) {
          texts[file] = text
          continue
        }
        texts[file] = try DefinitionFile.text(at: folder + file)
      } catch {
        let reason = error.problems.first?.message ?? "cannot be read"
        report("the driver '\(file)' \(reason)", at: item)
      }
    }
    return texts
  }

  /// The placeholders of a command.
  private static let placeholders = [
    "{toolchain}", "{prepared}", "{source}", "{artifact}", "{drivers}", "{sources}", "{arguments}",
  ]

  private func argument(
    _ node: Node, knowing known: [String], hasArtifact: Bool = false
  ) -> String? {
    guard let text = emptyText(node, "an item of 'command'") else { return nil }
    // Only `{word}` is a placeholder: other braces belong to the program that is named.
    for match in text.matches(of: /\{[a-z-]+\}/) {
      let found = String(match.output)
      guard known.contains(found) else {
        let phrase = Suggestion.phrase(for: found, among: known)
        report(
          "unknown placeholder '\(found)'\(phrase)", at: node,
          hint: phrase.isEmpty ? "the placeholders are \(known.joined(separator: ", "))" : nil)
        continue
      }
      if ["{sources}", "{arguments}"].contains(found), text != found {
        report("'\(found)' becomes several arguments and must stand alone: '\(text)'", at: node)
      }
      if found == "{artifact}", !hasArtifact {
        report("'{artifact}' needs the key 'artifact'", at: node)
      }
    }
    return text
  }

  // MARK: Diagnostics

  private func diagnostics(_ node: Node, _ name: String) -> DiagnosticsDefinition? {
    if case .sequence = node {
      return filledItems(node, name).map { .matchers($0.compactMap(matcher)) }
    }
    guard case .mapping = node else {
      report(
        "'\(name)' must be '{ parser: NAME }' or a list of problem matchers", at: node)
      return nil
    }
    guard let mapping = mapping(node, name, keys: ["parser"], required: ["parser"]),
      let parserNode = mapping.values["parser"], let parser = text(parserNode, "parser")
    else { return nil }
    guard DiagnosticParsers.names.contains(parser) else {
      report(
        "unknown parser '\(parser)'\(Suggestion.phrase(for: parser, among: DiagnosticParsers.names))",
        at: parserNode, hint: "the parsers are \(DiagnosticParsers.names.joined(separator: ", "))")
      return nil
    }
    return .parser(parser)
  }

  private func matcher(_ node: Node) -> ProblemMatcher? {
    let groups = [
      "file", "line", "column", "end-line", "end-column", "severity", "code", "message",
    ]
    guard
      let mapping = mapping(
        node, "a problem matcher", keys: ["regexp"] + groups + ["default-severity"],
        required: ["regexp"]),
      let (text, regex) = mapping.read("regexp", regularExpression)
    else { return nil }
    // An alternative that matches nothing shows how many groups there are.
    let count = (try? Regex("(?:\(text))|").wholeMatch(in: "")?.output.count).map { $0 - 1 }
    func group(_ key: String) -> Int? {
      mapping.read(key) { node, name in
        count.flatMap { $0 == 0 ? nil : number(node, name, in: 1...$0) }
      }
    }
    var matcher = ProblemMatcher(regexp: text)
    matcher.file = group("file")
    matcher.line = group("line")
    matcher.column = group("column")
    matcher.endLine = group("end-line")
    matcher.endColumn = group("end-column")
    matcher.severity = group("severity")
    matcher.code = group("code")
    matcher.message = group("message")
    if mapping.values["message"] == nil, !regex.contains(captureNamed: "message"),
      let node = mapping.values["regexp"]
    {
      report(
        "a problem matcher needs the message", at: node,
        hint: "name a group (?<message>...), or write 'message: 1' for the first group")
    }
    matcher.defaultSeverity = mapping.read("default-severity") {
      choice($0, $1, Diagnostic.Severity.self)?.rawValue
    }
    return matcher
  }
}
