internal import FoundationEssentials
public import SandboxExecution

#if canImport(Glibc)
  import Glibc
#endif

/// What compiling made, kept by what it was made of: the sources, the command, the toolchain and the policy.
///
/// Entries are written by the executor, from the artifact that a compile sandbox left and what it printed;
/// nothing inside a sandbox can see the folder. Only what compiled is kept. The artifact is the outcome of
/// a compiler that read untrusted source, and is never run but in the sandbox.
///
/// Any number of processes may use one folder at once: an entry is there whole or not at all. When all of
/// them together pass the limit, those go first that were not used for the longest time.
public struct CompileCache: Sendable, Hashable {
  private let folders: CacheFolders
  /// The bytes that all entries together may take.
  public let limit: ByteCount

  /// The most entries: each is looked at when there is a new one.
  static let mostEntries = 1000
  /// The most bytes of sources that a digest is made of.
  private static let mostBytes = 8 << 20

  /// `$XDG_CACHE_HOME/ocisandbox/compiled`, or the same in `~/.cache`; `nil` where neither is an absolute
  /// path.
  public static var standardFolder: String? { HostEnvironment.cachePath("compiled") }

  /// Creates a cache.
  ///
  /// - Parameters:
  ///   - folder: Where it is; made, with the folder above it, when something is kept. An absolute path.
  ///   - limit: The bytes that all entries together may take; by default 256 MiB.
  public init(folder: String, limit: ByteCount = ByteCount(mebibytes: 256)) {
    folders = CacheFolders(root: folder)
    self.limit = limit
  }

  /// What was kept under `key`; `nil` where there is nothing that can be read.
  func entry(_ key: String) -> (result: ExecutionResult, artifact: OpenFile)? {
    guard let folder = folders[key],
      let record = CacheFolders.open(folder + "/record")?.contents(limit: ByteCount(mebibytes: 16)),
      let known = try? JSONDecoder().decode(Record.self, from: Data(record)),
      let artifact = CacheFolders.open(folder + "/artifact"), artifact.size == known.artifactSize
    else { return nil }
    folders.touch(key)
    return (known.result, artifact)
  }

  /// Keeps what compiling made, and makes room for it.
  func keep(_ result: ExecutionResult, _ artifact: OpenFile, for key: String) {
    guard let size = artifact.size, size <= limit.bytes / 8,
      let bytes = artifact.contents(limit: ByteCount(bytes: size)),
      let record = try? JSONEncoder().encode(Record(result, artifactSize: size))
    else { return }
    folders.write(["artifact": bytes, "record": Array(record)], for: key)
    folders.shrink(to: limit, count: Self.mostEntries)
  }

  /// What stands beside the artifact. Only of a compiler that ended well.
  private struct Record: Codable {
    var artifactSize: Int64
    var standardOutput: Data
    var standardError: Data
    /// What its driver wrote.
    var report: String?
    var wallTime: Duration
    var cpuTime: Duration
    var peakMemory: ByteCount
    var peakProcesses: Int
    var denied: [Denial]
    var deniedUnlisted: Int
    var enforcement: Enforcement
    var workspacePath: String

    init(_ result: ExecutionResult, artifactSize: Int64) {
      self.artifactSize = artifactSize
      standardOutput = Data(result.standardOutput.head)
      standardError = Data(result.standardError.head)
      report = result.driverReport?.text
      wallTime = result.wallTime
      cpuTime = result.cpuTime
      peakMemory = result.peakMemory
      peakProcesses = result.peakProcesses
      denied = result.denied
      deniedUnlisted = result.deniedUnlisted
      enforcement = result.enforcement
      workspacePath = result.workspacePath
    }

    var result: ExecutionResult {
      ExecutionResult(
        outcome: .exited(code: 0),
        standardOutput: CapturedOutput(head: Array(standardOutput)),
        standardError: CapturedOutput(head: Array(standardError)), wallTime: wallTime,
        cpuTime: cpuTime, peakMemory: peakMemory, peakProcesses: peakProcesses, denied: denied,
        deniedUnlisted: deniedUnlisted, enforcement: enforcement, workspacePath: workspacePath,
        driverReport: report.map { DriverReport(text: $0) })
    }
  }
}

extension CompileCache {
  /// A digest of all that compiling depends on; `nil` where that cannot be said: where a file of the program
  /// is not in memory, all of them are very large, or the source asks for the time.
  static func key(
    _ stage: StagePlan, _ policy: Policy, _ toolchain: Toolchain, _ program: Program
  ) -> String? {
    let caller = HostEnvironment.current
    let calls = policy.systemCalls
    let lists = [
      ["ocisandbox compile 1", toolchain.executable, stage.executable, stage.artifact ?? ""],
      [ToolchainCache.identity(toolchain.executable), toolchain.prepared ?? ""],
      systemIdentity, stage.arguments, toolchain.paths, policy.fileSystem.read,
      pairs(stage.environment), pairs(policy.environment.set),
      policy.environment.inherit.flatMap { [$0, caller[$0] ?? ""] },
      calls.allow, calls.refuse, calls.kill,
      [calls.unlisted.rawValue, policy.network.rawValue, String(reflecting: policy.limits)],
      policy.enforcement.map { "\($0.key.rawValue)=\($0.value.rawValue)" }.sorted(),
    ]
    var fields = lists.flatMap { ["\($0.count)"] + $0 }.map { Array($0.utf8) }
    for (name, bytes) in stage.drivers.sorted(by: { $0.key < $1.key }) {
      fields += [Array(name.utf8), bytes]
    }
    fields.append([])
    var total = 0
    for (path, content) in program.files.sorted(by: { $0.key < $1.key }) {
      guard case .bytes(let bytes) = content else { return nil }
      total += bytes.count
      guard total <= mostBytes, !asksForTime(bytes) else { return nil }
      fields += [Array(path.utf8), bytes]
    }
    return SHA256.digest(fields: fields)
  }

  private static func pairs(_ values: [String: String]) -> [String] {
    values.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
  }

  /// What changes when the system's headers and libraries do, which no file of the toolchain tells.
  static var systemIdentity: [String] {
    [
      "/var/lib/dpkg/status", "/var/lib/rpm", "/usr/lib/sysimage/rpm", "/lib/apk/db/installed",
      "/usr/include", "/usr/lib", "/usr/local/include", "/usr/local/lib",
    ].map(ToolchainCache.identity)
  }

  /// Whether a source holds `__DATE__`, `__TIME__` or `__TIMESTAMP__` (C17, 6.10.8.1), or could by pasting.
  private static func asksForTime(_ bytes: [UInt8]) -> Bool {
    ["__DATE", "__TIME", "##"].contains { bytes.firstRange(of: Array($0.utf8)) != nil }
  }
}
