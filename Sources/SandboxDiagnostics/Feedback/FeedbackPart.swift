/// A piece of a feedback that stands or falls as a whole, or is cut in its middle.
struct FeedbackPart {
  /// The lower, the more it is worth: parts are taken in this order while there is room.
  var rank: Int
  /// Its lines.
  var lines: [String]
  /// Whether its first and its last lines are worth something without those between.
  var keepsEnds = false
  /// How few of its lines are still worth something: a heading alone is not.
  var leastLines = 1
  /// Its lines as they were before they were shortened, so that nothing is shortened twice.
  var whole: [String]?
  /// The part within a budget, where it is more than lines; `nil` where it does not fit at all.
  var shortened: ((FeedbackBudget) -> String?)?
}

extension [FeedbackPart] {
  /// The lines of all parts in their order, or, where they cost more than the budget, of those worth most.
  ///
  /// What is worth most may take a third of a budget, or all of a small one, and what nothing else needs. So a greater
  /// budget shows no less of it, and leaves no less to the others.
  ///
  /// - Parameters:
  ///   - budget: How much the lines may cost.
  ///   - statement: The words for a number of lines that were left out.
  /// - Returns: What is shown.
  func lines(
    within budget: FeedbackBudget?,
    statement: (Int) -> String = { "[... \($0) line\($0 == 1 ? "" : "s") left out ...]" }
  ) -> [String] {
    guard let budget else { return flatMap(\.lines) }
    let costs = map { $0.cost(budget) }
    let total = costs.reduce(0, +)
    guard total > budget.amount else { return flatMap(\.lines) }
    let order = indices.sorted { (self[$0].rank, $0) < (self[$1].rank, $1) }
    guard let first = order.first else { return [] }
    var kept: [Int: [String]] = [:]
    var dropped = 0
    var used = 0
    let others = total - costs[first]
    let share = Swift.max(
      budget.amount / 3, Swift.min(budget.amount, budget.small), budget.amount - others)
    if costs[first] <= share {
      (kept[first], used) = (self[first].lines, costs[first])
    } else if let lines = self[first].most(within: budget.with(share)) {
      // All of its share, so that what is left for the others never becomes less.
      (kept[first], used) = (lines, share)
    } else {
      dropped += self[first].lines.count
    }
    // Room for the words on what was left out, unless that is nothing.
    var room = budget.amount - used
    if others > room { room -= budget.cost(of: statement(10_000) + "\n") }
    for index in order.dropFirst() {
      if costs[index] <= room {
        kept[index] = self[index].lines
        room -= costs[index]
      } else if self[index].keepsEnds, let ends = self[index].ends(within: budget, room) {
        kept[index] = ends.lines
        room -= ends.cost
      } else {
        dropped += self[index].lines.count
      }
    }
    let lines = indices.flatMap { kept[$0] ?? [] }
    guard dropped > 0 else { return lines }
    let words = [statement(dropped)]
    let cost = (lines + words).reduce(0) { $0 + budget.cost(of: $1 + "\n") }
    return cost <= budget.amount ? lines + words : lines
  }
}

extension FeedbackBudget {
  /// What leaves no room for more than the cause.
  fileprivate var small: Int { unit == .tokens ? 60 : 240 }

  /// How much of a cause says what is meant without its end.
  fileprivate var tiny: Int { unit == .tokens ? 24 : 96 }
}

extension FeedbackPart {
  fileprivate func cost(_ budget: FeedbackBudget) -> Int {
    lines.reduce(0) { $0 + budget.cost(of: $1 + "\n") }
  }

  /// What fits of the part that is worth most: its ends, or, where there is room for nothing else, its beginning.
  fileprivate func most(within budget: FeedbackBudget) -> [String]? {
    if let shortened { return shortened(budget).map { [$0] } }
    if let whole {
      return FeedbackPart(rank: rank, lines: whole, keepsEnds: keepsEnds).most(within: budget)
    }
    guard keepsEnds, let line = lines.first else { return nil }
    let start = Self.beginning(line, budget.with(min(budget.amount, budget.tiny)))
    if let ends = ends(within: budget, budget.amount),
      ends.wholeLines > 0 || ends.beginning >= (start?.length ?? 0)
    {
      return ends.lines
    }
    return start.map { [$0.text] }
  }

  fileprivate struct Ends {
    var lines: [String]
    var cost: Int
    /// Of how many lines from the beginning all was kept, and of how many characters, where of none.
    var wholeLines: Int
    var beginning = 0
  }

  /// As many lines from both ends as there is room for, at least one character of each end; `nil` where
  /// there is no room for that.
  fileprivate func ends(within budget: FeedbackBudget, _ room: Int) -> Ends? {
    let gap = "[... \(lines.count) lines dropped ...]"
    var left = room - budget.cost(of: gap + "\n")
    guard left > 0 else { return nil }
    var head: [String] = []
    var tail: [String] = []
    var rest = lines[...]
    var takesLast = false
    while let line = takesLast ? rest.last : rest.first {
      let cost = budget.cost(of: line + "\n")
      guard cost <= left else { break }
      left -= cost
      if takesLast {
        tail.append(rest.removeLast())
      } else {
        head.append(rest.removeFirst())
      }
      takesLast.toggle()
    }
    if rest.isEmpty {
      return Ends(lines: head + tail.reversed(), cost: room - left, wholeLines: head.count)
    }
    guard leastLines <= head.count + tail.count || leastLines == 1 else { return nil }
    if head.isEmpty {
      // Not even one line: the beginning and the end of all.
      guard let cut = Self.cut(lines.joined(separator: "\n"), budget, room) else { return nil }
      return Ends(
        lines: [cut.text], cost: budget.cost(of: cut.text + "\n"), wholeLines: 0,
        beginning: cut.beginning)
    }
    let dropped = rest.count
    let words = "[... \(dropped) line\(dropped == 1 ? "" : "s") dropped ...]"
    let lines = head + [words] + tail.reversed()
    return Ends(
      lines: lines, cost: lines.reduce(0) { $0 + budget.cost(of: $1 + "\n") },
      wholeLines: head.count)
  }

  /// A text without its middle, cut between characters. Three quarters of what is kept are its beginning, which
  /// names the place; of much that is kept half.
  private static func cut(
    _ text: String, _ budget: FeedbackBudget, _ room: Int
  ) -> (text: String, beginning: Int)? {
    longest(text.count - 1) { length in
      let gap = "[... \(text.count - length) characters dropped ...]"
      let head = min(length - length / 4, max(220, length - length / 2))
      let kept = "\(text.prefix(head))\(gap)\(text.suffix(length - head))"
      return budget.cost(of: kept + "\n") <= room ? (kept, head) : nil
    }
  }

  /// The beginning of a line, where there is room for nothing else.
  private static func beginning(
    _ line: String, _ budget: FeedbackBudget
  ) -> (text: String, length: Int)? {
    longest(line.count) { length in
      let text = String(line.prefix(length)) + (length < line.count ? "[...]" : "")
      return budget.cost(of: text + "\n") <= budget.amount ? (text, length) : nil
    }
  }

  /// What the greatest length gives that gives anything, which all lesser lengths do too.
  static func longest<Result>(_ most: Int, _ text: (Int) -> Result?) -> Result? {
    var (least, most) = (0, most)
    var found: Result?
    while least < most {
      let length = (least + most + 1) / 2
      if let text = text(length) {
        (least, found) = (length, text)
      } else {
        most = length - 1
      }
    }
    return found
  }
}
