import Foundation
import FuzzTargets
import RepeatableNumbers
import Testing

/// What reads bytes of strangers is given the corpus, and changes of it that are the same each time.
///
/// With OCISANDBOX_FUZZ_MINUTES set it goes on for so long, with other changes in each run; with
/// OCISANDBOX_FUZZ_TARGET that target only is read.
@Suite("Fuzzing", .timeLimit(.minutes(60)))
struct FuzzTests {
  /// How many changed inputs are read of each target.
  private static let changes = 300
  /// For how long, in place of so many.
  private static let minutes = ProcessInfo.processInfo.environment["OCISANDBOX_FUZZ_MINUTES"]
    .flatMap(Double.init)

  private static let targets =
    ProcessInfo.processInfo.environment["OCISANDBOX_FUZZ_TARGET"].map { [$0] }
    ?? FuzzTarget.all.map(\.name)

  private static func corpus(_ target: String) throws -> [(name: String, bytes: [UInt8])] {
    let folder = try #require(Bundle.module.resourceURL).appending(path: "Corpus/\(target)")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted().map {
      ($0, Array(try Data(contentsOf: folder.appending(path: $0))))
    }
  }

  @Test("the corpus, and what is near it, is read as promised", arguments: targets)
  func reads(name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    let corpus = try Self.corpus(name)
    #expect(corpus.count >= 3)
    for (file, bytes) in corpus {
      let broken = target.read(bytes)
      #expect(broken == nil, "\(file): \(broken.map(\.description) ?? "")")
    }
    let end = Self.minutes.map { ContinuousClock.now + .seconds($0 * 60) }
    let seed = end == nil ? UInt64(name.utf8.count) : .random(in: 0 ... .max)
    var generator = SplitMix(seed: seed)
    var round = 0
    while end.map({ ContinuousClock.now < $0 }) ?? (round < Self.changes) {
      round += 1
      let bytes = Self.changed(corpus.map(\.bytes), using: &generator)
      let broken = target.read(bytes)
      try #require(
        broken == nil,
        "seed \(seed), round \(round), \(Data(bytes).base64EncodedString()): \(broken.map(\.description) ?? "")"
      )
    }
    if end != nil { print("\(name): \(round) inputs from seed \(seed)") }
  }

  @Test("a promise that is not kept is found")
  func finds() throws {
    let target = FuzzTarget(name: "broken") { bytes in
      bytes.contains(0x1B) ? FuzzTarget.Broken("no escape") : nil
    }
    var generator = SplitMix(seed: 1)
    let found = (0..<Self.changes).contains { _ in
      target.read(Self.changed([Array("plain text".utf8)], using: &generator)) != nil
    }
    #expect(found)
  }

  /// One of the inputs with a few bytes changed, moved, doubled, or taken from another.
  private static func changed(
    _ corpus: [[UInt8]], using generator: inout SplitMix
  ) -> [UInt8] {
    var bytes = Array((corpus.randomElement(using: &generator) ?? []).prefix(4096))
    let telling: [UInt8] = [0, 0x1B, 0x0A, 0x22, 0x5C, 0x7B, 0x5D, 0x3A, 0x2F, 0x80, 0xC3, 0xFF]
    for _ in 0..<Int.random(in: 1...6, using: &generator) {
      let at = Int.random(in: 0...bytes.count, using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes.insert(telling.randomElement(using: &generator) ?? 0, at: at)
      case 1 where at < bytes.count: bytes[at] = .random(in: 0...255, using: &generator)
      case 2 where at < bytes.count: bytes[at] ^= 1 << UInt8.random(in: 0...7, using: &generator)
      case 3: bytes.removeSubrange(at..<min(bytes.count, at + 9))
      case 4: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 40)], at: at)
      default:
        let other = corpus.randomElement(using: &generator) ?? []
        let from = Int.random(in: 0...other.count, using: &generator)
        bytes.insert(contentsOf: other[from..<min(other.count, from + 40)], at: at)
      }
    }
    return bytes
  }
}
