import SandboxDiagnostics
import SandboxExecution

/// Something that reads bytes that a stranger wrote. It must take any, and keep its promises about them.
package struct FuzzTarget: Sendable {
  /// Its name, that of its folder in the corpus too.
  package let name: String
  /// Reads the bytes. A trap is a failure, and so is what it returns.
  package let read: @Sendable ([UInt8]) -> Broken?

  /// Creates a target.
  package init(name: String, read: @escaping @Sendable ([UInt8]) -> Broken?) {
    self.name = name
    self.read = read
  }

  /// A promise that was not kept.
  package struct Broken: Error, CustomStringConvertible {
    /// Which, in words.
    package let description: String

    /// Creates it.
    package init(_ description: String) { self.description = description }
  }

  /// All of them, sorted by name.
  package static let all: [FuzzTarget] = [
    FuzzTarget(name: "answers", read: answers),
    FuzzTarget(name: "artifacts", read: artifacts),
    FuzzTarget(name: "diagnostics", read: diagnostics),
    FuzzTarget(name: "driver-reports", read: driverReports),
    FuzzTarget(name: "manifests", read: manifests),
    FuzzTarget(name: "policies", read: policies),
    FuzzTarget(name: "results", read: results),
    FuzzTarget(name: "serialized", read: serialized),
  ]

  /// The target of a name; `nil` where there is none.
  package static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// `nil` where `isTrue`.
func broken(_ promise: String, unless isTrue: Bool) -> FuzzTarget.Broken? {
  isTrue ? nil : FuzzTarget.Broken(promise)
}

/// The first promise that was not kept.
func first(_ promises: FuzzTarget.Broken?...) -> FuzzTarget.Broken? {
  promises.lazy.compactMap { $0 }.first
}

/// Takes choices off the front of the bytes.
struct Choices {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  mutating func number<Number: FixedWidthInteger>(_: Number.Type) -> Number {
    (0..<Number.bitWidth / 8).reduce(0) { value, _ in
      value << 8 | Number(truncatingIfNeeded: byte())
    }
  }

  mutating func pick<Item>(_ items: [Item]) -> Item { items[Int(byte()) % items.count] }

  /// Up to `count` bytes.
  mutating func take(_ count: Int) -> ArraySlice<UInt8> {
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// The rest, as text.
  var text: String { String(decoding: rest, as: UTF8.self) }
}
