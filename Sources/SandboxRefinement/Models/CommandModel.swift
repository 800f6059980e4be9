internal import CSandboxLauncher
internal import FoundationEssentials
internal import SandboxExecution
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A model that is a command of the host: it reads `{"messages": [...], "temperature", "max_tokens"}` from
/// standard input, and what it prints is the answer.
///
/// The command is trusted, and runs outside of any sandbox, in a process group of its own, which is killed
/// when the answer is not waited for any more. Its standard error is the caller's.
public struct CommandModel: Model {
  /// The largest answer that is read, in bytes.
  static let largestText = 1 << 20

  /// The name of the command.
  public let name: String
  private let executable: String
  private let arguments: [String]
  private let timeout: Duration

  /// Creates a model.
  ///
  /// - Parameters:
  ///   - executable: The path of the command, or its name, which is looked for on `PATH`.
  ///   - arguments: Its arguments.
  ///   - timeout: How long is waited for the first byte, and for each that follows.
  public init(executable: String, arguments: [String] = [], timeout: Duration = .seconds(120)) {
    self.executable = executable
    self.arguments = arguments
    self.timeout = timeout
    name = executable.split(separator: "/").last.map(String.init) ?? executable
  }

  /// Starts the command, and returns what it prints.
  public func answer(
    to messages: [ChatMessage], options: GenerationOptions,
    onEvent: @escaping @Sendable (ModelEvent) -> Void
  ) async throws(ModelError) -> ModelAnswer {
    let input = try request(messages, options)
    let process = HostProcess()
    let result: Result<ModelAnswer, ModelError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isStarted = startThread {
          continuation.resume(returning: converse(input, process, onEvent))
        }
        if !isStarted {
          continuation.resume(returning: .failure(.commandFailed("cannot start a thread")))
        }
      }
    } onCancel: {
      process.kill()
    }
    if Task.isCancelled { throw .cancelled }
    return try result.get()
  }

  private func request(
    _ messages: [ChatMessage], _ options: GenerationOptions
  ) throws(ModelError) -> [UInt8] {
    struct Request: Encodable {
      var messages: [ChatMessage]
      var temperature: Double
      var max_tokens: Int
    }
    do {
      return Array(
        try JSONEncoder().encode(
          Request(
            messages: messages, temperature: options.temperature,
            max_tokens: options.maximumTokens)))
    } catch {
      throw .misconfigured("the request cannot be written as JSON: \(error)")
    }
  }

  private func converse(
    _ input: [UInt8], _ process: HostProcess, _ onEvent: (ModelEvent) -> Void
  ) -> Result<ModelAnswer, ModelError> {
    guard let output = process.start(executable, arguments, input: input) else {
      let reason = String(cString: strerror(process.errorNumber))
      return .failure(
        .commandFailed(
          """
          cannot start the model's command '\(executable)': \(reason)
          hint: it must be an executable file, or the name of one on PATH
          """))
    }
    var bytes: [UInt8] = []
    var shown = 0
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      var wait = pollfd(fd: output.descriptor, events: Int16(POLLIN), revents: 0)
      let limit = Int32(clamping: Int(max(1, (timeout / .milliseconds(1)).rounded(.up))))
      let ready = poll(&wait, 1, limit)
      if ready < 0 && errno == EINTR { continue }
      guard ready > 0 else {
        process.kill()
        _ = process.end()
        return .failure(
          .commandFailed("the model's command '\(executable)' printed nothing for \(timeout)"))
      }
      let count = read(output.descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      bytes += chunk.prefix(count)
      guard bytes.count <= Self.largestText else {
        process.kill()
        _ = process.end()
        return .failure(.answerTooLarge(limit: Self.largestText))
      }
      // Only whole characters are shown; the rest comes with what follows.
      let whole = bytes.count - Self.unfinishedBytes(bytes)
      if whole > shown {
        onEvent(.text(String(decoding: bytes[shown..<whole], as: UTF8.self)))
        shown = whole
      }
    }
    if shown < bytes.count { onEvent(.text(String(decoding: bytes[shown...], as: UTF8.self))) }
    let status = process.end()
    guard status == 0 else {
      let how =
        status & 0x7F == 0
        ? "exited with status \(status >> 8 & 0xFF)" : "was ended by signal \(status & 0x7F)"
      return .failure(.commandFailed("the model's command '\(executable)' \(how)"))
    }
    return .success(ModelAnswer(String(decoding: bytes, as: UTF8.self)))
  }

  /// The number of bytes at the end that begin a character and do not end it.
  private static func unfinishedBytes(_ bytes: [UInt8]) -> Int {
    for count in 1...3 {
      guard count <= bytes.count else { return 0 }
      let byte = bytes[bytes.count - count]
      if byte & 0xC0 == 0x80 { continue }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > count ? count : 0
    }
    return 0
  }
}

/// A process of the host, in a process group of its own.
private final class HostProcess: Sendable {
  private struct State {
    var process: pid_t = 0
    var isKilled = false
    var errorNumber: Int32 = 0
  }
  private let state = Mutex(State())

  var errorNumber: Int32 { state.withLock { $0.errorNumber } }

  /// Starts it with `input` on its standard input; returns where its output comes from.
  func start(_ executable: String, _ arguments: [String], input: [UInt8]) -> OpenFile? {
    func failed() -> OpenFile? {
      let number = errno
      state.withLock { $0.errorNumber = number }
      return nil
    }
    // A file without a name: it is there as a whole, so nobody has to feed a pipe.
    let descriptor = sandbox_memory_file()
    guard descriptor >= 0 else {
      state.withLock { $0.errorNumber = -descriptor }
      return nil
    }
    let request = OpenFile(owning: descriptor)
    var written = 0
    while written < input.count {
      let count = input.withUnsafeBytes {
        pwrite(
          request.descriptor, $0.baseAddress.map { $0 + written }, input.count - written,
          off_t(written))
      }
      guard count > 0 else { return failed() }
      written += count
    }
    var ends: [Int32] = [-1, -1]
    guard sandbox_pipe(&ends) == 0 else { return failed() }
    let reading = OpenFile(owning: ends[0])
    let writing = OpenFile(owning: ends[1])
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, request.descriptor, 0)
    posix_spawn_file_actions_adddup2(&actions, writing.descriptor, 1)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
    var words = ([executable] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    defer { withExtendedLifetime((request, writing)) {} }
    // A command that was just written can be busy for a moment: a child that another thread starts holds
    // the writer's descriptor until its exec.
    for attempt in 1...500 {
      let status = state.withLock { state -> Int32 in
        guard !state.isKilled else { return ECANCELED }
        var process: pid_t = 0
        let status = posix_spawnp(&process, executable, &actions, &attributes, &words, environ)
        if status == 0 { state.process = process }
        return status
      }
      if status == 0 { return reading }
      state.withLock { $0.errorNumber = status }
      guard status == ETXTBSY, attempt < 500 else { break }
      usleep(10_000)
    }
    return nil
  }

  /// Kills it and what it started.
  func kill() {
    state.withLock { state in
      state.isKilled = true
      if state.process > 0 { _ = Glibc.kill(-state.process, SIGKILL) }
    }
  }

  /// Waits for its end; returns the status of wait(2).
  func end() -> Int32 {
    let process = state.withLock { $0.process }
    // Left unreaped, so that its number stays its own until nobody can kill it any more.
    var information = siginfo_t()
    while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) < 0 && errno == EINTR {}
    return state.withLock { state in
      _ = Glibc.kill(-process, SIGKILL)
      state.process = 0
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0 && errno == EINTR {}
      return status
    }
  }
}
