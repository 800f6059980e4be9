import SandboxExecution

/// Reads SARIF 2.1.0, as gcc and clang print it with `-fdiagnostics-format=sarif` and many checkers do: the `sarif` of
/// manifests. It is looked for in the driver's report, on standard error and on standard output, in this order.
///
/// Plain `file:line:column: error:` lines around it are read too, so that a linker's are.
public struct SARIFParser: DiagnosticParser {
  /// Creates the parser.
  public init() {}

  /// The results, each with its notes and fixes.
  public func diagnostics(in report: StageReport) -> [Diagnostic] {
    var files = ProgramFiles(report)
    var list = CompilerDiagnosticList()
    let texts = [report.driverReport?.text ?? "", report.standardError, report.standardOutput]
    for text in texts where list.diagnostics.isEmpty {
      for part in PrintedDocument<SARIFLog>.split(text, at: "{") {
        switch part {
        case .document(let log): log.read(stage: report.stage, into: &list, &files)
        case .text(let text):
          CompilerTextReader.read(
            text, columns: .utf8, stage: report.stage, into: &list, &files)
        }
      }
    }
    // clang's own warning that it may change the form.
    return list.diagnostics.filter { $0.code != "-Wsarif-format-unstable" }
  }
}

/// A document in SARIF 2.1.0, as much of it as becomes diagnostics.
struct SARIFLog: Decodable {
  struct Region: Decodable {
    var startLine: Int?
    var startColumn: Int?
    var endLine: Int?
    var endColumn: Int?
  }

  struct ArtifactLocation: Decodable {
    var uri: String?
  }

  struct Location: Decodable {
    struct Physical: Decodable {
      var artifactLocation: ArtifactLocation?
      var region: Region?
    }

    var physicalLocation: Physical?
    var message: Message?
  }

  struct Message: Decodable {
    var text: String?
  }

  struct Replacement: Decodable {
    struct Content: Decodable { var text: String? }

    var deletedRegion: Region
    var insertedContent: Content?
  }

  struct Fix: Decodable {
    struct Change: Decodable {
      var artifactLocation: ArtifactLocation
      var replacements: [Replacement]
    }

    var artifactChanges: [Change]
  }

  struct Result: Decodable {
    var ruleId: String?
    var level: String?
    var message: Message
    var locations: [Location]?
    var relatedLocations: [Location]?
    var fixes: [Fix]?
  }

  struct Run: Decodable {
    var columnKind: String?
    var results: [Result]?
  }

  var version: String?
  var runs: [Run]

  /// Adds its results to `list`.
  func read(
    stage: Diagnostic.Stage, into list: inout CompilerDiagnosticList, _ files: inout ProgramFiles
  ) {
    for run in runs {
      let unit: ColumnUnit? = run.columnKind == "unicodeCodePoints" ? nil : .utf16
      for result in run.results ?? [] where !list.isFull {
        list.append(result.diagnostic(stage: stage, unit, &files))
      }
    }
  }
}

extension SARIFLog.Result {
  fileprivate func diagnostic(
    stage: Diagnostic.Stage, _ unit: ColumnUnit?, _ files: inout ProgramFiles
  ) -> Diagnostic {
    // SARIF's own default is a warning.
    let severity = level.map { Diagnostic.Severity(compilerWord: $0) ?? .note } ?? .warning
    var result = Diagnostic(
      severity: severity, stage: stage, code: code,
      message: files.withoutWorkspace(OutputLines.message([(message.text ?? "")[...]])))
    let places = (locations ?? []).prefix(ParserBounds.notes).compactMap {
      SARIFPlace($0.physicalLocation, unit, &files)
    }
    // clang gives what it underlines first, and then the place, which is empty.
    let first = places.last(where: \.isEmpty) ?? places.first
    if let first {
      (result.file, result.line) = (first.file, first.line)
      (result.column, result.source) = (first.column, first.source)
      if let column = first.column,
        let end = places.first(where: { $0.contains(column, of: first) })?.endColumn
      {
        (result.endLine, result.endColumn) = (first.line, end)
      }
    }
    for related in (relatedLocations ?? []).prefix(ParserBounds.notes) {
      guard let text = related.message?.text else { continue }
      let place = SARIFPlace(related.physicalLocation, unit, &files)
      result.notes.append(
        Diagnostic(
          severity: .note, stage: stage, file: place?.file, line: place?.line,
          column: place?.column,
          message: files.withoutWorkspace(OutputLines.message([text[...]])), source: place?.source))
    }
    for change in (fixes ?? []).flatMap(\.artifactChanges).prefix(ParserBounds.notes) {
      guard let path = change.artifactLocation.uri, let file = files.relativePath(of: path),
        file == result.file
      else { continue }
      for replacement in change.replacements.prefix(ParserBounds.notes) {
        let region = replacement.deletedRegion
        guard let place = SARIFPlace(file: file, region, unit, &files), let column = place.column
        else { continue }
        result.fixIts.append(
          Diagnostic.FixIt(
            line: place.line, column: column, endLine: place.endLine ?? place.line,
            endColumn: place.endColumn ?? column,
            replacement: replacement.insertedContent?.text ?? ""))
      }
    }
    return result
  }

  /// The rule, unless it says nothing: gcc calls that of an error `error`, clang gives numbers that change.
  private var code: String? {
    guard let ruleId, Diagnostic.Severity(compilerWord: ruleId) == nil,
      !ruleId.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return ruleId
  }
}

/// A place in one of the program's files.
private struct SARIFPlace {
  var file: String
  var line: Int
  var column: Int?
  var endLine: Int?
  var endColumn: Int?
  var source: String?

  init?(
    _ location: SARIFLog.Location.Physical?, _ unit: ColumnUnit?, _ files: inout ProgramFiles
  ) {
    guard let uri = location?.artifactLocation?.uri, let file = files.relativePath(of: uri) else {
      return nil
    }
    self.init(file: file, location?.region, unit, &files)
  }

  init?(
    file: String, _ region: SARIFLog.Region?, _ unit: ColumnUnit?, _ files: inout ProgramFiles
  ) {
    guard let line = region?.startLine, line > 0 else { return nil }
    (self.file, self.line) = (file, line)
    source = files.line(line, of: file)
    column = Self.scalarColumn(region?.startColumn, in: source, unit)
    let endLine = region?.endLine ?? line
    endColumn = Self.scalarColumn(region?.endColumn, in: files.line(endLine, of: file), unit)
    if endColumn != nil { self.endLine = endLine }
  }

  private static func scalarColumn(_ column: Int?, in line: String?, _ unit: ColumnUnit?) -> Int? {
    guard let column, column > 0 else { return nil }
    return unit.map { $0.scalarColumn(column, in: line) } ?? column
  }

  /// Whether it is a point of a line.
  var isEmpty: Bool { column != nil && endColumn == column && endLine == line }

  /// Whether it is on the same line around `column` and ends behind it.
  func contains(_ column: Int, of other: SARIFPlace) -> Bool {
    guard file == other.file, line == other.line, endLine == line, let start = self.column,
      let endColumn
    else { return false }
    return start <= column && column < endColumn
  }
}
