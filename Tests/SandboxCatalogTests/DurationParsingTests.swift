import SandboxCatalog
import Testing

@Test(
  "a duration is a whole number and a unit, from a millisecond to a day",
  arguments: [
    ("500ms", .milliseconds(500)), ("10s", .seconds(10)), ("2m", .seconds(120)),
    ("1440m", .seconds(86400)), ("1441m", nil), ("0s", nil), ("-1s", nil), ("10", nil), ("s", nil),
    ("", nil), ("1.5s", nil), ("1 s", nil), ("10S", nil), ("1h", .seconds(3600)),
    ("24h", .seconds(86400)), ("25h", nil), ("٣s", nil),
    ("1000000000000000000000000000000s", nil), ("9223372036854775807m", nil),
  ] as [(String, Duration?)])
func durationParsing(text: String, expected: Duration?) {
  #expect(Duration(parsing: text) == expected)
}
