internal import SandboxExecution

/// One thing that is tried from inside, with the compiled probe.
struct Probe: Sendable {
  /// What a probe saw.
  struct Observation: Sendable {
    /// `nil` where it cannot be told.
    var result: Expectation.Result?
    var detail: String
  }

  var category: ProbeResult.Category
  /// What is tried, for people.
  var name: String
  /// The arguments of Probe/probe.c.
  var arguments: [String]
  var expected: Expectation.Result
  /// Changes the policy's limits for this probe.
  var adjust: @Sendable (inout Limits) -> Void = { _ in }
  var observe: @Sendable (ExecutionResult) -> Observation = { $0.answer }
}

extension ExecutionResult {
  /// What the probe printed: what the call returned, or -errno.
  var printedNumber: Int? {
    standardOutput.text.split(separator: "\n").last.flatMap { Int($0) }
  }

  /// Whether the filter stopped something, and the words for it.
  var refusal: String? {
    guard let first = denied.first else { return nil }
    return
      "the filter: \(first.name)\(first.detail.isEmpty ? "" : " (\(first.detail))"), \(first.action)"
  }

  /// The result of a call: denied where the filter or the kernel refused it.
  var answer: Probe.Observation {
    if let refusal { return .init(result: .denied, detail: refusal) }
    switch (outcome, printedNumber) {
    case (.exited(code: 0), let number?):
      return number < 0
        ? .init(result: .denied, detail: "the kernel: \(errorName(-number))")
        : .init(result: .allowed, detail: "it worked")
    default: return .init(result: nil, detail: "no answer: \(outcome.words)")
    }
  }

  /// Whether a call came to the kernel, whatever that said to its arguments.
  func reach(of call: String) -> Probe.Observation {
    if let refusal { return .init(result: .denied, detail: refusal) }
    // Answered in the filter itself, without a report.
    if call == "clone3", printedNumber == -38 {
      return .init(result: .denied, detail: "the filter: clone3, errno(ENOSYS)")
    }
    let answer = printedNumber.map { $0 < 0 ? errorName(-$0) : "\($0)" } ?? outcome.words
    return .init(result: .allowed, detail: "the kernel: \(answer)")
  }
}

/// errno(3).
func errorName(_ number: Int) -> String {
  let names = [
    1: "EPERM", 2: "ENOENT", 3: "ESRCH", 4: "EINTR", 5: "EIO", 6: "ENXIO", 9: "EBADF", 10: "ECHILD",
    11: "EAGAIN", 12: "ENOMEM", 13: "EACCES", 14: "EFAULT", 16: "EBUSY", 17: "EEXIST", 19: "ENODEV",
    20: "ENOTDIR", 21: "EISDIR", 22: "EINVAL", 24: "EMFILE", 25: "ENOTTY", 27: "EFBIG",
    28: "ENOSPC", 29: "ESPIPE", 30: "EROFS", 36: "ENAMETOOLONG", 38: "ENOSYS", 40: "ELOOP",
    88: "ENOTSOCK", 93: "EPROTONOSUPPORT", 94: "ESOCKTNOSUPPORT", 95: "EOPNOTSUPP",
    97: "EAFNOSUPPORT", 99: "EADDRNOTAVAIL", 101: "ENETUNREACH", 111: "ECONNREFUSED",
  ]
  return names[number] ?? "errno \(number)"
}
