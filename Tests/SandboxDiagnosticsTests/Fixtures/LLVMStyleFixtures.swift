// swift-format-ignore-file
import SandboxDiagnostics
import SandboxExecution

extension ParserFixture {
  /// What clang 21 and swiftc 6.3.1 printed, with the workspace's path put in.
  static let llvmStyle: [ParserFixture] = [
ParserFixture(
parser: "llvm-style", name: "clang", stage: .compile, outcome: .exited(code: 1),
sources: ["main.c": #"""
#include <stdio.h>
static int add(int a, int b) { return a + b; }
int main(void) {
  int x = add(1);
  const char *s = "é"; printf("%d\n", y + *s);
}

"""#],
standardError: #"""
main.c:4:16: error: too few arguments to function call, expected 2, have 1
    4 |   int x = add(1);
      |           ~~~  ^
main.c:2:12: note: 'add' declared here
    2 | static int add(int a, int b) { return a + b; }
      |            ^   ~~~~~~~~~~~~
main.c:5:40: error: use of undeclared identifier 'y'
    5 |   const char *s = "é"; printf("%d\n", y + *s);
      |                                       ^
2 errors generated.

"""#,
text: #"""
main.c:4:16: error: too few arguments to function call, expected 2, have 1
    4 |   int x = add(1);
      |                ^
  main.c:2:12: note: 'add' declared here
      2 | static int add(int a, int b) { return a + b; }
        |            ^
main.c:5:39: error: use of undeclared identifier 'y'
    5 |   const char *s = "é"; printf("%d\n", y + *s);
      |                                       ^

"""#,
json: #"""
[
  {
    "column" : 16,
    "file" : "main.c",
    "fix_its" : [

    ],
    "line" : 4,
    "message" : "too few arguments to function call, expected 2, have 1",
    "notes" : [
      {
        "column" : 12,
        "file" : "main.c",
        "fix_its" : [

        ],
        "line" : 2,
        "message" : "'add' declared here",
        "notes" : [

        ],
        "severity" : "note",
        "source" : "static int add(int a, int b) { return a + b; }",
        "stack" : [

        ],
        "stage" : "compile",
        "values" : {

        }
      }
    ],
    "severity" : "error",
    "source" : "  int x = add(1);",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  },
  {
    "column" : 39,
    "file" : "main.c",
    "fix_its" : [

    ],
    "line" : 5,
    "message" : "use of undeclared identifier 'y'",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "  const char *s = \"é\"; printf(\"%d\\n\", y + *s);",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "llvm-style", name: "swiftc with notes, fixes and warnings", stage: .compile, outcome: .exited(code: 1),
sources: ["main.swift": #"""
func add(_ a: Int, _ b: Int) -> Int { return a + b }
let é = "😀"; let q: String = 42
let opt: Int? = 1; print(opt + 1)
var sum = add(1)
func k() { var bbb = 3 }

"""#],
standardError: #"""
main.swift:2:34: error: cannot convert value of type 'Int' to specified type 'String'
let é = "😀"; let q: String = 42
main.swift:3:26: error: value of optional type 'Int?' must be unwrapped to a value of type 'Int'
let opt: Int? = 1; print(opt + 1)
                         ^
main.swift:3:26: note: coalesce using '??' to provide a default when the optional value contains 'nil'
let opt: Int? = 1; print(opt + 1)
                         ^
                         (   ?? <#default value#>)
main.swift:3:26: note: force-unwrap using '!' to abort execution if the optional value contains 'nil'
let opt: Int? = 1; print(opt + 1)
                         ^
                            !
main.swift:4:16: error: missing argument for parameter #2 in call
var sum = add(1)
               ^
               , <#Int#>
main.swift:1:6: note: 'add' declared here
func add(_ a: Int, _ b: Int) -> Int { return a + b }
     ^
main.swift:5:16: warning: initialization of variable 'bbb' was never used; consider replacing with assignment to '_' or removing it [#no-usage]
func k() { var bbb = 3 }
           ~~~~^~~
           _

"""#,
text: #"""
main.swift:2:30: error: cannot convert value of type 'Int' to specified type 'String'
    2 | let é = "😀"; let q: String = 42
      |                               ^
main.swift:3:26: error: value of optional type 'Int?' must be unwrapped to a value of type 'Int'
    3 | let opt: Int? = 1; print(opt + 1)
      |                          ^
  main.swift:3:26: note: coalesce using '??' to provide a default when the optional value contains 'nil'
      3 | let opt: Int? = 1; print(opt + 1)
        |                          ^
  main.swift:3:26: note: force-unwrap using '!' to abort execution if the optional value contains 'nil'
      3 | let opt: Int? = 1; print(opt + 1)
        |                          ^
main.swift:4:16: error: missing argument for parameter #2 in call
    4 | var sum = add(1)
      |                ^
  main.swift:1:6: note: 'add' declared here
      1 | func add(_ a: Int, _ b: Int) -> Int { return a + b }
        |      ^
main.swift:5:16: warning: initialization of variable 'bbb' was never used; consider replacing with assignment to '_' or removing it [#no-usage]
    5 | func k() { var bbb = 3 }
      |                ^~~

"""#,
json: #"""
[
  {
    "column" : 30,
    "file" : "main.swift",
    "fix_its" : [

    ],
    "line" : 2,
    "message" : "cannot convert value of type 'Int' to specified type 'String'",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "let é = \"😀\"; let q: String = 42",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  },
  {
    "column" : 26,
    "file" : "main.swift",
    "fix_its" : [

    ],
    "line" : 3,
    "message" : "value of optional type 'Int?' must be unwrapped to a value of type 'Int'",
    "notes" : [
      {
        "column" : 26,
        "file" : "main.swift",
        "fix_its" : [

        ],
        "line" : 3,
        "message" : "coalesce using '??' to provide a default when the optional value contains 'nil'",
        "notes" : [

        ],
        "severity" : "note",
        "source" : "let opt: Int? = 1; print(opt + 1)",
        "stack" : [

        ],
        "stage" : "compile",
        "values" : {

        }
      },
      {
        "column" : 26,
        "file" : "main.swift",
        "fix_its" : [

        ],
        "line" : 3,
        "message" : "force-unwrap using '!' to abort execution if the optional value contains 'nil'",
        "notes" : [

        ],
        "severity" : "note",
        "source" : "let opt: Int? = 1; print(opt + 1)",
        "stack" : [

        ],
        "stage" : "compile",
        "values" : {

        }
      }
    ],
    "severity" : "error",
    "source" : "let opt: Int? = 1; print(opt + 1)",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  },
  {
    "column" : 16,
    "file" : "main.swift",
    "fix_its" : [

    ],
    "line" : 4,
    "message" : "missing argument for parameter #2 in call",
    "notes" : [
      {
        "column" : 6,
        "file" : "main.swift",
        "fix_its" : [

        ],
        "line" : 1,
        "message" : "'add' declared here",
        "notes" : [

        ],
        "severity" : "note",
        "source" : "func add(_ a: Int, _ b: Int) -> Int { return a + b }",
        "stack" : [

        ],
        "stage" : "compile",
        "values" : {

        }
      }
    ],
    "severity" : "error",
    "source" : "var sum = add(1)",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  },
  {
    "code" : "#no-usage",
    "column" : 16,
    "end_column" : 19,
    "end_line" : 5,
    "file" : "main.swift",
    "fix_its" : [

    ],
    "line" : 5,
    "message" : "initialization of variable 'bbb' was never used; consider replacing with assignment to '_' or removing it",
    "notes" : [

    ],
    "severity" : "warning",
    "source" : "func k() { var bbb = 3 }",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "llvm-style", name: "swiftc cannot link", stage: .compile, outcome: .exited(code: 1),
sources: ["main.swift": #"""
@_silgen_name("nope") func nope()
nope()

"""#],
standardError: #"""
error: link command failed with exit code 1 (use -v to see invocation)
/tmp/TemporaryDirectory.AAAAAA/main-1.o:main-1.o:function main: error: undefined reference to 'nope'
clang: error: linker command failed with exit code 1 (use -v to see invocation)

"""#,
text: #"""
error: undefined reference to 'nope'

"""#,
json: #"""
[
  {
    "fix_its" : [

    ],
    "message" : "undefined reference to 'nope'",
    "notes" : [

    ],
    "severity" : "error",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "llvm-style", name: "swiftc without its file", stage: .compile, outcome: .exited(code: 1),
sources: ["main.swift": ""],
standardError: #"""
<unknown>:0: error: error opening input file 'nope.swift' (No such file or directory)

"""#,
text: #"""
error: error opening input file 'nope.swift' (No such file or directory)

"""#,
json: #"""
[
  {
    "fix_its" : [

    ],
    "message" : "error opening input file 'nope.swift' (No such file or directory)",
    "notes" : [

    ],
    "severity" : "error",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "llvm-style", name: "swiftc without a module", stage: .compile, outcome: .exited(code: 1),
sources: ["main.swift": #"""
import Nope

"""#],
standardError: #"""
main.swift:1:8: error: no such module 'Nope'
import Nope
       ^

"""#,
text: #"""
main.swift:1:8: error: no such module 'Nope'
    1 | import Nope
      |        ^

"""#,
json: #"""
[
  {
    "column" : 8,
    "file" : "main.swift",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "no such module 'Nope'",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "import Nope",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "llvm-style", name: "swiftc in its own style", stage: .compile, outcome: .exited(code: 1),
sources: ["main.swift": #"""
let s: String = 42
print(s, y)

"""#],
standardError: #"""
main.swift:1:17: error: cannot convert value of type 'Int' to specified type 'String'
1 | let s: String = 42
  |                 `- error: cannot convert value of type 'Int' to specified type 'String'
2 | print(s, y)
3 | 

main.swift:2:10: error: cannot find 'y' in scope
1 | let s: String = 42
2 | print(s, y)
  |          `- error: cannot find 'y' in scope
3 | 

"""#,
text: #"""
main.swift:1:17: error: cannot convert value of type 'Int' to specified type 'String'
    1 | let s: String = 42
      |                 ^
main.swift:2:10: error: cannot find 'y' in scope
    2 | print(s, y)
      |          ^

"""#,
json: #"""
[
  {
    "column" : 17,
    "file" : "main.swift",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "cannot convert value of type 'Int' to specified type 'String'",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "let s: String = 42",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  },
  {
    "column" : 10,
    "file" : "main.swift",
    "fix_its" : [

    ],
    "line" : 2,
    "message" : "cannot find 'y' in scope",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "print(s, y)",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  }
]
"""#),
  ]
}
