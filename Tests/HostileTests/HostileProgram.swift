import SandboxExecution
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Shared, as a service would: each attack meets what the ones before it left.
/// More at once than processors, for many attacks wait.
let sharedExecutor = SandboxExecutor(maximumConcurrentRuns: 4)

/// A program that means harm.
enum HostileProgram: Sendable {
  case python(String)
  case c(String)

  /// Runs it in the sandbox; where it has drivers, their folder is its argument.
  func run(
    under policy: Policy = Policy(), input: StandardInput = .empty, keepsWorkspace: Bool = false,
    drivers: [String: [UInt8]] = [:], on executor: SandboxExecutor = sharedExecutor
  ) async throws -> ExecutionResult {
    var command = try await command()
    command.drivers = drivers
    if !drivers.isEmpty { command.arguments.append(Command.driversFolder) }
    command.standardInput = input
    command.keepsWorkspace = keepsWorkspace
    return try await executor.run(command, under: policy)
  }

  /// Runs it in the sandbox with the default policy but for its limits.
  func run(limits: Limits) async throws -> ExecutionResult {
    try await run(under: Policy(limits: limits))
  }

  /// Runs it on the host, with nothing around it: to show that the attack works where nothing stops it.
  ///
  /// Only for programs that are bounded by themselves and touch nothing but what the test made.
  /// - Returns: What it printed to both streams.
  func runUnprotected(within limit: Duration = .seconds(300)) async throws -> String {
    switch self {
    case .python(let source):
      return try #require(
        await askHost("/usr/bin/python3", ["-I", "-S", "-c", source], within: limit))
    case .c:
      let folder = try TemporaryFolder()
      let path = try folder.write("program", try await bytes(), mode: 0o755)
      return try #require(await askHost(path, [], within: limit))
    }
  }

  private func command() async throws -> Command {
    switch self {
    case .python(let source):
      return Command(
        executable: "/usr/bin/python3", arguments: ["-I", "-S", "main.py"],
        files: ["main.py": .bytes(Array(source.utf8))])
    case .c:
      return Command(executable: "./program", files: ["program": .bytes(try await bytes())])
    }
  }

  /// The compiled program; empty for Python.
  func bytes() async throws -> [UInt8] {
    guard case .c(let source) = self else { return [] }
    let result = try await sharedExecutor.run(
      Command(
        executable: "/usr/bin/gcc", arguments: ["-O1", "-o", "program", "main.c", "-lpthread"],
        files: ["main.c": .bytes(Array(source.utf8))], keepsWorkspace: true))
    try #require(result.outcome == .exited(code: 0), "\(result.standardError.text)")
    let bytes = result.workspace?.contents(of: "program", limit: ByteCount(mebibytes: 8))
    return try #require(bytes)
  }
}

extension ExecutionResult {
  /// What the program printed to standard output.
  var printed: String { standardOutput.text }

  /// The names of the system calls that were refused.
  var deniedNames: Set<String> { Set(denied.map(\.name)) }

  /// All that helps to see why a test failed.
  var story: String {
    "\(outcome) out: \(standardOutput.text.prefix(500)) err: \(standardError.text.suffix(800)) "
      + "denied: \(denied) peak: \(peakMemory), \(peakProcesses) processes, cpu \(cpuTime)"
  }
}
