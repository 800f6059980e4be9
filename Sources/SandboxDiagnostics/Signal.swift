/// A signal of Linux in words: signal(7), the numbers that x86-64 and arm64 share.
struct Signal {
  /// `SIGSEGV`, or `signal 40` for one without a name.
  let name: String
  /// What it means for a program that it ends.
  let meaning: String

  /// Creates the words for a signal's number.
  init(_ number: Int32) {
    (name, meaning) =
      Self.words[number] ?? ("signal \(number)", "a signal without a name in signal(7)")
  }

  private static let words: [Int32: (String, String)] = [
    1: ("SIGHUP", "hangup"),
    2: ("SIGINT", "interrupt"),
    3: ("SIGQUIT", "quit"),
    4: ("SIGILL", "illegal instruction, or a trap that a compiler put in"),
    5: ("SIGTRAP", "a trap that a compiler or debugger put in"),
    6: ("SIGABRT", "the program aborted itself"),
    7: ("SIGBUS", "invalid memory access (bus error)"),
    8: ("SIGFPE", "arithmetic error, such as a whole number divided by zero"),
    9: ("SIGKILL", "killed"),
    10: ("SIGUSR1", "user-defined signal 1"),
    11: ("SIGSEGV", "invalid memory access (segmentation fault)"),
    12: ("SIGUSR2", "user-defined signal 2"),
    13: ("SIGPIPE", "wrote to a pipe that nobody reads"),
    14: ("SIGALRM", "its own alarm clock rang"),
    15: ("SIGTERM", "asked to end"),
    16: ("SIGSTKFLT", "stack fault"),
    17: ("SIGCHLD", "a child ended"),
    18: ("SIGCONT", "continued"),
    19: ("SIGSTOP", "stopped"),
    20: ("SIGTSTP", "stopped from the terminal"),
    21: ("SIGTTIN", "read from the terminal in the background"),
    22: ("SIGTTOU", "wrote to the terminal in the background"),
    23: ("SIGURG", "urgent data on a socket"),
    24: ("SIGXCPU", "CPU time of one process at its limit"),
    25: ("SIGXFSZ", "a file at its largest size"),
    26: ("SIGVTALRM", "its own CPU timer rang"),
    27: ("SIGPROF", "its own profiling timer rang"),
    28: ("SIGWINCH", "the terminal changed its size"),
    29: ("SIGIO", "input or output is possible"),
    30: ("SIGPWR", "power failure"),
    31: ("SIGSYS", "a system call that does not exist or is not allowed"),
  ]
}
