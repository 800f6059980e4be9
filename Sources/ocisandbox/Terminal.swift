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

  /// Writes a text of the command's own, in which names may come from anywhere.
  func writeVisible(_ text: String) {
    var filter = TerminalFilter()
    write(filter.visible(Array(text.utf8)))
  }
}

/// Makes control characters visible: `^[` for ESC, `\u{9B}` for the C1 control of the same effect.
///
/// Newline, carriage return and tab stay.
struct TerminalFilter {
  /// Whether the last byte began a sequence that may be a C1 control, and is held back.
  private var holdsLead = false

  /// What is to be written for the next `bytes` of a stream.
  mutating func visible(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for byte in bytes {
      if holdsLead {
        holdsLead = false
        // C1 in UTF-8 is C2 80 to C2 9F.
        if (0x80...0x9F).contains(byte) {
          result += "\\u{\(String(byte, radix: 16, uppercase: true))}".utf8
          continue
        }
        result.append(0xC2)
      }
      switch byte {
      case 0x09, 0x0A, 0x0D: result.append(byte)
      case 0..<0x20, 0x7F: result += [UInt8(ascii: "^"), byte ^ 0x40]
      case 0xC2: holdsLead = true
      default: result.append(byte)
      }
    }
    return result
  }
}

extension String {
  /// The text in quotes and on one line, as error messages show names.
  var quoted: String { "'\(onOneLine)'" }

  /// The text with what would end its line, or cannot be seen, by number.
  var onOneLine: String {
    let shown = unicodeScalars.map { scalar -> String in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: String(scalar)
      }
    }
    return shown.joined()
  }
}
