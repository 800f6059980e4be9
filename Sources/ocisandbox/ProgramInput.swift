import OCISandbox

#if canImport(Glibc)
  import Glibc
#endif

/// The files of a program, read from the host.
struct ProgramInput {
  /// Path in the workspace to content.
  var files: [String: FileContent] = [:]
  /// The file that it starts with.
  var entry = ""

  /// Reads FILE: a file, a folder, or `-` for standard input, and the files beside it.
  ///
  /// - Parameters:
  ///   - path: FILE.
  ///   - source: The name of the program where FILE has none.
  ///   - extensions: Those of the language.
  ///   - extra: `SRC[:DEST]` each.
  /// - Throws: `Failure` where one of them cannot be read, or two want one place.
  init(_ path: String, source: String, extensions: [String], extra: [String]) throws {
    if path == "-" {
      entry = source
      files[entry] = .bytes(try Self.read(descriptor: 0, "standard input"))
    } else if Self.isFolder(path) {
      try readFolder(path, "")
      entry = try Self.entry(of: Array(files.keys), source, extensions, path)
    } else {
      entry = Self.name(Self.lastComponent(path), extensions)
      files[entry] = .bytes(try Self.read(path))
    }
    for item in extra { try add(item) }
  }

  /// Reads files that go beside programs.
  ///
  /// - Parameter extra: `SRC[:DEST]` each.
  /// - Throws: `Failure` where one of them cannot be read, or two want one place.
  init(extra: [String]) throws {
    for item in extra { try add(item) }
  }

  /// A compiler tells by the extension what a file is: one that has another gets the language's.
  private static func name(_ name: String, _ extensions: [String]) -> String {
    guard let first = extensions.first, !extensions.contains(where: { name.hasSuffix("." + $0) })
    else { return name }
    return name + "." + first
  }

  private mutating func add(_ item: String) throws {
    var (path, name) = (item, Self.lastComponent(item))
    // A name may hold a colon itself: then the whole is a file.
    if !Self.exists(item), let colon = item.lastIndex(of: ":") {
      path = String(item[..<colon])
      name = String(item[item.index(after: colon)...])
      if name.isEmpty {
        throw Failure("--file \(item.quoted): no name after the colon", status: Failure.usage)
      }
      if name.hasSuffix("/") { name += Self.lastComponent(path) }
    }
    try Self.requireExistence(path)
    let isFolder = Self.isFolder(path)
    let isRoot = isFolder && name == "."
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard isRoot || parts.allSatisfy({ !["", ".", ".."].contains($0) }) else {
      throw Failure(
        """
        --file \(item.quoted): \(name.quoted) is not a path in the workspace
        hint: give one after a colon, relative and without '..': --file SRC:DEST
        """, status: Failure.usage)
    }
    if isFolder {
      try readFolder(path, isRoot ? "" : name + "/")
    } else {
      try put(try Self.read(path), at: name, from: path)
    }
  }

  private mutating func put(_ bytes: [UInt8], at name: String, from path: String) throws {
    if case .bytes(let other)? = files[name], other != bytes {
      throw Failure(
        """
        cannot put \(path.quoted) into the workspace: another file is \(name.quoted) there already
        hint: give another name after a colon: --file SRC:DEST
        """, status: Failure.usage)
    }
    files[name] = .bytes(bytes)
  }

  private mutating func readFolder(_ path: String, _ prefix: String) throws {
    guard let stream = opendir(path) else { throw Self.unreadable(path) }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let bytes = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      guard let name = String(validating: bytes, as: UTF8.self) else {
        throw Failure(
          "the folder \(path.quoted) holds a name that is not UTF-8; rename it, or leave it out",
          status: Failure.noInput)
      }
      if name == "." || name == ".." { continue }
      var status = stat()
      // What is linked to may be anywhere: the folder itself is what was given.
      guard lstat(path + "/" + name, &status) == 0 else { throw Self.unreadable(path + "/" + name) }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: try readFolder(path + "/" + name, prefix + name + "/")
      case S_IFREG:
        let file = path + "/" + name
        try put(try Self.read(file), at: prefix + name, from: file)
      default: break
      }
      guard files.count <= 10_000 else {
        throw Failure(
          "the folder \(path.quoted) holds more than 10,000 files", status: Failure.noInput)
      }
    }
  }

  private static func entry(
    of paths: [String], _ source: String, _ extensions: [String], _ folder: String
  ) throws -> String {
    if paths.contains(source) { return source }
    let top = paths.filter { path in
      !path.contains("/") && extensions.contains { path.hasSuffix("." + $0) }
    }
    guard top.count == 1 else {
      throw Failure(
        """
        \(folder.quoted) is a folder without a '\(source)'\(top.isEmpty ? "" : ", and with several programs")
        hint: run the file to start with, and give the rest with --file
        """, status: Failure.noInput)
    }
    return top[0]
  }

  /// The file name extension of a path, without the dot; empty where there is none.
  static func fileExtension(_ path: String) -> String {
    let name = lastComponent(path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return String(name[name.index(after: dot)...])
  }

  /// The extensions of the files right in a folder.
  static func extensions(inFolder path: String) -> Set<String> {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var found: Set<String> = []
    while let entry = readdir(stream) {
      let bytes = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      found.insert(fileExtension(String(decoding: bytes, as: UTF8.self)))
    }
    return found.subtracting([""])
  }

  /// Whether it is a regular file, which can be read again, of at most a mebibyte.
  static func isShortFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      && status.st_size <= 1 << 20
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// A link that leads nowhere does not exist either.
  static func requireExistence(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else { throw unreadable(path) }
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private static func lastComponent(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  private static func unreadable(_ path: String) -> Failure {
    Failure(
      "cannot read \(path.quoted): \(String(cString: strerror(errno)))", status: Failure.noInput)
  }

  static func read(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable(path) }
    guard status.st_mode & S_IFMT == S_IFREG || status.st_mode & S_IFMT == S_IFIFO else {
      throw Failure("cannot read \(path.quoted): it is not a regular file", status: Failure.noInput)
    }
    return try read(descriptor: descriptor, path)
  }

  /// Reads to the end; a program of more than 1 GiB is a mistake.
  static func read(descriptor: Int32, _ name: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    // Little at first: most programs are short, and a large room costs more to make than they to read.
    var room = 1 << 14
    while true {
      var failed = false
      let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        var length = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        while length < 0 && errno == EINTR {
          length = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        }
        failed = length < 0
        count = max(0, length)
      }
      guard !failed else { throw unreadable(name) }
      if chunk.isEmpty { return bytes }
      bytes += chunk
      room = 1 << 18
      guard bytes.count <= 1 << 30 else {
        throw Failure("\(name.quoted) holds more than 1 GiB", status: Failure.noInput)
      }
    }
  }
}
