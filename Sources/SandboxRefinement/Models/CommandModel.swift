internal import FoundationEssentials
internal import SandboxExecution

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
    let output: OpenFile
    do {
      // A file: it is there as a whole, so nobody has to feed a pipe.
      output = try process.start(executable, arguments, input: try OpenFile(holding: input))
    } catch {
      let number = (error as? HostProcess.StartFailure)?.errorNumber ?? EMFILE
      return .failure(
        .commandFailed(
          """
          cannot start the model's command '\(executable)': \(String(cString: strerror(number)))
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
          .commandFailed("the model's command '\(executable)' printed nothing for \(timeout.words)")
        )
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
