/// Keeps out what should not be trained on: secrets, and what is there already.
public struct DialogueFilter: Sendable {
  /// Why a dialogue is left out.
  public enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
    /// It holds what looks like a key or a password.
    case secret
    /// It is nearly the same as one that was kept.
    case nearDuplicate = "near-duplicate"
  }

  /// The share of word groups in common from which on two dialogues are nearly the same.
  private let threshold: Double
  private var kept: [Set<Int>] = []
  private var places: [Int: [Int]] = [:]

  /// Creates a filter that has seen nothing.
  ///
  /// - Parameter threshold: From 0 to 1: the share of groups of five words in common (Jaccard index) from
  ///   which on a dialogue is left out; above 1 none is.
  public init(threshold: Double = 0.8) { self.threshold = threshold }

  /// Why `messages` are to be left out; `nil` where they are not, and then they are remembered.
  public mutating func reason(toLeaveOut messages: [ChatMessage]) -> Reason? {
    if messages.contains(where: { Self.holdsSecret($0.content) }) { return .secret }
    let groups = Self.groups(messages)
    // Only those that share a group can be alike.
    var common: [Int: Int] = [:]
    for group in groups { for index in places[group] ?? [] { common[index, default: 0] += 1 } }
    for (index, count) in common
    where Double(count) >= threshold * Double(groups.count + kept[index].count - count) {
      return .nearDuplicate
    }
    for group in groups { places[group, default: []].append(kept.count) }
    kept.append(groups)
    return nil
  }

  private static func groups(_ messages: [ChatMessage]) -> Set<Int> {
    let words = messages.flatMap { TextSimilarity.words($0.content) }
    guard words.count > 5 else { return [words.hashValue] }
    return Set((0...words.count - 5).map { words[$0..<$0 + 5].hashValue })
  }

  /// Whether a text holds the key of a well-known service, a private key, or a password in a URL.
  static func holdsSecret(_ text: String) -> Bool {
    if text.contains(/-----BEGIN [A-Z ]*PRIVATE KEY-----/) { return true }
    if text.contains(/\b(AKIA|ASIA)[A-Z0-9]{16}\b/) { return true }
    if text.contains(/\b(sk|pk|rk)-[A-Za-z0-9_-]{20,}/) { return true }
    if text.contains(/\bgh[pousr]_[A-Za-z0-9]{30,}/) { return true }
    if text.contains(/\bhf_[A-Za-z0-9]{30,}/) { return true }
    if text.contains(/\bxox[abprs]-[A-Za-z0-9-]{10,}/) { return true }
    if text.contains(/\bAIza[A-Za-z0-9_-]{35}/) { return true }
    if text.contains(/\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/) {
      return true
    }
    return text.contains(/[a-z][a-z0-9+.-]*:\/\/[^\s:@\/]+:[^\s:@\/]{3,}@/)
  }
}
