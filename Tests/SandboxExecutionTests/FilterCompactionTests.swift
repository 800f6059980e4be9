import CSandboxLauncher
import RepeatableNumbers
import Testing

@testable import SandboxExecution

#if canImport(Glibc)
  import Glibc
#endif

/// A machine that filters are built for, the one of the tests or another: both are built, and carried out here.
enum Machine: UInt32, CaseIterable {
  // AUDIT_ARCH_* in linux/audit.h.
  case x86_64 = 0xC000_003E
  case aarch64 = 0xC000_00B7

  /// A call's number there; negative where it has none.
  func number(_ name: String) -> Int32 { sandbox_system_call_number_on(rawValue, name) }
}

/// The filter that a run gets answers every call as the one that libseccomp wrote.
@Suite struct FilterCompactionTests {
  private struct Setting: CustomStringConvertible {
    var allowed: [Int32]
    var network: UInt32 = 0
    var onlyThreads: Int32 = 0
    var description: String { "\(allowed.count) calls, network \(network), threads \(onlyThreads)" }
  }

  private static let settings: [Machine: [Setting]] = Dictionary(
    uniqueKeysWithValues: Machine.allCases.map { ($0, settings(of: $0)) })

  private static func settings(of machine: Machine) -> [Setting] {
    let standard = numbers(SystemCallGroup.defaultGroups, machine)
    var settings = [
      Setting(allowed: standard), Setting(allowed: standard, network: 1),
      Setting(allowed: standard, onlyThreads: 1),
      Setting(allowed: numbers(Array(SystemCallGroup.names.dropFirst()), machine)),
      Setting(allowed: numbers(["@file-io", "@threads"], machine), onlyThreads: 1),
      Setting(allowed: [machine.number("execve")]),
      // The worst for ranges: every other number. Jumps are too far for one instruction there.
      Setting(allowed: Array(stride(from: 0, to: 462, by: 2))),
      Setting(allowed: Array(stride(from: 1, to: 462, by: 2)), network: 1),
    ]
    var generator = SplitMix(seed: 7)
    for _ in 0..<4 {
      let chosen = (Int32(0)..<462).filter { _ in Bool.random(using: &generator) }
      settings.append(Setting(allowed: chosen, network: .random(in: 0...1, using: &generator)))
    }
    // libseccomp writes nothing of a number that has no name there.
    return settings.map { setting in
      var setting = setting
      setting.allowed.removeAll { !isKnown($0, machine) }
      return setting
    }
  }

  private static func isKnown(_ number: Int32, _ machine: Machine) -> Bool {
    var name = [CChar](repeating: 0, count: 64)
    sandbox_system_call_name(number, machine.rawValue, &name, name.count)
    return name[0] != 35  // "#12"
  }

  @Test(arguments: Machine.allCases, 0..<12)
  func everyCallIsAnsweredAlike(_ machine: Machine, _ index: Int) throws {
    let setting = try #require(Self.settings[machine]?[index])
    let exported = try Self.exported(setting, machine)
    let compacted = try Self.compiled(setting, machine)
    #expect(compacted.count <= exported.count)
    var generator = SplitMix(seed: UInt64(index))
    let calls = Self.calls(constantsOf: exported + compacted, machine, using: &generator)
    let difference = calls.first { exported.answer(to: $0) != compacted.answer(to: $0) }
    #expect(difference == nil, "\(setting)")
  }

  @Test(arguments: Machine.allCases)
  func oneChangedCallIsFound(_ machine: Machine) throws {
    let standard = try #require(Self.settings[machine]?[0])
    let changed = standard.allowed.filter { $0 != machine.number("dup3") }
    let exported = try Self.exported(standard, machine)
    let other = try Self.compiled(Setting(allowed: changed), machine)
    var generator = SplitMix(seed: 1)
    let calls = Self.calls(constantsOf: exported, machine, using: &generator)
    let different = calls.filter { exported.answer(to: $0) != other.answer(to: $0) }
    #expect(Set(different.map(\.number)) == [UInt32(machine.number("dup3"))])
  }

