/// An account with ever less in it, for forms that are documents: what is worth least goes first, and what went is counted.
///
/// More of a budget undoes steps and does nothing else, so that it never shows less.
struct AccountReduction {
  /// What is left.
  private(set) var account: RunAccount
  /// How many diagnostics, tests, notes, fixes, values, calls and source lines were left out.
  private(set) var dropped = 0

  /// The characters of a message, or of a test's input and outputs, that are kept in any case.
  static let leastText = 60

  /// All that there is, from which texts are shortened.
  private let whole: RunAccount
  private let keepsSources: Bool

  private init(_ account: RunAccount, keepsSources: Bool) {
    self.account = account
    self.keepsSources = keepsSources
    whole = account
  }

  /// The first document that is within the budget, or the least one.
  ///
  /// - Parameters:
  ///   - account: All that there is.
  ///   - budget: How long the document may be.
  ///   - keepsSources: Whether lines of source are never left out, because columns are counted by them.
  ///   - document: The document of what is left, and of how much was left out.
  /// - Returns: That document.
  /// - Throws: What `document` throws.
  static func document(
    _ account: RunAccount, within budget: FeedbackBudget?, keepsSources: Bool = false,
    _ document: (RunAccount, _ dropped: Int) throws -> String
  ) throws -> String {
    var text = try document(account, 0)
    guard let budget else { return text }
    var reduction = AccountReduction(account, keepsSources: keepsSources)
    while budget.cost(of: text) > budget.amount, reduction.reduce() {
      text = try document(reduction.account, reduction.dropped)
    }
    return text
  }

  /// Takes one step; `false` where nothing is left that could go.
  mutating func reduce() -> Bool {
    if dropDiagnostic() || dropTest() || dropDetail() {
      dropped += 1
      return true
    }
    return shorten() || dropSource()
  }

  /// Any diagnostic but the one that names the cause: no errors first, the last of them first.
  private mutating func dropDiagnostic() -> Bool {
    guard account.diagnostics.count > 1 else { return false }
    let diagnostics = account.diagnostics
    let cause = diagnostics.firstIndex { $0.severity == .error } ?? 0
    let others = diagnostics.indices.filter { $0 != cause }
    guard let worst = others.last(where: { diagnostics[$0].severity != .error }) ?? others.last
    else { return false }
    account.diagnostics.remove(at: worst)
    return true
  }

  private mutating func dropTest() -> Bool {
    guard account.failedTests.count > 1 else { return false }
    account.failedTests.removeLast()
    return true
  }

  /// Of the cause what explains it, but the innermost call.
  private mutating func dropDetail() -> Bool {
    guard var cause = account.diagnostics.first else { return false }
    if cause.notes.popLast() == nil, cause.fixIts.popLast() == nil {
      if let name = cause.values.keys.max() {
        cause.values[name] = nil
      } else if cause.stack.count > 1 {
        cause.stack.removeFirst()
      } else {
        return false
      }
    }
    account.diagnostics[0] = cause
    return true
  }

  /// Halves the longest text.
  private mutating func shorten() -> Bool {
    var texts: [(length: Int, shorten: (inout RunAccount, Int) -> Void)] = []
    if let left = account.diagnostics.first, let cause = whole.primary {
      texts.append(
        (
          left.message.count,
          { $0.diagnostics[0].message = ProgramText.ends(cause.message, keeping: $1) }
        ))
    }
    if let left = account.failedTests.first, let test = whole.failedTests.first {
      for path in [
        \FailedTest.input, \FailedTest.call, \FailedTest.expected, \FailedTest.actual,
      ] {
        guard let length = left[keyPath: path]?.count, let text = test[keyPath: path] else {
          continue
        }
        texts.append(
          (length, { $0.failedTests[0][keyPath: path] = ProgramText.ends(text, keeping: $1) }))
      }
    }
    // The words on what is dropped must be shorter than that.
    guard let longest = texts.max(by: { $0.length < $1.length }),
      longest.length > 2 * Self.leastText
    else { return false }
    longest.shorten(&account, max(Self.leastText, longest.length / 2 - 40))
    return true
  }

  private mutating func dropSource() -> Bool {
    guard !keepsSources, let cause = account.diagnostics.first,
      cause.source != nil || cause.stack.contains(where: { $0.source != nil })
    else { return false }
    account.diagnostics[0].source = nil
    for index in cause.stack.indices { account.diagnostics[0].stack[index].source = nil }
    dropped += 1
    return true
  }
}
