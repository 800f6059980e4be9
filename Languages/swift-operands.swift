
// Put behind a Swift program that failed at an assertion, for its second run: notes an operand, and gives it back.
@_silgen_name("ocisandbox_write")
func ocisandbox_write(_ number: Int32, _ text: UnsafePointer<CChar>, _ value: UnsafePointer<CChar>)
@_silgen_name("ocisandbox_note_begin") func ocisandbox_begin() -> Int32

func ocisandbox_note_begin() -> Bool { ocisandbox_begin() != 0 }

func ocisandbox_note<Value>(_ number: Int32, _ text: String, _ value: Value) -> Value {
  var shown = ""
  if let string = value as? String { debugPrint(String(string.prefix(200)), terminator: "", to: &shown) }
  else { print(value, terminator: "", to: &shown) }
  ocisandbox_write(number, text, String(shown.unicodeScalars.prefix(210).map(Character.init)))
  return value
}
