internal import FoundationEssentials

/// The JSON result where the sandbox could not do its work: nothing is known about the program.
///
/// It has the keys of a ``ProgramResult``'s document, so that readers need not tell them apart first, and
/// `error`, which says what is wrong and how to mend it.
public struct SandboxErrorDocument: Encodable, Sendable {
  private let error: String
  private let language: String?
  private let policy: String?

  private enum Key: String, CodingKey {
    case schema, verdict, error, language, policy, toolchain, compile, run, diagnostics, denied
    case artifacts, enforcement, feedback, exposure
    case deniedUnlisted = "denied_unlisted"
    case feedbackProfile = "feedback_profile"
  }

  /// Creates a document.
  ///
  /// - Parameters:
  ///   - error: What is wrong, and how to mend it.
  ///   - language: The id of the language, where it is known.
  ///   - policy: The policy, where it is known.
  public init(error: String, language: String? = nil, policy: String? = nil) {
    self.error = error
    self.language = language
    self.policy = policy
  }

  /// The message for a model. The cause is for whoever runs the sandbox, and not in it.
  public var feedback: String {
    "The sandbox could not do its work; nothing is known about the program.\n"
  }

  /// Encodes the document with `"schema": 1`.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(1, forKey: .schema)
    try object.encode(Verdict.sandboxError, forKey: .verdict)
    try object.encode(error, forKey: .error)
    try object.encode(language, forKey: .language)
    try object.encode(policy, forKey: .policy)
    for key in [Key.toolchain, .compile, .run, .enforcement] { try object.encodeNil(forKey: key) }
    try object.encode(0, forKey: .deniedUnlisted)
    for key in [Key.diagnostics, .denied, .artifacts] { try object.encode([String](), forKey: key) }
    try object.encode(feedback, forKey: .feedback)
    for key in [Key.exposure, .feedbackProfile] { try object.encodeNil(forKey: key) }
  }

  /// The document as text, with sorted keys.
  public func json() throws -> String { try jsonText(self) }
}
