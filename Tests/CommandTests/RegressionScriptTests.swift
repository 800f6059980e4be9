import Foundation
import Testing

@Suite("The script that compares ratios")
struct RegressionScriptTests {
  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Scripts/regressions.py").path

  /// Compares what is measured with 5.0, 5.1, 4.9 of a ratio that is better where it is higher.
  private func compare(_ values: [Double], better: String = "higher") throws -> (Int32, String) {
    let folder = try ScratchFolder()
    func write(_ name: String, _ values: [Double]) throws -> String {
      let document: [String: Any] = [
        "host": "here", "ratios": ["hello": ["better": better, "values": values]],
      ]
      let path = folder.path + "/" + name
      try JSONSerialization.data(withJSONObject: document).write(to: URL(fileURLWithPath: path))
      return path
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", Self.script, "--measured", try write("now.json", values), "--recorded",
      try write("then.json", [5.0, 5.1, 4.9]),
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  @Test("says what got slower by more than noise, and ends with 1")
  func slower() throws {
    let (status, text) = try compare([4.0, 4.1, 3.9])
    #expect(status == 1)
    #expect(text.hasSuffix("\nslower: hello\n"), "\(text)")
    #expect(try compare([6.0, 6.1, 5.9], better: "lower").0 == 1)
  }

  @Test("and nothing of what is within it, or faster")
  func notSlower() throws {
    for values in [[4.9, 4.8, 5.0], [6.0, 6.1, 5.9], [4.0, 5.5, 2.5]] {
      let (status, text) = try compare(values)
      #expect(status == 0, "\(text)")
      #expect(text.hasSuffix("\nnothing got slower by more than noise\n"), "\(text)")
    }
  }
}
