import Foundation

/// The command as users have it: the built binary, started as a process of its own.
struct BuiltCommand {
  /// What became of it.
  struct Ending {
    /// The exit status as a shell tells it: 128 + the signal where one ended it.
    var status: Int32
    var outputBytes: [UInt8]
    var errors: String

    var output: String { String(decoding: outputBytes, as: UTF8.self) }

    /// Standard output as the JSON document that it must be, alone.
    func document() throws -> [String: Any] {
      let object = try JSONSerialization.jsonObject(with: Data(outputBytes))
      return object as? [String: Any] ?? [:]
    }
  }

  /// Where standard input comes from, or a stream goes.
  enum Stream {
    case nothing
    case bytes([UInt8])
    case captured
    case closed
    /// A descriptor of the caller.
    case descriptor(Int32)
  }

  /// The folder that it is started in.
  var folder: String
  var input = Stream.nothing
  var output = Stream.captured
  var errors = Stream.captured
  /// Added to what it gets of the tests' environment; `nil` takes a variable away.
  var environment: [String: String?] = [:]
  /// The words that start it.
  var executable = [Self.path]
  /// Signals that it is started with blocked.
  var blockedSignals: [Int32] = []

  init(in folder: String) { self.folder = folder }

  /// Beside the test bundle, where the package manager builds it.
  static let path: String = {
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: tests).deletingLastPathComponent().appending(path: "ocisandbox").path
  }()

  /// Runs it to its end.
  func run(_ arguments: String...) async throws -> Ending {
    try await run(arguments.map { Array($0.utf8) })
  }

  /// Runs it with arguments that need not be text.
  func run(_ arguments: [[UInt8]]) async throws -> Ending {
    try await start(arguments).ending()
  }

  /// Starts it.
  func start(_ arguments: String...) throws -> Running {
    try start(arguments.map { Array($0.utf8) })
  }

  /// Starts it with arguments that need not be text.
  func start(_ arguments: [[UInt8]]) throws -> Running {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var captures: [FileHandle?] = []
    var opened: [FileHandle] = []
    for (number, stream) in [input, output, errors].enumerated() {
      let target = Int32(number)
      switch stream {
      case .nothing: posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_RDWR, 0)
      case .closed: posix_spawn_file_actions_addclose(&actions, target)
      case .descriptor(let descriptor):
        posix_spawn_file_actions_adddup2(&actions, descriptor, target)
      case .bytes, .captured:
        // A file that has no name: nothing waits for its reader.
        var name = Array("/tmp/captured-XXXXXX\0".utf8CString)
        let descriptor = mkstemp(&name)
        unlink(name)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        opened.append(file)
        if case .bytes(let bytes) = stream {
          try file.write(contentsOf: bytes)
          try file.seek(toOffset: 0)
        }
        posix_spawn_file_actions_adddup2(&actions, descriptor, target)
        captures.append(number == 0 ? nil : file)
        continue
      }
      captures.append(nil)
    }
    // env(1) goes to the folder and becomes the command, with the same process id.
    let start = (["/usr/bin/env", "-C", folder] + executable).map { Array($0.utf8) }
    var words = (start + arguments).map { word -> UnsafeMutablePointer<CChar>? in
      strdup(word.map { CChar(bitPattern: $0) } + [0])
    }
    var variables = self.variables.map { strdup("\($0.key)=\($0.value)") }
    defer { for text in words + variables { free(text) } }
    words.append(nil)
    variables.append(nil)
    // As from a shell: the threads of tests block signals, which a child would inherit.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var mask = sigset_t()
    sigemptyset(&mask)
    for number in blockedSignals { sigaddset(&mask, number) }
    posix_spawnattr_setsigmask(&attributes, &mask)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var process: pid_t = 0
    let status = withExtendedLifetime(opened) {
      posix_spawn(&process, "/usr/bin/env", &actions, &attributes, words, variables)
    }
    guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: status) ?? .EINVAL) }
    return Running(process: process, output: captures[1], errors: captures[2])
  }

  /// The tests' own, without what would bring in the definitions of whoever runs them.
  private var variables: [String: String] {
    var variables = ProcessInfo.processInfo.environment.filter { name, _ in
      !name.hasPrefix("OCISANDBOX_") && !name.hasPrefix("XDG_DATA") && name != "NO_COLOR"
    }
    variables["XDG_CONFIG_HOME"] = "/nonexistent"
    variables["XDG_DATA_HOME"] = "/nonexistent"
    variables["XDG_DATA_DIRS"] = "/nonexistent"
    for (name, value) in environment { variables[name] = value }
    return variables
  }
}

/// A started command.
struct Running: Sendable {
  let process: pid_t
  fileprivate let output: FileHandle?
  fileprivate let errors: FileHandle?

  fileprivate init(process: pid_t, output: FileHandle?, errors: FileHandle?) {
    self.process = process
    self.output = output
    self.errors = errors
  }

  /// Waits for its end, on a thread of its own: those of tasks are few. A time limit of the test ends the
  /// command too, which else would be waited for.
  func ending() async throws -> BuiltCommand.Ending {
    let status = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        Thread.detachNewThread {
          var status: Int32 = 0
          while waitpid(process, &status, 0) < 0 && errno == EINTR {}
          continuation.resume(returning: status)
        }
      }
    } onCancel: {
      if let process = ifUnended { kill(process, SIGKILL) }
    }
    let signal = status & 0x7F
    return BuiltCommand.Ending(
      status: signal == 0 ? status >> 8 & 0xFF : 128 + signal,
      outputBytes: try Self.all(of: output),
      errors: String(decoding: try Self.all(of: errors), as: UTF8.self))
  }

  /// Its children.
  var children: [pid_t] {
    let threads =
      (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
    return threads.flatMap { thread in
      let path = "/proc/\(process)/task/\(thread)/children"
      return ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: " ")
        .compactMap { pid_t($0) }
    }
  }

  /// Its id, unless it has ended and been waited for.
  var ifUnended: pid_t? {
    var information = siginfo_t()
    let options = WEXITED | WNOHANG | WNOWAIT
    return waitid(P_PID, id_t(process), &information, options) == 0 ? process : nil
  }

  /// Whether it has ended, waited for or not.
  var hasEnded: Bool {
    var information = siginfo_t()
    let options = WEXITED | WNOHANG | WNOWAIT
    return waitid(P_PID, id_t(process), &information, options) != 0 || information.si_signo != 0
  }

  /// What has been captured of standard output so far.
  func outputSoFar() throws -> String { String(decoding: try Self.all(of: output), as: UTF8.self) }

  private static func all(of file: FileHandle?) throws -> [UInt8] {
    guard let file else { return [] }
    // By offset: the descriptor shares its position with the command's.
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = pread(file.fileDescriptor, &chunk, chunk.count, off_t(bytes.count))
      guard count > 0 else { return bytes }
      bytes += chunk.prefix(count)
    }
  }
}
