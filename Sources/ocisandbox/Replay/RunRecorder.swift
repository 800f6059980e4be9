import OCISandbox

/// Records a run, for `ocisandbox replay`.
struct RunRecorder: Sendable {
  private struct Document: Encodable {
    var schema = 1
    var recording: Recording
    var result: ProgramResult
  }

  private let file: OutputFile
  private let recording: Recording

  /// Opens the file, and reads what the program is given, which a stream gives only once.
  init(
    _ path: String, _ program: inout Program, _ manifest: LanguageManifest, _ policy: Policy,
    _ options: FeedbackOptions
  ) throws {
    var input: [UInt8] = []
    switch program.standardInput {
    case .empty: break
    case .bytes(let bytes): input = bytes
    case .descriptor(let descriptor):
      input = try ProgramInput.read(descriptor: descriptor, "standard input")
      program.standardInput = .bytes(input)
    }
    var recording = try Recording(manifest: manifest, policy: policy, feedback: options)
    recording.program = RecordedProgram(program, input: input)
    self.recording = recording
    file = try OutputFile(path)
  }

  /// Writes it all.
  func write(_ result: ProgramResult) async throws {
    var result = result
    result.toolchainVersion = await result.toolchain.version()
    result.feedbackOptions = recording.feedbackOptions
    try file.write(try JSONText.of(Document(recording: recording, result: result)))
  }
}
