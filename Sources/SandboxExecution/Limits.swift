/// What one run may use. Every value is enforced by the kernel or by the launcher, never by the
/// program's cooperation.
public struct Limits: Sendable, Hashable, Codable {
  /// CPU time of all processes of the run together (cpuacct of its cgroup, else proc_pid_stat(5)).
  public var cpuTime: Duration
  /// Time on the clock from start to end; then everything in the run is killed.
  public var wallTime: Duration
  /// Memory of all processes of the run together: the kernel's own count in a cgroup. Without one,
  /// anonymous and shared memory is added up every 10 ms, so that a run may pass the limit by what can be
  /// filled in that time (about 15 MiB a processor) before it is ended.
  public var memory: ByteCount
  /// Bytes kept of each of standard output and standard error; more stops the run.
  public var output: ByteCount
  /// The largest file that may be written (`RLIMIT_FSIZE`).
  public var fileSize: ByteCount
  /// Bytes that the workspace and `/tmp` hold together (the size of their tmpfs).
  public var disk: ByteCount
  /// Files and folders in the workspace and `/tmp` together (the inodes of their tmpfs).
  public var files: Int
  /// Processes and threads alive at once, at most ``mostProcesses`` (`pids.max` of the cgroup, else
  /// `RLIMIT_NPROC`, which is counted in the run's user namespace).
  public var processes: Int
  /// Descriptors open in one process (`RLIMIT_NOFILE`).
  public var openFiles: Int
  /// The main thread's stack (`RLIMIT_STACK`).
  public var stack: ByteCount

  /// Creates limits; each value defaults to the one that the design's `default` policy names.
  public init(
    cpuTime: Duration = .seconds(10), wallTime: Duration = .seconds(20),
    memory: ByteCount = ByteCount(mebibytes: 512),
    output: ByteCount = ByteCount(mebibytes: 1), fileSize: ByteCount = ByteCount(mebibytes: 64),
    disk: ByteCount = ByteCount(mebibytes: 128), files: Int = 10_000, processes: Int = 64,
    openFiles: Int = 256, stack: ByteCount = ByteCount(mebibytes: 64)
  ) {
    self.cpuTime = cpuTime
    self.wallTime = wallTime
    self.memory = memory
    self.output = output
    self.fileSize = fileSize
    self.disk = disk
    self.files = files
    self.processes = processes
    self.openFiles = openFiles
    self.stack = stack
  }
}
