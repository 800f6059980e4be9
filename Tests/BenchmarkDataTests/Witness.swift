/// Looks at the host while programs run: proves that what is counted after them can be seen at all.
actor Witness {
  private let before: HostState
  /// Every process that was seen; among them all workers, which live as long as their executor.
  private(set) var processes: Set<Int32> = []
  /// Cgroups that these made.
  private(set) var cgroups: Set<String> = []
  /// Descriptors that came.
  private(set) var descriptors: Set<String> = []
  /// Mounts that these see, and this process does not.
  private(set) var mounts: Set<String> = []

  /// Creates a witness of what comes after `before`.
  init(_ before: HostState) { self.before = before }

  /// Looks ten times a second, until its task is cancelled.
  func watch() async {
    while !Task.isCancelled {
      let added = HostState.now().added(since: before)
      processes.formUnion(added.processes)
      descriptors.formUnion(added.descriptors)
      cgroups.formUnion(
        added.cgroups.filter { HostState.maker(ofCgroup: $0).map(processes.contains) == true })
      for process in added.processes {
        mounts.formUnion(HostState.mounts(of: process).subtracting(before.mounts))
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }
}
