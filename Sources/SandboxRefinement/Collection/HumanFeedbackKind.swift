/// What a simulated person asks for after a program that runs: the preset kinds of human feedback, in the
/// manner of the paper's interaction simulation (arXiv:2402.14658, section 2.2).
public enum HumanFeedbackKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// The result is not what was meant.
  case wrongResult = "wrong-result"
  /// Cases at the edge.
  case edgeCases = "edge-cases"
  /// Time or memory.
  case efficiency
  /// Names, structure, comments.
  case readability
  /// What happens with wrong input.
  case robustness
  /// How the output looks.
  case outputFormat = "output-format"
  /// One more thing that it should do.
  case newRequirement = "new-requirement"
  /// A way to see that it works.
  case tests
  /// Another way to solve it.
  case alternative
  /// Why it does what it does.
  case explanation

  /// What the critic is told to say.
  var instruction: String {
    switch self {
    case .wrongResult: "say that some result is not what you expected, and which you expected"
    case .edgeCases: "name one edge case that the program does not handle, and ask for it"
    case .efficiency: "say that it is too slow or takes too much memory for large input"
    case .readability: "ask for clearer names and structure"
    case .robustness: "ask what happens with wrong input, and that it be handled"
    case .outputFormat: "ask for another form of the output, and say which"
    case .newRequirement: "ask for one more thing that the program should do"
    case .tests: "ask for a few checks at the end of the program that show that it works"
    case .alternative: "ask for the same by another method, and name the method"
    case .explanation: "ask for comments that say why the main steps are right"
    }
  }

  /// The kind that a seed draws for a turn of a query. The same on every host.
  static func drawn(seed: Int, query: String, turn: Int) -> HumanFeedbackKind {
    // FNV-1a, 64 bits.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in "\(seed) \(turn) \(query)".utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return allCases[Int(hash % UInt64(allCases.count))]
  }
}
