/// Keeps a critic from giving away the reference that it was shown.
struct LeakFilter {
  /// The lines of the reference that say something and are not in the task, without white space.
  private let secrets: Set<String>

  init(reference: String, task: String) {
    let known = Self.dense(task)
    secrets = Set(
      reference.split(whereSeparator: \.isNewline).map { Self.dense(String($0)) }
        // `return` alone is in many a sentence; `return x` is not.
        .filter { $0.count >= 7 && !known.contains($0) })
  }

  /// The text without code blocks and without the lines that hold one of the reference's, and the number
  /// of lines that did.
  func filter(_ text: String) -> (text: String, leaks: Int) {
    var leaks = 0
    var kept: [Substring] = []
    var isInFence = false
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      let dense = Self.dense(String(line))
      let isFence = dense.hasPrefix("```") || dense.hasPrefix("~~~")
      let isLeak = secrets.contains { dense.contains($0) }
      if isLeak { leaks += 1 }
      if isFence { isInFence.toggle() }
      if !isLeak && !isFence && !isInFence { kept.append(line) }
    }
    return (kept.joined(separator: "\n"), leaks)
  }

  private static func dense(_ line: String) -> String {
    String(line.filter { !$0.isWhitespace })
  }
}
