import SandboxDiagnostics

/// Rows in columns, for people.
enum Table {
  /// The rows with their columns aligned, each ended by a newline.
  static func text(_ rows: [[String]]) -> String {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1
          ? cell : cell + String(repeating: " ", count: widths[column] - cell.count + 2)
      }
      return cells.joined() + "\n"
    }.joined()
  }
}

/// JSON documents of the subcommands, for programs.
enum JSONText {
  /// The value as a document with sorted keys, ended by a newline.
  static func of(_ value: some Encodable) throws -> String {
    try jsonDocument(value)
  }
}
