internal import CSandboxLauncher

#if canImport(Glibc)
  import Glibc
#endif

/// One run as the worker reads it: `struct sandbox_run_request`, what follows it, and the descriptors.
struct RunRequest {
  let bytes: [UInt8]
  /// Copies input to the program; `nil` where there is nothing to copy.
  private(set) var pump: InputPump?
  /// The reading ends of standard output and error.
  private(set) var output: [OpenFile] = []
  // What travels with the message, in its order.
  private var files: [OpenFile] = []
  // Files of the program that are given as open ones.
  private let contents: [OpenFile]
  /// What the worker then knows; `nil` where there is no parent.
  let parent: ParentWords?

  /// `known` is what the worker knows from the request before, and need not be told again.
  init(
    _ command: Command, _ limits: Limits, _ rules: EnvironmentRules, _ place: Place,
    known: ParentWords? = nil, records: Bool = false, tellsStart: Bool = false,
    isBusy: Bool = false
  ) throws(SandboxError) {
    let environment = Self.environment(command, rules, place)
    var body = RequestBytes()
    let words = ([command.executable] + command.arguments).map {
      command.drivers.isEmpty || !$0.utf8.contains(UInt8(ascii: "{"))
        ? $0 : $0.replacing(Command.driversFolder, with: place.drivers, maxReplacements: 1)
    }
    for text in [words[0], place.workspace, place.temporary, place.drivers] { body.append(text) }
    // What its input is differs from what a run's is: an interpreter looks at it as it starts.
    var kind = "file"
    if case .descriptor = command.standardInput { kind = "pipe" }
    parent = command.parent.map {
      ParentWords(environment: environment, words: [kind] + $0)
    }
    let isKnown = parent != nil && parent == known
    if !isKnown, let parent { try Command.check(parent.words) }
    for text in words + environment { body.append(text) }
    if !isKnown, let parent { for text in parent.words { body.append(text) } }
    var contents: [OpenFile] = []
    for (path, content) in command.files.sorted(by: { $0.key < $1.key }) {
      body.append(path)
      switch content {
      case .bytes(let bytes):
        body.append(Int64(bytes.count))
        body.bytes += bytes
      case .file(let file):
        body.append(Int64(-1))
        contents.append(file)
      }
    }
    for (name, bytes) in command.drivers.sorted(by: { $0.key < $1.key }) {
      body.append(place.drivers + "/" + name)
      body.append(Int64(bytes.count))
      body.bytes += bytes
    }
    let isLong = body.bytes.count > Self.mostInlineBytes
    let header = sandbox_run_request(
      body_size: isLong ? UInt64(body.bytes.count) : 0,
      arguments: UInt32(command.arguments.count + 1), environment: UInt32(environment.count),
      files: UInt32(command.files.count + command.drivers.count),
      keep_workspace: command.keepsWorkspace ? 1 : 0, has_report: command.reports ? 1 : 0,
      stop_signal: UInt32(command.stopSignal ?? 0),
      parent_arguments: UInt32(parent?.words.count ?? 0), records: records ? 1 : 0,
      first_of_many: command.isFirstOfMany ? 1 : 0, same_parent: isKnown ? 1 : 0,
      starts_ahead: command.mayBeAhead ? 1 : 0, is_busy: isBusy ? 1 : 0,
      tells_start: tellsStart ? 1 : 0, padding: 0,
      wall_microseconds: UInt64(limits.wallTime / .microseconds(1)),
      cpu_microseconds: UInt64(limits.cpuTime / .microseconds(1)),
      memory_bytes: UInt64(limits.memory.bytes), file_size_bytes: UInt64(limits.fileSize.bytes),
      disk_bytes: UInt64(limits.disk.bytes), inodes: UInt64(limits.files),
      processes: UInt64(limits.processes), open_files: UInt64(limits.openFiles),
      stack_bytes: UInt64(limits.stack.bytes),
      stop_memory_bytes: UInt64(command.stopMemory?.bytes ?? 0),
      driver_files: UInt64(command.drivers.count),
      driver_bytes: UInt64(
        command.drivers.values.reduce(0) { $0 + ($1.count + 4095) / 4096 * 4096 }))
    bytes = RequestBytes(header).bytes + body.bytes
    self.contents = contents
  }

  /// What one message does not take travels as a file.
  private static let mostInlineBytes = Int(sandbox_most_inline_bytes)

  /// Makes what travels with it.
  mutating func makeFiles(
    _ input: StandardInput, report: OpenFile?, record: OpenFile?
  ) throws(SandboxError) {
    files = try makeStreams(input)
    let body = bytes[MemoryLayout<sandbox_run_request>.size...]
    if body.count > Self.mostInlineBytes { files.append(try OpenFile(holding: Array(body))) }
    if let report { files.append(report) }
    files += contents
    if let record { files.append(record) }
    guard files.count <= 253 else {
      throw .invalidRequest("at most 249 files can be given as open files; give the rest as bytes")
    }
  }

  /// Takes over what a worker was asked for already; `false` where that is another run.
  mutating func adopt(_ begun: Worker.BegunRun, _ input: StandardInput) -> Bool {
    guard case .empty = input, contents.isEmpty, bytes == begun.request else { return false }
    output = begun.output
    return true
  }

  /// Sends all of it to a worker, and closes the program's ends here: a pipe ends with the last of its writers.
  /// Returns why it could not be sent, or `nil`.
  mutating func send(to control: OpenFile) -> SandboxError? {
    let descriptors = files.map(\.descriptor)
    let header = MemoryLayout<sandbox_run_request>.size
    let isLong = bytes.count - header > Self.mostInlineBytes
    let status = unsafe sandbox_send(
      control.descriptor, bytes, isLong ? header : bytes.count, descriptors, descriptors.count)
    files = []
    return status == 0 ? nil : .stepFailed(.spawn, errorNumber: -status)
  }

