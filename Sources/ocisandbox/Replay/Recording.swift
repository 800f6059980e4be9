import ArgumentParser
import FoundationEssentials
import OCISandbox

/// All that an execution depends on, so that it can be done again.
struct Recording: Codable, Sendable {
  /// The version of the command.
  var version: String
  /// The id of the language.
  var language: String
  /// The SHA-256 of its manifest.
  var manifest: String
  /// The policy as it was, limits included.
  var policy: Policy
  /// The form of the feedback.
  var profile: String
  /// How much it may show.
  var exposure: Exposure
  /// How long it may be.
  var budget: String?
  /// What was run; `nil` in a transcript, where each answer is.
  var program: RecordedProgram?
  /// What the answers were tested by; `nil` where by nothing.
  var tests: RecordedTests?

  init(manifest: LanguageManifest, policy: Policy, feedback: FeedbackOptions) throws {
    version = OCISandboxCommand.configuration.version
    language = manifest.id
    self.manifest = try Self.digest(manifest)
    self.policy = policy
    profile = feedback.profile
    exposure = feedback.exposure
    budget = feedback.budget.map { "\($0)" }
  }

  var feedbackOptions: FeedbackOptions {
    FeedbackOptions(
      profile: profile, exposure: exposure, budget: budget.flatMap { FeedbackBudget($0) })
  }

  static func digest(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return SHA256.digest(Array(try encoder.encode(value)))
  }
}

/// A file's content: as text where it is UTF-8, else in base64.
struct RecordedContent: Codable, Sendable {
  private var text: String?
  private var base64: String?

  init(_ bytes: [UInt8]) {
    text = String(validating: bytes, as: UTF8.self)
    if text == nil { base64 = Data(bytes).base64EncodedString() }
  }

  var bytes: [UInt8] {
    text.map { Array($0.utf8) } ?? base64.flatMap { Data(base64Encoded: $0) }.map { Array($0) }
      ?? []
  }
}

/// A program with all that it was given.
struct RecordedProgram: Codable, Sendable {
  private var files: [String: RecordedContent]
  private var entry: String
  private var arguments: [String]
  private var environment: [String: String]
  private var standardInput: RecordedContent

  private enum CodingKeys: String, CodingKey {
    case files, entry, arguments, environment
    case standardInput = "stdin"
  }

  /// Records a program. `input` is what it reads: the program itself may name a stream, which is read once.
  init(_ program: Program, input: [UInt8]) {
    files = program.files.compactMapValues { content in
      if case .bytes(let bytes) = content { RecordedContent(bytes) } else { nil }
    }
    entry = program.entry
    arguments = program.arguments
    environment = program.environment
    standardInput = RecordedContent(input)
  }

  var program: Program {
    Program(
      files: files.mapValues { .bytes($0.bytes) }, entry: entry, arguments: arguments,
      standardInput: .bytes(standardInput.bytes), environment: environment)
  }
}

/// The files that answers were tested by.
struct RecordedTests: Codable, Sendable {
  /// What `--tests` named: one file, or a folder.
  private var isFolder: Bool
  private var files: [String: RecordedContent]
  /// What `--function` named.
  private(set) var functions: [String]

  private enum CodingKeys: String, CodingKey {
    case files, functions
    case isFolder = "folder"
  }

  init(_ path: String, functions: [String]) throws {
    let input = try ProgramInput(extra: [path + ":tests"])
    isFolder = ProgramInput.isFolder(path)
    self.functions = functions
    let name = path.split(separator: "/").last.map(String.init) ?? "tests"
    files = [:]
    for (place, content) in input.files {
      guard case .bytes(let bytes) = content else { continue }
      files[isFolder ? String(place.dropFirst("tests/".count)) : name] = RecordedContent(bytes)
    }
  }

  /// Writes them into a folder, and returns what `--tests` is to name there.
  func write(to folder: String) throws -> String {
    for (name, content) in files {
      // A recording may come from anyone: nothing is written outside of the folder.
      guard name.split(separator: "/").allSatisfy({ $0 != ".." }), !name.hasPrefix("/") else {
        throw Failure(
          "the recording names a test \(name.quoted), which is not in its own folder",
          status: Failure.usage)
      }
      let path = URL(filePath: folder).appending(path: name)
      try FileManager.default.createDirectory(
        at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(content.bytes).write(to: path)
    }
    return isFolder ? folder : folder + "/" + (files.keys.first ?? "tests")
  }
}
