import OCISandbox

#if canImport(Glibc)
  import Glibc
#endif

/// What the command says about a program, in the format that was asked for.
struct Report {
  private let display: DisplayOptions
  /// Whether what a compiler found is shown where all is well too.
  private let showsWarnings: Bool
  private var isPrinted = false
  /// The id of the language, as soon as it is known.
  var language: String?
  /// The policy: as it was named, then by its id.
  var policy: String

  init(display: DisplayOptions, policy: String, showsWarnings: Bool = false) {
    self.display = display
    self.policy = policy
    self.showsWarnings = showsWarnings
  }

  /// Prints a result.
  ///
  /// - Parameters:
  ///   - result: The result.
  ///   - isAtLineStart: Whether what was printed before ends with a line.
  /// - Throws: What keeps the result from becoming a document.
  mutating func print(_ result: ProgramResult, isAtLineStart: Bool = true) async throws {
    var result = result
    result.feedbackOptions = display.feedbackOptions
    switch display.chosenFormat {
    case .json:
      result.toolchainVersion = await result.toolchain.version()
      Terminal.output.write(try result.json() + "\n")
    case .feedback, .sarif, .lsp, .github, .markdown:
      let text = try result.account.feedback(display.feedbackOptions)
      let whole = text.hasSuffix("\n") || display.profile == "oci" ? text : text + "\n"
      // Some profiles quote the program as it is, which a terminal would obey.
      if Terminal.output.isInteractive {
        Terminal.output.writeVisible(whole)
      } else {
        Terminal.output.write(whole)
      }
    case .text:
      let text = display.quiet ? "" : text(result)
      if !text.isEmpty { Terminal.error.write(isAtLineStart ? text : "\n" + text) }
    }
    isPrinted = true
  }

  /// Prints what was refused, where the result is told in text.
  func print(denials: [Denial]) {
    guard display.chosenFormat == .text, !display.quiet else { return }
    let lines = denials.map { denial in
      let place = denial.file.map { "\($0):\(denial.line.map(String.init) ?? "?"): " } ?? ""
      let by =
        denial.kind == "syscall"
        ? "the policy" : denial.kind == "view" ? "the view of the files" : "Landlock"
      return "\(place)\(by) refused \(denial.words): \(denial.action)\n"
    }
    Terminal.error.writeVisible(lines.isEmpty ? "nothing was refused\n" : lines.joined())
  }

  /// Prints the document that says that nothing is known about the program, where one is asked for and
  /// none was printed. Returns the error, which the command still ends with.
  func explained(_ error: any Error) -> any Error {
    guard !isPrinted, let failure = Failure(error) else { return error }
    let document = SandboxErrorDocument(
      error: failure.message, language: language, policy: policy)
    switch display.chosenFormat {
    case .json: if let text = try? document.json() { Terminal.output.write(text + "\n") }
    case .feedback: Terminal.output.write(document.feedback)
    // These forms are about a program, of which nothing is known.
    case .text, .sarif, .lsp, .github, .markdown: break
    }
    return failure
  }

  private func text(_ result: ProgramResult) -> String {
    var text = ""
    if result.verdict != .ok || display.verbose || showsWarnings {
      text += TextRenderer(color: usesColor).render(result.diagnostics)
    }
    if display.verbose, let last = result.last {
      let layers = last.enforcement
      text += """
        verdict: \(result.verdict.rawValue), policy: \(policy)
        toolchain: \(result.toolchain.executable)
        wall time: \(Self.seconds(last.wallTime)), CPU time: \(Self.seconds(last.cpuTime)), \
        peak memory: \(last.peakMemory.bytes / 1024) KiB, processes: \(last.peakProcesses)
        namespaces: \(layers.namespaces.joined(separator: " ")), Landlock ABI \(layers.landlockABI), \
        cgroup \(layers.cgroup ?? "none")

        """
    }
    let missing = result.last?.enforcement.missing.contains(.namespaces) ?? false
    if missing { text += "warning: ran without namespaces (--allow-degraded)\n" }
    return text
  }

  private var usesColor: Bool {
    switch display.color {
    case .always: true
    case .never: false
    case .auto:
      Terminal.error.isInteractive && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
        && (getenv("TERM").map { strcmp($0, "dumb") != 0 } ?? true)
    }
  }

  private static func seconds(_ duration: Duration) -> String {
    let milliseconds = duration / .milliseconds(1)
    return "\((milliseconds * 10).rounded() / 10) ms"
  }
}
