import Foundation

/// `embed-probe PROGRAM OUTPUT`: writes the bytes of a program as a Swift value.
@main
struct EmbedProbeTool {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else {
      FileHandle.standardError.write(Data("usage: embed-probe PROGRAM OUTPUT\n".utf8))
      exit(EX_USAGE)
    }
    let bytes = try Data(contentsOf: URL(filePath: arguments[1]))
    let source = """
      /// The compiled Probe/probe.c, made by embed-probe.
      enum EmbeddedProbe {
        static let bytes: [UInt8] = [\(bytes.map { String($0) }.joined(separator: ","))]
      }

      """
    try source.write(to: URL(filePath: arguments[2]), atomically: true, encoding: .utf8)
  }
}
