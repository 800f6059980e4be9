import CSandboxLauncher
import Testing

@testable import SandboxExecution

#if canImport(Glibc)
  import Glibc
#endif

/// The filter that a run gets answers every call as the one that libseccomp wrote.
@Suite struct FilterCompactionTests {
  private struct Setting: CustomStringConvertible {
    var allowed: [Int32]
    var network: UInt32 = 0
    var onlyThreads: Int32 = 0
    var description: String { "\(allowed.count) calls, network \(network), threads \(onlyThreads)" }
  }

  private static let settings: [Setting] = {
    let standard = numbers(SystemCallGroup.defaultGroups)
    var settings = [
      Setting(allowed: standard), Setting(allowed: standard, network: 1),
      Setting(allowed: standard, onlyThreads: 1),
      Setting(allowed: numbers(Array(SystemCallGroup.names.dropFirst()))),
      Setting(allowed: numbers(["@file-io", "@threads"]), onlyThreads: 1),
      Setting(allowed: [sandbox_system_call_number("execve")]),
      // The worst for ranges: every other number. Jumps are too far for one instruction there.
      Setting(allowed: Array(stride(from: 0, to: 462, by: 2))),
      Setting(allowed: Array(stride(from: 1, to: 462, by: 2)), network: 1),
    ]
    var generator = SplitMix(state: 7)
    for _ in 0..<8 {
      let chosen = (Int32(0)..<462).filter { _ in Bool.random(using: &generator) }
      settings.append(Setting(allowed: chosen, network: .random(in: 0...1, using: &generator)))
    }
    return settings
  }()

  @Test(arguments: settings.indices)
  func everyCallIsAnsweredAlike(_ index: Int) throws {
    let setting = Self.settings[index]
    let exported = try Self.exported(setting)
    let compacted = try Self.compiled(setting)
    #expect(compacted.count < exported.count)
    var generator = SplitMix(state: UInt64(index))
    let calls = Self.calls(constantsOf: exported + compacted, using: &generator)
    let difference = calls.first { exported.answer(to: $0) != compacted.answer(to: $0) }
    #expect(difference == nil, "\(setting)")
  }

  @Test func oneChangedCallIsFound() throws {
    let changed = Self.settings[0].allowed.filter { $0 != sandbox_system_call_number("dup3") }
    let exported = try Self.exported(Self.settings[0])
    let other = try Self.compiled(Setting(allowed: changed))
    var generator = SplitMix(state: 1)
    let calls = Self.calls(constantsOf: exported, using: &generator)
    let different = calls.filter { exported.answer(to: $0) != other.answer(to: $0) }
    #expect(Set(different.map(\.number)) == [UInt32(sandbox_system_call_number("dup3"))])
  }

  @Test func theDefaultFilterIsLessThanHalfAsLong() throws {
    let exported = try Self.exported(Self.settings[0])
    #expect(try Self.compiled(Self.settings[0]).count < exported.count / 2)
  }

