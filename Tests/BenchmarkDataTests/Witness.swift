/// Looks at the host while programs run: proves that what is counted after them can be seen at all.
actor Witness {
  private let before: HostState
  /// All that has come since: processes with their descriptors, cgroups and mounts. Workers are among
  /// the processes, for they live as long as their executor.
  private(set) var seen = HostState()

  /// Creates a witness of what comes after `before`.
  init(_ before: HostState) { self.before = before }

  /// Looks ten times a second, until its task is cancelled.
  func watch() async {
    while !Task.isCancelled {
      let added = HostState.now().added(since: before)
      seen.processes.formUnion(added.processes)
      seen.descriptors.formUnion(added.descriptors)
      seen.cgroups.formUnion(
        added.cgroups.filter {
          HostState.maker(ofCgroup: $0).map(seen.processes.contains) == true
        })
      // Those of this process must not change; those of a worker show what a mount looks like.
      for process in added.processes {
        seen.mounts.formUnion(HostState.mounts(of: process).subtracting(before.mounts))
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }
}
