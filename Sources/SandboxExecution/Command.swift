/// A program to start in the sandbox, and what it finds there.
public struct Command: Sendable, Hashable {
  /// A path inside the sandbox: absolute, or relative to the workspace.
  public var executable: String
  /// The arguments after the program's own name.
  public var arguments: [String]
  /// The whole environment; nothing is inherited from the caller.
  public var environment: [String: String]
  /// Host paths that are readable inside, at the same place. Absent ones are left out.
  public var readable: [String]
  /// Files put into the workspace before the start: name to content, executable by the program.
  public var files: [String: [UInt8]]

  /// Creates a command; by default only the system's own programs and libraries are readable.
  public init(
    executable: String, arguments: [String] = [],
    environment: [String: String] = [
      "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/workspace",
    ],
    readable: [String] = ["/usr", "/lib", "/lib64", "/bin"], files: [String: [UInt8]] = [:]
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.readable = readable
    self.files = files
  }
}
