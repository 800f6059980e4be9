import FoundationEssentials
import SandboxExecution

/// What a driver reports of how the program ended: a record of its ``DriverReport``.
///
/// `docs/languages.md` explains the keys to who writes a driver. All but `kind` may be missing.
struct DriverRecord: Decodable {
  /// What a record is about.
  enum Kind: String, Decodable {
    /// What nobody caught.
    case exception
    /// The program ended itself with a status other than 0.
    case exit
    /// Where the program was when it was stopped.
    case stack
    /// What the language warned of.
    case warning
    /// An error of a system call that the program met, which it may have caught.
    case denial
    /// What stands beside records was written by an instrument, and by nothing before it.
    case report
    /// A kind of a later version.
    case unknown

    init(from decoder: any Decoder) throws {
      let text = try decoder.singleValueContainer().decode(String.self)
      self = Kind(rawValue: text) ?? .unknown
    }
  }

  /// A place in a file. Lines start at 1. A column is given as `column`, in scalars from 1, or as `byte`, in
  /// bytes of UTF-8 from 0, or as `utf16`, in units from 1.
  struct Frame: Decodable {
    var file: String?
    var line: Int?
    var column, byte, utf16: Int?
    var endLine, endColumn, endByte: Int?
    var function: String?
    var repeats, repeatedCalls: Int?

    private enum CodingKeys: String, CodingKey {
      case file, line, column, byte, utf16, function, repeats
      case repeatedCalls = "repeated_calls"
      case endLine = "end_line"
      case endColumn = "end_column"
      case endByte = "end_byte"
    }

    init(from decoder: any Decoder) throws {
      let object = try decoder.container(keyedBy: CodingKeys.self)
      func number(_ key: CodingKeys) throws -> Int? {
        try object.decodeIfPresent(Int.self, forKey: key)
      }
      /// Lines start at 1: what is less is none.
      func lineNumber(_ key: CodingKeys) throws -> Int? {
        try number(key).flatMap { $0 > 0 ? $0 : nil }
      }
      file = try object.decodeIfPresent(String.self, forKey: .file)
      function = try object.decodeIfPresent(String.self, forKey: .function)
      line = try lineNumber(.line)
      endLine = try lineNumber(.endLine)
      (column, byte, utf16) = try (number(.column), number(.byte), number(.utf16))
      (endColumn, endByte) = try (number(.endColumn), number(.endByte))
      (repeats, repeatedCalls) = try (number(.repeats), number(.repeatedCalls))
    }
  }

  /// What it is about; `nil` for one inside of another.
  var kind: Kind?
  /// The exception's class.
  var name: String?
  /// Its message.
  var message: String?
  /// Further words on it.
  var remarks: [String]?
  /// Where it is, if not in the last frame.
  var place: Frame?
  /// The calls, innermost last.
  var frames: [Frame]?
  /// Whether the outermost calls are missing.
  var isCut: Bool?
  /// Of a stack: whether its innermost call is in a loop, of which it has the first line; `nil` where that was not
  /// looked for.
  var isLooping: Bool?
  /// Of a stack: whether it is about memory.
  var isForMemory: Bool?
  /// Where the program's functions begin that a failed assertion called.
  var called: [Frame]?
  /// Variables there, or operands, as short texts.
  var values: [String: String]?
  /// Of an exit: its status.
  var status: Int?
  /// Of an exception that a system call led to: its error number, the path that it was about, and the call.
  var errno: Int?
  var path, call: String?
  /// What it was raised from, or while handling what.
  private var causes, contexts: [DriverRecord]?
  /// The exceptions in a group.
  var members: [DriverRecord]?

  private enum CodingKeys: String, CodingKey {
    case kind, name, message, remarks, place, frames, called, values, status, errno, path, call
    case cause, context, members
    case isCut = "cut"
    case isLooping = "loop"
    case isForMemory = "memory"
  }

