import Foundation
import OCISandbox
import Testing

/// Many programs in one language, run at once by one executor.
struct ProgramTable {
  /// What became of one program.
  struct Row: Sendable {
    let name: String
    let result: ProgramResult

    /// One line for people: why it is not `ok`.
    var reason: String {
      let first = result.diagnostics.first { $0.severity == .error } ?? result.diagnostics.first
      let text = [first?.code, first?.message].compactMap(\.self).joined(separator: ": ")
      let line = text.split(separator: "\n").first.map(String.init) ?? ""
      return "\(name): \(result.verdict.rawValue)\(line.isEmpty ? "" : ": \(line.prefix(120))")"
    }
  }

  var language: String
  var limits = Limits()

  /// Runs all `programs` and returns their results in the same order.
  func run(
    _ programs: [(name: String, source: String)], in sandbox: Sandbox
  ) async throws -> [Row] {
    var policy = try sandbox.catalog.policy(named: "default").value
    policy.limits = limits
    let plugin = ManifestLanguage(try sandbox.catalog.language(named: language).value)
    let clock = ContinuousClock()
    let start = clock.now
    let rows = try await withThrowingTaskGroup(of: (Int, Row).self) { [policy] group in
      // All of them at once: it is the executor that bounds how many run.
      for (index, program) in programs.enumerated() {
        group.addTask {
          let result = try await sandbox.run(
            Program(source: program.source, language: plugin), language: language, under: policy)
          return (index, Row(name: program.name, result: result))
        }
      }
      var rows: [Int: Row] = [:]
      for try await (index, row) in group { rows[index] = row }
      return programs.indices.compactMap { rows[$0] }
    }
    try #require(rows.count == programs.count)
    let seconds = (clock.now - start) / .seconds(1)
    let passed = rows.count { $0.result.verdict == .ok }
    print(
      "\(programs.count) programs in \(language): \(passed) ok, "
        + String(format: "%.1f s", seconds))
    return rows
  }
}
