internal import FoundationEssentials

/// Reads the header `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date.
enum RetryAfter {
  static func duration(_ value: String, now: Date = Date()) -> Duration? {
    let text = value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    if let seconds = Double(text) {
      return seconds.isFinite && (0...31_536_000).contains(seconds) ? .seconds(seconds) : nil
    }
    guard let date = date(text) else { return nil }
    return .seconds(max(0, date.timeIntervalSince(now)))
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`.
  private static func date(_ text: String) -> Date? {
    let words = text.split(whereSeparator: { " ,:".contains($0) })
    guard words.count == 8, words[7] == "GMT", let day = Int(words[1]), let year = Int(words[3]),
      let month = months.firstIndex(of: String(words[2])), let hour = Int(words[4]),
      let minute = Int(words[5]), let second = Int(words[6])
    else { return nil }
    var calendar = Calendar(identifier: .gregorian)
    guard let zone = TimeZone(secondsFromGMT: 0) else { return nil }
    calendar.timeZone = zone
    return calendar.date(
      from: DateComponents(
        year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second))
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