  init(from decoder: any Decoder) throws {
    let object = try decoder.container(keyedBy: CodingKeys.self)
    kind = try object.decodeIfPresent(Kind.self, forKey: .kind)
    name = try object.decodeIfPresent(String.self, forKey: .name)
    message = try object.decodeIfPresent(String.self, forKey: .message)
    remarks = try object.decodeIfPresent([String].self, forKey: .remarks)
    place = try object.decodeIfPresent(Frame.self, forKey: .place)
    frames = try object.decodeIfPresent([Frame].self, forKey: .frames)
    isCut = try object.decodeIfPresent(Bool.self, forKey: .isCut)
    isLooping = try object.decodeIfPresent(Bool.self, forKey: .isLooping)
    isForMemory = try object.decodeIfPresent(Bool.self, forKey: .isForMemory)
    called = try object.decodeIfPresent([Frame].self, forKey: .called)
    values = try object.decodeIfPresent([String: String].self, forKey: .values)
    status = try object.decodeIfPresent(Int.self, forKey: .status)
    errno = try object.decodeIfPresent(Int.self, forKey: .errno)
    path = try object.decodeIfPresent(String.self, forKey: .path).map { Self.bounded($0) }
    call = try object.decodeIfPresent(String.self, forKey: .call)
      .flatMap { $0.utf8.count <= 32 && $0.utf8.allSatisfy(Self.isOfName) ? $0 : nil }
    causes = try object.decodeIfPresent(DriverRecord.self, forKey: .cause).map { [$0] }
    contexts = try object.decodeIfPresent(DriverRecord.self, forKey: .context).map { [$0] }
    members = try object.decodeIfPresent([DriverRecord].self, forKey: .members)
  }

  /// What came before it, and what it has to do with that.
  private var earlier: (relation: String, record: DriverRecord)? {
    if let cause = causes?.first { return ("caused by", cause) }
    return contexts?.first.map { ("while handling", $0) }
  }

  /// It, and what led to it.
  var chain: [DriverRecord] {
    Array(
      sequence(first: self) { $0.earlier?.record }.prefix(ParserBounds.notes))
  }

  /// The records of a report that can be read.
  static func read(_ report: DriverReport) -> [DriverRecord] {
    // A driver writes one, or one for each of a few errors; what is more comes of processes that the program has
    // forked.
    report.records.prefix(64).compactMap {
      try? JSONDecoder().decode(DriverRecord.self, from: Data($0.utf8))
    }
  }
}

extension StageReport {
  /// What the driver says of how the stage ended: one that is in accord with what the executor saw.
  var driverRecord: DriverRecord? {
    guard let driverReport, !driverReport.records.isEmpty else { return nil }
    return DriverRecord.read(driverReport).last { record in
      switch (record.kind, outcome) {
      case (.exception, .exited(let status)): status != 0
      case (.exit, .exited(let status)):
        record.status.map { $0 & 0xFF == Int(status) } ?? (status != 0)
      case (.exception, .signalled): true
      // Failed of what it was refused.
      case (.exception, .processLimitExceeded), (.exception, .diskLimitExceeded): true
      case (.exit, .processLimitExceeded), (.exit, .diskLimitExceeded): record.status != 0
      case (.stack, .exited), (.exit, _), (.exception, _): false
      case (.stack, _): true
      case (.warning, _), (.denial, _), (.report, _), (.unknown, _), (nil, _): false
      }
    }
  }
}

extension StageReport {
  /// What the language warned of, by the driver's word.
  func driverWarnings(_ files: inout ProgramFiles) -> [Diagnostic] {
    guard let driverReport, !driverReport.records.isEmpty else { return [] }
    return DriverRecord.read(driverReport).filter { $0.kind == .warning }.map {
      var warning = $0.diagnostic(self, &files)
      warning.severity = .warning
      return warning
    }
  }
}

extension DriverRecord {
  /// The diagnostic of an exception or an exit.
  func diagnostic(_ report: StageReport, _ files: inout ProgramFiles) -> Diagnostic {
    var result = described(report, &files)
    if kind == .exit {
      result.code = nil
      let status = status.map { " with status \($0 & 0xFF)" } ?? ""
      result.message =
        "the program ended itself\(status)"
        + (message.map { ", saying: " + files.withoutWorkspace($0) } ?? "")
    }
    return result
  }

  /// The calls that lie in the program's files, innermost last.
  func stack(_ files: inout ProgramFiles) -> [Diagnostic.Frame] {
    let stack = (frames ?? []).prefix(1000).compactMap { frame -> Diagnostic.Frame? in
      guard let file = frame.file.flatMap({ files.relativePath(of: $0) }) else { return nil }
      let source = files.line(frame.line, of: file)
      return Diagnostic.Frame(
        function: frame.function.map { Self.bounded($0) }, file: file, line: frame.line,
        column: frame.startColumn(in: source, &files, file), source: source, repeats: frame.repeats,
        repeatedCalls: frame.repeatedCalls)
    }.folded
    return (isCut == true ? stack.withoutStart : stack).boundedFrames
  }

