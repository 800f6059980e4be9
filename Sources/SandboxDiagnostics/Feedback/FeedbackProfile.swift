/// Writes the account of a run in one form: for a model, an editor, a code host.
///
/// To add a form, conform a type to this protocol; ``FeedbackProfiles`` lists those that have a name.
/// The account holds the program's own words: whatever they are, they must stay data in the form that is
/// written. ``VisibleText`` makes control characters visible.
public protocol FeedbackProfile: Sendable {
  /// The text for `account`, which already is limited to what may be seen.
  ///
  /// - Parameters:
  ///   - account: What happened.
  ///   - budget: How long the text may be; `nil` means as long as it is. A machine-readable form leaves
  ///     things out rather than being cut.
  /// - Returns: The text.
  /// - Throws: What keeps the account from becoming a document.
  func render(_ account: RunAccount, within budget: FeedbackBudget?) throws -> String
}

/// How a feedback is made.
public struct FeedbackOptions: Sendable, Hashable {
  /// The name of its profile: one of ``FeedbackProfiles/names``.
  public var profile: String
  /// What it may show.
  public var exposure: Exposure
  /// How long it may be; `nil` means as long as it is.
  public var budget: FeedbackBudget?

  /// Creates options; by default the profile `compiler`, which shows all.
  public init(
    profile: String = "compiler", exposure: Exposure = .full, budget: FeedbackBudget? = nil
  ) {
    self.profile = profile
    self.exposure = exposure
    self.budget = budget
  }
}

/// A profile that no one has heard of.
public struct UnknownProfileError: Error, Hashable, CustomStringConvertible {
  /// Its name.
  public let name: String

  /// Creates the error.
  public init(name: String) { self.name = name }

  /// What there is instead.
  public var description: String {
    "there is no feedback profile '\(name)'; there are "
      + FeedbackProfiles.names.joined(separator: ", ")
  }
}

/// The profiles that have a name.
public enum FeedbackProfiles {
  /// All names, sorted.
  public static let names = [
    "compiler", "github", "json", "lsp", "markdown", "oci", "raw", "sarif",
  ]

  /// The profile of a name; `nil` where there is none.
  public static func named(_ name: String) -> (any FeedbackProfile)? {
    switch name {
    case "compiler": CompilerProfile()
    case "github": GitHubProfile()
    case "json": JSONProfile()
    case "lsp": LSPProfile()
    case "markdown": MarkdownProfile()
    case "oci": OCIProfile()
    case "raw": RawProfile()
    case "sarif": SARIFProfile()
    default: nil
    }
  }
}

extension RunAccount {
  /// The feedback on this run.
  ///
  /// - Throws: ``UnknownProfileError``, or what keeps the account from becoming a document.
  public func feedback(_ options: FeedbackOptions = FeedbackOptions()) throws -> String {
    guard let profile = FeedbackProfiles.named(options.profile) else {
      throw UnknownProfileError(name: options.profile)
    }
    return try profile.render(limited(to: options.exposure), within: options.budget)
  }
}
