import ArgumentParser
import OCISandbox
import SandboxRefinement

#if canImport(Glibc)
  import Glibc
#endif

/// Which model answers; the same for every subcommand that asks one.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The model's name at its server. Default: OPENAI_MODEL, else the first that the server has.",
      valueName: "name"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      """
      The server's base URL, such as http://127.0.0.1:8080/v1. Default: OPENAI_BASE_URL; with \
      OPENAI_API_KEY that of OpenAI; with OLLAMA_HOST that of Ollama; with ANTHROPIC_API_KEY that of \
      Anthropic; else that of 'ocisandbox model serve'.
      """, valueName: "url"))
  var baseURL: String?

  @Option(help: "What the server speaks: openai (also vLLM, llama.cpp, Ollama, ...) or anthropic.")
  var api: ModelAPI?

  @Option(
    help: ArgumentHelp(
      "A file that holds the key. Default: OPENAI_API_KEY, or ANTHROPIC_API_KEY for Anthropic.",
      valueName: "file"))
  var apiKeyFile: String?

  @Option(
    help: ArgumentHelp(
      "A program of this host that answers instead: messages as JSON in, text out.",
      valueName: "program"))
  var modelCommand: String?

  @Option(
    help: ArgumentHelp(
      "A file of answers to give instead: a transcript, or one {\"answer\": ...} a line.",
      valueName: "file"))
  var answers: String?

  @Option(help: ArgumentHelp("The sampling temperature; 0 is greedy.", valueName: "number"))
  var temperature = 0.0

  @Option(help: ArgumentHelp("The sampling seed, where the server knows one.", valueName: "number"))
  var seed: Int?

  @Option(help: ArgumentHelp("The most tokens of an answer.", valueName: "number"))
  var maxTokens = 1024

  @Option(
    help: ArgumentHelp(
      "How long an answer may take to begin; then 1m, or less, a piece.",
      valueName: "time"))
  var modelTimeout = "2m"

  var generation: GenerationOptions {
    GenerationOptions(temperature: temperature, maximumTokens: maxTokens, seed: seed)
  }

  func validate() throws {
    guard maxTokens > 0 else { throw ValidationError("--max-tokens must be at least 1") }
    guard (0...2).contains(temperature) else {
      throw ValidationError("--temperature must be a number from 0 to 2")
    }
    let ways = [modelCommand, answers, model ?? baseURL].compactMap { $0 }
    guard ways.count <= 1 else {
      throw ValidationError(
        "--model-command, --answers, and --model with --base-url each name a model: give one of them"
      )
    }
  }

  /// The model that is asked for. Up to `requests` answers at once, or 8, are asked of a server.
  func resolved(requests: Int = 1) async throws -> any Model {
    guard let timeout = Duration(parsing: modelTimeout) else {
      throw Failure(
        "--model-timeout must be a time such as 30s or 5m, not \(modelTimeout.quoted)",
        status: Failure.usage)
    }
    if let modelCommand { return CommandModel(executable: modelCommand, timeout: timeout) }
    if let answers {
      let recorded = try RecordedAnswers(try ProgramInput.read(answers), file: answers)
      return ScriptedModel(name: "answers of \(answers)", answers: recorded.answers)
    }
    let choice = try ModelChoice(self, environment: Self.environment)
    let connection = ModelConnection(
      firstPieceTimeout: timeout, timeout: min(timeout, .seconds(60)),
      maximumConcurrentRequests: max(8, requests),
      proxy: try ModelProxy.named(for: choice.baseURL, environment: Self.environment))
    if choice.api == .anthropic {
      guard let name = model ?? choice.model else {
        throw Failure(
          "which model of Anthropic?\nhint: name it with --model", status: Failure.usage)
      }
      return AnthropicModel(
        name: name, baseURL: choice.baseURL, key: choice.key, connection: connection)
    }
    return OpenAIModel(
      name: try await name(at: choice), baseURL: choice.baseURL, key: choice.key,
      connection: connection)
  }

  /// Another model at the same server, which plays the person.
  func critic(named name: String, requests: Int = 1) async throws -> any Model {
    var options = self
    options.model = name
    options.answers = nil
    options.modelCommand = nil
    return try await options.resolved(requests: requests)
  }

  /// The name that is given, or the first that the server has.
  private func name(at choice: ModelChoice) async throws -> String {
    if let name = choice.model { return name }
    let names = await OpenAIModel.available(at: choice.baseURL, key: choice.key)
    if let first = names?.first { return first }
    if choice.isDefault {
      throw Failure(
        """
        no model is set, and none of this host's own is running
        hint: 'ocisandbox model serve' starts a small one; --model and --base-url, or OPENAI_API_KEY, \
        OLLAMA_HOST or ANTHROPIC_API_KEY, name another
        """, status: Failure.unavailable)
    }
    throw Failure(
      """
      the model's server at \(choice.baseURL.quoted) does not say which models it has
      hint: is it running? --model names the model
      """, status: Failure.unavailable)
  }

  private static let environment: [String: String] = {
    var variables: [String: String] = [:]
    let proxies = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"]
    for name in ModelChoice.variables + proxies + proxies.map({ $0.lowercased() }) {
      variables[name] = getenv(name).map { String(cString: $0) }
    }
    return variables.filter { !$0.value.isEmpty }
  }()
}

