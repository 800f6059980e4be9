/// A number of bytes: the type of every size in a policy or a result.
///
/// The units are the binary ones of IEC 80000-13: one MiB is 1,048,576 bytes.
public struct ByteCount: Sendable, Hashable, Comparable, Codable {
  /// The size in bytes; never negative.
  public let bytes: Int64

  /// Creates a size from a number of bytes.
  public init(bytes: Int64) {
    precondition(bytes >= 0, "a byte count cannot be negative")
    self.bytes = bytes
  }

  /// Creates a size from a number of KiB (1,024 bytes each).
  public init(kibibytes: Int64) { self.init(bytes: kibibytes * 1024) }

  /// Creates a size from a number of MiB (1,048,576 bytes each).
  public init(mebibytes: Int64) { self.init(bytes: mebibytes * 1024 * 1024) }

  /// Reads a size as people write it: a whole number followed by `B`, `KiB`, `MiB` or `GiB`.
  ///
  /// Returns `nil` for anything else, a missing unit, zero, a sign or a size past `Int64` included:
  /// a limit that was mistyped must not become another limit.
  public init?(parsing text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int64(digits), number > 0 else { return nil }
    let factor: Int64
    switch text.dropFirst(digits.count) {
    case "B": factor = 1
    case "KiB": factor = 1 << 10
    case "MiB": factor = 1 << 20
    case "GiB": factor = 1 << 30
    default: return nil
    }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    guard !overflow else { return nil }
    self.init(bytes: product)
  }

  /// Orders sizes by their number of bytes.
  public static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }
}

extension ByteCount: CustomStringConvertible {
  /// The size in the largest unit that divides it: `512 MiB`, `1500 B`.
  public var description: String {
    for (unit, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)]
    where bytes > 0 && bytes % (1 << shift) == 0 {
      return "\(bytes >> shift) \(unit)"
    }
    return "\(bytes) B"
  }
}
