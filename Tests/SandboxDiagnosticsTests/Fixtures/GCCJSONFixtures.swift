// swift-format-ignore-file
import SandboxDiagnostics
import SandboxExecution

extension ParserFixture {
  /// What gcc 12.2.0 printed, with the workspace's path put in.
  static let gccJSON: [ParserFixture] = [
ParserFixture(
parser: "gcc-json", name: "undeclared names, a wrong call and a fix", stage: .compile, outcome: .exited(code: 1),
sources: ["main.c": #"""
#include <stdio.h>
int g(void);
struct p { int xx; };
int main(void) {
  struct p q;
	const char *s = "é😀"; q.xy = 1; return g(1) + undefined;
  printf("%d\n", "é");
}

"""#],
standardError: #"""
[{"kind": "error", "column-origin": 1, "children": [], "fixits": [{"next": {"byte-column": 32, "display-column": 36, "line": 6, "file": "main.c", "column": 36}, "string": "xx", "start": {"byte-column": 30, "display-column": 34, "line": 6, "file": "main.c", "column": 34}}], "locations": [{"finish": {"byte-column": 31, "display-column": 35, "line": 6, "file": "main.c", "column": 35}, "caret": {"byte-column": 30, "display-column": 34, "line": 6, "file": "main.c", "column": 34}}], "message": "‘struct p’ has no member named ‘xy’; did you mean ‘xx’?", "escape-source": false}, {"kind": "error", "column-origin": 1, "children": [], "escape-source": false, "locations": [{"caret": {"byte-column": 45, "display-column": 49, "line": 6, "file": "main.c", "column": 49}}], "message": "too many arguments to function ‘g’"}, {"kind": "note", "column-origin": 1, "children": [], "escape-source": false, "locations": [{"caret": {"byte-column": 5, "display-column": 5, "line": 2, "file": "main.c", "column": 5}}], "message": "declared here"}, {"kind": "error", "column-origin": 1, "children": [{"kind": "note", "escape-source": false, "locations": [{"finish": {"byte-column": 60, "display-column": 64, "line": 6, "file": "main.c", "column": 64}, "caret": {"byte-column": 52, "display-column": 56, "line": 6, "file": "main.c", "column": 56}}], "message": "each undeclared identifier is reported only once for each function it appears in"}], "escape-source": false, "locations": [{"finish": {"byte-column": 60, "display-column": 64, "line": 6, "file": "main.c", "column": 64}, "caret": {"byte-column": 52, "display-column": 56, "line": 6, "file": "main.c", "column": 56}}], "message": "‘undefined’ undeclared (first use in this function)"}, {"kind": "warning", "locations": [{"caret": {"byte-column": 12, "display-column": 12, "line": 7, "file": "main.c", "column": 12}, "start": {"byte-column": 11, "display-column": 11, "line": 7, "file": "main.c", "column": 11}, "label": "int"}, {"finish": {"byte-column": 21, "display-column": 20, "line": 7, "file": "main.c", "column": 20}, "caret": {"byte-column": 18, "display-column": 18, "line": 7, "file": "main.c", "column": 18}, "label": "char *"}], "column-origin": 1, "option": "-Wformat=", "fixits": [{"next": {"byte-column": 13, "display-column": 13, "line": 7, "file": "main.c", "column": 13}, "string": "%s", "start": {"byte-column": 11, "display-column": 11, "line": 7, "file": "main.c", "column": 11}}], "children": [], "option_url": "https://gcc.gnu.org/onlinedocs/gcc/Warning-Options.html#index-Wformat=", "message": "format ‘%d’ expects argument of type ‘int’, but argument 2 has type ‘char *’", "escape-source": false}, {"kind": "warning", "locations": [{"caret": {"byte-column": 14, "display-column": 21, "line": 6, "file": "main.c", "column": 21}}], "column-origin": 1, "option": "-Wunused-variable", "escape-source": false, "children": [], "option_url": "https://gcc.gnu.org/onlinedocs/gcc/Warning-Options.html#index-Wunused-variable", "message": "unused variable ‘s’"}, {"kind": "warning", "locations": [{"caret": {"byte-column": 12, "display-column": 12, "line": 5, "file": "main.c", "column": 12}}], "column-origin": 1, "option": "-Wunused-but-set-variable", "escape-source": false, "children": [], "option_url": "https://gcc.gnu.org/onlinedocs/gcc/Warning-Options.html#index-Wunused-but-set-variable", "message": "variable ‘q’ set but not used"}]

"""#,
text: #"""
main.c:6:26: error: ‘struct p’ has no member named ‘xy’; did you mean ‘xx’?
    6 |     const char *s = "é😀"; q.xy = 1; return g(1) + undefined;
      |                              ^~
  fix: replace 6:26-6:28 with 'xx'
main.c:6:41: error: too many arguments to function ‘g’
    6 |     const char *s = "é😀"; q.xy = 1; return g(1) + undefined;
      |                                             ^
  main.c:2:5: note: declared here
      2 | int g(void);
        |     ^
main.c:6:48: error: ‘undefined’ undeclared (first use in this function)
    6 |     const char *s = "é😀"; q.xy = 1; return g(1) + undefined;
      |                                                    ^~~~~~~~~
  main.c:6:48: note: each undeclared identifier is reported only once for each function it appears in
      6 |     const char *s = "é😀"; q.xy = 1; return g(1) + undefined;
        |                                                    ^~~~~~~~~
main.c:7:12: warning: format ‘%d’ expects argument of type ‘int’, but argument 2 has type ‘char *’ [-Wformat=]
    7 |   printf("%d\n", "é");
      |            ^
  fix: replace 7:11-7:13 with '%s'
main.c:6:14: warning: unused variable ‘s’ [-Wunused-variable]
    6 |     const char *s = "é😀"; q.xy = 1; return g(1) + undefined;
      |                 ^
main.c:5:12: warning: variable ‘q’ set but not used [-Wunused-but-set-variable]
    5 |   struct p q;
      |            ^

"""#,
json: #"""
[
  {
    "column" : 26,
    "end_column" : 28,
    "end_line" : 6,
    "file" : "main.c",
    "fix_its" : [
      {
        "column" : 26,
        "end_column" : 28,
        "end_line" : 6,
        "line" : 6,
        "replacement" : "xx"
      }
    ],
    "line" : 6,
    "message" : "‘struct p’ has no member named ‘xy’; did you mean ‘xx’?",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "\tconst char *s = \"é😀\"; q.xy = 1; return g(1) + undefined;",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  },
  {
    "column" : 41,
    "file" : "main.c",
    "fix_its" : [

    ],
    "line" : 6,
    "message" : "too many arguments to function ‘g’",
    "notes" : [
      {
        "column" : 5,
        "file" : "main.c",
        "fix_its" : [

        ],
        "line" : 2,
        "message" : "declared here",
        "notes" : [

        ],
        "severity" : "note",
        "source" : "int g(void);",
        "stack" : [

        ],
        "stage" : "compile",
        "values" : {

        }
      }
    ],
    "severity" : "error",
    "source" : "\tconst char *s = \"é😀\"; q.xy = 1; return g(1) + undefined;",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  },
  {
    "column" : 48,
    "end_column" : 57,
    "end_line" : 6,
    "file" : "main.c",
    "fix_its" : [

    ],
    "line" : 6,
    "message" : "‘undefined’ undeclared (first use in this function)",
    "notes" : [
      {
        "column" : 48,
        "end_column" : 57,
        "end_line" : 6,
        "file" : "main.c",
        "fix_its" : [

        ],
        "line" : 6,
        "message" : "each undeclared identifier is reported only once for each function it appears in",
        "notes" : [

        ],
        "severity" : "note",
        "source" : "\tconst char *s = \"é😀\"; q.xy = 1; return g(1) + undefined;",
        "stack" : [

        ],
        "stage" : "compile",
        "values" : {

        }
      }
    ],
    "severity" : "error",
    "source" : "\tconst char *s = \"é😀\"; q.xy = 1; return g(1) + undefined;",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  },
  {
    "code" : "-Wformat=",
    "column" : 12,
    "file" : "main.c",
    "fix_its" : [
      {
        "column" : 11,
        "end_column" : 13,
        "end_line" : 7,
        "line" : 7,
        "replacement" : "%s"
      }
    ],
    "line" : 7,
    "message" : "format ‘%d’ expects argument of type ‘int’, but argument 2 has type ‘char *’",
    "notes" : [

    ],
    "severity" : "warning",
    "source" : "  printf(\"%d\\n\", \"é\");",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  },
  {
    "code" : "-Wunused-variable",
    "column" : 14,
    "file" : "main.c",
    "fix_its" : [

    ],
    "line" : 6,
    "message" : "unused variable ‘s’",
    "notes" : [

    ],
    "severity" : "warning",
    "source" : "\tconst char *s = \"é😀\"; q.xy = 1; return g(1) + undefined;",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  },
  {
    "code" : "-Wunused-but-set-variable",
    "column" : 12,
    "file" : "main.c",
    "fix_its" : [

    ],
    "line" : 5,
    "message" : "variable ‘q’ set but not used",
    "notes" : [

    ],
    "severity" : "warning",
    "source" : "  struct p q;",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "gcc-json", name: "a missing header", stage: .compile, outcome: .exited(code: 1),
sources: ["main.c": #"""
#include "nope.h"

"""#],
standardError: #"""
[{"kind": "fatal error", "column-origin": 1, "children": [], "escape-source": false, "locations": [{"finish": {"byte-column": 17, "display-column": 17, "line": 1, "file": "main.c", "column": 17}, "caret": {"byte-column": 10, "display-column": 10, "line": 1, "file": "main.c", "column": 10}}], "message": "nope.h: No such file or directory"}]
compilation terminated.

"""#,
text: #"""
main.c:1:10: error: nope.h: No such file or directory
    1 | #include "nope.h"
      |          ^~~~~~~~

"""#,
json: #"""
[
  {
    "column" : 10,
    "end_column" : 18,
    "end_line" : 1,
    "file" : "main.c",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "nope.h: No such file or directory",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "#include \"nope.h\"",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "gcc-json", name: "an undefined reference", stage: .compile, outcome: .exited(code: 1),
sources: ["main.c": #"""
int g(void);
int main(void) { return g() + g(); }

"""#],
standardError: #"""
[]
/usr/bin/ld: /tmp/ccAAAAAA.o: in function `main':
/workspace/main.c:2: undefined reference to `g'
/usr/bin/ld: /workspace/main.c:2: undefined reference to `g'
collect2: error: ld returned 1 exit status

"""#,
text: #"""
main.c:2: error: undefined reference to `g'
    2 | int main(void) { return g() + g(); }
  note: in function 'main'

"""#,
json: #"""
[
  {
    "file" : "main.c",
    "fix_its" : [

    ],
    "line" : 2,
    "message" : "undefined reference to `g'",
    "notes" : [
      {
        "fix_its" : [

        ],
        "message" : "in function 'main'",
        "notes" : [

        ],
        "severity" : "note",
        "stack" : [

        ],
        "stage" : "compile",
        "values" : {

        }
      }
    ],
    "severity" : "error",
    "source" : "int main(void) { return g() + g(); }",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "gcc-json", name: "an undefined reference without debug information", stage: .compile, outcome: .exited(code: 1),
sources: ["main.c": #"""
int g(void);
int main(void) { return g(); }

"""#],
standardError: #"""
[]
/usr/bin/ld: /tmp/ccAAAAAA.o: in function `main':
main.c:(.text+0x5): undefined reference to `g'
collect2: error: ld returned 1 exit status

"""#,
text: #"""
main.c: error: undefined reference to `g'
  note: in function 'main'

"""#,
json: #"""
[
  {
    "file" : "main.c",
    "fix_its" : [

    ],
    "message" : "undefined reference to `g'",
    "notes" : [
      {
        "fix_its" : [

        ],
        "message" : "in function 'main'",
        "notes" : [

        ],
        "severity" : "note",
        "stack" : [

        ],
        "stage" : "compile",
        "values" : {

        }
      }
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
parser: "gcc-json", name: "a warning in a header", stage: .compile, outcome: .exited(code: 0),
sources: ["main.c": #"""
#include "part.h"
int main(void) { return 0; }

"""#, "part.h": #"""
static int unused(void) { return 1; }

"""#],
standardError: #"""
[{"kind": "warning", "locations": [{"finish": {"byte-column": 17, "display-column": 17, "line": 1, "file": "part.h", "column": 17}, "caret": {"byte-column": 12, "display-column": 12, "line": 1, "file": "part.h", "column": 12}}], "column-origin": 1, "option": "-Wunused-function", "escape-source": false, "children": [], "option_url": "https://gcc.gnu.org/onlinedocs/gcc/Warning-Options.html#index-Wunused-function", "message": "‘unused’ defined but not used"}]

"""#,
text: #"""
part.h:1:12: warning: ‘unused’ defined but not used [-Wunused-function]
    1 | static int unused(void) { return 1; }
      |            ^~~~~~

"""#,
json: #"""
[
  {
    "code" : "-Wunused-function",
    "column" : 12,
    "end_column" : 18,
    "end_line" : 1,
    "file" : "part.h",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "‘unused’ defined but not used",
    "notes" : [

    ],
    "severity" : "warning",
    "source" : "static int unused(void) { return 1; }",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "gcc-json", name: "absolute paths", stage: .compile, outcome: .exited(code: 1),
sources: ["main.c": #"""
int main(void) { return x; }

"""#],
standardError: #"""
[{"kind": "error", "column-origin": 1, "children": [{"kind": "note", "escape-source": false, "locations": [{"caret": {"byte-column": 25, "display-column": 25, "line": 1, "file": "/workspace/main.c", "column": 25}}], "message": "each undeclared identifier is reported only once for each function it appears in"}], "escape-source": false, "locations": [{"caret": {"byte-column": 25, "display-column": 25, "line": 1, "file": "/workspace/main.c", "column": 25}}], "message": "‘x’ undeclared (first use in this function)"}]

"""#,
text: #"""
main.c:1:25: error: ‘x’ undeclared (first use in this function)
    1 | int main(void) { return x; }
      |                         ^
  main.c:1:25: note: each undeclared identifier is reported only once for each function it appears in
      1 | int main(void) { return x; }
        |                         ^

"""#,
json: #"""
[
  {
    "column" : 25,
    "file" : "main.c",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "‘x’ undeclared (first use in this function)",
    "notes" : [
      {
        "column" : 25,
        "file" : "main.c",
        "fix_its" : [

        ],
        "line" : 1,
        "message" : "each undeclared identifier is reported only once for each function it appears in",
        "notes" : [

        ],
        "severity" : "note",
        "source" : "int main(void) { return x; }",
        "stack" : [

        ],
        "stage" : "compile",
        "values" : {

        }
      }
    ],
    "severity" : "error",
    "source" : "int main(void) { return x; }",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "gcc-json", name: "an option that gcc does not know", stage: .compile, outcome: .exited(code: 1),
sources: ["main.c": #"""
int main(void) { return 0; }

"""#],
standardError: #"""
gcc: error: unrecognized command-line option ‘-fnope’

"""#,
text: #"""
error: unrecognized command-line option ‘-fnope’

"""#,
json: #"""
[
  {
    "fix_its" : [

    ],
    "message" : "unrecognized command-line option ‘-fnope’",
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
parser: "gcc-json", name: "a library that is not there", stage: .compile, outcome: .exited(code: 1),
sources: ["main.c": #"""
int main(void) { return 0; }

"""#],
standardError: #"""
[]
/usr/bin/ld: cannot find -lnope: No such file or directory
collect2: error: ld returned 1 exit status

"""#,
text: #"""
error: cannot find -lnope: No such file or directory

"""#,
json: #"""
[
  {
    "fix_its" : [

    ],
    "message" : "cannot find -lnope: No such file or directory",
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
parser: "gcc-json", name: "gcc without JSON", stage: .compile, outcome: .exited(code: 1),
sources: ["main.c": #"""
#include <stdio.h>
int main(void) {
	const char *s = "é😀"; return undefined;
  printf("%d\n", "x");
}

"""#],
standardError: #"""
main.c: In function ‘main’:
main.c:3:39: error: ‘undefined’ undeclared (first use in this function)
    3 |         const char *s = "é😀"; return undefined;
      |                                       ^~~~~~~~~
main.c:3:39: note: each undeclared identifier is reported only once for each function it appears in
main.c:4:12: warning: format ‘%d’ expects argument of type ‘int’, but argument 2 has type ‘char *’ [-Wformat=]
    4 |   printf("%d\n", "x");
      |           ~^     ~~~
      |            |     |
      |            int   char *
      |           %s
main.c:3:21: warning: unused variable ‘s’ [-Wunused-variable]
    3 |         const char *s = "é😀"; return undefined;
      |                     ^

"""#,
text: #"""
main.c:3:31: error: ‘undefined’ undeclared (first use in this function)
    3 |     const char *s = "é😀"; return undefined;
      |                                   ^~~~~~~~~
  main.c:3:31: note: each undeclared identifier is reported only once for each function it appears in
      3 |     const char *s = "é😀"; return undefined;
        |                                   ^
main.c:4:12: warning: format ‘%d’ expects argument of type ‘int’, but argument 2 has type ‘char *’ [-Wformat=]
    4 |   printf("%d\n", "x");
      |            ^
main.c:3:14: warning: unused variable ‘s’ [-Wunused-variable]
    3 |     const char *s = "é😀"; return undefined;
      |                 ^

"""#,
json: #"""
[
  {
    "column" : 31,
    "end_column" : 40,
    "end_line" : 3,
    "file" : "main.c",
    "fix_its" : [

    ],
    "line" : 3,
    "message" : "‘undefined’ undeclared (first use in this function)",
    "notes" : [
      {
        "column" : 31,
        "file" : "main.c",
        "fix_its" : [

        ],
        "line" : 3,
        "message" : "each undeclared identifier is reported only once for each function it appears in",
        "notes" : [

        ],
        "severity" : "note",
        "source" : "\tconst char *s = \"é😀\"; return undefined;",
        "stack" : [

        ],
        "stage" : "compile",
        "values" : {

        }
      }
    ],
    "severity" : "error",
    "source" : "\tconst char *s = \"é😀\"; return undefined;",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  },
  {
    "code" : "-Wformat=",
    "column" : 12,
    "file" : "main.c",
    "fix_its" : [

    ],
    "line" : 4,
    "message" : "format ‘%d’ expects argument of type ‘int’, but argument 2 has type ‘char *’",
    "notes" : [

    ],
    "severity" : "warning",
    "source" : "  printf(\"%d\\n\", \"x\");",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  },
  {
    "code" : "-Wunused-variable",
    "column" : 14,
    "file" : "main.c",
    "fix_its" : [

    ],
    "line" : 3,
    "message" : "unused variable ‘s’",
    "notes" : [

    ],
    "severity" : "warning",
    "source" : "\tconst char *s = \"é😀\"; return undefined;",
    "stack" : [

    ],
    "stage" : "compile",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "gcc-json", name: "a template of C++", stage: .compile, outcome: .exited(code: 1),
sources: ["main.cpp": #"""
#include <string>
#include <vector>

int main() {
  std::vector<std::string> v;
  v.push_back(1.5, 2);
}

"""#],
standardError: #"""
[{"kind": "error", "column-origin": 1, "children": [{"kind": "note", "escape-source": false, "locations": [{"finish": {"byte-column": 15, "display-column": 15, "line": 1276, "file": "/usr/include/c++/12/bits/stl_vector.h", "column": 15}, "caret": {"byte-column": 7, "display-column": 7, "line": 1276, "file": "/usr/include/c++/12/bits/stl_vector.h", "column": 7}}], "message": "candidate: ‘void std::vector<_Tp, _Alloc>::push_back(const value_type&) [with _Tp = std::__cxx11::basic_string<char>; _Alloc = std::allocator<std::__cxx11::basic_string<char> >; value_type = std::__cxx11::basic_string<char>]’"}, {"kind": "note", "escape-source": false, "locations": [{"finish": {"byte-column": 15, "display-column": 15, "line": 1276, "file": "/usr/include/c++/12/bits/stl_vector.h", "column": 15}, "caret": {"byte-column": 7, "display-column": 7, "line": 1276, "file": "/usr/include/c++/12/bits/stl_vector.h", "column": 7}}], "message": "  candidate expects 1 argument, 2 provided"}, {"kind": "note", "escape-source": false, "locations": [{"finish": {"byte-column": 15, "display-column": 15, "line": 1293, "file": "/usr/include/c++/12/bits/stl_vector.h", "column": 15}, "caret": {"byte-column": 7, "display-column": 7, "line": 1293, "file": "/usr/include/c++/12/bits/stl_vector.h", "column": 7}}], "message": "candidate: ‘void std::vector<_Tp, _Alloc>::push_back(value_type&&) [with _Tp = std::__cxx11::basic_string<char>; _Alloc = std::allocator<std::__cxx11::basic_string<char> >; value_type = std::__cxx11::basic_string<char>]’"}, {"kind": "note", "escape-source": false, "locations": [{"finish": {"byte-column": 15, "display-column": 15, "line": 1293, "file": "/usr/include/c++/12/bits/stl_vector.h", "column": 15}, "caret": {"byte-column": 7, "display-column": 7, "line": 1293, "file": "/usr/include/c++/12/bits/stl_vector.h", "column": 7}}], "message": "  candidate expects 1 argument, 2 provided"}], "escape-source": false, "locations": [{"finish": {"byte-column": 21, "display-column": 21, "line": 6, "file": "main.cpp", "column": 21}, "caret": {"byte-column": 14, "display-column": 14, "line": 6, "file": "main.cpp", "column": 14}, "start": {"byte-column": 3, "display-column": 3, "line": 6, "file": "main.cpp", "column": 3}}], "message": "no matching function for call to ‘std::vector<std::__cxx11::basic_string<char> >::push_back(double, int)’"}]

"""#,
text: #"""
main.cpp:6:14: error: no matching function for call to ‘std::vector<std::__cxx11::basic_string<char> >::push_back(double, int)’
    6 |   v.push_back(1.5, 2);
      |              ^~~~~~~~
  note: candidate: ‘void std::vector<_Tp, _Alloc>::push_back(const value_type&) [with _Tp = std::__cxx11::basic_string<char>; _Alloc = std::allocator<std::__cxx11::basic_string<char> >; value_type = std::__cxx11::basic_string<char>]’
  note:   candidate expects 1 argument, 2 provided
  note: candidate: ‘void std::vector<_Tp, _Alloc>::push_back(value_type&&) [with _Tp = std::__cxx11::basic_string<char>; _Alloc = std::allocator<std::__cxx11::basic_string<char> >; value_type = std::__cxx11::basic_string<char>]’
  note:   candidate expects 1 argument, 2 provided

"""#,
json: #"""
[
  {
    "column" : 14,
    "end_column" : 22,
    "end_line" : 6,
    "file" : "main.cpp",
    "fix_its" : [

    ],
    "line" : 6,
    "message" : "no matching function for call to ‘std::vector<std::__cxx11::basic_string<char> >::push_back(double, int)’",
    "notes" : [
      {
        "fix_its" : [

        ],
        "message" : "candidate: ‘void std::vector<_Tp, _Alloc>::push_back(const value_type&) [with _Tp = std::__cxx11::basic_string<char>; _Alloc = std::allocator<std::__cxx11::basic_string<char> >; value_type = std::__cxx11::basic_string<char>]’",
        "notes" : [

        ],
        "severity" : "note",
        "stack" : [

        ],
        "stage" : "compile",
        "values" : {

        }
      },
      {
        "fix_its" : [

        ],
        "message" : "  candidate expects 1 argument, 2 provided",
        "notes" : [

        ],
        "severity" : "note",
        "stack" : [

        ],
        "stage" : "compile",
        "values" : {

        }
      },
      {
        "fix_its" : [

        ],
        "message" : "candidate: ‘void std::vector<_Tp, _Alloc>::push_back(value_type&&) [with _Tp = std::__cxx11::basic_string<char>; _Alloc = std::allocator<std::__cxx11::basic_string<char> >; value_type = std::__cxx11::basic_string<char>]’",
        "notes" : [

        ],
        "severity" : "note",
        "stack" : [

        ],
        "stage" : "compile",
        "values" : {

        }
      },
      {
        "fix_its" : [

        ],
        "message" : "  candidate expects 1 argument, 2 provided",
        "notes" : [

        ],
        "severity" : "note",
        "stack" : [

        ],
        "stage" : "compile",
        "values" : {

        }
      }
    ],
    "severity" : "error",
    "source" : "  v.push_back(1.5, 2);",
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
