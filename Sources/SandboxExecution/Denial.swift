internal import CSandboxLauncher

#if canImport(Glibc)
  import Glibc
#endif

/// Something that the policy refused.
public struct Denial: Sendable, Hashable, Codable {
  /// What kind of thing was refused: `syscall`.
  public var kind: String
  /// The call's name.
  public var name: String
  /// Its key arguments in words, such as `AF_INET, SOCK_STREAM` or `"/etc/passwd", O_WRONLY`; what is read of
  /// the program's memory may have been changed by it meanwhile.
  public var detail: String
  /// How often.
  public var count: Int
  /// What the program saw: `errno(EPERM)`, `errno(ENOSYS)` or `kill`.
  public var action: String

  /// Creates a denial.
  public init(kind: String, name: String, detail: String, count: Int, action: String) {
    self.kind = kind
    self.name = name
    self.detail = detail
    self.count = count
    self.action = action
  }
}

extension Denial {
  /// What the worker noted, in the order of the first time.
  static func list(_ report: sandbox_report) -> [Denial] {
    var noted = report.denied
    return unsafe withUnsafeBytes(of: &noted) { bytes in
      let denials = unsafe bytes.bindMemory(to: sandbox_denial.self)
      return (0..<min(Int(report.denials), denials.count)).map { unsafe Denial(denials[$0]) }
    }
  }

  private init(_ denial: sandbox_denial) {
    kind = "syscall"
    name = SystemCallRules.name(of: denial.number, architecture: denial.architecture)
    detail = DenialDetail.words(name, denial)
    count = Int(denial.count)
    switch denial.error_number {
    case 0: action = "kill"
    case EPERM: action = "errno(EPERM)"
    case ENOSYS: action = "errno(ENOSYS)"
    default: action = "errno(\(denial.error_number))"
    }
  }
}