  // SECCOMP_RET_* in linux/seccomp.h.
  private static let allow: UInt32 = 0x7fff_0000
  private static let notify: UInt32 = 0x7fc0_0000
  private static let unknownCall = 0x0005_0000 | UInt32(ENOSYS)

  @Test(
    "each call of the default policy is answered as the policy says, and none through another entry",
    arguments: Machine.allCases)
  func meaning(_ machine: Machine) throws {
    let standard = try #require(Self.settings[machine]?[0])
    let filter = try Self.compiled(standard, machine)
    let allowed = Set(standard.allowed)
    func answer(_ name: String, _ arguments: [UInt64] = []) -> UInt32? {
      let padded = arguments + Array(repeating: 0, count: 6 - arguments.count)
      let number = UInt32(bitPattern: machine.number(name))
      return filter.answer(
        to: .init(number: number, architecture: machine.rawValue, arguments: padded))
    }
    let names = ["clone", "clone3", "fcntl", "ioctl", "pread64", "prlimit64", "socket"]
    let byArguments = Set(names.map { machine.number($0) })
    for number in Int32(0)..<1000 where !byArguments.contains(number) {
      let call = FilterProgram.Call(
        number: UInt32(number), architecture: machine.rawValue, arguments: [1, 2, 3, 4, 5, 6])
      let expected = allowed.contains(number) ? Self.allow : Self.notify
      #expect(filter.answer(to: call) == expected, "call \(number)")
    }
    for name in ["ptrace", "mount", "bpf", "io_uring_setup", "keyctl", "unshare", "setns"] {
      #expect(machine.number(name) >= 0 && answer(name) == Self.notify, "\(name)")
    }
    for name in ["openat", "read", "execve", "futex", "mmap"] {
      #expect(answer(name) == Self.allow, "\(name)")
    }
    #expect(answer("clone3") == Self.unknownCall)
    #expect(answer("clone", [17]) == Self.allow)
    #expect(answer("clone", [0x1000_0000 | 17]) == Self.notify)  // CLONE_NEWUSER
    #expect(answer("socket", [1]) == Self.allow && answer("socket", [1 | 1 << 32]) == Self.allow)
    #expect(answer("socket", [2]) == Self.notify && answer("socket", [2 | 1 << 32]) == Self.notify)
    #expect(answer("ioctl", [0, 0x5401]) == Self.allow)  // TCGETS
    #expect(answer("ioctl", [0, 0x5412]) == Self.notify)  // TIOCSTI
    // F_DUPFD to F_OFD_SETLKW, F_GETLEASE, F_DUPFD_CLOEXEC, F_SETPIPE_SZ, F_ADD_SEALS; then F_SETLEASE and F_NOTIFY.
    for command: UInt64 in Array(0...38) + [1025, 1030, 1031, 1033, 1038] {
      #expect(answer("fcntl", [0, command]) == Self.allow, "\(command)")
    }
    for command: UInt64 in [1024, 1026, 1024 | 1 << 32, 1026 | 1 << 63] {
      #expect(answer("fcntl", [0, command]) == Self.notify, "\(command)")
    }
    #expect(answer("prlimit64", [0, 7]) == Self.allow)
    #expect(answer("prlimit64", [1, 7]) == Self.notify)
    #expect(answer("prlimit64", [1 << 32 | 1, 7]) == Self.notify)
    let gate = UInt64(sandbox_gate_process)
    #expect(answer("kill", [1, 0]) == Self.allow && answer("kill", [UInt64.max, 9]) == Self.allow)
    #expect(answer("kill", [gate, 0]) == Self.notify)
    for other: UInt64 in [gate - 1, gate | 1 << 63, 0xffff_ffff, gate << 32] {
      #expect(answer("kill", [other, 0]) == Self.allow, "\(other)")
    }
    // Entries of other architectures: i386, arm, the other machine, and x32, which is x86-64 but for a bit.
    let others = Machine.allCases.map(\.rawValue).filter { $0 != machine.rawValue }
    for architecture in others + [0x4000_0003, 0x4000_0028] {
      for number in UInt32(0)..<500 {
        let call = FilterProgram.Call(
          number: number, architecture: architecture, arguments: [0, 0, 0, 0, 0, 0])
        #expect(filter.answer(to: call) == Self.notify)
      }
    }
    for number in UInt32(0)..<600 {
      let call = FilterProgram.Call(
        number: 0x4000_0000 | number, architecture: machine.rawValue, arguments: [0, 0, 0, 0, 0, 0])
      #expect(filter.answer(to: call) == Self.notify)
    }
  }

