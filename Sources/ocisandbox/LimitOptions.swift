import ArgumentParser
import OCISandbox

/// Limits given on the command line, written as in a policy.
///
/// They are read as text, and every one is taken for a value: so `--memory -1` is told as a wrong
/// memory, and not as an unknown option `-1`.
struct LimitOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Time on the clock, such as 500ms, 5s or 2m.", valueName: "time"))
  var wallTime: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("CPU time of all processes together, such as 5s.", valueName: "time"))
  var cpuTime: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Memory of all processes together, such as 256MiB.", valueName: "size"))
  var memory: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Bytes kept of each stream, such as 64KiB; more ends the run.", valueName: "size"))
  var outputLimit: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Processes and threads alive at once.", valueName: "number"))
  var processes: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Bytes in the workspace and /tmp together, such as 128MiB.", valueName: "size"))
  var disk: String?

  /// Replaces the limits that are given.
  func apply(to limits: inout Limits) throws {
    if let wallTime { limits.wallTime = try time(wallTime, "--wall-time") }
    if let cpuTime { limits.cpuTime = try time(cpuTime, "--cpu-time") }
    if let memory { limits.memory = try size(memory, "--memory", "1MiB", "1024GiB") }
    if let outputLimit { limits.output = try size(outputLimit, "--output-limit", "1B", "1GiB") }
    if let disk { limits.disk = try size(disk, "--disk", "4KiB", "1024GiB") }
    if let processes {
      let most = Limits.mostProcesses
      guard let number = Int(processes), (1...most).contains(number) else {
        throw wrong("--processes", processes, "a whole number from 1 to \(most)")
      }
      limits.processes = number
    }
  }

  private func time(_ text: String, _ option: String) throws -> Duration {
    guard let time = Duration(parsing: text) else {
      throw wrong(option, text, "a time from 1ms to 24h, such as 500ms, 5s or 2m")
    }
    return time
  }

  private func size(
    _ text: String, _ option: String, _ smallest: String, _ largest: String
  ) throws -> ByteCount {
    guard let size = ByteCount(parsing: text), let least = ByteCount(parsing: smallest),
      let most = ByteCount(parsing: largest), (least...most).contains(size)
    else {
      throw wrong(option, text, "a size from \(smallest) to \(largest), such as 512KiB or 64MiB")
    }
    return size
  }

  private func wrong(_ option: String, _ text: String, _ right: String) -> Failure {
    Failure("\(option) must be \(right), not \(text.quoted)", status: Failure.usage)
  }
}
