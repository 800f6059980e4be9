import Foundation
import OCISandbox

#if canImport(Glibc)
  import Glibc
#endif

/// What of the host this process holds: all that a run could leave behind.
struct HostState: Codable {
  /// Descriptors of this process, with what each is.
  var descriptors: Set<String> = []
  /// Processes that descend from this one, and where it is their subreaper, their orphans.
  var processes: Set<Int32> = []
  /// Mounts of this process's namespace.
  var mounts: Set<String> = []
  /// Cgroups that the executor's workers made, of this and of any other process.
  var cgroups: Set<String> = []
  /// Folders that the executor makes where it has no mount namespace.
  var temporaryFiles: Set<String> = []

  /// Looks at the host as it is now.
  static func now() -> HostState {
    let mounts = lines("/proc/self/mountinfo")
    return HostState(
      descriptors: openDescriptors(), processes: descendants(of: getpid()), mounts: mounts,
      cgroups: cgroups(among: mounts), temporaryFiles: temporaryFiles())
  }

  /// What has come since `before` and stays. Others on this host may have folders in `/tmp` for a moment.
  static func settled(since before: HostState) async -> HostState {
    var last = now().added(since: before)
    for _ in 0..<50 where !last.temporaryFiles.isEmpty {
      try? await Task.sleep(for: .milliseconds(100))
      last.temporaryFiles.formIntersection(now().temporaryFiles)
    }
    return last
  }

  /// What is here and was not there.
  func added(since before: HostState) -> HostState {
    HostState(
      descriptors: descriptors.subtracting(before.descriptors),
      processes: processes.subtracting(before.processes),
      mounts: mounts.subtracting(before.mounts), cgroups: cgroups.subtracting(before.cgroups),
      temporaryFiles: temporaryFiles.subtracting(before.temporaryFiles))
  }

  /// The mounts of another process's namespace.
  static func mounts(of process: Int32) -> Set<String> { lines("/proc/\(process)/mountinfo") }

  /// The process whose worker made a cgroup: its name ends with the number.
  static func maker(ofCgroup path: String) -> Int32? {
    path.split(separator: "-").last.flatMap { Int32($0) }
  }

  private static func openDescriptors() -> Set<String> {
    let folder = "/proc/self/fd"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return Set(
      names.compactMap { name in
        // The one that the folder was read with is gone by now.
        (try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + name)).map {
          "\(name) -> \($0)"
        }
      })
  }

  private static func descendants(of root: Int32) -> Set<Int32> {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    var parents: [Int32: Int32] = [:]
    for process in names.compactMap({ Int32($0) }) {
      guard let status = text("/proc/\(process)/stat"), let name = status.lastIndex(of: ")") else {
        continue  // it has ended
      }
      // After the name, which may hold anything: the state, and the parent.
      parents[process] = status[name...].split(separator: " ").dropFirst(2).first.flatMap {
        Int32($0)
      }
    }
    var found: Set<Int32> = []
    var generation: Set<Int32> = [root]
    while !generation.isEmpty {
      generation = Set(parents.filter { generation.contains($0.value) }.keys).subtracting(found)
      found.formUnion(generation)
    }
    return found
  }

  private static func cgroups(among mounts: Set<String>) -> Set<String> {
    var found: Set<String> = []
    for mount in mounts where mount.contains(" - cgroup") {
      let fields = mount.split(separator: " ")
      guard fields.count > 4 else { continue }
      let root = String(fields[4])
      let walk = FileManager.default.enumerator(atPath: root)
      while let path = walk?.nextObject() as? String {
        if path.split(separator: "/").last?.hasPrefix("ocisandbox-") == true {
          found.insert(root + "/" + path)
        }
      }
    }
    return found
  }

  private static func temporaryFiles() -> Set<String> {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? []
    return Set(names.filter { $0.hasPrefix("ocisandbox-") })
  }

  private static func lines(_ path: String) -> Set<String> {
    Set((text(path) ?? "").split(separator: "\n").map(String.init))
  }

  private static func text(_ path: String) -> String? {
    // Files of /proc have no size: they are read to their end.
    FileHandle(forReadingAtPath: path).flatMap { try? $0.readToEnd() }.map {
      String(decoding: $0, as: UTF8.self)
    }
  }
}
