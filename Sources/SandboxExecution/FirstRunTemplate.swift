internal import CSandboxLauncher

#if canImport(Glibc)
  import Glibc
#endif

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
  ///   - command: One of them.
  ///   - policy: The policy of all of them.
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
    let view = try View(policy, for: command).message()
    let request = try RunRequest(
      command, policy.limits, policy.environment, .inNamespaces, tellsStart: true)
    var text = RequestBytes(
      sandbox_template(executable: executable, view_size: UInt64(view.count)))
    text.bytes += view
    bytes = text.bytes
    let size = RequestBytes(Int64(content.count)).bytes
    let (name, sized) = (Array(name.utf8), size + content)
    var start = 0
    while start < request.bytes.count {
      let (nextName, nextContent) = (
        request.bytes.first(name, from: start), request.bytes.first(sized, from: start)
      )
      let next = min(nextName, nextContent)
      append(sandbox_piece_bytes, request.bytes[start..<next])
      if nextName < nextContent {
        append(sandbox_piece_name)
        start = next + name.count
      } else if nextContent < request.bytes.count {
        append(sandbox_piece_size)
        append(sandbox_piece_content)
        start = next + sized.count
      } else {
        break
      }
    }
  }

  private mutating func append(_ kind: sandbox_piece_kind, _ content: ArraySlice<UInt8> = []) {
    let piece = sandbox_piece(kind: kind.rawValue, size: UInt32(content.count))
    bytes += RequestBytes(piece).bytes + content
  }
}

extension [UInt8] {
  /// Where `words` come first from `start` on; the end where they do not.
  fileprivate func first(_ words: [UInt8], from start: Int) -> Int {
    unsafe withUnsafeBytes { own in
      guard let base = own.baseAddress else { return count }
      for at in start..<Swift.max(start, count - words.count + 1)
      where unsafe memcmp(base + at, words, words.count) == 0 { return at }
      return count
    }
  }
}