/// What a server speaks.
enum ModelAPI: String, ExpressibleByArgument, CaseIterable {
  case openai, anthropic
}

/// Which server is asked, and with what key, from the options and the environment.
struct ModelChoice {
  /// Where `ocisandbox model serve` listens.
  static let localBaseURL = "http://127.0.0.1:8719/v1"

  /// The variables that are looked at.
  static let variables = [
    "OPENAI_BASE_URL", "OPENAI_API_KEY", "OPENAI_MODEL", "ANTHROPIC_API_KEY",
    "ANTHROPIC_BASE_URL", "OLLAMA_HOST",
  ]

  var api = ModelAPI.openai
  var baseURL: String
  var key: APIKey?
  var model: String?
  /// Whether nothing names a server.
  var isDefault = false

  init(_ options: ModelOptions, environment: [String: String]) throws {
    let openAIKey = try Self.key("OPENAI_API_KEY", environment)
    let anthropicKey = try Self.key("ANTHROPIC_API_KEY", environment)
    model = options.model
    if let given = options.api {
      api = given
    } else if let url = options.baseURL {
      api = url.contains("api.anthropic.com") ? .anthropic : .openai
    } else if environment["OPENAI_BASE_URL"] == nil, openAIKey == nil,
      environment["OLLAMA_HOST"] == nil,
      anthropicKey != nil || environment["ANTHROPIC_BASE_URL"] != nil
    {
      api = .anthropic
    }
    if api == .anthropic {
      baseURL =
        options.baseURL ?? environment["ANTHROPIC_BASE_URL"] ?? "https://api.anthropic.com"
      key = anthropicKey
    } else {
      model = model ?? environment["OPENAI_MODEL"]
      key = openAIKey
      if let url = options.baseURL ?? environment["OPENAI_BASE_URL"] {
        baseURL = url
      } else if openAIKey != nil {
        baseURL = "https://api.openai.com/v1"
      } else if let host = environment["OLLAMA_HOST"] {
        baseURL = Self.ollama(host)
      } else {
        baseURL = Self.localBaseURL
        isDefault = true
      }
    }
    if let file = options.apiKeyFile { key = try APIKey(file: file) }
  }

  private static func key(
    _ variable: String, _ environment: [String: String]
  ) throws -> APIKey? {
    guard let text = environment[variable] else { return nil }
    guard let key = APIKey(text) else {
      throw Failure(
        "\(variable) holds no key: a key is one word of ASCII characters", status: Failure.usage)
    }
    return key
  }

  /// `OLLAMA_HOST` is a URL, a host, a port after a colon, or both; 0.0.0.0 is where a server listens, and
  /// no place to reach it at.
  static func ollama(_ host: String) -> String {
    var text = host
    while text.hasSuffix("/") { text.removeLast() }
    var scheme = "http"
    if let mark = text.firstRange(of: "://") {
      scheme = String(text[..<mark.lowerBound])
      text = String(text[mark.upperBound...])
    }
    if text.hasPrefix(":") { text = "127.0.0.1" + text }
    if text.hasPrefix("0.0.0.0") { text = "127.0.0.1" + text.dropFirst("0.0.0.0".count) }
    let hasPort = text.split(separator: "]").last?.contains(":") ?? false
    return "\(scheme)://\(text)\(hasPort ? "" : ":11434")/v1"
  }
}
