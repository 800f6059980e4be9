/// The part of a source line that is shown, and where its columns are on the screen.
struct SourceExcerpt {
  /// What to print.
  let text: String

  private let first: Int
  /// The cell at which each shown scalar starts, and the one after the last.
  private let cells: [Int]

  /// Scalars shown of a line at most.
  static let width = 160

  /// Takes the part of `line` around a column, which counts scalars from 1.
  init(_ line: some StringProtocol, around column: Int) {
    let scalars = line.unicodeScalars
    let count = scalars.count
    let start =
      count > Self.width ? min(max(0, column - 1 - Self.width / 2), count - Self.width) : 0
    let part = scalars.dropFirst(start).prefix(Self.width)
    var text = String.UnicodeScalarView()
    if start > 0 { text.append("…") }
    var cell = text.count
    var cells: [Int] = []
    for scalar in part {
      cells.append(cell)
      let shown = VisibleText.visible(scalar)
      text.append(contentsOf: shown)
      cell += shown.reduce(0) { $0 + $1.terminalCells }
    }
    cells.append(cell)
    if start + part.count < count { text.append("…") }
    self.text = String(text)
    self.cells = cells
    first = start + 1
  }

  /// The start of a line without its indentation.
  init(trimming line: some StringProtocol) {
    self.init(line.drop(while: \.isWhitespace), around: 1)
  }

  /// The blanks and the marks that underline `columns`: a caret, then tildes.
  func underline(_ columns: Range<Int>) -> (blank: String, marks: String) {
    let start = cell(of: columns.lowerBound)
    let length = max(1, cell(of: columns.upperBound) - start)
    return (
      String(repeating: " ", count: start), "^" + String(repeating: "~", count: length - 1)
    )
  }

  private func cell(of column: Int) -> Int {
    cells[min(max(0, column - first), cells.count - 1)]
  }
}
