internal import CSandboxLauncher

/// How runs of files of one kind are asked for, so that the next one of a command can be asked for before the command itself can
/// tell how (`sandbox_begin_run`): `struct sandbox_template` and what follows it.
///
/// It is only ever a guess: a run that was asked for by it is taken over by who asks for the very same, byte by byte, and else
/// ended unseen.
package struct FirstRunTemplate {
  /// What is kept of it in a file.
  package private(set) var bytes: [UInt8]

  /// That of runs that differ from `command` in the name and the content of its only file; `nil` where they are not to be begun
  /// before it is known that they are wanted: with a network they could be told.
  ///
  /// - Parameters:
  ///   - name: The file's name, which is nowhere else in the command.
  ///   - content: The file's content, likewise.
  /// - Throws: ``SandboxError`` where there can be no such run.
  package init?(
    _ command: Command, under policy: Policy, name: String, content: [UInt8]
  ) throws(SandboxError) {
    var executable = sandbox_executable()
    guard policy.isServedByAnyWorker, policy.network == .none,
      unsafe sandbox_identify_executable(&executable) == 0
    else { return nil }
    let view = try View(policy, toolchainPaths: command.toolchainPaths).message()
    let request = try RunRequest(
      command, policy.limits, policy.environment, .inNamespaces, tellsStart: true)
    var text = RequestBytes(
      sandbox_template(executable: executable, view_size: UInt64(view.count)))
    text.bytes += view
    bytes = text.bytes
    let size = RequestBytes(Int64(content.count)).bytes
    var rest = request.bytes[...]
    while !rest.isEmpty {
      let places = [Array(name.utf8), size + content].map { rest.firstRange(of: $0) }
      let next = places.compactMap { $0?.lowerBound }.min()
      append(sandbox_piece_bytes, rest[..<(next ?? rest.endIndex)])
      guard let next else { break }
      if places[0]?.lowerBound == next {
        append(sandbox_piece_name)
        rest = rest[(next + name.utf8.count)...]
      } else {
        append(sandbox_piece_size)
        append(sandbox_piece_content)
        rest = rest[(next + size.count + content.count)...]
      }
    }
  }

  private mutating func append(_ kind: sandbox_piece_kind, _ content: ArraySlice<UInt8> = []) {
    let piece = sandbox_piece(kind: kind.rawValue, size: UInt32(content.count))
    bytes += RequestBytes(piece).bytes + content
  }
}
