package import SandboxExecution

extension Diagnostic {
  /// Takes what a second run with instruments found, where that ended in the same way: else it says nothing about
  /// the first.
  ///
  /// - Parameters:
  ///   - first: How the run ended that is reported.
  ///   - found: The first error of the second run.
  ///   - second: How that ended.
  ///   - sources: The program's files.
  package mutating func complete(
    after first: Outcome, with found: Diagnostic, _ second: Outcome, in sources: [String: String]
  ) {
    switch (first, second) {
    case (.timeLimitExceeded, .timeLimitExceeded), (.memoryLimitExceeded, .memoryLimitExceeded),
      // What reads where it is may end it then, after any amount of output.
      (.timeLimitExceeded, .signalled(signal: 9)), (.memoryLimitExceeded, .signalled(signal: 9)),
      (.timeLimitExceeded, .outputLimitExceeded), (.memoryLimitExceeded, .outputLimitExceeded),
      (.outputLimitExceeded, .outputLimitExceeded):
      guard !found.stack.isEmpty else { return }
      // One of the same calls that has more, or looked several times, knows better.
      if found.isWhere(stack, in: sources) {
        (file, stack) = (nil, [])
      }
      locate(as: found)
    case (.exited(let status), _) where found.code == "exit":
      guard code == nil, found.message == "exit with status \(status)", found.file != nil else {
        return
      }
      locate(as: found)
      message = "the program ended itself with status \(status)"
    case (.exited, .exited):
      guard first == second, found.code == code, found.file == file, found.line == line,
        found.message == message
      else { return }
      if !found.values.isEmpty { values = found.values }
      notes += found.notes.filter { !notes.contains($0) }
    case (.signalled, .signalled) where isFailedAssertion && found.isFailedAssertion:
      guard found.file == file, found.line == line else { return }
      if !found.values.isEmpty { values = found.values }
    case (.signalled, .signalled), (.signalled, .exited):
      guard second != .exited(code: 0), found.file != nil else { return }
      locate(as: found)
      // A bare signal, such as SEGV or ABRT, is known already.
      let isKnown = found.code?.contains(where: \.isLowercase) != true && found.code != "SEGV"
      if !isKnown, found.message != "invalid memory access" {
        // `heap-buffer-overflow`, which says more than what was accessed.
        let kind = found.code.flatMap {
          ["undefined-behavior", "SEGV", found.message.replacing(" ", with: "-")].contains($0)
            ? nil : "\($0): "
        }
        notes.append(
          Diagnostic(
            severity: .note, stage: .run,
            message: "run again with instruments: \(kind ?? "")\(found.message)"))
      }
      notes += found.notes
    default: return
    }
  }

  /// Whether a program that was once seen in these calls may have been where this tells of.
  private func isWhere(_ calls: [Frame], in sources: [String: String]) -> Bool {
    let common = zip(calls, stack).prefix { $0.function == $1.function }.count
    if common == min(calls.count, stack.count) { return true }
    // Just entered, a call of Swift's hides its caller.
    guard common == calls.count - 1, let called = calls.last?.function, let file, let line,
      let text = sources[file], let loop = Loops(in: text).range(from: line)
    else { return false }
    let name = called.prefix { $0 != "(" } + "("
    return text.split(separator: "\n", omittingEmptySubsequences: false)
      .dropFirst(loop.lowerBound - 1).prefix(loop.count).contains { $0.contains(name) }
  }

  /// Takes the place of another, where it has none itself.
  private mutating func locate(as other: Diagnostic) {
    guard file == nil || stack.isEmpty else { return }
    if file == nil {
      (file, line, column, source) = (other.file, other.line, other.column, other.source)
      (endLine, endColumn) = (other.endLine, other.endColumn)
    }
    stack = other.stack
  }
}
