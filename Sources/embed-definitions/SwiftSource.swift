import SandboxDiagnostics
import SandboxExecution
import SandboxLanguages

/// Writes definitions as Swift expressions that make them again.
enum SwiftSource {
  // MARK: Literals

  static func literal(_ text: String) -> String { text.debugDescription }

  static func literal(_ text: String?) -> String { text.map { literal($0) } ?? "nil" }

  static func literal(_ number: Int?) -> String { number.map { String($0) } ?? "nil" }

  static func literal(_ texts: [String]) -> String { list(texts.map { literal($0) }) }

  static func literal(_ variables: [String: String]) -> String {
    let pairs = variables.sorted { $0.key < $1.key }
    return dictionary(pairs.map { "\(literal($0.key)): \(literal($0.value))" })
  }

  private static func list(_ items: [String]) -> String {
    "[" + items.joined(separator: ", ") + "]"
  }

  private static func dictionary(_ pairs: [String]) -> String {
    pairs.isEmpty ? "[:]" : list(pairs)
  }

  private static func expression(_ size: ByteCount) -> String { "ByteCount(bytes: \(size.bytes))" }

  private static func expression(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    return "Duration(secondsComponent: \(seconds), attosecondsComponent: \(attoseconds))"
  }

  // MARK: Languages

  static func expression(_ manifest: LanguageManifest) -> String {
    """
    LanguageManifest(
    id: \(literal(manifest.id)), name: \(literal(manifest.name)),
    aliases: \(literal(manifest.aliases)), extensions: \(literal(manifest.extensions)),
    source: \(literal(manifest.source)), artifact: \(literal(manifest.artifact)),
    toolchain: \(expression(manifest.toolchain)),
    compile: \(manifest.compile.map(expression) ?? "nil"), run: \(expression(manifest.run)),
    check: \(manifest.check.map(expression) ?? "nil"),
    investigations: \(list(manifest.investigations.map(expression))),
    selfTest: \(manifest.selfTest.map(expression) ?? "nil"))
    """
  }

  private static func expression(_ definition: InvestigationDefinition) -> String {
    """
    InvestigationDefinition(
    after: \(list(definition.after.map { ".\($0)" })),
    operands: \(definition.operands.map(expression) ?? "nil"),
    compile: \(definition.compile.map(expression) ?? "nil"),
    run: \(expression(definition.run)))
    """
  }

  private static func expression(_ operands: OperandsDefinition) -> String {
    "OperandsDefinition(note: \(literal(operands.note)), appended: \(literal(operands.appended)))"
  }

  private static func expression(_ toolchain: ToolchainDefinition) -> String {
    """
    ToolchainDefinition(executables: \(literal(toolchain.executables)),
    version: \(toolchain.version.map(expression) ?? "nil"),
    locate: \(toolchain.locate.map(expression) ?? "nil"),
    preparation: \(toolchain.preparation.map(expression) ?? "nil"))
    """
  }

  private static func expression(_ preparation: PreparationDefinition) -> String {
    """
    PreparationDefinition(stage: \(expression(preparation.stage)),
    folder: \(literal(preparation.folder)))
    """
  }

  private static func expression(_ question: ToolchainQuestion) -> String {
    """
    ToolchainQuestion(arguments: \(literal(question.arguments)), \
    pattern: \(literal(question.pattern)))
    """
  }

  private static func expression(_ stage: StageDefinition) -> String {
    """
    StageDefinition(policy: \(literal(stage.policy)), command: \(literal(stage.command)),
    environment: \(literal(stage.environment)),
    diagnostics: \(stage.diagnostics.map(expression) ?? "nil"),
    drivers: \(literal(stage.drivers)),
    stopSignal: \(stage.stopSignal.map { ".\($0)" } ?? "nil"),
    parent: \(stage.parent.map(expression) ?? "nil"),
    startsAhead: \(stage.startsAhead.map { "StartAheadDefinition(unless: \(literal($0.unless)))" } ?? "nil"))
    """
  }

  private static func expression(_ parent: ParentDefinition) -> String {
    "ParentDefinition(command: \(literal(parent.command)), drivers: \(literal(parent.drivers)))"
  }

  private static func expression(_ diagnostics: DiagnosticsDefinition) -> String {
    switch diagnostics {
    case .parser(let name): ".parser(\(literal(name)))"
    case .matchers(let matchers): ".matchers(\(list(matchers.map(expression))))"
    }
  }

  private static func expression(_ matcher: ProblemMatcher) -> String {
    """
    ProblemMatcher(regexp: \(literal(matcher.regexp)), file: \(literal(matcher.file)),
    line: \(literal(matcher.line)), column: \(literal(matcher.column)),
    endLine: \(literal(matcher.endLine)), endColumn: \(literal(matcher.endColumn)),
    severity: \(literal(matcher.severity)), code: \(literal(matcher.code)),
    message: \(literal(matcher.message)), defaultSeverity: \(literal(matcher.defaultSeverity)))
    """
  }

  private static func expression(_ test: SelfTest) -> String {
    "SelfTest(source: \(literal(test.source)), stdout: \(literal(test.stdout)))"
  }

  // MARK: Policies

  static func expression(_ policy: Policy) -> String {
    """
    Policy(id: \(literal(policy.id)), summary: \(literal(policy.summary)),
    limits: \(expression(policy.limits)),
    fileSystem: FileSystemAccess(
    read: \(literal(policy.fileSystem.read)), write: \(literal(policy.fileSystem.write))),
    network: .\(policy.network),
    environment: EnvironmentRules(
    inherit: \(literal(policy.environment.inherit)), set: \(literal(policy.environment.set))),
    preload: \(literal(policy.preload)),
    systemCalls: SystemCallRules(
    unlisted: .\(policy.systemCalls.unlisted), allow: \(literal(policy.systemCalls.allow)),
    refuse: \(literal(policy.systemCalls.refuse)), kill: \(literal(policy.systemCalls.kill))),
    enforcement: \(expression(policy.enforcement)),
    expectations: \(list(policy.expectations.map(expression))))
    """
  }

  private static func expression(_ limits: Limits) -> String {
    """
    Limits(
    cpuTime: \(expression(limits.cpuTime)), wallTime: \(expression(limits.wallTime)),
    memory: \(expression(limits.memory)), output: \(expression(limits.output)),
    fileSize: \(expression(limits.fileSize)), disk: \(expression(limits.disk)),
    files: \(limits.files), processes: \(limits.processes), openFiles: \(limits.openFiles),
    stack: \(expression(limits.stack)))
    """
  }

  private static func expression(_ enforcement: [IsolationLayer: Requirement]) -> String {
    let pairs = enforcement.sorted { $0.key.rawValue < $1.key.rawValue }
    return dictionary(pairs.map { ".\($0.key): .\($0.value)" })
  }

  private static func expression(_ expectation: Expectation) -> String {
    """
    Expectation(probe: \(literal(expectation.probe)),
    arguments: \(literal(expectation.arguments)), result: .\(expectation.result))
    """
  }
}
