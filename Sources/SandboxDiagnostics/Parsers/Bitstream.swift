/// Reads LLVM's bitstream container, in which clang and swiftc serialize diagnostics: "LLVM Bitcode File Format",
/// "Bitstream Format". What is damaged ends the reading; what was read before that counts.
struct Bitstream {
  /// What stands in it: blocks, which hold records and blocks.
  enum Item {
    case start(block: UInt64)
    case record(code: UInt64, values: [UInt64], blob: ArraySlice<UInt8>)
    case end
  }

  private enum Operand {
    case literal(UInt64)
    case fixed(Int)
    case variable(Int)
    case array
    case sixBitCharacter
    case blob
  }

  /// A block that is being read.
  private struct Block {
    var id: UInt64
    var width: Int
    var abbreviations: [[Operand]]
  }

  /// The most values of one record, the most kinds of records of one block, and the deepest nesting.
  private static let mostValues = 1000, mostAbbreviations = 100, deepest = 64
  /// How many values may be read yet: many take no bit at all, so the size bounds nothing.
  private var budget = 1 << 20
  /// The block that tells of abbreviations for others.
  private static let information: UInt64 = 0

  private let bytes: ArraySlice<UInt8>
  /// In bits, from the start of ``bytes``.
  private var position = 0
  private var blocks: [Block] = []
  private var abbreviations: [UInt64: [[Operand]]] = [:]
  /// Of which block the abbreviations are that are read now.
  private var described: UInt64?

  /// Creates a reader of what follows the magic number.
  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    blocks = [Block(id: .max, width: 2, abbreviations: [])]
  }

  /// The next block's start, record, or end; `nil` at the end of what can be read.
  mutating func next() -> Item? {
    while let block = blocks.last, let id = read(block.width) {
      switch id {
      case 0:
        guard blocks.count > 1 else { return nil }
        blocks.removeLast()
        align()
        if block.id != Self.information { return .end }
      case 1:
        guard let inner = readVariable(8), let width = readVariable(4), blocks.count < Self.deepest,
          (1...32).contains(width)
        else { return nil }
        align()
        guard read(32) != nil else { return nil }
        blocks.append(
          Block(id: inner, width: Int(width), abbreviations: abbreviations[inner] ?? []))
        if inner != Self.information { return .start(block: inner) }
      case 2:
        guard let abbreviation = readAbbreviation(),
          max(block.abbreviations.count, abbreviations[described ?? 0]?.count ?? 0)
            < Self.mostAbbreviations
        else { return nil }
        if block.id != Self.information {
          blocks[blocks.count - 1].abbreviations.append(abbreviation)
        } else if let described {
          abbreviations[described, default: []].append(abbreviation)
        }
      default:
        guard let item = id == 3 ? readRecord() : readRecord(block, Int(id) - 4) else { return nil }
        if case .record(_, let values, _) = item { budget -= 1 + values.count }
        guard budget > 0 else { return nil }
        guard block.id == Self.information else { return item }
        if case .record(code: 1, let values, _) = item { described = values.first }
      }
    }
    return nil
  }

  private mutating func readAbbreviation() -> [Operand]? {
    guard let count = readVariable(5), count <= Self.mostValues else { return nil }
    var operands: [Operand] = []
    for _ in 0..<count {
      guard let isLiteral = read(1) else { return nil }
      if isLiteral == 1 {
        guard let value = readVariable(8) else { return nil }
        operands.append(.literal(value))
        continue
      }
      switch read(3) {
      case 1:
        guard let width = readVariable(5), width <= 64 else { return nil }
        operands.append(.fixed(Int(width)))
      case 2:
        guard let width = readVariable(5), width == 0 || (2...32).contains(width) else {
          return nil
        }
        operands.append(.variable(Int(width)))
      case 3: operands.append(.array)
      case 4: operands.append(.sixBitCharacter)
      case 5: operands.append(.blob)
      default: return nil
      }
    }
    return operands
  }

  private mutating func readRecord() -> Item? {
    guard let code = readVariable(6), let count = readVariable(6), count <= Self.mostValues else {
      return nil
    }
    var values: [UInt64] = []
    for _ in 0..<count {
      guard let value = readVariable(6) else { return nil }
      values.append(value)
    }
    return .record(code: code, values: values, blob: [])
  }

  private mutating func readRecord(_ block: Block, _ number: Int) -> Item? {
    guard block.abbreviations.indices.contains(number) else { return nil }
    let operands = block.abbreviations[number]
    var values: [UInt64] = []
    var blob: ArraySlice<UInt8> = []
    for (index, operand) in operands.enumerated() {
      switch operand {
      case .array:
        guard let count = readVariable(6), count <= Self.mostValues, let element = operands.last,
          index == operands.count - 2
        else { return nil }
        for _ in 0..<count {
          guard let value = readValue(element) else { return nil }
          values.append(value)
        }
      case .blob:
        guard let count = readVariable(6) else { return nil }
        align()
        let start = bytes.startIndex + position / 8
        guard count <= bytes.endIndex - start else { return nil }
        blob = bytes[start..<(start + Int(count))]
        position += Int(count) * 8
        align()
      default:
        // That of an array's elements has been used.
        if index > 0, case .array = operands[index - 1] { continue }
        guard let value = readValue(operand) else { return nil }
        values.append(value)
      }
    }
    guard let code = values.first else { return nil }
    return .record(code: code, values: Array(values.dropFirst()), blob: blob)
  }

  private mutating func readValue(_ operand: Operand) -> UInt64? {
    switch operand {
    case .literal(let value): value
    case .fixed(let width): read(width)
    case .variable(let width): width == 0 ? 0 : readVariable(width)
    case .sixBitCharacter: read(6)
    case .array, .blob: nil
    }
  }

  /// The next bits, the least significant first.
  private mutating func read(_ width: Int) -> UInt64? {
    guard width <= 64, position + width <= bytes.count * 8 else { return nil }
    var value: UInt64 = 0
    var taken = 0
    while taken < width {
      let byte = bytes[bytes.startIndex + position / 8] >> UInt8(position % 8)
      let count = min(8 - position % 8, width - taken)
      value |= (UInt64(byte) & (1 << UInt64(count) - 1)) << UInt64(taken)
      taken += count
      position += count
    }
    return value
  }

  /// A number in pieces of `width` bits, the first of which says whether another one follows.
  private mutating func readVariable(_ width: Int) -> UInt64? {
    let mark: UInt64 = 1 << UInt64(width - 1)
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 64, let piece = read(width) {
      value |= (piece & (mark - 1)) << shift
      if piece & mark == 0 { return value }
      shift += UInt64(width - 1)
    }
    return nil
  }

  private mutating func align() { position = (position + 31) / 32 * 32 }
}
