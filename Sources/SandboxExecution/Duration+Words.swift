extension Duration {
  /// `10 s`, `1.5 s`, `250 ms`, `40 us`
  package var words: String {
    let (seconds, attoseconds) = components
    let microseconds = attoseconds / 1_000_000_000_000
    if seconds == 0 {
      return microseconds % 1000 == 0 ? "\(microseconds / 1000) ms" : "\(microseconds) us"
    }
    var fraction = String(1_000_000 + microseconds).dropFirst()
    while fraction.last == "0" { fraction = fraction.dropLast() }
    return fraction.isEmpty ? "\(seconds) s" : "\(seconds).\(fraction) s"
  }
}
