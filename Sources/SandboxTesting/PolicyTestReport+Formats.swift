internal import SandboxDiagnostics
internal import SandboxExecution

extension PolicyTestReport {
  /// The rows of a table for people: category, probe, expected, observed, how.
  public var rows: [[String]] {
    results.map { result in
      [
        result.passes ? "pass" : "FAIL", result.category.rawValue, result.probe,
        result.expected.rawValue, result.observed?.rawValue ?? "unknown", result.detail,
      ]
    }
  }
}

/// The reports of several policies as a document.
public struct PolicyTestDocument {
  private let reports: [PolicyTestReport]

  /// Creates a document.
  public init(_ reports: [PolicyTestReport]) { self.reports = reports }

  /// JSON, `"schema": 1`.
  public func json() throws -> String {
    try text(
      Root(
        passed: reports.allSatisfy(\.passes),
        policies: reports.map { report in
          .init(
            policy: report.policy, origin: report.origin, passed: report.passes,
            skipped: report.skipped,
            probes: report.results.map {
              .init(
                category: $0.category.rawValue, probe: $0.probe, expected: $0.expected.rawValue,
                observed: $0.observed?.rawValue, detail: $0.detail, passed: $0.passes)
            })
        }))
  }

  /// The XML that test runners call JUnit's; one suite a policy.
  public func junit() -> String {
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
    for report in reports {
      let failures = report.results.count { !$0.passes }
      text += """
          <testsuite name="\(MarkupText.escaped(report.policy))" tests="\(report.results.count)" \
        failures="\(failures)">

        """
      for result in report.results {
        text += """
              <testcase classname="\(MarkupText.escaped(report.policy)).\(result.category.rawValue)" \
          name="\(MarkupText.escaped(result.probe))"
          """
        if result.passes {
          text += "/>\n"
        } else {
          text += """
            >
                  <failure message="\(MarkupText.escaped(result.words))"/>
                </testcase>

            """
        }
      }
      text += "  </testsuite>\n"
    }
    return text + "</testsuites>\n"
  }

  /// SARIF 2.1.0: one result for each promise that was not kept.
  public func sarif() throws -> String {
    let results = reports.flatMap { report in
      report.results.filter { !$0.passes }.map { result in
        SARIF.Result(
          ruleId: result.category.rawValue,
          message: .init(text: "policy \(report.policy): \(result.probe): \(result.words)"),
          locations: report.origin.contains("/") || report.origin.hasSuffix(".yaml")
            ? [.init(physicalLocation: .init(artifactLocation: .init(uri: report.origin)))] : [])
      }
    }
    let rules = ProbeResult.Category.allCases.map { SARIF.Rule(id: $0.rawValue) }
    return try text(
      SARIF(runs: [.init(tool: .init(driver: .init(rules: rules)), results: results)]))
  }

  private func text(_ value: some Encodable) throws -> String {
    try jsonDocument(value)
  }

  private struct Root: Encodable {
    var schema = 1
    var passed: Bool
    var policies: [Report]

    struct Report: Encodable {
      var policy: String
      var origin: String
      var passed: Bool
      var skipped: [String]
      var probes: [Probe]
    }
    struct Probe: Encodable {
      var category: String
      var probe: String
      var expected: String
      var observed: String?
      var detail: String
      var passed: Bool
    }
  }
}

extension ProbeResult {
  /// `expected denied, observed allowed: it worked`
  fileprivate var words: String {
    "expected \(expected.rawValue), observed \(observed?.rawValue ?? "nothing that tells"): \(detail)"
  }
}

/// The part of the Static Analysis Results Interchange Format that is used (OASIS, version 2.1.0).
private struct SARIF: Encodable {
  var schema = "https://json.schemastore.org/sarif-2.1.0.json"
  var version = "2.1.0"
  var runs: [Run]

  enum CodingKeys: String, CodingKey {
    case version, runs
    case schema = "$schema"
  }

  struct Run: Encodable {
    var tool: Tool
    var results: [Result]
  }
  struct Tool: Encodable { var driver: Driver }
  struct Driver: Encodable {
    var name = "ocisandbox policy test"
    var rules: [Rule]
  }
  struct Rule: Encodable { var id: String }
  struct Result: Encodable {
    var ruleId: String
    var level = "error"
    var message: Message
    var locations: [Location]
  }
  struct Message: Encodable { var text: String }
  struct Location: Encodable { var physicalLocation: PhysicalLocation }
  struct PhysicalLocation: Encodable { var artifactLocation: ArtifactLocation }
  struct ArtifactLocation: Encodable { var uri: String }
}
