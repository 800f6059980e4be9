import Testing

@testable import SandboxLanguages

@Suite("What of a toolchain becomes readable")
struct ToolchainExposureTests {
  private let folder: TemporaryFolder
  private var home: String { folder.path + "/home/user" }
  private var exposure: ToolchainExposure { ToolchainExposure(homes: [home]) }

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("", to: "home/user/.ssh/id")
  }

  private func place(
    _ found: String, answered: String? = nil, prefixes: [String]? = nil
  ) -> ToolchainExposure.Place {
    exposure.place(of: found, answered: answered, prefixes: prefixes)
  }

  @Test("is the folder above its bin, where it was not asked")
  func guessed() throws {
    let tool = try folder.write("", to: "opt/lua/bin/lua")
    #expect(place(tool).paths == [folder.path + "/opt/lua"])
    let flat = try folder.write("", to: "opt/flat/lua")
    #expect(place(flat).paths == [folder.path + "/opt/flat"])
  }

  @Test("is what it answers, each once, without what lies in another")
  func answered() throws {
    let tool = try folder.write("", to: "opt/py/bin/python3")
    try folder.write("", to: "opt/py/lib/x")
    let prefix = folder.path + "/opt/py"
    let place = place(
      tool, answered: tool, prefixes: [prefix, prefix + "/", prefix + "/lib", prefix + "/bin/.."])
    #expect(place.executable == tool)
    #expect(place.paths == [prefix])
  }

  @Test("is both names of a prefix that a link leads to")
  func linked() throws {
    let tool = try folder.write("", to: "opt/py-3.1/bin/python3")
    let link = try folder.link("opt/py", to: "py-3.1")
    #expect(
      place(tool, answered: tool, prefixes: [link]).paths == [link, folder.path + "/opt/py-3.1"])
  }

  @Test(
    "is never a folder that is the home folder, holds it, or is shared in it",
    arguments: ["", "/..", "/../..", "/.local", "/.config", "/.cache", "/.local/share", "/bin"])
  func homes(below: String) throws {
    let tool = try folder.write("", to: "home/user/.local/share/uv/py/bin/python3")
    try folder.write("", to: "home/user/.config/key")
    try folder.write("", to: "home/user/.cache/key")
    try folder.write("", to: "home/user/bin/key")
    let paths = place(tool, answered: tool, prefixes: [home + below]).paths
    // The executable itself is all that is left.
    #expect(paths == [tool])
  }

  @Test("is only the libraries of a prefix that is shared")
  func libraries() throws {
    let tool = try folder.write("", to: "home/user/.local/bin/lua")
    try folder.write("", to: "home/user/.local/lib/lua/x")
    try folder.write("", to: "home/user/.local/share/keyrings/x")
    #expect(place(tool).paths == [home + "/.local/lib", tool])
    // Not even those, when they lead back to what is shared.
    let other = try folder.write("", to: "home/user/bin/lua")
    try folder.link("home/user/lib", to: ".")
    #expect(place(other, prefixes: [home]).paths == [other])
  }

  @Test(
    "is never the root, nor the system's shared folders", arguments: ["/", "/etc", "/var", "/root"])
  func system(prefix: String) {
    let paths = place("/usr/bin/env", answered: "/usr/bin/env", prefixes: [prefix]).paths
    #expect(paths.allSatisfy { $0.hasPrefix(prefix == "/" ? "/lib" : prefix + "/lib") })
  }

  @Test(
    "starts it past links that cannot be read inside, under the name that it goes by")
  func names() throws {
    // As Debian's cc: bin/cc -> alternatives/cc -> bin/gcc -> gcc-12.
    let root = folder.path
    let gcc = try folder.write("", to: "usr/bin/gcc-12", mode: 0o755)
    try folder.link("usr/bin/gcc", to: "gcc-12")
    try folder.link("etc/alternatives/cc", to: root + "/usr/bin/gcc")
    let cc = try folder.link("usr/bin/cc", to: root + "/etc/alternatives/cc")
    let debian = place(cc, prefixes: [root + "/usr"])
    #expect(debian.executable == root + "/usr/bin/gcc")
    #expect(debian.paths == [root + "/usr"])
    #expect(gcc.hasSuffix("gcc-12"))
    // As swiftc: a link in the same folder, to a program that does what its name says.
    try folder.write("", to: "swift/bin/swift-driver", mode: 0o755)
    let swiftc = try folder.link("swift/bin/swiftc", to: "swift-driver")
    #expect(place(swiftc).executable == swiftc)
    #expect(place(swiftc, prefixes: [root + "/swift"]).executable == swiftc)
    // As ccache: a link to another folder of the same prefix, for the same reason.
    try folder.write("", to: "usr/bin/ccache", mode: 0o755)
    let ccache = try folder.link("usr/lib/ccache/cc", to: "../../bin/ccache")
    #expect(place(ccache, prefixes: [root + "/usr"]).executable == ccache)
    // As swiftly: one shim for all, outside of the toolchain that it answers.
    try folder.write("", to: "swiftly/bin/swiftly", mode: 0o755)
    let shim = try folder.link("swiftly/bin/swiftc", to: "swiftly")
    let past = place(shim, prefixes: [root + "/swift"])
    #expect(past.executable == root + "/swift/bin/swiftc")
    #expect(past.paths == [root + "/swift"])
  }

  @Test("keeps the name that a virtual environment is known by, and shows what it links to")
  func virtualEnvironment() throws {
    let real = try folder.write("", to: "py/bin/python3.11", mode: 0o755)
    let python = try folder.link("venv/bin/python3", to: real)
    let place = place(python, answered: python, prefixes: [folder.path + "/venv"])
    #expect(place.executable == python)
    #expect(place.paths == [folder.path + "/venv", real])
  }
}
