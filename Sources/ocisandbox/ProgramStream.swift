import OCISandbox
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Passes a program's output on as it comes: byte for byte, but on a terminal with control characters
/// made visible, for some of them type on the reader's behalf.
final class ProgramStream: Sendable {
  private struct State {
    /// For a sequence that two pieces share.
    var filters = [TerminalFilter(), TerminalFilter()]
    /// Whether the next character starts a line where the report goes.
    var isAtLineStart = true
  }
  private let state = Mutex(State())
  private let isInteractive = [Terminal.output.isInteractive, Terminal.error.isInteractive]
  private let isOneFile = ProgramStream.isSameFile(1, 2)

  /// Writes a piece.
  func write(_ chunk: OutputChunk) {
    let index = chunk.stream == .standardOutput ? 0 : 1
    let bytes = state.withLock { state in
      let bytes =
        isInteractive[index] ? state.filters[index].visible(chunk.bytes) : chunk.bytes
      if index == 1 || isOneFile, let last = bytes.last {
        state.isAtLineStart = last == UInt8(ascii: "\n")
      }
      return bytes
    }
    (index == 0 ? Terminal.output : Terminal.error).write(bytes)
  }

  /// Whether the program ended its last line: a report must not follow in the middle of one.
  var isAtLineStart: Bool { state.withLock { $0.isAtLineStart } }

  private static func isSameFile(_ left: Int32, _ right: Int32) -> Bool {
    var (first, second) = (stat(), stat())
    return fstat(left, &first) == 0 && fstat(right, &second) == 0
      && first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }
}