  private func described(
    _ report: StageReport, _ files: inout ProgramFiles, depth: Int = 0
  ) -> Diagnostic {
    let stack = stack(&files)
    let innermost =
      (place.map { [$0] } ?? frames ?? []).last { frame in
        frame.file.flatMap { files.relativePath(of: $0) } != nil
      }
    let file = innermost?.file.flatMap { files.relativePath(of: $0) }
    let source = files.line(innermost?.line, of: file)
    var text = files.withoutWorkspace(Self.bounded(message ?? ""))
    for remark in (remarks ?? []).prefix(10) {
      text += "\n" + files.withoutWorkspace(Self.bounded(remark))
    }
    if text.isEmpty { text = name ?? "the program failed without a message" }
    var notes: [Diagnostic] = []
    if let errno, let path, let words = report.refusal(of: path, errno: errno) {
      notes.append(Diagnostic(severity: .note, stage: report.stage, message: words))
    }
    if let errno, let path,
      let words = report.givenFiles(insteadOf: Self.bounded(path), errno: errno)
    {
      notes.append(Diagnostic(severity: .note, stage: report.stage, message: words))
    }
    for member in (members ?? []).prefix(ParserBounds.notes) {
      notes.append(member.note("in the group:", report, &files, depth: depth))
    }
    var next = earlier
    for frame in (called ?? []).prefix(ParserBounds.notes) {
      guard let file = frame.file.flatMap({ files.relativePath(of: $0) }) else { continue }
      let source = files.line(frame.line, of: file)
      notes.append(
        .beginning(of: Self.bounded(frame.function ?? "?"), file, frame.line, source, report.stage))
    }
    while let (relation, record) = next, notes.count < ParserBounds.notes {
      notes.append(record.note(relation, report, &files, depth: depth))
      next = record.earlier
    }
    if file == nil, let member = notes.first(where: { $0.file != nil }), members != nil {
      // A group that no line of the program has thrown, such as that of Promise.any.
      return Diagnostic(
        severity: report.printedSeverity, stage: report.stage, file: member.file, line: member.line,
        column: member.column, code: name.map { Self.bounded($0) }, message: text,
        source: member.source, notes: notes)
    }
    return Diagnostic(
      severity: report.printedSeverity, stage: report.stage, file: file, line: innermost?.line,
      column: innermost?.startColumn(in: source, &files, file), endLine: innermost?.endLine,
      endColumn: innermost?.endColumn(in: source, &files, file),
      code: name.map { Self.bounded($0) }, message: text,
      source: source, notes: notes, stack: stack,
      values: boundedValues.mapValues { files.withoutWorkspace($0) })
  }

  // A program that has found the driver's characters can write what it likes: it must not be much.

  private static func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private static func bounded(_ text: String) -> String {
    String(text.unicodeScalars.prefix(ParserBounds.lineBytes))
  }

  private var boundedValues: [String: String] {
    let kept = (values ?? [:]).sorted { $0.key < $1.key }.prefix(ParserBounds.values)
    return Dictionary(
      kept.map { (Self.bounded($0.key), Self.bounded($0.value)) },
      uniquingKeysWith: { one, _ in one })
  }

  private func note(
    _ relation: String, _ report: StageReport, _ files: inout ProgramFiles, depth: Int
  ) -> Diagnostic {
    var note = described(report, &files, depth: depth + 1)
    note.severity = .note
    // Groups can be in groups, and each member has its own cause; a chain of causes is told in one list.
    if depth > 2 || members == nil && relation != "in the group:" { note.notes = [] }
    for index in note.notes.indices { note.notes[index].severity = .note }
    let name = note.code.map { $0 == note.message ? $0 : "\($0): \(note.message)" } ?? note.message
    note.code = nil
    note.message = "\(relation) \(name)"
    return note
  }
}

extension DriverRecord.Frame {
  fileprivate func startColumn(
    in source: String?, _ files: inout ProgramFiles, _ file: String?
  ) -> Int? {
    if let column { return column > 0 ? column : nil }
    if let byte { return ColumnUnit.utf8.scalarColumn(byte + 1, in: source) }
    return utf16.map { files.scalarColumn($0, .utf16, line, of: file) }
  }

  fileprivate func endColumn(
    in source: String?, _ files: inout ProgramFiles, _ file: String?
  ) -> Int? {
    let last = endLine == line ? source : files.line(endLine, of: file)
    if let endColumn { return endColumn > 0 ? endColumn : nil }
    return endByte.map { ColumnUnit.utf8.scalarColumn($0 + 1, in: last) }
  }
}
