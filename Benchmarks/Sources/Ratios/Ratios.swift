import Foundation

/// Whether a ratio is better where it is higher.
public enum Better: String, Sendable {
  case higher, lower
}

/// Notes a ratio for `Scripts/regressions.py`, in the file that the variable `RATIOS` names, if it names one.
public func note(_ name: String, _ value: Double, better: Better) {
  guard let path = ProcessInfo.processInfo.environment["RATIOS"], let file = fopen(path, "a") else {
    return
  }
  defer { fclose(file) }
  fputs("\(name)\t\(value)\t\(better.rawValue)\n", file)
}

/// The value below which `part` of the values are.
public func quantile(_ values: [Double], _ part: Double) -> Double {
  let sorted = values.sorted()
  return sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
}
