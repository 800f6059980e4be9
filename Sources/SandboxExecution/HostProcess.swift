internal import CSandboxLauncher
internal import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A process of the host, outside of any sandbox and in a process group of its own: for trusted commands.
package final class HostProcess: Sendable {
  private struct State {
    var process: pid_t = 0
    var isKilled = false
  }
  private let state = Mutex(State())

  /// Why it did not start.
  package struct StartFailure: Error {
    /// As of errno(3).
    package let errorNumber: Int32
  }

  /// Creates one that has not started.
  package init() {}

  /// Starts it.
  ///
  /// - Parameters:
  ///   - executable: Its path, or its name, which is looked for on `PATH`.
  ///   - arguments: Its arguments.
  ///   - environment: Its variables; by default the caller's.
  ///   - input: Where its input comes from; by default it is empty.
  ///   - joinsErrors: Whether its errors go where its output does, and not where the caller's do.
  ///   - folder: Where it starts; by default where the caller is.
  /// - Returns: Where its output comes from.
  /// - Throws: ``StartFailure`` where it cannot be started.
  package func start(
    _ executable: String, _ arguments: [String], environment: [String: String]? = nil,
    input: OpenFile? = nil, joinsErrors: Bool = false, folder: String? = nil
  ) throws(StartFailure) -> OpenFile {
    let ends: (reading: OpenFile, writing: OpenFile)
    do throws(SandboxError) {
      ends = try OpenFile.pipe()
    } catch {
      throw StartFailure(errorNumber: EMFILE)
    }
    var words = unsafe ([executable] + arguments).map { unsafe strdup($0) } + [nil]
    var variables =
      unsafe (environment ?? [:]).map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer { unsafe (words + variables).forEach { unsafe free($0) } }
    // A file that was just written can be busy for a moment: a child that another thread starts holds the
    // writer's descriptor until its exec.
    for _ in 0..<2500 {
      let status = state.withLock { state -> Int32 in
        guard !state.isKilled else { return -ECANCELED }
        let status = unsafe words.withUnsafeMutableBufferPointer { words in
          unsafe variables.withUnsafeMutableBufferPointer { variables -> Int32 in
            guard let words = words.baseAddress else { return -EINVAL }
            return unsafe sandbox_start_host_command(
              executable, words, environment == nil ? nil : variables.baseAddress,
              input?.descriptor ?? -1, ends.writing.descriptor,
              joinsErrors ? ends.writing.descriptor : -1, folder)
          }
        }
        if status > 0 { state.process = status }
        return status
      }
      if status > 0 { return ends.reading }
      guard status == -ETXTBSY else { throw StartFailure(errorNumber: -status) }
      usleep(2_000)
    }
    throw StartFailure(errorNumber: ETXTBSY)
  }

  /// Kills it and what it started; one that has not started never does.
  package func kill() {
    state.withLock { state in
      state.isKilled = true
      if state.process > 0 { _ = Glibc.kill(-state.process, SIGKILL) }
    }
  }

  /// Waits for its end, and kills what it left.
  ///
  /// - Returns: Its status, as of wait(2).
  package func end() -> Int32 {
    let process = state.withLock { $0.process }
    // Left unreaped, so that its number stays its own until nobody can kill it any more.
    var information = siginfo_t()
    while unsafe waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) < 0
      && errno == EINTR
    {}
    return state.withLock { state in
      _ = Glibc.kill(-process, SIGKILL)
      state.process = 0
      var status: Int32 = 0
      while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
      return status
    }
  }
}
