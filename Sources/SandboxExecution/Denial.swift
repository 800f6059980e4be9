package import CSandboxLauncher

#if canImport(Glibc)
  import Glibc
#endif

/// Something that the policy refused.
public struct Denial: Sendable, Hashable, Codable {
  /// What refused it: `syscall`, the system call filter; `view`, for the path is not in view or may only be read;
  /// `landlock`, the same where there is no view; `network`, for the run's own network has no way there.
  public var kind: String
  /// The call's name; `path` where only the error is known that it ended in.
  public var name: String
  /// Its key arguments in words, such as `AF_INET, SOCK_STREAM` or `"/etc/passwd", O_WRONLY`; what is read of
  /// the program's memory may have been changed by it meanwhile.
  public var detail: String
  /// How often.
  public var count: Int
  /// What the program saw: such as `errno(EPERM)`, `errno(ENOSYS)` or `kill`; `errno` where it is not known which.
  public var action: String
  /// The program's file that met it, where the language can tell.
  public var file: String?
  /// The line in that file, from 1.
  public var line: Int?

  /// Creates a denial.
  public init(
    kind: String, name: String, detail: String, count: Int, action: String, file: String? = nil,
    line: Int? = nil
  ) {
    self.kind = kind
    self.name = name
    self.detail = detail
    self.count = count
    self.action = action
    self.file = file
    self.line = line
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

  /// What the worker noted of one call. The program chose all of it but `error_number` and `count`.
  package init(_ denial: sandbox_denial) {
    kind = "syscall"
    name = SystemCallRules.name(of: denial.number, architecture: denial.architecture)
    detail = DenialDetail.words(name, denial)
    count = Int(denial.count)
    action = denial.error_number == 0 ? "kill" : Self.action(errno: denial.error_number)
  }

  /// What the program saw, by its name where it has one here.
  package static func action(errno: Int32) -> String {
    let names = [
      EPERM: "EPERM", ENOENT: "ENOENT", EACCES: "EACCES", EROFS: "EROFS", ENOSYS: "ENOSYS",
      ENETUNREACH: "ENETUNREACH",
    ]
    return "errno(\(names[errno] ?? String(errno)))"
  }

  /// A path in quotes, control characters escaped: the program chose it.
  package static func quoted(_ path: String) -> String {
    DenialDetail.quoted(Array(path.utf8.prefix(DenialDetail.mostPathBytes)))
  }
}
