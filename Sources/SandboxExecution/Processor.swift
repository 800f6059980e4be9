internal import CSandboxLauncher

/// A processor of this host.
package enum Processor {
  /// Does something on another one than that of this number, where there is another one.
  ///
  /// In virtual machines the kernel leaves two threads on one processor beside an idle one: that of a virtual processor that halts
  /// counts as one that the host has taken away (`available_idle_cpu`).
  package static func avoiding<Value, Failure: Error>(
    _ number: Int32, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    sandbox_avoid_processor(number)
    defer { sandbox_avoid_processor(-1) }
    return try body()
  }

  /// Lets all threads use all processors again, where they were kept on one while a worker started (`sandbox_fork_worker`).
  package static func useAll() { sandbox_use_all_processors() }
}
