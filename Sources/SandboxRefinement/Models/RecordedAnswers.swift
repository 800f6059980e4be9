internal import FoundationEssentials

/// Answers that a model gave before, read from a file.
///
/// The file is a transcript of `ocisandbox solve --json`, or has one JSON value a line: a string, or an
/// object with `answer`. Empty lines are skipped.
public struct RecordedAnswers: Sendable, Hashable {
  /// The answers, in their order.
  public let answers: [String]

  /// Reads a file's content.
  ///
  /// - Parameters:
  ///   - bytes: The content.
  ///   - file: Its name, for messages.
  /// - Throws: ``ModelError/misconfigured(_:)``, which names the line.
  public init(_ bytes: [UInt8], file: String) throws(ModelError) {
    let decoder = JSONDecoder()
    if let transcript = try? decoder.decode(Transcript.self, from: Data(bytes)) {
      answers = transcript.rounds.map(\.answer)
      return
    }
    var answers: [String] = []
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    {
      if line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { continue }
      if let text = try? decoder.decode(String.self, from: Data(line)) {
        answers.append(text)
      } else if let object = try? decoder.decode(Entry.self, from: Data(line)) {
        answers.append(object.answer)
      } else {
        throw .misconfigured(
          """
          \(file):\(index + 1): neither a JSON string nor an object with "answer"
          hint: each line is one answer: {"answer": "..."}
          """)
      }
    }
    guard !answers.isEmpty else { throw .misconfigured("\(file) holds no answer") }
    self.answers = answers
  }

  private struct Entry: Decodable { var answer: String }
  private struct Transcript: Decodable { var rounds: [Entry] }
}
