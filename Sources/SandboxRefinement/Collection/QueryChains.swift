extension [Query] {
  /// The queries that make up each dialogue, in order.
  ///
  /// - Parameters:
  ///   - method: How they are chosen. With `similar`, the similar ones of a query by their ids, or by their
  ///     words; with `packing`, each query once, beside the most similar ones that are left.
  ///   - length: The most queries of a dialogue.
  /// - Returns: The chains; for methods without chains one query each.
  public func chains(by method: CollectionMethod, length: Int) -> [[Query]] {
    switch method {
    case .simulation, .correction: return map { [$0] }
    case .followUp: return filter { !$0.followUps.isEmpty }.map { [$0] }
    case .similar: return similarChains(length)
    case .packing: return packed(length)
    }
  }

  private func similarChains(_ length: Int) -> [[Query]] {
    let texts = TextSimilarity(map(\.text))
    let places = Dictionary(enumerated().map { ($1.id, $0) }) { first, _ in first }
    return enumerated().compactMap { index, query in
      let named = query.similar.compactMap { places[$0] }
      let others =
        named.isEmpty
        ? texts.nearest(to: index, among: Array<Int>(indices), count: length - 1)
        : Array<Int>(named.prefix(length - 1))
      return others.isEmpty ? nil : [query] + others.map { self[$0] }
    }
  }

  private func packed(_ length: Int) -> [[Query]] {
    let texts = TextSimilarity(map(\.text))
    var left = Array<Int>(indices)
    var chains: [[Query]] = []
    while let first = left.first {
      left.removeFirst()
      let others = texts.nearest(to: first, among: left, count: length - 1)
      left.removeAll { others.contains($0) }
      chains.append(([first] + others).map { self[$0] })
    }
    return chains
  }
}
