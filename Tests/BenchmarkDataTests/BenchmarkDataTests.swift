import Foundation
import OCISandbox
import Testing

/// Programs that others wrote for other harnesses, judged by the tests that came with them.
///
/// The suites follow one another, for each keeps all processors busy. `OCISANDBOX_WHOLE_DATA=1` runs what
/// is too long for every day as well: `Scripts/benchmark-data.sh`.
@Suite("Benchmark data", .serialized)
enum BenchmarkDataTests {
  /// One for all suites, as a program would have it.
  static let sandbox = Sandbox()

  /// Whether all records are to be run.
  static let isWhole = ProcessInfo.processInfo.environment["OCISANDBOX_WHOLE_DATA"] == "1"
}
