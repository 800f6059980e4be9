/// One exception of a traceback, as it was printed.
struct PythonException {
  /// How an exception came out of the one printed before it.
  enum Relation: String {
    /// `raise ... from ...`.
    case cause = "caused by"
    /// Raised in an `except` or `finally`.
    case context = "while handling"
  }

  /// What it has to do with the exception before it.
  var relation: Relation?
  /// 0 for an ordinary traceback, 1 for a group, 2 for its members, and so on.
  var depth: Int
  /// The calls, outermost first.
  var frames: [PythonFrame] = []
  /// Its class.
  var name: String?
  /// Its message, line by line.
  var message: [Substring] = []
}

/// One `File "...", line N` of a traceback.
struct PythonFrame {
  /// The path, as it was printed.
  var path: Substring
  /// Starts at 1.
  var line: Int
  /// `nil` for the place of a syntax error.
  var function: Substring?
  /// The line as printed, without its indentation.
  var source: Substring?
  /// What is marked in ``source``, in scalars from 0.
  var markers: Range<Int>?
  /// Of a recursion: how often more the frame came.
  var repeats: Int?
  /// The lines printed under it so far.
  fileprivate var linesBelow = 0
}

/// Reads the exceptions that CPython printed, a line at a time.
struct PythonExceptionReader {
  private enum Phase { case outside, frames, fatalFrames, message }

  private var exceptions: [PythonException] = []
  private var current: PythonException?
  private var relation: PythonException.Relation?
  private var phase = Phase.outside
  private var sawHeader = false
  private var inGroup = false

  /// The exceptions in `lines`, in the order in which they were printed.
  static func read(_ lines: [Substring]) -> [PythonException] {
    var reader = PythonExceptionReader()
    for line in lines { reader.read(line) }
    reader.finish()
    return reader.exceptions
  }

  private mutating func read(_ line: Substring) {
    if let (depth, text) = margin(of: line) {
      if let current, current.depth != depth { finish() }
      readText(text, depth: depth)
    } else if inGroup, Self.isSeparator(line) {
      finish()
    } else {
      if let current, current.depth > 0 { finish() }
      readText(line, depth: 0)
    }
  }

  /// The depth and the text of a line of an `ExceptionGroup`, which stands behind `|` or `+`.
  private mutating func margin(of line: Substring) -> (depth: Int, text: Substring)? {
    var cursor = TextCursor(line)
    let blanks = cursor.skipBlanks()
    guard blanks >= 2, blanks % 2 == 0 else { return nil }
    if cursor.skip("+ "), cursor.rest.startsWithBytes("Exception Group Traceback") {
      inGroup = true
      return (blanks / 2, cursor.rest)
    }
    guard cursor.skip("| ") || (inGroup && cursor.skip("|")) else { return nil }
    // An ordinary source line can start with `|`; a group can not start inside of a traceback.
    guard inGroup || (phase == .outside && blanks == 2) else { return nil }
    inGroup = true
    return (blanks / 2, cursor.rest)
  }

  private static func isSeparator(_ line: Substring) -> Bool {
    var cursor = TextCursor(line)
    cursor.skipBlanks()
    return cursor.skip("+-")
  }

  private mutating func readText(_ line: Substring, depth: Int) {
    if line == "Traceback (most recent call last):"
      || line == "Exception Group Traceback (most recent call last):"
    {
      if depth == 0 { inGroup = false }
      begin(depth: depth, phase: .frames)
      sawHeader = true
    } else if line == "The above exception was the direct cause of the following exception:" {
      finish()
      relation = .cause
    } else if line
      == "During handling of the above exception, another exception occurred:"
    {
      finish()
      relation = .context
    } else if line.startsWithBytes("Fatal Python error: ") {
      begin(depth: depth, phase: .fatalFrames)
      sawHeader = true
      current?.name = "Fatal Python error"
      current?.message = [Substring(line.utf8.dropFirst(20))]
    } else if line.startsWithBytes("Exception ignored in")
      || line.startsWithBytes("Exception in thread ")
    {
      finish()
    } else {
      readBody(line, depth: depth)
    }
  }

