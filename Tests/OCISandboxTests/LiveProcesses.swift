import Foundation

/// The children of a process, of all its threads.
func children(of process: pid_t) -> [pid_t] {
  let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
  return tasks.flatMap { task in
    ((try? String(contentsOfFile: "/proc/\(process)/task/\(task)/children", encoding: .utf8)) ?? "")
      .split(separator: " ").compactMap { pid_t($0) }
  }
}

/// Whether it has not ended. Dead, it may wait for its worker to reap it.
func isRunning(_ process: pid_t) -> Bool {
  let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
  guard let stat, let end = stat.lastIndex(of: ")") else { return false }
  return !["Z", "X"].contains(stat[stat.index(end, offsetBy: 2)])
}
