package import SandboxExecution

#if canImport(Glibc)
  import Glibc
#endif

extension StageReport {
  /// What of the program's surroundings a failure has to do with: what it was not given, as notes.
  func surroundings(of failure: Diagnostic) -> [Diagnostic] {
    guard stage == .run else { return [] }
    var words: [String] = []
    if let hasInput, failure.readsInput {
      words.append(
        hasInput
          ? "standard input had ended: what the program was given has been read"
          : "the program was given no standard input")
    }
    let texts = ([failure] + failure.notes).flatMap { [$0.code ?? "", $0.message] }
    if hasNetwork == false,
      texts.contains(where: { text in Self.unreachable.contains { text.contains($0) } })
    {
      words.append("the policy gives the program no network")
    }
    return words.map { Diagnostic(severity: .note, stage: stage, message: $0) }
  }

  /// What resolvers and connections say where there is no network.
  private static let unreachable = [
    "getaddrinfo", "Name or service not known", "Temporary failure in name resolution",
    "Could not resolve host", "ENETUNREACH", "Network is unreachable",
  ]

  /// What the program was given, where a call failed because a file of its own folder was not there.
  func givenFiles(insteadOf path: String, errno: Int) -> String? {
    guard Int32(truncatingIfNeeded: errno) == ENOENT, let files = givenFiles, !files.isEmpty else {
      return nil
    }
    let place = MountView.components(path)
    guard
      path.utf8.first != UInt8(ascii: "/") || place.starts(with: MountView.components(workspace)),
      !place.contains("..")
    else { return nil }
    let names = files.sorted().prefix(8).map { "'\($0)'" }.joined(separator: ", ")
    let more = files.count > 8 ? " and \(files.count - 8) more" : ""
    return "the files that the program was given: \(names)\(more)"
  }

  /// Why a call failed with `errno` that was about `path`, in words, if that is because of what the sandbox shows.
  func refusal(of path: String, errno: Int) -> String? {
    switch view?.refusal(of: path, errno: errno) {
    case .readOnly:
      "the sandbox lets the program write in its workspace and /tmp only, not to '\(path)'"
    case .notShown:
      "the sandbox does not show '\(path)' to the program; files for it go into its workspace"
    case nil: nil
    }
  }

  /// What the program sees; `nil` where that is not known.
  package var view: MountView? {
    readablePaths.map { MountView(readablePaths: $0, workspace: workspace) }
  }

  /// What was refused, with what the driver tells of it: the lines, and the paths that are not in view.
  ///
  /// A driver tells of the error that ended the program; one of a second run, of each error that the program met.
  ///
  /// - Parameters:
  ///   - denied: The calls that the filter refused.
  ///   - kind: What refuses a path: `view`, or `landlock` where there is no view.
  /// - Returns: Those, and what the driver tells of besides.
  package func denials(_ denied: [Denial], kind: String) -> [Denial] {
    guard let driverReport, !driverReport.records.isEmpty else { return denied }
    var files = ProgramFiles(self)
    var result = denied
    var refusals: Set<Refusal> = []
    let ended = driverRecord.map { [$0] } ?? []
    for record in ended + DriverRecord.read(driverReport).filter({ $0.kind == .denial }) {
      for error in record.chain {
        guard let number = error.errno else { continue }
        let place = error.innermost(&files)
        let action = Denial.action(errno: Int32(truncatingIfNeeded: number))
        let path = error.path.map(Denial.quoted)
        if let place {
          refusals.insert(Refusal(call: error.call, path: path, action: action, place: place))
        }
        var one = Denial(
          kind: kind, name: error.call ?? "path", detail: path ?? "", count: 1, action: action,
          file: place?.file, line: place?.line)
        if let path = error.path {
          guard view?.refusal(of: path, errno: number) != nil else { continue }
        } else {
          guard hasOwnNetwork, number == Int(ENETUNREACH) else { continue }
          (one.kind, one.name) = ("network", error.call ?? "connect")
        }
        guard result.count < denied.count + Self.mostDenials else { break }
        if !result.contains(where: { $0.isAbout(one) }) { result.append(one) }
      }
    }
    locate(&result, count: denied.count, by: refusals)
    return result
  }

  /// An error that the driver tells of.
  private struct Refusal: Hashable {
    var call, path: String?
    var action: String
    var place: Place
  }

  /// Gives the first `count`, which the filter refused, the lines that are sure.
  private func locate(_ denied: inout [Denial], count: Int, by refusals: Set<Refusal>) {
    let filtered = denied.indices.prefix(count)
    var rest = filtered.filter { ["errno(EPERM)", "errno(ENOSYS)"].contains(denied[$0].action) }
    var unknown = refusals.filter { $0.path == nil }
    func give(_ index: Int, _ found: some Collection<Refusal>) {
      let places = Set(found.map(\.place))
      guard places.count == 1, let place = places.first else { return }
      (denied[index].file, denied[index].line) = (place.file, place.line)
    }
    for index in rest {
      let one = denied[index]
      let like = filtered.filter { denied[$0].name == one.name && denied[$0].action == one.action }
      let named = refusals.filter { refusal in
        guard refusal.action == one.action else { return false }
        // Its arguments, or its name where no other one has it, tell which of them an error is of.
        if let path = refusal.path { return one.detail.hasPrefix(path) }
        return like.count == 1 && refusal.call == one.name
      }
      give(index, named)
      unknown.subtract(refusals.filter { $0.call == one.name })
      if !named.isEmpty { rest.removeAll { $0 == index } }
    }
    // An error without either is of one of those that are left; of which one is sure only where all are one.
    for action in Set(rest.map { denied[$0].action }) {
      let left = rest.filter { denied[$0].action == action }
      if left.count == 1 { give(left[0], unknown.filter { $0.action == action }) }
    }
  }

  /// As many as of calls.
  private static let mostDenials = 32

  struct Place: Hashable {
    var file: String
    var line: Int
  }
}

extension DriverRecord {
  /// Where it is in the program's files.
  fileprivate func innermost(_ files: inout ProgramFiles) -> StageReport.Place? {
    for frame in (place.map { [$0] } ?? frames ?? []).reversed() {
      if let file = frame.file.flatMap({ files.relativePath(of: $0) }), let line = frame.line,
        line > 0
      {
        return .init(file: file, line: line)
      }
    }
    return nil
  }
}

extension Denial {
  /// Whether both tell of the same refusal at the same place.
  fileprivate func isAbout(_ other: Denial) -> Bool {
    kind == other.kind && detail == other.detail && action == other.action && file == other.file
      && line == other.line
  }
}

extension Diagnostic {
  /// Whether it failed for want of standard input.
  fileprivate var readsInput: Bool {
    code == "EOFError"
      || message.contains("Unexpectedly found nil") && source?.contains("readLine(") == true
  }
}
