#if canImport(Glibc)
  import Glibc
#endif

/// Makes this process the parent of all of its descendants that lose theirs; returns whether it is.
///
/// Else a daemon that outlives its run would belong to process 1, where nobody looks for it.
func becomeSubreaper() -> Bool {
  // Swift imports no function with variable arguments; the four that prctl(2) reads are integers.
  typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
  let setChildSubreaper: Int32 = 36  // PR_SET_CHILD_SUBREAPER; Glibc's module lacks it
  guard let address = unsafe dlsym(nil, "prctl") else { return false }
  return unsafe unsafeBitCast(address, to: Control.self)(setChildSubreaper, 1, 0, 0, 0) == 0
}
