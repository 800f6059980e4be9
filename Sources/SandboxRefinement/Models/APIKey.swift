internal import FoundationEssentials

/// A secret that a server knows its user by.
///
/// It goes into a request's header and nowhere else: every description of it is empty of it, and what a
/// server says back is searched for it.
public struct APIKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  let secret: String

  /// Creates a key; white space around it is not part of it. `nil` where nothing is left, or where it
  /// holds what no header may.
  public init?(_ text: String) {
    let kept = text.drop { $0.isWhitespace }
    let secret = String(kept.prefix { !$0.isWhitespace })
    let isAllowed = secret.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    guard !secret.isEmpty, isAllowed, kept.allSatisfy({ $0.isWhitespace || $0.isASCII }) else {
      return nil
    }
    guard kept.dropFirst(secret.count).allSatisfy(\.isWhitespace) else { return nil }
    self.secret = secret
  }

  /// Reads a key from a file that holds nothing else.
  ///
  /// - Throws: ``ModelError/misconfigured(_:)``, which names the file and never its content.
  public init(file: String) throws(ModelError) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: file))
    } catch {
      throw .misconfigured("cannot read the key file '\(file)'")
    }
    guard data.count < 16_384, let key = APIKey(String(decoding: data, as: UTF8.self)) else {
      throw .misconfigured(
        "the file '\(file)' holds no key\nhint: it must hold the key on one line, and nothing else")
    }
    self = key
  }

  /// `(hidden)`.
  public var description: String { "(hidden)" }
  /// `(hidden)`.
  public var debugDescription: String { "(hidden)" }
  /// Nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }

  /// The text without the key, which some servers repeat in their errors.
  func redacted(from text: String) -> String {
    text.replacing(secret, with: description)
  }
}
