import ArgumentParser
import OCISandbox

#if canImport(Glibc)
  import Glibc
#endif

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "What this host can enforce, what is missing, and how to fix it.",
    discussion:
      "Exits with 0 where a run under the default policy is possible, with 125 where it is not.")

  @Flag(help: "Print a JSON document.") var json = false
  @OptionGroup var catalogOptions: CatalogOptions

  func run() async throws {
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
