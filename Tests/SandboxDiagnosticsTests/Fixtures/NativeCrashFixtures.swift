// swift-format-ignore-file
import SandboxDiagnostics
import SandboxExecution

extension ParserFixture {
  /// What gcc 12.2.0, glibc 2.36 printed, with the workspace's path put in.
  static let nativeCrash: [ParserFixture] = [
ParserFixture(
parser: "native-crash", name: "an assertion", stage: .run, outcome: .signalled(signal: 6),
sources: ["main.c": #"""
#include <assert.h>
#include <stdlib.h>
#include <string.h>
int main(int c, char **v) {
  (void)c;
  switch (atoi(v[1])) {
  case 1: assert(c == 9 && "it's x"); break;
  case 2: { char b[4]; strcpy(b, v[2]); return b[0]; }
  case 3: { volatile long *p = malloc(8); free((void *)p); p[0] = 1; free((void *)p); break; }
  case 4: { volatile int z = 0; return c / z; }
  case 5: abort();
  case 6: { volatile int *p = 0; *p = 1; break; }
  case 7: { int a[2] = {0}; volatile int i = c; return a[i]; }
  case 8: { volatile int i = 2147483647; i += c; return 0; }
  }
}

"""#],
standardError: #"""
program: /workspace/main.c:7: main: Assertion `c == 9 && "it's x"' failed.

"""#,
text: #"""
main.c:7: error: SIGABRT: Assertion `c == 9 && "it's x"' failed.
    7 |   case 1: assert(c == 9 && "it's x"); break;

"""#,
json: #"""
[
  {
    "code" : "SIGABRT",
    "file" : "main.c",
    "fix_its" : [

    ],
    "line" : 7,
    "message" : "Assertion `c == 9 && \"it's x\"' failed.",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "  case 1: assert(c == 9 && \"it's x\"); break;",
    "stack" : [
      {
        "file" : "main.c",
        "function" : "main",
        "line" : 7,
        "source" : "  case 1: assert(c == 9 && \"it's x\"); break;"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "native-crash", name: "a smashed stack", stage: .run, outcome: .signalled(signal: 6),
sources: ["main.c": #"""
#include <assert.h>
#include <stdlib.h>
#include <string.h>
int main(int c, char **v) {
  (void)c;
  switch (atoi(v[1])) {
  case 1: assert(c == 9 && "it's x"); break;
  case 2: { char b[4]; strcpy(b, v[2]); return b[0]; }
  case 3: { volatile long *p = malloc(8); free((void *)p); p[0] = 1; free((void *)p); break; }
  case 4: { volatile int z = 0; return c / z; }
  case 5: abort();
  case 6: { volatile int *p = 0; *p = 1; break; }
  case 7: { int a[2] = {0}; volatile int i = c; return a[i]; }
  case 8: { volatile int i = 2147483647; i += c; return 0; }
  }
}

"""#],
standardError: #"""
*** stack smashing detected ***: terminated

"""#,
text: #"""
error: SIGABRT: stack smashing detected

"""#,
json: #"""
[
  {
    "code" : "SIGABRT",
    "fix_its" : [

    ],
    "message" : "stack smashing detected",
    "notes" : [

    ],
    "severity" : "error",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "native-crash", name: "a buffer overflow that glibc sees", stage: .run, outcome: .signalled(signal: 6),
sources: ["main.c": #"""
#include <assert.h>
#include <stdlib.h>
#include <string.h>
int main(int c, char **v) {
  (void)c;
  switch (atoi(v[1])) {
  case 1: assert(c == 9 && "it's x"); break;
  case 2: { char b[4]; strcpy(b, v[2]); return b[0]; }
  case 3: { volatile long *p = malloc(8); free((void *)p); p[0] = 1; free((void *)p); break; }
  case 4: { volatile int z = 0; return c / z; }
  case 5: abort();
  case 6: { volatile int *p = 0; *p = 1; break; }
  case 7: { int a[2] = {0}; volatile int i = c; return a[i]; }
  case 8: { volatile int i = 2147483647; i += c; return 0; }
  }
}

"""#],
standardError: #"""
*** buffer overflow detected ***: terminated

"""#,
text: #"""
error: SIGABRT: buffer overflow detected

"""#,
json: #"""
[
  {
    "code" : "SIGABRT",
    "fix_its" : [

    ],
    "message" : "buffer overflow detected",
    "notes" : [

    ],
    "severity" : "error",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "native-crash", name: "a double free", stage: .run, outcome: .signalled(signal: 6),
sources: ["main.c": #"""
#include <assert.h>
#include <stdlib.h>
#include <string.h>
int main(int c, char **v) {
  (void)c;
  switch (atoi(v[1])) {
  case 1: assert(c == 9 && "it's x"); break;
  case 2: { char b[4]; strcpy(b, v[2]); return b[0]; }
  case 3: { volatile long *p = malloc(8); free((void *)p); p[0] = 1; free((void *)p); break; }
  case 4: { volatile int z = 0; return c / z; }
  case 5: abort();
  case 6: { volatile int *p = 0; *p = 1; break; }
  case 7: { int a[2] = {0}; volatile int i = c; return a[i]; }
  case 8: { volatile int i = 2147483647; i += c; return 0; }
  }
}

"""#],
standardError: #"""
free(): double free detected in tcache 2

"""#,
text: #"""
error: SIGABRT: free(): double free detected in tcache 2

"""#,
json: #"""
[
  {
    "code" : "SIGABRT",
    "fix_its" : [

    ],
    "message" : "free(): double free detected in tcache 2",
    "notes" : [

    ],
    "severity" : "error",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "native-crash", name: "a division by zero", stage: .run, outcome: .signalled(signal: 8),
sources: ["main.c": #"""
#include <assert.h>
#include <stdlib.h>
#include <string.h>
int main(int c, char **v) {
  (void)c;
  switch (atoi(v[1])) {
  case 1: assert(c == 9 && "it's x"); break;
  case 2: { char b[4]; strcpy(b, v[2]); return b[0]; }
  case 3: { volatile long *p = malloc(8); free((void *)p); p[0] = 1; free((void *)p); break; }
  case 4: { volatile int z = 0; return c / z; }
  case 5: abort();
  case 6: { volatile int *p = 0; *p = 1; break; }
  case 7: { int a[2] = {0}; volatile int i = c; return a[i]; }
  case 8: { volatile int i = 2147483647; i += c; return 0; }
  }
}

"""#],
standardError: "",
text: #"""
error: SIGFPE: arithmetic error, such as a whole number divided by zero

"""#,
json: #"""
[
  {
    "code" : "SIGFPE",
    "fix_its" : [

    ],
    "message" : "arithmetic error, such as a whole number divided by zero",
    "notes" : [

    ],
    "severity" : "error",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "native-crash", name: "an abort", stage: .run, outcome: .signalled(signal: 6),
sources: ["main.c": #"""
#include <assert.h>
#include <stdlib.h>
#include <string.h>
int main(int c, char **v) {
  (void)c;
  switch (atoi(v[1])) {
  case 1: assert(c == 9 && "it's x"); break;
  case 2: { char b[4]; strcpy(b, v[2]); return b[0]; }
  case 3: { volatile long *p = malloc(8); free((void *)p); p[0] = 1; free((void *)p); break; }
  case 4: { volatile int z = 0; return c / z; }
  case 5: abort();
  case 6: { volatile int *p = 0; *p = 1; break; }
  case 7: { int a[2] = {0}; volatile int i = c; return a[i]; }
  case 8: { volatile int i = 2147483647; i += c; return 0; }
  }
}

"""#],
standardError: "",
text: #"""
error: SIGABRT: the program aborted itself

"""#,
json: #"""
[
  {
    "code" : "SIGABRT",
    "fix_its" : [

    ],
    "message" : "the program aborted itself",
    "notes" : [

    ],
    "severity" : "error",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "native-crash", name: "a null pointer", stage: .run, outcome: .signalled(signal: 11),
sources: ["main.c": #"""
#include <assert.h>
#include <stdlib.h>
#include <string.h>
int main(int c, char **v) {
  (void)c;
  switch (atoi(v[1])) {
  case 1: assert(c == 9 && "it's x"); break;
  case 2: { char b[4]; strcpy(b, v[2]); return b[0]; }
  case 3: { volatile long *p = malloc(8); free((void *)p); p[0] = 1; free((void *)p); break; }
  case 4: { volatile int z = 0; return c / z; }
  case 5: abort();
  case 6: { volatile int *p = 0; *p = 1; break; }
  case 7: { int a[2] = {0}; volatile int i = c; return a[i]; }
  case 8: { volatile int i = 2147483647; i += c; return 0; }
  }
}

"""#],
standardError: "",
text: #"""
error: SIGSEGV: invalid memory access (segmentation fault)

"""#,
json: #"""
[
  {
    "code" : "SIGSEGV",
    "fix_its" : [

    ],
    "message" : "invalid memory access (segmentation fault)",
    "notes" : [

    ],
    "severity" : "error",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "sanitizer", name: "an index that the sanitizers see", stage: .run, outcome: .exited(code: 1),
sources: ["main.c": #"""
#include <assert.h>
#include <stdlib.h>
#include <string.h>
int main(int c, char **v) {
  (void)c;
  switch (atoi(v[1])) {
  case 1: assert(c == 9 && "it's x"); break;
  case 2: { char b[4]; strcpy(b, v[2]); return b[0]; }
  case 3: { volatile long *p = malloc(8); free((void *)p); p[0] = 1; free((void *)p); break; }
  case 4: { volatile int z = 0; return c / z; }
  case 5: abort();
  case 6: { volatile int *p = 0; *p = 1; break; }
  case 7: { int a[2] = {0}; volatile int i = c; return a[i]; }
  case 8: { volatile int i = 2147483647; i += c; return 0; }
  }
}

"""#],
standardError: #"""
/workspace/main.c:13:57: runtime error: index 3 out of bounds for type 'int [2]'
/workspace/main.c:13:57: runtime error: load of address 0x7ffd816e6f6c with insufficient space for an object of type 'int'
0x7ffd816e6f6c: note: pointer points here
  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00
              ^ 
=================================================================
==30341==ERROR: AddressSanitizer: stack-buffer-overflow on address 0x7ffd816e6f6c at pc 0x55962b0617df bp 0x7ffd816e6ed0 sp 0x7ffd816e6ec8
READ of size 4 at 0x7ffd816e6f6c thread T0
    #0 0x55962b0617de in main /workspace/main.c:13
    #1 0x7f53b3edf249 in __libc_start_call_main ../sysdeps/nptl/libc_start_call_main.h:58
    #2 0x7f53b3edf304 in __libc_start_main_impl ../csu/libc-start.c:360
    #3 0x55962b0611e0 in _start (/workspace/program+0x21e0)

Address 0x7ffd816e6f6c is located in stack of thread T0 at offset 108 in frame
    #0 0x55962b0612b8 in main /workspace/main.c:4

  This frame has 5 object(s):
    [48, 52) 'z' (line 10)
    [64, 68) 'i' (line 13)
    [80, 84) 'i' (line 14)
    [96, 104) 'a' (line 13) <== Memory access at offset 108 overflows this variable
    [128, 132) 'b' (line 8)
HINT: this may be a false positive if your program uses some custom stack unwind mechanism, swapcontext or vfork
      (longjmp and C++ exceptions *are* supported)
SUMMARY: AddressSanitizer: stack-buffer-overflow /workspace/main.c:13 in main
Shadow bytes around the buggy address:
  0x1000302d4d90: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  0x1000302d4da0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  0x1000302d4db0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  0x1000302d4dc0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  0x1000302d4dd0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
=>0x1000302d4de0: f1 f1 f1 f1 f1 f1 04 f2 04 f2 04 f2 00[f2]f2 f2
  0x1000302d4df0: 04 f3 f3 f3 00 00 00 00 00 00 00 00 00 00 00 00
  0x1000302d4e00: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  0x1000302d4e10: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  0x1000302d4e20: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  0x1000302d4e30: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
Shadow byte legend (one shadow byte represents 8 application bytes):
  Addressable:           00
  Partially addressable: 01 02 03 04 05 06 07 
  Heap left redzone:       fa
  Freed heap region:       fd
  Stack left redzone:      f1
  Stack mid redzone:       f2
  Stack right redzone:     f3
  Stack after return:      f5
  Stack use after scope:   f8
  Global redzone:          f9
  Global init order:       f6
  Poisoned by user:        f7
  Container overflow:      fc
  Array cookie:            ac
  Intra object redzone:    bb
  ASan internal:           fe
  Left alloca redzone:     ca
  Right alloca redzone:    cb
==30341==ABORTING

"""#,
text: #"""
main.c:13:57: error: undefined-behavior: index 3 out of bounds for type 'int [2]'
   13 |   case 7: { int a[2] = {0}; volatile int i = c; return a[i]; }
      |                                                         ^
main.c:13:57: error: undefined-behavior: load of address with insufficient space for an object of type 'int'
   13 |   case 7: { int a[2] = {0}; volatile int i = c; return a[i]; }
      |                                                         ^
main.c:13: error: stack-buffer-overflow: READ of size 4, past the end of the variable 'a'
   13 |   case 7: { int a[2] = {0}; volatile int i = c; return a[i]; }

"""#,
json: #"""
[
  {
    "code" : "undefined-behavior",
    "column" : 57,
    "file" : "main.c",
    "fix_its" : [

    ],
    "line" : 13,
    "message" : "index 3 out of bounds for type 'int [2]'",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "  case 7: { int a[2] = {0}; volatile int i = c; return a[i]; }",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  },
  {
    "code" : "undefined-behavior",
    "column" : 57,
    "file" : "main.c",
    "fix_its" : [

    ],
    "line" : 13,
    "message" : "load of address with insufficient space for an object of type 'int'",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "  case 7: { int a[2] = {0}; volatile int i = c; return a[i]; }",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  },
  {
    "code" : "stack-buffer-overflow",
    "file" : "main.c",
    "fix_its" : [

    ],
    "line" : 13,
    "message" : "READ of size 4, past the end of the variable 'a'",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "  case 7: { int a[2] = {0}; volatile int i = c; return a[i]; }",
    "stack" : [
      {
        "file" : "main.c",
        "function" : "main",
        "line" : 13,
        "source" : "  case 7: { int a[2] = {0}; volatile int i = c; return a[i]; }"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "sanitizer", name: "an overflow that a sanitizer only reports", stage: .run, outcome: .exited(code: 0),
sources: ["main.c": #"""
#include <assert.h>
#include <stdlib.h>
#include <string.h>
int main(int c, char **v) {
  (void)c;
  switch (atoi(v[1])) {
  case 1: assert(c == 9 && "it's x"); break;
  case 2: { char b[4]; strcpy(b, v[2]); return b[0]; }
  case 3: { volatile long *p = malloc(8); free((void *)p); p[0] = 1; free((void *)p); break; }
  case 4: { volatile int z = 0; return c / z; }
  case 5: abort();
  case 6: { volatile int *p = 0; *p = 1; break; }
  case 7: { int a[2] = {0}; volatile int i = c; return a[i]; }
  case 8: { volatile int i = 2147483647; i += c; return 0; }
  }
}

"""#],
standardError: #"""
/workspace/main.c:14:44: runtime error: signed integer overflow: 2147483647 + 3 cannot be represented in type 'int'

"""#,
text: #"""
main.c:14:44: warning: undefined-behavior: signed integer overflow: 2147483647 + 3 cannot be represented in type 'int'
   14 |   case 8: { volatile int i = 2147483647; i += c; return 0; }
      |                                            ^

"""#,
json: #"""
[
  {
    "code" : "undefined-behavior",
    "column" : 44,
    "file" : "main.c",
    "fix_its" : [

    ],
    "line" : 14,
    "message" : "signed integer overflow: 2147483647 + 3 cannot be represented in type 'int'",
    "notes" : [

    ],
    "severity" : "warning",
    "source" : "  case 8: { volatile int i = 2147483647; i += c; return 0; }",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "sanitizer", name: "a double free that a sanitizer sees", stage: .run, outcome: .exited(code: 1),
sources: ["main.c": #"""
#include <assert.h>
#include <stdlib.h>
#include <string.h>
int main(int c, char **v) {
  (void)c;
  switch (atoi(v[1])) {
  case 1: assert(c == 9 && "it's x"); break;
  case 2: { char b[4]; strcpy(b, v[2]); return b[0]; }
  case 3: { volatile long *p = malloc(8); free((void *)p); p[0] = 1; free((void *)p); break; }
  case 4: { volatile int z = 0; return c / z; }
  case 5: abort();
  case 6: { volatile int *p = 0; *p = 1; break; }
  case 7: { int a[2] = {0}; volatile int i = c; return a[i]; }
  case 8: { volatile int i = 2147483647; i += c; return 0; }
  }
}

"""#],
standardError: #"""
=================================================================
==30353==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x55b7defb95b2 bp 0x7fff2fb95650 sp 0x7fff2fb95648
WRITE of size 8 at 0x602000000010 thread T0
    #0 0x55b7defb95b1 in main /workspace/main.c:9
    #1 0x7fea8d845249 in __libc_start_call_main ../sysdeps/nptl/libc_start_call_main.h:58
    #2 0x7fea8d845304 in __libc_start_main_impl ../csu/libc-start.c:360
    #3 0x55b7defb91e0 in _start (/workspace/program+0x21e0)

0x602000000010 is located 0 bytes inside of 8-byte region [0x602000000010,0x602000000018)
freed by thread T0 here:
    #0 0x7fea8e2b76a8 in __interceptor_free ../../../../src/libsanitizer/asan/asan_malloc_linux.cpp:52
    #1 0x55b7defb955f in main /workspace/main.c:9
    #2 0x7fea8d845249 in __libc_start_call_main ../sysdeps/nptl/libc_start_call_main.h:58

previously allocated by thread T0 here:
    #0 0x7fea8e2b89cf in __interceptor_malloc ../../../../src/libsanitizer/asan/asan_malloc_linux.cpp:69
    #1 0x55b7defb9549 in main /workspace/main.c:9
    #2 0x7fea8d845249 in __libc_start_call_main ../sysdeps/nptl/libc_start_call_main.h:58

SUMMARY: AddressSanitizer: heap-use-after-free /workspace/main.c:9 in main
Shadow bytes around the buggy address:
  0x0c047fff7fb0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  0x0c047fff7fc0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  0x0c047fff7fd0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  0x0c047fff7fe0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  0x0c047fff7ff0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
=>0x0c047fff8000: fa fa[fd]fa fa fa fa fa fa fa fa fa fa fa fa fa
  0x0c047fff8010: fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa
  0x0c047fff8020: fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa
  0x0c047fff8030: fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa
  0x0c047fff8040: fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa
  0x0c047fff8050: fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa fa
Shadow byte legend (one shadow byte represents 8 application bytes):
  Addressable:           00
  Partially addressable: 01 02 03 04 05 06 07 
  Heap left redzone:       fa
  Freed heap region:       fd
  Stack left redzone:      f1
  Stack mid redzone:       f2
  Stack right redzone:     f3
  Stack after return:      f5
  Stack use after scope:   f8
  Global redzone:          f9
  Global init order:       f6
  Poisoned by user:        f7
  Container overflow:      fc
  Array cookie:            ac
  Intra object redzone:    bb
  ASan internal:           fe
  Left alloca redzone:     ca
  Right alloca redzone:    cb
==30353==ABORTING

"""#,
text: #"""
main.c:9: error: heap-use-after-free: WRITE of size 8, 0 bytes inside of 8-byte region
    9 |   case 3: { volatile long *p = malloc(8); free((void *)p); p[0] = 1; free((void *)p); break; }
  main.c:9: note: freed here
      9 |   case 3: { volatile long *p = malloc(8); free((void *)p); p[0] = 1; free((void *)p); break; }
  main.c:9: note: allocated here
      9 |   case 3: { volatile long *p = malloc(8); free((void *)p); p[0] = 1; free((void *)p); break; }

"""#,
json: #"""
[
  {
    "code" : "heap-use-after-free",
    "file" : "main.c",
    "fix_its" : [

    ],
    "line" : 9,
    "message" : "WRITE of size 8, 0 bytes inside of 8-byte region",
    "notes" : [
      {
        "file" : "main.c",
        "fix_its" : [

        ],
        "line" : 9,
        "message" : "freed here",
        "notes" : [

        ],
        "severity" : "note",
        "source" : "  case 3: { volatile long *p = malloc(8); free((void *)p); p[0] = 1; free((void *)p); break; }",
        "stack" : [

        ],
        "stage" : "run",
        "values" : {

        }
      },
      {
        "file" : "main.c",
        "fix_its" : [

        ],
        "line" : 9,
        "message" : "allocated here",
        "notes" : [

        ],
        "severity" : "note",
        "source" : "  case 3: { volatile long *p = malloc(8); free((void *)p); p[0] = 1; free((void *)p); break; }",
        "stack" : [

        ],
        "stage" : "run",
        "values" : {

        }
      }
    ],
    "severity" : "error",
    "source" : "  case 3: { volatile long *p = malloc(8); free((void *)p); p[0] = 1; free((void *)p); break; }",
    "stack" : [
      {
        "file" : "main.c",
        "function" : "main",
        "line" : 9,
        "source" : "  case 3: { volatile long *p = malloc(8); free((void *)p); p[0] = 1; free((void *)p); break; }"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "native-crash", name: "an exception of C++", stage: .run, outcome: .signalled(signal: 6),
sources: ["main.cpp": #"""
#include <vector>
int main() { std::vector<int> v; v.at(3); }

"""#],
standardError: #"""
terminate called after throwing an instance of 'std::out_of_range'
  what():  vector::_M_range_check: __n (which is 3) >= this->size() (which is 0)

"""#,
text: #"""
error: std::out_of_range: vector::_M_range_check: __n (which is 3) >= this->size() (which is 0)

"""#,
json: #"""
[
  {
    "code" : "std::out_of_range",
    "fix_its" : [

    ],
    "message" : "vector::_M_range_check: __n (which is 3) >= this->size() (which is 0)",
    "notes" : [

    ],
    "severity" : "error",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "native-crash", name: "an uncaught value of C++", stage: .run, outcome: .signalled(signal: 6),
sources: ["main.cpp": #"""
int main() { throw 5; }

"""#],
standardError: #"""
terminate called after throwing an instance of 'int'

"""#,
text: #"""
error: int: uncaught exception of type 'int'

"""#,
json: #"""
[
  {
    "code" : "int",
    "fix_its" : [

    ],
    "message" : "uncaught exception of type 'int'",
    "notes" : [

    ],
    "severity" : "error",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
  ]
}
