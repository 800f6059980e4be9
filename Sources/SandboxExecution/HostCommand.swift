#if canImport(Glibc)
  import Glibc
#endif

/// Starts a command of the host, outside of any sandbox, and returns what it prints.
///
/// For questions to trusted toolchains only. It runs in the folder `/`, with `environment` (by default the
/// caller's) and in a process group of its own, which is killed at the time limit; at most 64 KiB are read.
package func askHost(
  _ executable: String, _ arguments: [String], environment: [String: String]? = nil,
  within limit: Duration
) async -> String? {
  await withCheckedContinuation { continuation in
    let isStarted = startThread {
      continuation.resume(returning: ask(executable, arguments, environment, limit))
    }
    if !isStarted { continuation.resume(returning: nil) }
  }
}

private func ask(
  _ executable: String, _ arguments: [String], _ environment: [String: String]?, _ limit: Duration
) -> String? {
  let process = HostProcess()
  let output = try? process.start(
    executable, arguments, environment: environment, joinsErrors: true, folder: "/")
  guard let output else { return nil }
  let deadline = ContinuousClock.now + limit
  var answer: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 4096)
  while answer.count < 65536 {
    let left = (deadline - .now) / .milliseconds(1)
    var wait = pollfd(fd: output.descriptor, events: Int16(POLLIN), revents: 0)
    guard left > 0 else { break }
    let ready = unsafe poll(&wait, 1, Int32(min(left + 1, 60_000)))
    if ready < 0 && errno == EINTR { continue }
    if ready == 0 { continue }
    guard ready > 0 else { break }
    let count = unsafe read(output.descriptor, &chunk, chunk.count)
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { break }
    answer += chunk.prefix(count)
  }
  // Whether it ended or not: nothing of it is to stay.
  process.kill()
  _ = process.end()
  return String(decoding: answer, as: UTF8.self)
}
