import SandboxExecution

/// Reads why a native program crashed: the `native-crash` of manifests.
///
/// The signal gives the code. The message is what assert(3), glibc's checks or the C++ runtime printed, if they did.
public struct NativeCrashParser: DiagnosticParser {
  /// Creates the parser.
  public init() {}

  /// That of the signal, or none.
  public func diagnostics(in report: StageReport) -> [Diagnostic] {
    let lines = OutputLines.split(report.standardError)
    var files = ProgramFiles(report)
    guard let signal = report.signal else { return [] }
    var result = Diagnostic(
      severity: .error, stage: report.stage, code: signal.name, message: signal.meaning)
    result.values = NotedOperands.read(OutputLines.split(report.driverReport?.text ?? ""))
    // The words of an abort, which is the only signal that libraries raise after saying why.
    guard signal.name == "SIGABRT" else { return [result] }
    for index in lines.indices.reversed() {
      if readAssertion(lines[index], into: &result, &files)
        || readTerminate(lines[index...], into: &result)
        || readLibrary(lines[index], into: &result)
      {
        break
      }
    }
    return [result]
  }

  /// ``prog: main.c:3: main: Assertion `x' failed.``
  private func readAssertion(
    _ line: Substring, into result: inout Diagnostic, _ files: inout ProgramFiles
  ) -> Bool {
    guard let start = line.firstByteIndex(of: ": Assertion `"), line.endsWithBytes("' failed.")
    else {
      return false
    }
    var head = TextCursor(line[..<start])
    guard head.text(before: ": ") != nil, let printed = head.text(before: ": "),
      let place = PrintedPlace(printed)
    else { return false }
    result.message = OutputLines.message([Substring(line[start...].utf8.dropFirst(2))])
    result.file = files.relativePath(of: place.path)
    guard let file = result.file else { return true }
    result.line = place.line
    result.source = files.line(place.line, of: file)
    result.stack = [
      Diagnostic.Frame(
        function: String(head.rest), file: file, line: place.line, source: result.source)
    ]
    return true
  }

  /// What `std::terminate` says of an uncaught exception.
  private func readTerminate(_ lines: ArraySlice<Substring>, into result: inout Diagnostic) -> Bool
  {
    guard var cursor = lines.first.map({ TextCursor($0) }) else { return false }
    if cursor.skip("terminate called after throwing an instance of '"),
      let type = cursor.text(before: "'")
    {
      result.code = String(type)
      result.message = "uncaught exception of type '\(type)'"
      if var what = lines.dropFirst().first.map({ TextCursor($0) }), what.skip("  what():  ") {
        result.message = OutputLines.message([what.rest])
      }
      return true
    }
    guard cursor.skip("terminate called ") else { return false }
    result.message = "terminate called " + OutputLines.message([cursor.rest])
    return true
  }

  private static let libraryWords = [
    "free(): ", "malloc(): ", "malloc_consolidate(): ", "realloc(): ", "calloc(): ",
    "munmap_chunk(): ", "double free or corruption", "corrupted size vs. prev_size",
    "corrupted double-linked list", "munmap(): ", "Fatal glibc error: ",
    "pure virtual method called",
  ]

  /// What glibc says when it finds memory damaged.
  private func readLibrary(_ line: Substring, into result: inout Diagnostic) -> Bool {
    var cursor = TextCursor(line)
    if cursor.skip("*** "), let text = cursor.text(before: " ***") {
      result.message = OutputLines.message([text])
      return true
    }
    guard Self.libraryWords.contains(where: line.startsWithBytes) else { return false }
    result.message = OutputLines.message([line])
    return true
  }
}
