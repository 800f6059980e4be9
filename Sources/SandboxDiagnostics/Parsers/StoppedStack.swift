/// Where a program was when it was stopped, as far as that is no matter of chance.
///
/// Which line of a loop it was in is another one each time, and so is what that line has called: the loop and the calls
/// that led to it are not. They are found by several looks at one program, and by the text of its files.
enum StoppedStack {
  /// What several looks at one program have in common.
  ///
  /// - Parameters:
  ///   - looks: Each a stack, innermost call last.
  ///   - files: The program's files.
  /// - Returns: One stack; of a single look that itself.
  static func common(
    _ looks: [[Diagnostic.Frame]], _ files: inout ProgramFiles
  ) -> [Diagnostic.Frame] {
    let looks = withoutOdd(looks.filter { !$0.isEmpty })
    guard let first = looks.first, looks.count > 1 else { return looks.first ?? [] }
    var count = 0
    while let frame = frame(count, of: looks), looks.allSatisfy({ $0[count].line == frame.line }) {
      count += 1
    }
    var stack = Array(first.prefix(count))
    if frame(count, of: looks) != nil {
      // The call that goes on, in several of its lines.
      let lines = looks.compactMap { $0[count].line }
      guard let least = lines.min(), let most = lines.max() else { return stack }
      stack.append(first[count].at(least, &files))
      return stack.inLoop(around: least...most, isMoving: true, &files)
    }
    // Nothing in common: threads, each with its own calls.
    guard let line = stack.last?.line else { return first }
    let isMoving = looks.contains { $0.count > count }
    return stack.inLoop(around: line...line, isMoving: isMoving, &files)
  }

  /// Without the looks that begin with another call than most: one just entered hides its caller, which may be the
  /// first one of all.
  private static func withoutOdd(_ looks: [[Diagnostic.Frame]]) -> [[Diagnostic.Frame]] {
    let groups = Dictionary(grouping: looks) { [$0[0].function, $0[0].file] }.values
    guard let most = groups.max(by: { $0.count < $1.count }), 2 * most.count > looks.count else {
      return looks
    }
    return most
  }

  /// The frame at an index, where all looks have one there of the same call.
  private static func frame(_ index: Int, of looks: [[Diagnostic.Frame]]) -> Diagnostic.Frame? {
    guard let first = looks.first, first.indices.contains(index) else { return nil }
    let frame = first[index]
    let isCommon = looks.allSatisfy {
      $0.indices.contains(index) && $0[index].function == frame.function
        && $0[index].file == frame.file
    }
    return isCommon ? frame : nil
  }
}

extension Diagnostic.Frame {
  /// Whether it is where its line begins.
  var isAtStatement: Bool {
    guard let source, let column else { return false }
    return column == 1 + source.unicodeScalars.prefix { $0.properties.isWhitespace }.count
  }

  /// The same call, at a line of its function as a whole.
  fileprivate func at(_ line: Int, _ files: inout ProgramFiles) -> Diagnostic.Frame {
    Diagnostic.Frame(function: function, file: file, line: line, source: files.line(line, of: file))
  }
}

extension [Diagnostic.Frame] {
  /// The calls up to the loop that the program was in, by the text of its files.
  ///
  /// - Parameters:
  ///   - lines: Where the innermost call was.
  ///   - isMoving: Whether it was seen to go on, so that it is not what it has called that takes long.
  ///   - files: The program's files.
  /// - Returns: Those calls, or these where there is no loop.
  func inLoop(
    around lines: ClosedRange<Int>, isMoving: Bool, _ files: inout ProgramFiles
  ) -> [Diagnostic.Frame] {
    guard let innermost = last else { return self }
    if let file = innermost.file, let start = files.loops(of: file).start(around: lines) {
      return dropLast() + [innermost.at(start, &files)]
    }
    if let recursion = withoutDepth(&files) { return recursion }
    guard isMoving else { return self }
    // Nothing in it takes long: it is called again and again.
    for index in indices.dropLast().reversed() {
      guard let file = self[index].file, let line = self[index].line,
        let start = files.loops(of: file).start(around: line...line)
      else { continue }
      return prefix(index) + [self[index].at(start, &files)]
    }
    return self
  }

  /// A recursion as the beginning of the function that calls itself, or others that call it: how deep it was is a matter
  /// of chance, and so is which of its calls of itself. `nil` where there is none.
  func withoutDepth(_ files: inout ProgramFiles) -> [Diagnostic.Frame]? {
    for (index, frame) in enumerated() {
      let isAgain = self[(index + 1)...].contains {
        $0.function == frame.function && $0.file == frame.file
      }
      guard isAgain || frame.repeats != nil, let line = frame.line else { continue }
      var call = frame.at(files.beginning(of: frame) ?? line, &files)
      (call.repeats, call.isAtLeast) = (1, true)
      return prefix(index) + [call]
    }
    return nil
  }

  /// The calls by which a recursion that filled the stack goes on, and those that led to it; `nil` where there is none.
  ///
  /// In which line, or in which of the functions that it calls, the stack was full is a matter of chance, as is how deep
  /// that was: told are whole rounds, from the function that begins first in the text, and a step of their number.
  ///
  /// - Parameters:
  ///   - isCut: Whether the outermost calls are missing.
  ///   - files: The program's files.
  /// - Returns: Those calls, innermost last.
  func recursion(isCut: Bool, _ files: inout ProgramFiles) -> [Diagnostic.Frame]? {
    var calls: [[String?]: [Int]] = [:]
    for index in indices {
      calls[[self[index].file, self[index].function], default: []].append(index)
    }
    let most = calls.values.map(\.count).max() ?? 0
    // What is called now and then only takes no part in each round.
    let often = calls.values.filter { $0.count > 1 && 2 * $0.count >= most }
    var least: (file: String, line: Int, indices: [Int])?
    for indices in often {
      let call = self[indices[0]]
      guard let file = call.file, let line = files.beginning(of: call) ?? call.line else {
        continue
      }
      if let least, (least.file, least.line) <= (file, line) { continue }
      least = (file, line, indices)
    }
    guard let least, let first = least.indices.first, let last = least.indices.last else {
      return nil
    }
    let start = isCut ? [] : Array(prefix(first))
    let length = least.indices[1] - first
    let isRegular =
      length <= 8
      && (first..<(last - length)).allSatisfy {
        self[$0].function == self[$0 + length].function && self[$0].file == self[$0 + length].file
          && self[$0].line == self[$0 + length].line
      }
    var round =
      isRegular ? Array(self[first..<(first + length)]) : [self[first].at(least.line, &files)]
    let repeats = isRegular ? (last - first) / length - 1 : least.indices.count - 1
    if repeats > 0 {
      var step = 1
      while 10 * step <= repeats { step *= 10 }
      step *= [5, 2, 1].first { $0 * step <= repeats } ?? 1
      (round[round.count - 1].repeats, round[round.count - 1].isAtLeast) = (step, true)
      if round.count > 1 { round[round.count - 1].repeatedCalls = round.count }
    }
    return (start + round).boundedFrames
  }

  /// Without the column of the innermost call, which is another one each time.
  var withoutColumn: [Diagnostic.Frame] {
    var result = self
    if !isEmpty { result[count - 1].column = nil }
    return result
  }
}