  @Test func whatLibseccompWouldNotWriteIsLeftAlone() throws {
    // An instruction that a compaction would have to understand: A = X.
    var program = try Self.exported(Self.settings[0])
    program.instructions.insert(.init(code: 0x87, jt: 0, jf: 0, k: 0), at: 2)
    var result: UnsafeMutableRawPointer?
    let length = try program.instructions.withUnsafeBytes {
      sandbox_compact_filter(
        try #require($0.baseAddress), program.count, sandbox_native_architecture(), [], 0, &result)
    }
    #expect(length == -Int(ENOTSUP))
    #expect(result == nil)
  }

  private static func numbers(_ groups: [String]) -> [Int32] {
    let names = groups.flatMap { SystemCallGroup.calls(in: $0) ?? [] }
    return Set(names.map { sandbox_system_call_number($0) }).filter { $0 >= 0 }.sorted()
  }

  private static func exported(_ setting: Setting) throws -> FilterProgram {
    try program { instructions in
      sandbox_export_filter(
        setting.allowed, setting.allowed.count, setting.network, setting.onlyThreads, &instructions)
    }
  }

  private static func compiled(_ setting: Setting) throws -> FilterProgram {
    try program { instructions in
      sandbox_compile_filter(
        setting.allowed, setting.allowed.count, setting.network, setting.onlyThreads, &instructions)
    }
  }

  private static func program(_ make: (inout UnsafeMutableRawPointer?) -> Int) throws
    -> FilterProgram
  {
    var instructions: UnsafeMutableRawPointer?
    let length = make(&instructions)
    defer { free(instructions) }
    let start = try #require(length > 0 ? instructions : nil)
    let bytes = UnsafeRawBufferPointer(start: start, count: length * 8)
    return FilterProgram(instructions: Array(bytes.bindMemory(to: FilterProgram.Instruction.self)))
  }

  /// Every number that a kernel knows, and those beside the constants of `program`; of this machine's
  /// architecture and of others; with arguments that its comparisons ask for, and with others.
  private static func calls(constantsOf program: FilterProgram, using generator: inout SplitMix)
    -> [FilterProgram.Call]
  {
    let constants = Set(program.instructions.map(\.k)).sorted()
    let native = sandbox_native_architecture()
    var numbers = Set(UInt32(0)..<1200)
    for constant in constants { numbers.formUnion([constant &- 1, constant, constant &+ 1]) }
    for number in UInt32(0)..<100 { numbers.insert(0x4000_0000 | number * 6) }  // x32
    var calls: [FilterProgram.Call] = []
    for number in numbers.sorted() {
      // Of another architecture no number is looked at: some are enough.
      let others = number % 31 == 0 ? [0x4000_0003, 0xC000_003E, 0xC000_00B7, 0, native &+ 1] : []
      for architecture in [native] + others {
        let arguments = (0..<6).map { _ in UInt64.random(in: 0 ... .max, using: &generator) }
        calls.append(.init(number: number, architecture: architecture, arguments: arguments))
      }
    }
    for name in ["clone", "clone3", "ioctl", "socket"] {
      let number = UInt32(bitPattern: sandbox_system_call_number(name))
      for low in constants {
        for high in [0, 1, UInt32.max] {
          for flags in [0, UInt64(0x10000), 0x1000_0000] {
            let value = (UInt64(high) << 32 | UInt64(low)) ^ flags
            calls.append(
              .init(
                number: number, architecture: native, arguments: [value, value, value, 0, 0, 0]))
          }
        }
      }
    }
    return calls
  }
}

/// A classic BPF program, carried out as linux/Documentation/networking/filter.rst says.
private struct FilterProgram {
  struct Instruction: BitwiseCopyable {
    var code: UInt16
    var jt: UInt8
    var jf: UInt8
    var k: UInt32
  }

  /// `struct seccomp_data`, without the instruction pointer.
  struct Call: CustomStringConvertible {
    var number: UInt32
    var architecture: UInt32
    var arguments: [UInt64]

    var description: String {
      "\(number) of \(String(architecture, radix: 16)) with \(arguments.map { String($0, radix: 16) })"
    }

    func word(at offset: UInt32) -> UInt32? {
      switch offset {
      case 0: return number
      case 4: return architecture
      case 16..<64 where offset % 4 == 0:
        let argument = arguments[Int(offset - 16) / 8]
        return UInt32(truncatingIfNeeded: offset % 8 == 0 ? argument : argument >> 32)
      default: return nil
      }
    }
  }

  var instructions: [Instruction]
  var count: Int { instructions.count }

  static func + (a: Self, b: Self) -> Self {
    Self(instructions: a.instructions + b.instructions)
  }

  /// What the kernel would get; `nil` where the program is not one that it accepts.
  func answer(to call: Call) -> UInt32? {
    var value: UInt32 = 0
    var at = 0
    while instructions.indices.contains(at) {
      let one = instructions[at]
      at += 1
      func jump(_ isTaken: Bool) { at += Int(isTaken ? one.jt : one.jf) }
      switch one.code {
      case 0x20:  // BPF_LD | BPF_W | BPF_ABS
        guard let word = call.word(at: one.k) else { return nil }
        value = word
      case 0x54: value &= one.k  // BPF_ALU | BPF_AND | BPF_K
      case 0x05: at += Int(one.k)  // BPF_JMP | BPF_JA
      case 0x15: jump(value == one.k)  // BPF_JEQ
      case 0x25: jump(value > one.k)  // BPF_JGT
      case 0x35: jump(value >= one.k)  // BPF_JGE
      case 0x45: jump(value & one.k != 0)  // BPF_JSET
      case 0x06: return one.k  // BPF_RET | BPF_K
      default: return nil
      }
    }
    return nil
  }
}

/// Numbers that are the same in every run of the tests.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
