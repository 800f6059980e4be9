/// How long a feedback may be.
public struct FeedbackBudget: Sendable, Hashable, CustomStringConvertible {
  /// The number, in ``unit``.
  public let amount: Int
  /// What is counted.
  public let unit: Unit

  /// What a budget counts.
  public enum Unit: Sendable, Hashable {
    /// Unicode scalars.
    case characters
    /// Tokens of a language model, estimated: see ``FeedbackBudget/tokens(in:)``.
    case tokens
  }

  /// A budget in Unicode scalars; at least 1.
  public static func characters(_ amount: Int) -> FeedbackBudget {
    FeedbackBudget(amount: max(1, amount), unit: .characters)
  }

  /// A budget in estimated tokens; at least 1.
  public static func tokens(_ amount: Int) -> FeedbackBudget {
    FeedbackBudget(amount: max(1, amount), unit: .tokens)
  }

  private init(amount: Int, unit: Unit) {
    self.amount = amount
    self.unit = unit
  }

  /// Reads `400t` (tokens) or `2000c` or `2000` (characters); `nil` where `text` is neither.
  public init?(_ text: String) {
    var digits = text[...]
    var unit = Unit.characters
    if digits.hasSuffix("t") {
      unit = .tokens
      digits = digits.dropLast()
    } else if digits.hasSuffix("c") {
      digits = digits.dropLast()
    }
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let amount = Int(digits), amount > 0
    else { return nil }
    self.init(amount: amount, unit: unit)
  }

  /// `400t` or `2000c`
  public var description: String { "\(amount)" + (unit == .tokens ? "t" : "c") }

  /// The words for it: `400 tokens`.
  var words: String { "\(amount) " + (unit == .tokens ? "tokens" : "characters") }

  /// Another amount of the same unit; at least 1.
  func with(_ amount: Int) -> FeedbackBudget {
    FeedbackBudget(amount: max(1, amount), unit: unit)
  }

  /// What `text` takes of this budget.
  func cost(of text: some StringProtocol) -> Int {
    switch unit {
    case .characters: text.unicodeScalars.count
    case .tokens: Self.tokens(in: text)
    }
  }

  /// An estimate of the tokens of `text`, rather too high than too low.
  ///
  /// A run of letters counts one for each six begun, a digit group one for each three, a run of blanks
  /// one, any other ASCII character one, and a scalar outside of ASCII two. Tokenizers of current models
  /// (byte pair encoding of 50,000 to 200,000 merges) give less for English text and source code.
  public static func tokens(in text: some StringProtocol) -> Int {
    var count = 0
    var run = 0
    var kind = 0
    func end() {
      switch kind {
      case 1: count += (run + 5) / 6
      case 2: count += (run + 2) / 3
      case 3: count += 1
      default: break
      }
      run = 0
    }
    for scalar in text.unicodeScalars {
      let next: Int
      switch scalar.value {
      case 0x41...0x5A, 0x61...0x7A: next = 1
      case 0x30...0x39: next = 2
      // One blank belongs to the word after it.
      case 0x20: next = 3
      default: next = 0
      }
      if next != kind {
        if kind == 3, run == 1, next == 1 { run = 0 } else { end() }
        kind = next
      }
      run = next == 0 ? 0 : run + 1
      if next == 0 { count += scalar.isASCII ? 1 : 2 }
    }
    end()
    return count
  }
}