  @Test("where only threads may be made, clone makes no process", arguments: Machine.allCases)
  func onlyThreads(_ machine: Machine) throws {
    let filter = try Self.compiled(try #require(Self.settings[machine]?[2]), machine)
    let number = UInt32(machine.number("clone"))
    func answer(_ flags: UInt64) -> UInt32? {
      filter.answer(
        to: .init(
          number: number, architecture: machine.rawValue, arguments: [flags, 0, 0, 0, 0, 0]))
    }
    #expect(answer(17) == Self.notify)
    #expect(answer(0x3d_0f00) == Self.allow)  // as pthread_create(3) calls it
    #expect(answer(0x3d_0f00 | 0x2000_0000) == Self.notify)
  }

  @Test("the default policy's groups name calls that each machine has", arguments: Machine.allCases)
  func groups(_ machine: Machine) {
    // aarch64 lacks the older form of many.
    #expect(Self.numbers(SystemCallGroup.defaultGroups, machine).count > 150)
    for name in ["openat", "clone", "execve", "exit_group", "rt_sigreturn", "futex", "mmap"] {
      #expect(machine.number(name) >= 0)
    }
  }

  @Test(arguments: Machine.allCases)
  func theDefaultFilterIsLessThanHalfAsLong(_ machine: Machine) throws {
    let standard = try #require(Self.settings[machine]?[0])
    let exported = try Self.exported(standard, machine)
    #expect(try Self.compiled(standard, machine).count < exported.count / 2)
  }

  @Test(arguments: Machine.allCases)
  func whatLibseccompWouldNotWriteIsLeftAlone(_ machine: Machine) throws {
    // An instruction that a compaction would have to understand: A = X.
    var program = try Self.exported(try #require(Self.settings[machine]?[0]), machine)
    program.instructions.insert(.init(code: 0x87, jt: 0, jf: 0, k: 0), at: 2)
    var result: UnsafeMutableRawPointer?
    let length = try program.instructions.withUnsafeBytes {
      sandbox_compact_filter(
        try #require($0.baseAddress), program.count, machine.rawValue, [], 0, &result)
    }
    #expect(length == -Int(ENOTSUP))
    #expect(result == nil)
  }

  private static func numbers(_ groups: [String], _ machine: Machine) -> [Int32] {
    let names = groups.flatMap { SystemCallGroup.calls(in: $0) ?? [] }
    return Set(names.map { machine.number($0) }).filter { $0 >= 0 }.sorted()
  }

  private static func exported(_ setting: Setting, _ machine: Machine) throws -> FilterProgram {
    try program { instructions in
      sandbox_export_filter(
        machine.rawValue, setting.allowed, setting.allowed.count, setting.network,
        setting.onlyThreads, &instructions)
    }
  }

  private static func compiled(_ setting: Setting, _ machine: Machine) throws -> FilterProgram {
    try program { instructions in
      sandbox_compile_filter(
        machine.rawValue, setting.allowed, setting.allowed.count, setting.network,
        setting.onlyThreads, &instructions)
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
  private static func calls(
    constantsOf program: FilterProgram, _ machine: Machine, using generator: inout SplitMix
  ) -> [FilterProgram.Call] {
    let constants = Set(program.instructions.map(\.k)).sorted()
    let native = machine.rawValue
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
    for name in ["clone", "clone3", "fcntl", "ioctl", "prlimit64", "socket"] {
      let number = UInt32(bitPattern: machine.number(name))
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