  private mutating func makeStreams(
    _ input: StandardInput
  ) throws(SandboxError) -> [OpenFile] {
    var ends: [OpenFile] = []
    switch input {
    case .empty: ends = [try OpenFile(holding: [])]
    case .bytes(let bytes): ends = [try OpenFile(holding: bytes)]
    case .descriptor(let source):
      let pipe = try OpenFile.pipe()
      guard let pump = InputPump(from: source, into: pipe.writing) else {
        throw .stepFailed(.spawn, errorNumber: errno)
      }
      self.pump = pump
      // A program has a user of its own where it can be given one, and may open its streams by their names, such as
      // /dev/stdin.
      _ = fchmod(pipe.reading.descriptor, 0o444)
      ends = [pipe.reading]
    }
    for _ in 0..<2 {
      var pipe: [Int32] = [-1, -1]
      let status = unsafe sandbox_output_pipe(&pipe)
      guard status == 0 else { throw .stepFailed(.spawn, errorNumber: -status) }
      output.append(OpenFile(owning: pipe[0]))
      ends.append(OpenFile(owning: pipe[1]))
    }
    return ends
  }

  private static func environment(
    _ command: Command, _ rules: EnvironmentRules, _ place: Place
  ) -> [String] {
    var variables: [String: String] = [:]
    for name in rules.inherit {
      if let value = unsafe getenv(name) { variables[name] = unsafe String(cString: value) }
    }
    for (name, value) in rules.set {
      variables[name] =
        value == FileSystemAccess.workspace
        ? place.workspace : value == "/tmp" ? place.temporary : value
    }
    variables.merge(command.environment) { $1 }
    return variables.map { "\($0.key)=\($0.value)" }.sorted()
  }
}

/// By what a worker knows the parent that runs are forked from: a hundred kilobytes, mostly the same as before.
struct ParentWords: Sendable, Hashable {
  let environment: [String]
  let words: [String]
}

extension Command {
  /// Strings travel ended by a NUL, so one inside a string would move what follows.
  fileprivate static func check(_ strings: [String]) throws(SandboxError) {
    guard strings.allSatisfy({ !$0.utf8.contains(0) }) else {
      throw .invalidRequest("a NUL byte cannot be part of a path, an argument or a variable")
    }
  }

  /// What can be checked before there is a worker, but for the words of a parent: those are long, and mostly known.
  func validate() throws(SandboxError) {
    try Self.check(
      [executable] + arguments + toolchainPaths + Array(files.keys) + Array(drivers.keys)
        + environment.flatMap { [$0.key, $0.value] })
    guard !executable.isEmpty else { throw .invalidRequest("the executable has no name") }
    for name in environment.keys where name.isEmpty || name.contains("=") {
      throw .invalidRequest("'\(name)' cannot be the name of an environment variable")
    }
    for path in files.keys {
      let parts = path.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
        throw .invalidRequest(
          "'\(path)' is not a path in the workspace: it must be relative, without '.' and '..'")
      }
    }
    for name in drivers.keys where name.isEmpty || name.contains("/") || name == "." || name == ".."
    {
      throw .invalidRequest("'\(name)' cannot be the name of a driver's file")
    }
    if let stopSignal, !(1...64).contains(stopSignal) {
      throw .invalidRequest("there is no signal \(stopSignal)")
    }
    for path in toolchainPaths
    where !path.hasPrefix("/") || path.split(separator: "/").contains("..") {
      throw .invalidRequest("'\(path)' is not an absolute path without '..'")
    }
    for path in toolchainPaths where Self.isHidden(path) {
      throw .invalidRequest(
        "the toolchain is in '\(path)', a folder that the sandbox has of its own; move it elsewhere"
      )
    }
  }

  /// Whether the sandbox has a folder of its own where `path` is on the host.
  package static func isHidden(_ path: String) -> Bool {
    ["/tmp", "/workspace", "/box", "/proc", "/dev"].contains {
      path == $0 || path.hasPrefix($0 + "/")
    }
  }
}

extension Limits {
  /// The largest number of processes that the launcher's account can follow.
  public static let mostProcesses = 4096

  /// What the kernel's interfaces can hold, and what makes a run possible at all.
  func validate() throws(SandboxError) {
    let day = Duration.seconds(86_400)
    func check(_ isRight: Bool, _ text: String) throws(SandboxError) {
      guard isRight else { throw .invalidRequest(text) }
    }
    try check(
      wallTime > .zero && wallTime <= day, "the wall time must be more than 0 and at most 24 hours")
    try check(
      cpuTime > .zero && cpuTime <= day, "the CPU time must be more than 0 and at most 24 hours")
    try check(memory >= ByteCount(mebibytes: 1), "the memory must be at least 1 MiB")
    try check(
      processes > 0 && processes <= Self.mostProcesses,
      "processes must be 1 to \(Self.mostProcesses)")
    try check(openFiles > 4 && openFiles <= 1 << 20, "open files must be 5 to 1048576")
    try check(files > 0, "files must be at least 1")
    try check(disk >= ByteCount(kibibytes: 4), "the disk must be at least 4 KiB")
    try check(stack >= ByteCount(kibibytes: 128), "the stack must be at least 128 KiB")
    try check(
      output.bytes > 0 && output.bytes <= 1 << 30, "the output must be 1 B to 1 GiB")
  }
}
