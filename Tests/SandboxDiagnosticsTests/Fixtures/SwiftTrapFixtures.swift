// swift-format-ignore-file
import SandboxDiagnostics
import SandboxExecution

extension ParserFixture {
  /// What swiftc 6.3.1 printed, with the workspace's path put in.
  static let swiftTrap: [ParserFixture] = [
ParserFixture(
parser: "swift-trap", name: "an index out of range with a backtrace", stage: .run, outcome: .signalled(signal: 4),
sources: ["main.swift": #"""
func at(_ a: [Int], _ i: Int) -> Int { a[i] }
print(at([1], 5))

"""#],
standardError: #"""
Swift/ContiguousArrayBuffer.swift:692: Fatal error: Index out of range

*** Signal 4: Backtracing from 0x7f519d96df7f... done ***

*** Program crashed: Illegal instruction at 0x00007f519d96df7f ***

Platform: x86_64 Linux (Debian GNU/Linux 12 (bookworm))

Thread 0 "program" crashed:

  0      0x00007f519d96df7f closure #1 in closure #1 in _assertionFailure(_:_:file:line:flags:) + 623 in libswiftCore.so
  1 [ra] 0x00007f519daf961f _assertionFailure(_:_:file:line:flags:) + 302 in libswiftCore.so
  2 [ra] 0x00007f519e133f65 specialized Array.subscript.getter + 84 in libswiftSwiftOnoneSupport.so
  3 [ra] 0x000055f993381e90 at(_:_:) + 47 in program at /workspace/main.swift:1:41
  4 [ra] 0x000055f993381f3f main + 78 in program at /workspace/main.swift:2:7
...

Backtrace took 0.01s


"""#,
text: #"""
main.swift:1:41: error: Fatal error: Index out of range
    1 | func at(_ a: [Int], _ i: Int) -> Int { a[i] }
      |                                         ^
  stack, innermost call last:
    main.swift:2:7 in main
      print(at([1], 5))
    main.swift:1:41 in at(_:_:)
      func at(_ a: [Int], _ i: Int) -> Int { a[i] }

"""#,
json: #"""
[
  {
    "code" : "Fatal error",
    "column" : 41,
    "file" : "main.swift",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "Index out of range",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "func at(_ a: [Int], _ i: Int) -> Int { a[i] }",
    "stack" : [
      {
        "column" : 7,
        "file" : "main.swift",
        "function" : "main",
        "line" : 2,
        "source" : "print(at([1], 5))"
      },
      {
        "column" : 41,
        "file" : "main.swift",
        "function" : "at(_:_:)",
        "line" : 1,
        "source" : "func at(_ a: [Int], _ i: Int) -> Int { a[i] }"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "swift-trap", name: "an index out of range without a backtrace", stage: .run, outcome: .signalled(signal: 4),
sources: ["main.swift": #"""
func at(_ a: [Int], _ i: Int) -> Int { a[i] }
print(at([1], 5))

"""#],
standardError: #"""
Swift/ContiguousArrayBuffer.swift:692: Fatal error: Index out of range
Current stack trace:
0    libswiftCore.so                    0x00007f350b95f130 swift_reportError + 33
1    libswiftCore.so                    0x00007f350bd12b60 _swift_stdlib_reportFatalErrorInFile + 109
2    libswiftCore.so                    0x00007f350b96df7b <unavailable> + 1499003
3    libswiftCore.so                    0x00007f350baf94f0 _assertionFailure(_:_:file:line:flags:) + 303
4    libswiftSwiftOnoneSupport.so       0x00007f350bf98f65 <unavailable> + 175973
5    program                            0x000055cd6a9a8e90 <unavailable> + 3728
6    program                            0x000055cd6a9a8f3f <unavailable> + 3903
7    libc.so.6                          0x00007f350b3cf24a <unavailable> + 160330
8    libc.so.6                          0x00007f350b3cf280 __libc_start_main + 133
9    program                            0x000055cd6a9a8b31 <unavailable> + 2865

"""#,
text: #"""
error: Fatal error: Index out of range

"""#,
json: #"""
[
  {
    "code" : "Fatal error",
    "fix_its" : [

    ],
    "message" : "Index out of range",
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
parser: "swift-trap", name: "a precondition with two lines", stage: .run, outcome: .signalled(signal: 4),
sources: ["main.swift": #"""
let k = CommandLine.arguments.count
precondition(k == 3, "k must be 3\nnot \(k)")

"""#],
standardError: #"""
program/main.swift:2: Precondition failed: k must be 3
not 1
Current stack trace:
0    libswiftCore.so                    0x00007fef8ad5f130 swift_reportError + 33
1    libswiftCore.so                    0x00007fef8b112b60 _swift_stdlib_reportFatalErrorInFile + 109
2    libswiftCore.so                    0x00007fef8ad6e271 <unavailable> + 1499761
3    libswiftCore.so                    0x00007fef8aef9280 _assertionFailure(_:_:file:line:flags:) + 221
4    program                            0x00005647863f9166 <unavailable> + 4454
5    libc.so.6                          0x00007fef8a7cf24a <unavailable> + 160330
6    libc.so.6                          0x00007fef8a7cf280 __libc_start_main + 133
7    program                            0x00005647863f8d01 <unavailable> + 3329

"""#,
text: #"""
main.swift:2: error: Precondition failed: k must be 3
    not 1
    2 | precondition(k == 3, "k must be 3\nnot \(k)")

"""#,
json: #"""
[
  {
    "code" : "Precondition failed",
    "file" : "main.swift",
    "fix_its" : [

    ],
    "line" : 2,
    "message" : "k must be 3\nnot 1",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "precondition(k == 3, \"k must be 3\\nnot \\(k)\")",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "swift-trap", name: "a precondition with a backtrace", stage: .run, outcome: .signalled(signal: 4),
sources: ["main.swift": #"""
func check(_ k: Int) {
  precondition(k == 3, "k must be 3")
}
check(CommandLine.arguments.count)

"""#],
standardError: #"""
program/main.swift:2: Precondition failed: k must be 3

*** Signal 4: Backtracing from 0x7efc65af9361... done ***

*** Program crashed: Illegal instruction at 0x00007efc65af9361 ***

Platform: x86_64 Linux (Debian GNU/Linux 12 (bookworm))

Thread 0 "program" crashed:

  0      0x00007efc65af9361 _assertionFailure(_:_:file:line:flags:) + 225 in libswiftCore.so
  1 [ra] 0x0000564fc7a77d7a check(_:) + 137 in program at /workspace/main.swift:2:3
  2 [ra] 0x0000564fc7a77dbf main + 46 in program at /workspace/main.swift:4:1
...

Backtrace took 0.01s


"""#,
text: #"""
main.swift:2:3: error: Precondition failed: k must be 3
    2 |   precondition(k == 3, "k must be 3")
      |   ^
  stack, innermost call last:
    main.swift:4:1 in main
      check(CommandLine.arguments.count)
    main.swift:2:3 in check(_:)
      precondition(k == 3, "k must be 3")

"""#,
json: #"""
[
  {
    "code" : "Precondition failed",
    "column" : 3,
    "file" : "main.swift",
    "fix_its" : [

    ],
    "line" : 2,
    "message" : "k must be 3",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "  precondition(k == 3, \"k must be 3\")",
    "stack" : [
      {
        "column" : 1,
        "file" : "main.swift",
        "function" : "main",
        "line" : 4,
        "source" : "check(CommandLine.arguments.count)"
      },
      {
        "column" : 3,
        "file" : "main.swift",
        "function" : "check(_:)",
        "line" : 2,
        "source" : "  precondition(k == 3, \"k must be 3\")"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "swift-trap", name: "an error raised at top level", stage: .run, outcome: .signalled(signal: 4),
sources: ["main.swift": #"""
struct MyErr: Error { var code = 7 }
throw MyErr()

"""#],
standardError: #"""
Swift/ErrorType.swift:254: Fatal error: Error raised at top level: program.MyErr(code: 7)
Current stack trace:
0    libswiftCore.so                    0x00007f546bf5f130 swift_reportError + 33
1    libswiftCore.so                    0x00007f546c312b60 _swift_stdlib_reportFatalErrorInFile + 109
2    libswiftCore.so                    0x00007f546bf6e271 <unavailable> + 1499761
3    libswiftCore.so                    0x00007f546c0f9280 _assertionFailure(_:_:file:line:flags:) + 221
4    libswiftCore.so                    0x00007f546c14caa0 swift_errorInMain + 766
5    program                            0x00005645a05c9f78 <unavailable> + 3960
6    libc.so.6                          0x00007f546bb2f24a <unavailable> + 160330
7    libc.so.6                          0x00007f546bb2f280 __libc_start_main + 133
8    program                            0x00005645a05c9b71 <unavailable> + 2929

"""#,
text: #"""
error: Fatal error: Error raised at top level: program.MyErr(code: 7)

"""#,
json: #"""
[
  {
    "code" : "Fatal error",
    "fix_its" : [

    ],
    "message" : "Error raised at top level: program.MyErr(code: 7)",
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
parser: "swift-trap", name: "an overflow with a backtrace", stage: .run, outcome: .signalled(signal: 4),
sources: ["main.swift": #"""
var m = Int.max
m += CommandLine.arguments.count
print(m)

"""#],
standardError: #"""

*** Signal 4: Backtracing from 0x5574cbd5607a... done ***

*** Swift runtime failure: arithmetic overflow ***

Platform: x86_64 Linux (Debian GNU/Linux 12 (bookworm))

Thread 0 "program" crashed:

  0 [inlined] [system] 0x00005574cbd5607a Swift runtime failure: arithmetic overflow in program at //<compiler-generated>
  1                    0x00005574cbd5607a main + 314 in program at /workspace/main.swift:2:3
...

Backtrace took 0.00s


"""#,
text: #"""
main.swift:2:3: error: Swift runtime failure: arithmetic overflow
    2 | m += CommandLine.arguments.count
      |   ^

"""#,
json: #"""
[
  {
    "code" : "Swift runtime failure",
    "column" : 3,
    "file" : "main.swift",
    "fix_its" : [

    ],
    "line" : 2,
    "message" : "arithmetic overflow",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "m += CommandLine.arguments.count",
    "stack" : [
      {
        "column" : 3,
        "file" : "main.swift",
        "function" : "main",
        "line" : 2,
        "source" : "m += CommandLine.arguments.count"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "swift-trap", name: "an overflow without a backtrace", stage: .run, outcome: .signalled(signal: 4),
sources: ["main.swift": #"""
var m = Int.max
m += CommandLine.arguments.count
print(m)

"""#],
standardError: "",
text: #"""
error: SIGILL: the program trapped without a message, as Swift does for arithmetic overflow and for values out of range

"""#,
json: #"""
[
  {
    "code" : "SIGILL",
    "fix_its" : [

    ],
    "message" : "the program trapped without a message, as Swift does for arithmetic overflow and for values out of range",
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
parser: "swift-trap", name: "nil", stage: .run, outcome: .signalled(signal: 4),
sources: ["main.swift": #"""
let o: Int? = CommandLine.arguments.count > 100 ? 1 : nil
print(o!)

"""#],
standardError: #"""
program/main.swift:2: Fatal error: Unexpectedly found nil while unwrapping an Optional value
Current stack trace:
0    libswiftCore.so                    0x00007fd314b5f130 swift_reportError + 33
1    libswiftCore.so                    0x00007fd314f12b60 _swift_stdlib_reportFatalErrorInFile + 109
2    libswiftCore.so                    0x00007fd314b6df7b <unavailable> + 1499003
3    libswiftCore.so                    0x00007fd314cf94f0 _assertionFailure(_:_:file:line:flags:) + 303
4    program                            0x0000561ee8d94022 <unavailable> + 4130
5    libc.so.6                          0x00007fd31472f24a <unavailable> + 160330
6    libc.so.6                          0x00007fd31472f280 __libc_start_main + 133
7    program                            0x0000561ee8d93bb1 <unavailable> + 2993

"""#,
text: #"""
main.swift:2: error: Fatal error: Unexpectedly found nil while unwrapping an Optional value
    2 | print(o!)

"""#,
json: #"""
[
  {
    "code" : "Fatal error",
    "file" : "main.swift",
    "fix_its" : [

    ],
    "line" : 2,
    "message" : "Unexpectedly found nil while unwrapping an Optional value",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "print(o!)",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "swift-trap", name: "a failed cast", stage: .run, outcome: .signalled(signal: 6),
sources: ["main.swift": #"""
let a: Any = "x"
print(a as! Int)

"""#],
standardError: #"""
Could not cast value of type 'Swift.String' (0x7fe2a05d7ca0) to 'Swift.Int' (0x7fe2a05da698).

"""#,
text: #"""
error: SIGABRT: could not cast a value of type 'Swift.String' to 'Swift.Int'

"""#,
json: #"""
[
  {
    "code" : "SIGABRT",
    "fix_its" : [

    ],
    "message" : "could not cast a value of type 'Swift.String' to 'Swift.Int'",
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
parser: "swift-trap", name: "a recursion without an end, without a backtrace", stage: .run, outcome: .signalled(signal: 11),
sources: ["main.swift": #"""
func r(_ n: Int) -> Int { CommandLine.argc > 9 ? 0 : r(n + 1) + 1 }
print(r(1))

"""#],
standardError: "",
text: #"""
error: SIGSEGV: invalid memory access (segmentation fault), in Swift most often recursion without an end

"""#,
json: #"""
[
  {
    "code" : "SIGSEGV",
    "fix_its" : [

    ],
    "message" : "invalid memory access (segmentation fault), in Swift most often recursion without an end",
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
parser: "swift-trap", name: "a fatal error without a message", stage: .run, outcome: .signalled(signal: 4),
sources: ["main.swift": #"""
fatalError()

"""#],
standardError: #"""
program/main.swift:1: Fatal error
Current stack trace:
0    libswiftCore.so                    0x00007f48b9f5f130 swift_reportError + 33
1    libswiftCore.so                    0x00007f48ba312b60 _swift_stdlib_reportFatalErrorInFile + 109
2    libswiftCore.so                    0x00007f48b9f6e271 <unavailable> + 1499761
3    libswiftCore.so                    0x00007f48ba0f9280 _assertionFailure(_:_:file:line:flags:) + 221
4    program                            0x000055a03b47abf2 <unavailable> + 3058
5    libc.so.6                          0x00007f48b9a7624a <unavailable> + 160330
6    libc.so.6                          0x00007f48b9a76280 __libc_start_main + 133
7    program                            0x000055a03b47a881 <unavailable> + 2177

"""#,
text: #"""
main.swift:1: error: Fatal error: the program stopped itself without a message
    1 | fatalError()

"""#,
json: #"""
[
  {
    "code" : "Fatal error",
    "file" : "main.swift",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "the program stopped itself without a message",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "fatalError()",
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
