import ArgumentParser
import OCISandbox
import SandboxRefinement

#if canImport(Glibc)
  import Glibc
#endif

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "What this host can enforce, what is missing, and how to fix it.",
    discussion:
      """
      Exits with 0 where a run under the default policy is possible, with 125 where it is not. With \
      --model it asks the model of the environment, or the one that is named, one question instead, and \
      exits with 69 where it gives no answer: ocisandbox doctor --model, or --model NAME --base-url URL.
      """)

  @Flag(help: "Print a JSON document.") var json = false
  @Option(
    defaultAsFlag: "",
    help: ArgumentHelp("Ask a model one question instead.", valueName: "name"))
  var model: String?

  @Option(help: ArgumentHelp("The base URL of the model's server.", valueName: "url"))
  var baseURL: String?

  @Option(help: "What the server speaks: openai or anthropic.")
  var api: ModelAPI?

  @Option(help: ArgumentHelp("A file that holds the model's key.", valueName: "file"))
  var apiKeyFile: String?

  @OptionGroup var catalogOptions: CatalogOptions

  func validate() throws {
    if model == nil, baseURL != nil || api != nil || apiKeyFile != nil {
      throw ValidationError("--base-url, --api and --api-key-file are of --model")
    }
  }

  func run() async throws {
    if let model { return try await examine(model: model) }
    let executor = SandboxExecutor(maximumConcurrentRuns: 1)
    var rows: [LayerRow] = []
    for layer in IsolationLayer.allCases { rows.append(await Self.examine(layer, executor)) }
    let policy = try catalogOptions.catalog.policy(named: "default").value
    let isReady = rows.allSatisfy { $0.isEnforced || policy.enforcement[$0.layer] != .required }
    let languages = try await LanguageRow.all(in: catalogOptions.catalog)
    var name = utsname()
    uname(&name)
    let kernel = withUnsafeBytes(of: name.release) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    if json {
      Terminal.output.write(
        try JSONText.of(
          Document(kernel: kernel, ready: isReady, layers: rows, toolchains: languages)))
    } else {
      Terminal.output.write("Linux \(kernel), \(geteuid() == 0 ? "root" : "user \(geteuid())")\n\n")
      Terminal.output.write(
        Table.text(
          [["LAYER", "STATE", "DETAIL"]]
            + rows.map { [$0.layer.rawValue, $0.isEnforced ? "ok" : "missing", $0.detail] }))
      for row in rows {
        if let fix = row.fix {
          Terminal.output.write("\n\(row.layer.rawValue): \(row.detail)\n  fix: \(fix)\n")
        }
      }
      Terminal.output.write(
        "\n"
          + Table.text(
            [["LANGUAGE", "VERSION", "TOOLCHAIN"]]
              + languages.map {
                [$0.id, $0.version ?? "-", $0.executable ?? $0.problem ?? "not found"]
              }))
      Terminal.output.write(
        isReady
          ? "\nThe default policy can be enforced here.\n"
          : "\nThe default policy cannot be enforced here, so nothing runs without --allow-degraded.\n"
      )
    }
    await executor.close()
    if !isReady { throw ExitCode(Failure.sandbox) }
  }

  /// Asks the model one question.
  private func examine(model name: String) async throws {
    var words: [String] = []
    for (option, value) in [
      ("--model", name), ("--base-url", baseURL ?? ""), ("--api", api?.rawValue ?? ""),
      ("--api-key-file", apiKeyFile ?? ""),
    ] where !value.isEmpty { words += [option, value] }
    let model = try await ModelOptions.parse(words).resolved()
    let start = ContinuousClock.now
    let (result, signal) = await Interruptible.attempting {
      let question = ChatMessage(.user, "Answer with the one word: ready")
      return try await model.answer(to: [question], options: GenerationOptions(maximumTokens: 32))
    }
    if signal > 0 { Glibc.exit(128 + signal) }
    let answer = try result.get()
    let document = ModelDocument(
      model: model.name, answer: answer.text, usage: answer.usage,
      seconds: (ContinuousClock.now - start) / .seconds(1))
    if json {
      Terminal.output.write(try JSONText.of(document))
    } else {
      let tokens = answer.usage.map { ", \($0.totalTokens) tokens" } ?? ""
      let time = Double(Int(document.seconds * 100)) / 100
      Terminal.output.writeVisible(
        "\(model.name) answers (\(time) s\(tokens)): \(answer.text.quoted)\n")
    }
  }

  private struct ModelDocument: Encodable {
    var schema = 1
    var model: String
    var answer: String
    var usage: TokenUsage?
    var seconds: Double
  }

  /// Runs `/bin/true` with this layer required and all others best-effort.
  private static func examine(_ layer: IsolationLayer, _ executor: SandboxExecutor) async
    -> LayerRow
  {
    var policy = Policy()
    for other in IsolationLayer.allCases { policy.enforcement[other] = .bestEffort }
    policy.enforcement[layer] = .required
    var row = LayerRow(layer: layer)
    do {
      let result = try await executor.run(Command(executable: "/usr/bin/true"), under: policy)
      row.isEnforced = !result.enforcement.missing.contains(layer)
      row.detail = row.isEnforced ? detail(layer, result.enforcement) : "not in this build"
    } catch SandboxError.layerUnavailable(_, let reason, let fix) {
      row.detail = reason
      row.fix = fix
    } catch {
      row.detail = "\(error)"
    }
    return row
  }

  private static func detail(_ layer: IsolationLayer, _ enforcement: Enforcement) -> String {
    switch layer {
    case .namespaces: enforcement.namespaces.joined(separator: " ")
    case .seccomp: "allow-list, other calls put to the launcher"
    case .noNewPrivileges: "set"
    case .capabilities: "none, bounding set included"
    case .resourceLimits: "set"
    case .landlock: "ABI \(enforcement.landlockABI)"
    case .cgroup: "\(enforcement.cgroup ?? "none"), with memory and pids"
    }
  }

  private struct Document: Encodable {
    var schema = 1
    var kernel: String
    var ready: Bool
    var layers: [LayerRow]
    var toolchains: [LanguageRow]
  }

  private struct LayerRow: Encodable {
    var layer: IsolationLayer
    var isEnforced = false
    var detail = ""
    var fix: String?

    private enum CodingKeys: String, CodingKey {
      case layer, detail, fix
      case isEnforced = "enforced"
    }
  }
}
