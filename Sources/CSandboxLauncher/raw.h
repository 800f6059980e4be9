// System calls that return -errno and touch no thread-local storage: init and the program's process
// share the worker's memory, its errno included. (The probe of policy tests uses them too: it has no libc.)
#pragma once
#include <sys/syscall.h>

static inline long raw(long number, long a, long b, long c, long d, long e, long f) {
#if defined(__x86_64__)
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
#else
#error "the launcher knows the system call convention of x86_64 and aarch64"
#endif
}

// raw_(number, arguments...): the rest are 0.
#define raw_call(number, a, b, c, d, e, f, ...) \
  raw((number), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define raw_(...) raw_call(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
