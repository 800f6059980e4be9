import OCISandbox

#if canImport(Glibc)
  import Glibc
#endif

/// What the command says about a result.
struct Report {
  private var result: ProgramResult
  private let policy: Policy
  private let display: DisplayOptions

  init(_ result: ProgramResult, policy: Policy, display: DisplayOptions) {
    self.result = result
    self.policy = policy
    self.display = display
  }

  /// Prints it in the format that was asked for.
  func print() async throws {
    switch display.chosenFormat {
    case .json:
      var document = result
      document.toolchainVersion = await result.toolchain.version()
      Terminal.output.write(try document.json() + "\n")
    case .feedback: Terminal.output.write(result.feedback)
    case .text:
      if !display.quiet { Terminal.error.write(text) }
    }
  }

  private var text: String {
    var text = ""
    if result.verdict != .ok || display.verbose {
      text += TextRenderer(color: usesColor).render(result.diagnostics)
    }
    if display.verbose, let last = result.last {
      let layers = last.enforcement
      text += """
        verdict: \(result.verdict.rawValue), policy: \(policy.id)
        toolchain: \(result.toolchain.executable)
        wall time: \(Self.seconds(last.wallTime)), CPU time: \(Self.seconds(last.cpuTime)), \
        peak memory: \(last.peakMemory.bytes / 1024) KiB, processes: \(last.peakProcesses)
        namespaces: \(layers.namespaces.joined(separator: " ")), Landlock ABI \(layers.landlockABI), \
        cgroup \(layers.cgroup ?? "none")

        """
    }
    if let missing = result.last?.enforcement.missing.filter({ $0 == .namespaces }), !missing.isEmpty {
      text += "warning: ran without \(missing.map(\.rawValue).joined(separator: ", ")) (--allow-degraded)\n"
    }
    return text
  }

  private var usesColor: Bool {
    switch display.color {
    case .always: true
    case .never: false
    case .auto: Terminal.error.isInteractive && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
    }
  }

  private static func seconds(_ duration: Duration) -> String {
    let milliseconds = duration / .milliseconds(1)
    return "\((milliseconds * 10).rounded() / 10) ms"
  }
}
