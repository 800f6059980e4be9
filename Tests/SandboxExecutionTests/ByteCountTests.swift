import SandboxExecution
import Testing

@Suite("Sizes")
struct ByteCountTests {
  @Test(
    "are read with their unit",
    arguments: [
      ("1B", 1), ("64KiB", 65_536), ("512MiB", 536_870_912), ("4GiB", 4_294_967_296),
    ] as [(String, Int64)])
  func parses(text: String, bytes: Int64) {
    #expect(ByteCount(parsing: text)?.bytes == bytes)
  }

  @Test(
    "that are mistyped are refused",
    arguments: [
      "", "512", "512MB", "512 MiB", "-1MiB", "0MiB", "1.5GiB", "MiB", "9223372036854775807KiB",
      "1000000000000000000000000000000B",
    ])
  func refuses(text: String) {
    #expect(ByteCount(parsing: text) == nil)
  }

  @Test("are written in the largest unit that divides them")
  func describes() {
    #expect(ByteCount(mebibytes: 512).description == "512 MiB")
    #expect(ByteCount(bytes: 1500).description == "1500 B")
    #expect(ByteCount(bytes: 0).description == "0 B")
  }
}
