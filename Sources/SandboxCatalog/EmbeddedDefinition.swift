/// A definition that the build compiled into the program, with the text it was made from.
public struct EmbeddedDefinition<Value: Sendable>: Sendable {
  /// The definition.
  public var value: Value
  /// Its YAML text.
  public var text: String

  /// Creates an embedded definition.
  public init(value: Value, text: String) {
    self.value = value
    self.text = text
  }
}
