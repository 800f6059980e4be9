/// The parsers that a manifest can name.
public enum DiagnosticParsers {
  /// All names, sorted.
  public static let names: [String] = byName.keys.sorted()

  /// The parser of a name; `nil` where there is none.
  public static func named(_ name: String) -> (any DiagnosticParser)? { byName[name] }

  private static let byName: [String: any DiagnosticParser] = [
    "c-compiler": CCompilerParser(),
    "gcc-json": GCCJSONParser(),
    "llvm-style": LLVMStyleParser(),
    "native-crash": NativeCrashParser(),
    "node-error": NodeErrorParser(),
    "python-traceback": PythonTracebackParser(),
    "sanitizer": SanitizerParser(),
    "sarif": SARIFParser(),
    "swift-trap": SwiftTrapParser(),
  ]
}
