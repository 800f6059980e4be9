internal import FoundationEssentials
internal import SandboxDiagnostics
public import SandboxExecution

extension ProgramResult: Encodable {
  private enum Key: String, CodingKey {
    case schema, verdict, language, policy, toolchain, compile, run, diagnostics, denied, artifacts
    case deniedUnlisted = "denied_unlisted"
    case enforcement, feedback, exposure
    case feedbackProfile = "feedback_profile"
  }

  /// Encodes the document with `"schema": 1`.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(1, forKey: .schema)
    try object.encode(verdict, forKey: .verdict)
    try object.encode(language, forKey: .language)
    try object.encode(policy, forKey: .policy)
    try object.encode(
      ["executable": toolchain.executable, "version": toolchainVersion], forKey: .toolchain)
    try object.encode(
      compile.map { StageDocument(result: $0, isCached: compileIsCached) }, forKey: .compile)
    try object.encode(run.map { StageDocument(result: $0) }, forKey: .run)
    try object.encode(diagnostics, forKey: .diagnostics)
    try object.encode(denied, forKey: .denied)
    try object.encode(deniedUnlisted, forKey: .deniedUnlisted)
    try object.encode(artifacts.map(ArtifactDocument.init), forKey: .artifacts)
    try object.encode(last.map { EnforcementDocument($0.enforcement) }, forKey: .enforcement)
    try object.encode(account.feedback(feedbackOptions), forKey: .feedback)
    try object.encode(feedbackOptions.profile, forKey: .feedbackProfile)
    try object.encode(feedbackOptions.exposure, forKey: .exposure)
  }

  /// The document as text, with sorted keys.
  public func json() throws -> String { try jsonText(self) }
}

/// A result document as text, with sorted keys.
func jsonText(_ document: some Encodable) throws -> String {
  String(try jsonDocument(document).dropLast())
}

private struct StageDocument: Encodable {
  var result: ExecutionResult
  var isCached: Bool?

  private enum Key: String, CodingKey {
    case outcome, signal, stdout, stderr, cached, start
    case coldReason = "cold_reason"
    case exitCode = "exit_code"
    case stdoutBytes = "stdout_bytes"
    case stderrBytes = "stderr_bytes"
    case stdoutTruncated = "stdout_truncated"
    case stderrTruncated = "stderr_truncated"
    case stdoutBase64 = "stdout_base64"
    case stderrBase64 = "stderr_base64"
    case wallTime = "wall_time_seconds"
    case cpuTime = "cpu_time_seconds"
    case peakMemory = "peak_memory_bytes"
    case peakProcesses = "peak_processes"
  }

  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(result.outcome.word, forKey: .outcome)
    var code: Int32?
    var signal: Int32?
    switch result.outcome {
    case .exited(let value): code = value
    case .signalled(let value): signal = value
    default: break
    }
    try object.encode(code, forKey: .exitCode)
    try object.encode(signal, forKey: .signal)
    let (output, errors) = (result.standardOutput, result.standardError)
    try object.encode(output.text, forKey: .stdout)
    try object.encode(errors.text, forKey: .stderr)
    try object.encode(output.totalBytes, forKey: .stdoutBytes)
    try object.encode(errors.totalBytes, forKey: .stderrBytes)
    try object.encode(output.isTruncated, forKey: .stdoutTruncated)
    try object.encode(errors.isTruncated, forKey: .stderrTruncated)
    try object.encodeIfPresent(output.base64IfNotText, forKey: .stdoutBase64)
    try object.encodeIfPresent(errors.base64IfNotText, forKey: .stderrBase64)
    try object.encode(result.wallTime / .seconds(1), forKey: .wallTime)
    try object.encode(result.cpuTime / .seconds(1), forKey: .cpuTime)
    try object.encode(result.peakMemory.bytes, forKey: .peakMemory)
    try object.encode(result.peakProcesses, forKey: .peakProcesses)
    try object.encode(result.start, forKey: .start)
    try object.encodeIfPresent(result.coldReason, forKey: .coldReason)
    try object.encodeIfPresent(isCached, forKey: .cached)
  }
}

extension CapturedOutput {
  fileprivate var base64IfNotText: String? {
    let kept = head + tail
    return String(validating: kept, as: UTF8.self) == nil ? Data(kept).base64EncodedString() : nil
  }
}

private struct ArtifactDocument: Encodable {
  var path: String
  var bytes: Int64
  var mediaType: String
  var sha256: String?

  private enum CodingKeys: String, CodingKey {
    case path, bytes, sha256
    case mediaType = "media_type"
  }

  init(_ artifact: ProgramResult.Artifact) {
    path = artifact.path
    bytes = artifact.size.bytes
    mediaType = artifact.mediaType
    sha256 = artifact.file?.contents(limit: artifact.size).map(SHA256.digest)
  }
}

/// Which layers held, in the words of the JSON result.
public struct EnforcementDocument: Encodable {
  private let enforcement: Enforcement

  private enum Key: String, CodingKey {
    case level, namespaces, seccomp, cgroup, rlimits, missing
    case landlockABI = "landlock_abi"
    case capabilitiesDropped = "capabilities_dropped"
    case noNewPrivileges = "no_new_privileges"
  }

  /// Creates the document.
  public init(_ enforcement: Enforcement) { self.enforcement = enforcement }

  /// Encodes the document.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(enforcement.isFull ? "full" : "degraded", forKey: .level)
    try object.encode(enforcement.namespaces, forKey: .namespaces)
    try object.encode(enforcement.seccomp, forKey: .seccomp)
    try object.encode(enforcement.landlockABI, forKey: .landlockABI)
    try object.encode(enforcement.capabilitiesDropped, forKey: .capabilitiesDropped)
    try object.encode(enforcement.noNewPrivileges, forKey: .noNewPrivileges)
    try object.encode(enforcement.cgroup, forKey: .cgroup)
    try object.encode(enforcement.resourceLimits, forKey: .rlimits)
    try object.encode(enforcement.missing, forKey: .missing)
  }
}
