import SandboxDiagnostics
import SandboxExecution
import Testing

@Suite("A path that the sandbox does not show")
struct RefusedPathTests {
  /// What is said of an exception with this error number about this path.
  private func notes(_ errno: Int, _ path: String, readable: [String]?) throws -> [String] {
    let record =
      #"{"kind": "exception", "name": "OSError", "message": "m", "errno": \#(errno), "path": "\#(path)"}"#
    let report = StageReport(
      stage: .run, outcome: .exited(code: 1),
      driverReport: DriverReport(records: [record], isTaken: true), readablePaths: readable)
    let found = PythonTracebackParser().explanation(of: report, limits: Limits())
    try #require(found.first?.code == "OSError")
    return found[0].notes.map(\.message)
  }

  private let readable = ["/usr", "/opt/python/lib"]

  @Test(
    "is told to be one, by the policy alone",
    arguments: [2, 13, 1],
    ["/srv/data.csv", "/etc/shadow", "/proc/meminfo", "/usrlocal", "//home/./a"])
  func outside(errno: Int, path: String) throws {
    #expect(
      try notes(errno, path, readable: readable) == [
        "the sandbox does not show '\(path)' to the program; files for it go into its workspace"
      ])
  }

  @Test(
    "is not told of what is shown, of the run's own, and of what is not sure",
    arguments: [
      "/usr/lib/none", "/opt", "/opt/python/lib/x", "/workspace/none", "/tmp/none", "/dev/none",
      "/proc/self/none", "/proc/12/none", "/etc/passwd", "/workspace/../srv", "data.csv", "/", "",
    ])
  func inside(path: String) throws {
    #expect(try notes(2, path, readable: readable) == [])
  }

  @Test("is not told where the policy is not known, nor of another error")
  func unknown() throws {
    #expect(try notes(2, "/srv/data.csv", readable: nil) == [])
    #expect(try notes(21, "/srv/data.csv", readable: readable) == [])
  }

  @Test("may be one that is shown to be read only")
  func readOnly() throws {
    #expect(
      try notes(30, "/usr/x", readable: readable) == [
        "the sandbox lets the program write in its workspace and /tmp only, not to '/usr/x'"
      ])
    #expect(try notes(30, "/tmp/x", readable: readable) == [])
    #expect(try notes(30, "/workspace/x", readable: readable) == [])
  }
}
