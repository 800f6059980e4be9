import OCISandbox

#if canImport(Glibc)
  import Glibc
#endif

/// The folder on the host that a program's files are collected in.
///
/// The program chose their names. So each is opened name by name beneath the folder's own descriptor,
/// and no link that is in there already is followed.
struct ArtifactFolder: Sendable {
  private let path: String
  private let root: OpenFile

  /// Opens the folder, and makes it and those above it where they are not there.
  init(_ path: String) throws {
    self.path = path
    var part = ""
    for name in path.split(separator: "/", omittingEmptySubsequences: false) {
      part += name
      if !part.isEmpty { mkdir(part, 0o755) }
      part += "/"
    }
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(path) }
    root = OpenFile(owning: descriptor)
  }

  /// Writes each file beneath the folder, over what was there before.
  func write(_ artifacts: [ProgramResult.Artifact]) throws {
    for artifact in artifacts {
      let parts = artifact.path.split(separator: "/").map(String.init)
      guard let name = parts.last else { continue }
      var folder = root
      for part in parts.dropLast() {
        mkdirat(folder.descriptor, part, 0o755)
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        folder = OpenFile(owning: try openFile(part, in: folder, flags, artifact.path))
      }
      let flags = O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
      let target = OpenFile(owning: try openFile(name, in: folder, flags, artifact.path))
      try copy(artifact, to: target)
    }
  }

  private func openFile(
    _ name: String, in folder: OpenFile, _ flags: Int32, _ file: String
  ) throws -> Int32 {
    let descriptor = openat(folder.descriptor, name, flags, 0o644)
    guard descriptor >= 0 else { throw Self.failure(path + "/" + file) }
    return descriptor
  }

  private func copy(_ artifact: ProgramResult.Artifact, to target: OpenFile) throws {
    guard let source = artifact.file else { throw Self.failure(path + "/" + artifact.path) }
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    var offset = 0
    while true {
      let count = pread(source.descriptor, &buffer, buffer.count, off_t(offset))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw Self.failure(path + "/" + artifact.path) }
      if count == 0 { return }
      guard target.write(buffer[..<count]) else { throw Self.failure(path + "/" + artifact.path) }
      offset += count
    }
  }

  /// To be called right after what failed.
  private static func failure(_ path: String) -> Failure {
    let reason =
      errno == ELOOP ? "it is a link, and none is followed" : String(cString: strerror(errno))
    return Failure("cannot write \(path.quoted): \(reason)", status: Failure.cannotCreate)
  }
}
