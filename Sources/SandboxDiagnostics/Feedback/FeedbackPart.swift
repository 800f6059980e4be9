/// A piece of a feedback that stands or falls as a whole, or is cut in its middle.
struct FeedbackPart {
  /// The lower, the more it is worth: parts are taken in this order while there is room.
  var rank: Int
  /// Its lines.
  var lines: [String]
  /// Whether its first and its last lines are worth something without those between.
  var keepsEnds = false
}

extension [FeedbackPart] {
  /// The lines of all parts in their order, or, where they cost more than the budget, of those worth most.
  func lines(within budget: FeedbackBudget?) -> [String] {
    guard let budget else { return flatMap(\.lines) }
    let costs = map { $0.cost(budget) }
    guard costs.reduce(0, +) > budget.amount else { return flatMap(\.lines) }
    // Room for the words on what was left out, where there is room to speak of.
    let words = budget.cost(of: Self.statement(on: 10_000) + "\n")
    var room = budget.amount - words
    var kept: [Int: [String]] = [:]
    var dropped = 0
    for index in indices.sorted(by: { (self[$0].rank, $0) < (self[$1].rank, $1) }) {
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
    let first = indices.min { (self[$0].rank, $0) < (self[$1].rank, $1) }
    if kept.isEmpty, let first, self[first].keepsEnds {
      // Not even the cause beside the words on what was left out.
      let line = self[first].lines.first.flatMap { FeedbackPart.beginning($0, budget) }
      return line.map { [$0] } ?? []
    }
    let lines = indices.flatMap { kept[$0] ?? [] }
    return dropped == 0 ? lines : lines + [Self.statement(on: dropped)]
  }

  private static func statement(on count: Int) -> String {
    "[... \(count) line\(count == 1 ? "" : "s") left out ...]"
  }
}

extension FeedbackPart {
  fileprivate func cost(_ budget: FeedbackBudget) -> Int {
    lines.reduce(0) { $0 + budget.cost(of: $1 + "\n") }
  }

  /// As many lines from both ends as there is room for, at least one character of each end; `nil` where
  /// there is no room for that.
  fileprivate func ends(
    within budget: FeedbackBudget, _ room: Int
  ) -> (lines: [String], cost: Int)? {
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
    if rest.isEmpty { return (head + tail.reversed(), room - left) }
    if head.isEmpty, let first = rest.first {
      // Not even one line: its beginning and its end.
      guard let cut = Self.cut(first, budget, room) else { return nil }
      return ([cut], budget.cost(of: cut + "\n"))
    }
    let dropped = rest.count
    let words = "[... \(dropped) line\(dropped == 1 ? "" : "s") dropped ...]"
    let lines = head + [words] + tail.reversed()
    return (lines, lines.reduce(0) { $0 + budget.cost(of: $1 + "\n") })
  }

  /// A line without its middle, cut between characters. Three quarters of what is kept are its beginning, which
  /// names the place.
  fileprivate static func cut(_ line: String, _ budget: FeedbackBudget, _ room: Int) -> String? {
    longest(line.count - 1) { length in
      let gap = "[... \(line.count - length) characters dropped ...]"
      let text = "\(line.prefix(length - length / 4))\(gap)\(line.suffix(length / 4))"
      return budget.cost(of: text + "\n") <= room ? text : nil
    }
  }

  /// The beginning of a line, where there is room for nothing else.
  fileprivate static func beginning(_ line: String, _ budget: FeedbackBudget) -> String? {
    longest(line.count) { length in
      let text = String(line.prefix(length)) + (length < line.count ? "[...]" : "")
      return budget.cost(of: text + "\n") <= budget.amount ? text : nil
    }
  }

  /// The text of the greatest length that gives one, which all lesser lengths do too.
  private static func longest(_ most: Int, _ text: (Int) -> String?) -> String? {
    var (least, most) = (0, most)
    var found: String?
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
