#if canImport(Glibc)
  import Glibc
#endif

/// Which texts are about the same: the cosine of their words, each weighed by how rare it is (tf-idf).
struct TextSimilarity: Sendable {
  private let vectors: [[String: Double]]

  init(_ texts: [String]) {
    let counts = texts.map { text in
      Self.words(text).reduce(into: [String: Double]()) { $0[$1, default: 0] += 1 }
    }
    var documents: [String: Int] = [:]
    for count in counts { for word in count.keys { documents[word, default: 0] += 1 } }
    let total = Double(texts.count)
    vectors = counts.map { count in
      // Seen in all of them, a word still says a little: with two texts there is no other.
      var vector = count.map { word, number in
        (word, (1 + log(number)) * log(1 + total / Double(documents[word] ?? 1)))
      }
      let norm = sqrt(vector.reduce(0) { $0 + $1.1 * $1.1 })
      if norm > 0 { vector = vector.map { ($0.0, $0.1 / norm) } }
      return Dictionary(uniqueKeysWithValues: vector)
    }
  }

  /// From 0, no word in common, to 1.
  func similarity(_ first: Int, _ second: Int) -> Double {
    let (short, long) =
      vectors[first].count < vectors[second].count
      ? (vectors[first], vectors[second]) : (vectors[second], vectors[first])
    // In a fixed order: the sum of numbers depends on it, in the last digit.
    return short.keys.sorted().reduce(0) { $0 + (short[$1] ?? 0) * (long[$1] ?? 0) }
  }

  /// The most similar ones of `candidates`, best first; of equals the first.
  func nearest(to index: Int, among candidates: [Int], count: Int) -> [Int] {
    let scored = candidates.filter { $0 != index }.map { ($0, similarity(index, $0)) }
      .filter { $0.1 > 0 }
    return scored.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.prefix(count).map(\.0)
  }

  static func words(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }
}
