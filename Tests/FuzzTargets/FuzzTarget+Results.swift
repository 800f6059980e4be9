import CSandboxLauncher
import FoundationEssentials
import SandboxExecution
import SandboxLanguages

#if canImport(Glibc)
  import Glibc
#endif

extension FuzzTarget {
  /// What comes of a run: its streams, and the arguments of refused calls, which are read from its memory.
  static func results(_ bytes: [UInt8]) -> Broken? {
    var choices = Choices(bytes)
    let limit = Int(choices.byte()) + 1
    var denials: [Denial] = []
    for _ in 0..<Int(choices.byte() % 4) { denials.append(Denial(choices.denial())) }
    var chunks: [[UInt8]] = []
    while !choices.rest.isEmpty { chunks.append(Array(choices.take(Int(choices.byte()) + 1))) }
    let captured = CapturedOutput(gathering: chunks, limit: limit)
    let written = Array(chunks.joined())
    let kept = captured.head + captured.tail
    let shown = denials.flatMap { [$0.name, $0.detail, $0.action] }.joined().unicodeScalars
    let document = try? JSONEncoder().encode(denials)
    return first(
      broken("all bytes are counted", unless: captured.totalBytes == written.count),
      broken("the limit is kept", unless: kept.count <= limit),
      broken("what is kept was written", unless: written.starts(with: captured.head)),
      broken("the end is kept", unless: written.suffix(captured.tail.count) == captured.tail[...]),
      broken("all is kept below the limit", unless: written.count > limit || kept == written),
      broken(
        "no character is cut",
        unless: String(validating: written, as: UTF8.self) == nil
          || (String(validating: captured.head, as: UTF8.self) != nil
            && String(validating: captured.tail, as: UTF8.self) != nil)
      ),
      broken(
        "a gap is said", unless: !captured.isTruncated || captured.text.contains(" bytes dropped ")),
      broken(
        "arguments in characters that are visible",
        unless: !shown.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) }),
      broken(
        "denials are a document",
        unless: document.flatMap { try? JSONDecoder().decode([Denial].self, from: $0) } == denials))
  }

  /// What a program left in its workspace. The bytes are what it did there, and the paths that are asked for.
  static func artifacts(_ bytes: [UInt8]) -> Broken? {
    var choices = Choices(bytes)
    var template = Array("/tmp/ocisandbox-fuzz-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { return Broken("a folder can be made") }
    let base = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { Workspace.removeFolder(base) }
    let secret = "secret-canary"
    mkdir(base + "/workspace", 0o755)
    write(secret, to: base + "/canary")
    guard access(base + "/canary", R_OK) == 0 else { return Broken("the canary is there") }
    let root = open(base + "/workspace", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard root >= 0 else { return Broken("the folder can be opened") }
    let workspace = Workspace(root: OpenFile(owning: root), removing: nil)
    let names = ["a", "b", "c/d", "a/a", ".", "..", "../canary", "\u{1B}[2J", "a/../b", "//a", ""]
    let targets = [
      "../canary", base + "/canary", "/etc/passwd", "..", "/", "a", "/proc/self/fd/0",
      "/proc/self/root/etc/passwd",
    ]
    // Beneath the folder: it is made as the program would, which cannot leave it.
    let own = names.filter { !$0.contains("..") && $0 != "" && $0 != "." }
    for _ in 0..<16 where !choices.rest.isEmpty {
      let kind = choices.byte() % 5
      let name = choices.pick(own)
      switch kind {
      case 0: mkdirat(root, name, 0o755)
      case 1: symlinkat(choices.pick(targets), root, name)
      case 2: mkfifoat(root, name, 0o644)
      case 3: write(String(decoding: choices.take(9), as: UTF8.self), at: root, name)
      default: linkat(root, choices.pick(own), root, name, 0)
      }
    }
    for entry in workspace.entries(limit: 50) {
      let parts = entry.path.split(separator: "/", omittingEmptySubsequences: false)
      if entry.path.hasPrefix("/") || parts.contains("..") {
        return Broken("an entry is beneath the workspace: \(entry.path)")
      }
    }
    let asked =
      names + targets + ["canary", choices.text] + workspace.entries(limit: 50).map(\.path)
    for path in asked {
      guard let content = workspace.contents(of: path, limit: ByteCount(kibibytes: 1)) else {
        continue
      }
      let text = String(decoding: content, as: UTF8.self)
      if text.contains(secret) || text.contains("root:") || path.hasPrefix("/") {
        return Broken("nothing outside is handed out: \(path)")
      }
    }
    return nil
  }

  private static func write(_ text: String, to path: String) {
    write(text, at: AT_FDCWD, path)
  }

  private static func write(_ text: String, at folder: Int32, _ path: String) {
    // Not through a link: that would be ours to do, not the program's.
    let file = openat(folder, path, O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o644)
    guard file >= 0 else { return }
    _ = Glibc.write(file, text, text.utf8.count)
    close(file)
  }
}

extension Choices {
  /// A refused call, as a worker notes it: its numbers and what it read are the program's.
  fileprivate mutating func denial() -> sandbox_denial {
    var denial = sandbox_denial()
    denial.number = Int32(truncatingIfNeeded: number(UInt16.self))
    denial.architecture = byte() % 8 == 0 ? number(UInt32.self) : sandbox_native_architecture()
    denial.error_number = Int32(byte())
    denial.count = number(UInt32.self)
    denial.arguments = (
      number(UInt64.self), number(UInt64.self), UInt64(number(UInt16.self)), 0, 0, 0
    )
    let text = take(Int(byte()) % 120)
    withUnsafeMutableBytes(of: &denial.text) { $0.copyBytes(from: text) }
    denial.text_length = UInt32(text.count)
    return denial
  }
}