  private mutating func readBody(_ line: Substring, depth: Int) {
    switch phase {
    case .outside:
      if let frame = PythonFrame(line) {
        begin(depth: depth, phase: .frames)
        current?.frames.append(frame)
      } else if line.startsWithBytes("Sorry: ") {
        readPyCompile(Substring(line.utf8.dropFirst(7)))
      } else if depth > 0, PythonFrame.exception(line).name != nil {
        begin(depth: depth, phase: .frames)
        endFrames(line)
      }
    case .frames:
      if let frame = PythonFrame(line) {
        current?.frames.append(frame)
      } else if line.startsWithBytes("    ") {
        current?.frames.lastElement?.read(Substring(line.utf8.dropFirst(4)))
      } else if line.startsWithBytes("  [Previous line repeated ") {
        var cursor = TextCursor(Substring(line.utf8.dropFirst(26)))
        current?.frames.lastElement?.repeats = cursor.number()
      } else if let first = line.utf8.first, first != 0x20 {
        endFrames(line)
      }
    case .fatalFrames:
      // The first blank line after the frames ends them; the stack is printed innermost first.
      if let frame = PythonFrame(line) {
        current?.frames.append(frame)
      } else if line.utf8.isEmpty, current?.frames.isEmpty == false {
        finish()
      }
    case .message:
      if (current?.message.count ?? 0) < ParserBounds.messageLines { current?.message.append(line) }
    }
  }

  private mutating func begin(depth: Int, phase: Phase) {
    finish()
    current = PythonException(relation: relation, depth: depth)
    relation = nil
    self.phase = phase
  }

  private mutating func endFrames(_ line: Substring) {
    let (name, message) = PythonFrame.exception(line)
    // Without a header, something else may only have looked like a frame.
    guard sawHeader || name != nil else {
      current = nil
      return finish()
    }
    current?.name = name
    current?.message = [message]
    phase = .message
  }

  private mutating func finish() {
    if phase == .fatalFrames { current?.frames.reverse() }
    if let current, phase == .message || phase == .fatalFrames { exceptions.append(current) }
    current = nil
    phase = .outside
    sawHeader = false
  }

  /// Reads what `py_compile` prints of an indentation error: `TabError: ... (main.py, line 3)`.
  private mutating func readPyCompile(_ text: Substring) {
    let (name, message) = PythonFrame.exception(text)
    guard let name, let open = message.lastByteIndex(of: " ("), message.endsWithBytes(")") else {
      return
    }
    var place = TextCursor(Substring(message[open...].utf8.dropFirst(2)))
    guard let path = place.text(before: ", line "), let line = place.number() else { return }
    exceptions.append(
      PythonException(
        depth: 0, frames: [PythonFrame(path: path, line: line, function: nil)], name: name,
        message: [message[..<open]]))
  }
}

extension PythonFrame {
  init(path: Substring, line: Int, function: Substring?) {
    self.path = path
    self.line = line
    self.function = function
  }

  /// Reads `  File "main.py", line 3, in f`, with faulthandler's ` in f` or nothing at its end.
  init?(_ text: Substring) {
    var cursor = TextCursor(text)
    guard cursor.skip("  File \""), let path = cursor.text(before: "\", line "),
      let line = cursor.number()
    else { return nil }
    let function = cursor.skip(", in ") || cursor.skip(" in ") ? cursor.rest : nil
    guard function != nil || cursor.isAtEnd else { return nil }
    self.init(path: path, line: line, function: function)
  }

  /// Reads a line under the frame: its source, or the markers below that.
  fileprivate mutating func read(_ text: Substring) {
    linesBelow += 1
    if linesBelow == 1 {
      source = text
    } else if linesBelow == 2 {
      let scalars = Array(text.unicodeScalars)
      let marked = { (scalar: Unicode.Scalar) in scalar == "^" || scalar == "~" }
      guard scalars.allSatisfy({ marked($0) || $0.properties.isWhitespace }),
        let start = scalars.firstIndex(where: marked), let end = scalars.lastIndex(where: marked)
      else { return }
      markers = start..<(end + 1)
    }
  }

  /// The class and the message of the line that ends a traceback; no class where it is none.
  static func exception(_ line: Substring) -> (name: String?, message: Substring) {
    var cursor = TextCursor(line)
    let head = cursor.text(before: ": ")
    let name = head ?? line
    let isName =
      !name.utf8.isEmpty
      && name.unicodeScalars.allSatisfy {
        $0.properties.isXIDContinue || $0 == "." || $0 == "<" || $0 == ">"
      } && name.unicodeScalars.first.map { $0.properties.isXIDStart || $0 == "_" } == true
    guard isName else { return (nil, line) }
    return (String(name), head == nil ? "" : cursor.rest)
  }
}

extension Array {
  /// The last element, to be changed in place; `nil` where there is none.
  fileprivate var lastElement: Element? {
    get { last }
    set { if let newValue, !isEmpty { self[count - 1] = newValue } }
  }
}
