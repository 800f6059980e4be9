internal import SandboxExecution
internal import SandboxLanguages

/// The programs that judging in Python is made of.
enum PythonRole: CaseIterable {
  /// Calls the functions of the program under test.
  case candidate
  /// Finds out what is right.
  case reference
  /// Runs tests on what the candidate gave.
  case verify
  /// Compares what the candidate gave with what is right.
  case compare

  /// Its text.
  var source: [UInt8] {
    let parts =
      switch self {
      case .candidate: [PackageResources.values_py, PackageResources.candidate_py]
      case .reference:
        [
          PackageResources.values_py, PackageResources.replay_py, PackageResources.restore_py,
          PackageResources.reference_py,
        ]
      case .verify:
        [PackageResources.values_py, PackageResources.replay_py, PackageResources.verify_py]
      case .compare: [PackageResources.values_py, PackageResources.compare_py]
      }
    return parts.reduce(into: []) { $0 += $1 + [0x0A] }
  }

  /// All of them.
  static let sources = allCases.map {
    SharedSource(path: "main.py", text: String(decoding: $0.source, as: UTF8.self))
  }

  /// It, with the files that it reads.
  func program(_ files: [String: [UInt8]]) -> Program {
    var all = files.mapValues { FileContent.bytes($0) }
    all["main.py"] = .bytes(source)
    return Program(files: all, entry: "main.py")
  }
}

extension [ArraySlice<UInt8>] {
  /// The lines as a file.
  var asLines: [UInt8] { reduce(into: []) { $0 += $1 + [0x0A] } }
}
