import Foundation
import OCISandbox
import Testing

/// A benchmark's records, as its authors publish them: one JSON object a line, compressed by gzip.
enum Fixture {
  /// Reads all records of a file in `Fixtures`.
  ///
  /// What unpacks it is the sandbox, which needs no other way to start a program.
  static func records<Record: Decodable>(
    of name: String, as type: Record.Type = Record.self, with executor: SandboxExecutor
  ) async throws -> [Record] {
    let file = try #require(
      Bundle.module.url(forResource: name, withExtension: "jsonl.gz", subdirectory: "Fixtures"))
    let unpacked = try await executor.run(
      Command(
        executable: "/bin/gzip", arguments: ["-dc"],
        standardInput: .bytes(Array(try Data(contentsOf: file)))),
      under: Policy(limits: Limits(output: ByteCount(mebibytes: 16))))
    try #require(unpacked.outcome == .exited(code: 0), "\(unpacked.standardError.text)")
    let decoder = JSONDecoder()
    return try unpacked.standardOutput.text.split(separator: "\n").map {
      try decoder.decode(type, from: Data($0.utf8))
    }
  }
}
