#if canImport(Glibc)
  import Glibc
#endif

/// One of the command's own streams.
struct Terminal: Sendable {
  /// Standard output: data, and nothing else.
  static let output = Terminal(descriptor: 1)
  /// Standard error: everything else.
  static let error = Terminal(descriptor: 2)

  let descriptor: Int32

  /// Whether a person reads it.
  var isInteractive: Bool { isatty(descriptor) == 1 }

  func write(_ text: String) { write(Array(text.utf8)) }

  /// Writes all of `bytes`; what nobody reads any more is dropped.
  func write(_ bytes: [UInt8]) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      if count < 0 && errno == EAGAIN {
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wait, 1, -1)
        continue
      }
      guard count > 0 else { return }
      written += count
    }
  }

  /// Writes what a program printed: byte for byte, but on a terminal with control characters made
  /// visible, for some of them type on the reader's behalf.
  func writeUntrusted(_ bytes: [UInt8]) {
    write(isInteractive ? Self.visible(bytes) : bytes)
  }

  /// Newline, carriage return and tab stay; the rest of the C0 set and DEL become `^X`.
  static func visible(_ bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { byte -> [UInt8] in
      switch byte {
      case 0x09, 0x0A, 0x0D: [byte]
      case 0..<0x20, 0x7F: [UInt8(ascii: "^"), byte ^ 0x40]
      default: [byte]
      }
    }
  }
}
