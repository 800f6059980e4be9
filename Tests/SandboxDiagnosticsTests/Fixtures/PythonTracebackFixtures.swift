// swift-format-ignore-file
import SandboxDiagnostics
import SandboxExecution

extension ParserFixture {
  /// What CPython 3.11.2 printed, with the workspace's path put in.
  static let pythonTraceback: [ParserFixture] = [
ParserFixture(
parser: "python-traceback", name: "a division by zero two calls deep", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
def divide(a, b):
    return a / b


class Job:
    def run(self): return divide(1, 0)

Job().run()

"""#],
standardError: #"""
Traceback (most recent call last):
  File "/workspace/main.py", line 8, in <module>
    Job().run()
  File "/workspace/main.py", line 6, in run
    def run(self): return divide(1, 0)
                          ^^^^^^^^^^^^
  File "/workspace/main.py", line 2, in divide
    return a / b
           ~~^~~
ZeroDivisionError: division by zero

"""#,
text: #"""
main.py:2:12: error: ZeroDivisionError: division by zero
    2 |     return a / b
      |            ^~~~~
  stack, innermost call last:
    main.py:8 in <module>
      Job().run()
    main.py:6:27 in run
      def run(self): return divide(1, 0)
    main.py:2:12 in divide
      return a / b

"""#,
json: #"""
[
  {
    "code" : "ZeroDivisionError",
    "column" : 12,
    "end_column" : 17,
    "end_line" : 2,
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 2,
    "message" : "division by zero",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "    return a / b",
    "stack" : [
      {
        "file" : "main.py",
        "function" : "<module>",
        "line" : 8,
        "source" : "Job().run()"
      },
      {
        "column" : 27,
        "file" : "main.py",
        "function" : "run",
        "line" : 6,
        "source" : "    def run(self): return divide(1, 0)"
      },
      {
        "column" : 12,
        "file" : "main.py",
        "function" : "divide",
        "line" : 2,
        "source" : "    return a / b"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "an exception while handling another, with wide text", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
try:
  1 / 0
except ZeroDivisionError:
  {}["größe 😀"]

"""#],
standardError: #"""
Traceback (most recent call last):
  File "/workspace/main.py", line 2, in <module>
    1 / 0
    ~~^~~
ZeroDivisionError: division by zero

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/workspace/main.py", line 4, in <module>
    {}["größe 😀"]
    ~~^^^^^^^^^^^
KeyError: 'größe 😀'

"""#,
text: #"""
main.py:4:3: error: KeyError: 'größe 😀'
    4 |   {}["größe 😀"]
      |   ^~~~~~~~~~~~~~
  main.py:2:3: note: while handling ZeroDivisionError: division by zero
      2 |   1 / 0
        |   ^~~~~

"""#,
json: #"""
[
  {
    "code" : "KeyError",
    "column" : 3,
    "end_column" : 16,
    "end_line" : 4,
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 4,
    "message" : "'größe 😀'",
    "notes" : [
      {
        "column" : 3,
        "end_column" : 8,
        "end_line" : 2,
        "file" : "main.py",
        "fix_its" : [

        ],
        "line" : 2,
        "message" : "while handling ZeroDivisionError: division by zero",
        "notes" : [

        ],
        "severity" : "note",
        "source" : "  1 / 0",
        "stack" : [
          {
            "column" : 3,
            "file" : "main.py",
            "function" : "<module>",
            "line" : 2,
            "source" : "  1 / 0"
          }
        ],
        "stage" : "run",
        "values" : {

        }
      }
    ],
    "severity" : "error",
    "source" : "  {}[\"größe 😀\"]",
    "stack" : [
      {
        "column" : 3,
        "file" : "main.py",
        "function" : "<module>",
        "line" : 4,
        "source" : "  {}[\"größe 😀\"]"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "an exception from another", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
try:
    int("x")
except ValueError as e:
    raise RuntimeError("wrapped") from e

"""#],
standardError: #"""
Traceback (most recent call last):
  File "/workspace/main.py", line 2, in <module>
    int("x")
ValueError: invalid literal for int() with base 10: 'x'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/workspace/main.py", line 4, in <module>
    raise RuntimeError("wrapped") from e
RuntimeError: wrapped

"""#,
text: #"""
main.py:4: error: RuntimeError: wrapped
    4 |     raise RuntimeError("wrapped") from e
  main.py:2: note: caused by ValueError: invalid literal for int() with base 10: 'x'
      2 |     int("x")

"""#,
json: #"""
[
  {
    "code" : "RuntimeError",
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 4,
    "message" : "wrapped",
    "notes" : [
      {
        "file" : "main.py",
        "fix_its" : [

        ],
        "line" : 2,
        "message" : "caused by ValueError: invalid literal for int() with base 10: 'x'",
        "notes" : [

        ],
        "severity" : "note",
        "source" : "    int(\"x\")",
        "stack" : [
          {
            "file" : "main.py",
            "function" : "<module>",
            "line" : 2,
            "source" : "    int(\"x\")"
          }
        ],
        "stage" : "run",
        "values" : {

        }
      }
    ],
    "severity" : "error",
    "source" : "    raise RuntimeError(\"wrapped\") from e",
    "stack" : [
      {
        "file" : "main.py",
        "function" : "<module>",
        "line" : 4,
        "source" : "    raise RuntimeError(\"wrapped\") from e"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "a recursion without an end", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
def g(n):
    return g(n + 1)

g(0)

"""#],
standardError: #"""
Traceback (most recent call last):
  File "/workspace/main.py", line 4, in <module>
    g(0)
  File "/workspace/main.py", line 2, in g
    return g(n + 1)
           ^^^^^^^^
  File "/workspace/main.py", line 2, in g
    return g(n + 1)
           ^^^^^^^^
  File "/workspace/main.py", line 2, in g
    return g(n + 1)
           ^^^^^^^^
  [Previous line repeated 996 more times]
RecursionError: maximum recursion depth exceeded

"""#,
text: #"""
main.py:2:12: error: RecursionError: maximum recursion depth exceeded
    2 |     return g(n + 1)
      |            ^~~~~~~~
  stack, innermost call last:
    main.py:4 in <module>
      g(0)
    main.py:2:12 in g
      return g(n + 1)
    ... 998 more times

"""#,
json: #"""
[
  {
    "code" : "RecursionError",
    "column" : 12,
    "end_column" : 20,
    "end_line" : 2,
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 2,
    "message" : "maximum recursion depth exceeded",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "    return g(n + 1)",
    "stack" : [
      {
        "file" : "main.py",
        "function" : "<module>",
        "line" : 4,
        "source" : "g(0)"
      },
      {
        "column" : 12,
        "file" : "main.py",
        "function" : "g",
        "line" : 2,
        "repeats" : 998,
        "source" : "    return g(n + 1)"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "a group of exceptions", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
def both():
    raise ExceptionGroup("both", [ValueError(1), TypeError("x")])

both()

"""#],
standardError: #"""
  + Exception Group Traceback (most recent call last):
  |   File "/workspace/main.py", line 4, in <module>
  |     both()
  |   File "/workspace/main.py", line 2, in both
  |     raise ExceptionGroup("both", [ValueError(1), TypeError("x")])
  | ExceptionGroup: both (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: 1
    +---------------- 2 ----------------
    | TypeError: x
    +------------------------------------

"""#,
text: #"""
main.py:2: error: ExceptionGroup: both (2 sub-exceptions)
    2 |     raise ExceptionGroup("both", [ValueError(1), TypeError("x")])
  stack, innermost call last:
    main.py:4 in <module>
      both()
    main.py:2 in both
      raise ExceptionGroup("both", [ValueError(1), TypeError("x")])
  note: in the group: ValueError: 1
  note: in the group: TypeError: x

"""#,
json: #"""
[
  {
    "code" : "ExceptionGroup",
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 2,
    "message" : "both (2 sub-exceptions)",
    "notes" : [
      {
        "fix_its" : [

        ],
        "message" : "in the group: ValueError: 1",
        "notes" : [

        ],
        "severity" : "note",
        "stack" : [

        ],
        "stage" : "run",
        "values" : {

        }
      },
      {
        "fix_its" : [

        ],
        "message" : "in the group: TypeError: x",
        "notes" : [

        ],
        "severity" : "note",
        "stack" : [

        ],
        "stage" : "run",
        "values" : {

        }
      }
    ],
    "severity" : "error",
    "source" : "    raise ExceptionGroup(\"both\", [ValueError(1), TypeError(\"x\")])",
    "stack" : [
      {
        "file" : "main.py",
        "function" : "<module>",
        "line" : 4,
        "source" : "both()"
      },
      {
        "file" : "main.py",
        "function" : "both",
        "line" : 2,
        "source" : "    raise ExceptionGroup(\"both\", [ValueError(1), TypeError(\"x\")])"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "a task group", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
import asyncio

async def fail():
    raise ValueError("v")

async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(fail())

asyncio.run(main())

"""#],
standardError: #"""
  + Exception Group Traceback (most recent call last):
  |   File "/workspace/main.py", line 10, in <module>
  |     asyncio.run(main())
  |   File "/usr/lib/python3.11/asyncio/runners.py", line 190, in run
  |     return runner.run(main)
  |            ^^^^^^^^^^^^^^^^
  |   File "/usr/lib/python3.11/asyncio/runners.py", line 118, in run
  |     return self._loop.run_until_complete(task)
  |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |   File "/usr/lib/python3.11/asyncio/base_events.py", line 653, in run_until_complete
  |     return future.result()
  |            ^^^^^^^^^^^^^^^
  |   File "/workspace/main.py", line 7, in main
  |     async with asyncio.TaskGroup() as group:
  |   File "/usr/lib/python3.11/asyncio/taskgroups.py", line 133, in __aexit__
  |     raise me from None
  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/workspace/main.py", line 4, in fail
    |     raise ValueError("v")
    | ValueError: v
    +------------------------------------

"""#,
text: #"""
main.py:7: error: ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
    7 |     async with asyncio.TaskGroup() as group:
  stack, innermost call last:
    main.py:10 in <module>
      asyncio.run(main())
    main.py:7 in main
      async with asyncio.TaskGroup() as group:
  main.py:4: note: in the group: ValueError: v
      4 |     raise ValueError("v")

"""#,
json: #"""
[
  {
    "code" : "ExceptionGroup",
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 7,
    "message" : "unhandled errors in a TaskGroup (1 sub-exception)",
    "notes" : [
      {
        "file" : "main.py",
        "fix_its" : [

        ],
        "line" : 4,
        "message" : "in the group: ValueError: v",
        "notes" : [

        ],
        "severity" : "note",
        "source" : "    raise ValueError(\"v\")",
        "stack" : [
          {
            "file" : "main.py",
            "function" : "fail",
            "line" : 4,
            "source" : "    raise ValueError(\"v\")"
          }
        ],
        "stage" : "run",
        "values" : {

        }
      }
    ],
    "severity" : "error",
    "source" : "    async with asyncio.TaskGroup() as group:",
    "stack" : [
      {
        "file" : "main.py",
        "function" : "<module>",
        "line" : 10,
        "source" : "asyncio.run(main())"
      },
      {
        "file" : "main.py",
        "function" : "main",
        "line" : 7,
        "source" : "    async with asyncio.TaskGroup() as group:"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "a failure inside of the standard library", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
import json

json.loads("{x")

"""#],
standardError: #"""
Traceback (most recent call last):
  File "/workspace/main.py", line 3, in <module>
    json.loads("{x")
  File "/usr/lib/python3.11/json/__init__.py", line 346, in loads
    return _default_decoder.decode(s)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/json/decoder.py", line 337, in decode
    obj, end = self.raw_decode(s, idx=_w(s, 0).end())
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/json/decoder.py", line 353, in raw_decode
    obj, end = self.scan_once(s, idx)
               ^^^^^^^^^^^^^^^^^^^^^^
json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)

"""#,
text: #"""
main.py:3: error: json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)
    3 | json.loads("{x")

"""#,
json: #"""
[
  {
    "code" : "json.decoder.JSONDecodeError",
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 3,
    "message" : "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "json.loads(\"{x\")",
    "stack" : [
      {
        "file" : "main.py",
        "function" : "<module>",
        "line" : 3,
        "source" : "json.loads(\"{x\")"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "a syntax error with a range", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
print("a")
if True:
	print "b"

"""#],
standardError: #"""
  File "/workspace/main.py", line 3
    print "b"
    ^^^^^^^^^
SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?

"""#,
text: #"""
main.py:3:2: error: SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?
    3 |     print "b"
      |     ^~~~~~~~~

"""#,
json: #"""
[
  {
    "code" : "SyntaxError",
    "column" : 2,
    "end_column" : 11,
    "end_line" : 3,
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 3,
    "message" : "Missing parentheses in call to 'print'. Did you mean print(...)?",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "\tprint \"b\"",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "a syntax error at one place", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
é = "ü" 5 +

"""#],
standardError: #"""
  File "/workspace/main.py", line 1
    é = "ü" 5 +
              ^
SyntaxError: invalid syntax

"""#,
text: #"""
main.py:1:11: error: SyntaxError: invalid syntax
    1 | é = "ü" 5 +
      |           ^

"""#,
json: #"""
[
  {
    "code" : "SyntaxError",
    "column" : 11,
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "invalid syntax",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "é = \"ü\" 5 +",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "an indentation error", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
def f():
return 1

"""#],
standardError: #"""
  File "/workspace/main.py", line 2
    return 1
    ^
IndentationError: expected an indented block after function definition on line 1

"""#,
text: #"""
main.py:2:1: error: IndentationError: expected an indented block after function definition on line 1
    2 | return 1
      | ^

"""#,
json: #"""
[
  {
    "code" : "IndentationError",
    "column" : 1,
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 2,
    "message" : "expected an indented block after function definition on line 1",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "return 1",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "tabs and spaces", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
def f():
    if 1:
	x = 1

"""#],
standardError: #"""
  File "/workspace/main.py", line 3
    x = 1
TabError: inconsistent use of tabs and spaces in indentation

"""#,
text: #"""
main.py:3: error: TabError: inconsistent use of tabs and spaces in indentation
    3 |     x = 1

"""#,
json: #"""
[
  {
    "code" : "TabError",
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 3,
    "message" : "inconsistent use of tabs and spaces in indentation",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "\tx = 1",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "a syntax error in an imported file", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
import helper

"""#, "helper.py": #"""
def h(:
    pass

"""#],
standardError: #"""
Traceback (most recent call last):
  File "/workspace/main.py", line 1, in <module>
    import helper
  File "/workspace/helper.py", line 1
    def h(:
          ^
SyntaxError: invalid syntax

"""#,
text: #"""
helper.py:1:7: error: SyntaxError: invalid syntax
    1 | def h(:
      |       ^
  stack, innermost call last:
    main.py:1 in <module>
      import helper

"""#,
json: #"""
[
  {
    "code" : "SyntaxError",
    "column" : 7,
    "file" : "helper.py",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "invalid syntax",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "def h(:",
    "stack" : [
      {
        "file" : "main.py",
        "function" : "<module>",
        "line" : 1,
        "source" : "import helper"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "a syntax error found by py_compile", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
def f():
    if 1:
	x = 1

"""#],
standardError: #"""
Sorry: TabError: inconsistent use of tabs and spaces in indentation (main.py, line 3)
"""#,
text: #"""
main.py:3: error: TabError: inconsistent use of tabs and spaces in indentation
    3 |     x = 1

"""#,
json: #"""
[
  {
    "code" : "TabError",
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 3,
    "message" : "inconsistent use of tabs and spaces in indentation",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "\tx = 1",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "a syntax error in text given to eval", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
x = eval("1+")

"""#],
standardError: #"""
Traceback (most recent call last):
  File "/workspace/main.py", line 1, in <module>
    x = eval("1+")
        ^^^^^^^^^^
  File "<string>", line 1
    1+
SyntaxError: invalid syntax

"""#,
text: #"""
main.py:1:5: error: SyntaxError: invalid syntax
    1 | x = eval("1+")
      |     ^~~~~~~~~~

"""#,
json: #"""
[
  {
    "code" : "SyntaxError",
    "column" : 5,
    "end_column" : 15,
    "end_line" : 1,
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "invalid syntax",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "x = eval(\"1+\")",
    "stack" : [
      {
        "column" : 5,
        "file" : "main.py",
        "function" : "<module>",
        "line" : 1,
        "source" : "x = eval(\"1+\")"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "code without a file", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
exec("1/0")

"""#],
standardError: #"""
Traceback (most recent call last):
  File "/workspace/main.py", line 1, in <module>
    exec("1/0")
  File "<string>", line 1, in <module>
ZeroDivisionError: division by zero

"""#,
text: #"""
main.py:1: error: ZeroDivisionError: division by zero
    1 | exec("1/0")

"""#,
json: #"""
[
  {
    "code" : "ZeroDivisionError",
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "division by zero",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "exec(\"1/0\")",
    "stack" : [
      {
        "file" : "main.py",
        "function" : "<module>",
        "line" : 1,
        "source" : "exec(\"1/0\")"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "a message of several lines that looks like a frame", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
raise ValueError("one\n\n  File \"x.py\", line 9")

"""#],
standardError: #"""
Traceback (most recent call last):
  File "/workspace/main.py", line 1, in <module>
    raise ValueError("one\n\n  File \"x.py\", line 9")
ValueError: one

  File "x.py", line 9

"""#,
text: #"""
main.py:1: error: ValueError: one

      File "x.py", line 9
    1 | raise ValueError("one\n\n  File \"x.py\", line 9")

"""#,
json: #"""
[
  {
    "code" : "ValueError",
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "one\n\n  File \"x.py\", line 9",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "raise ValueError(\"one\\n\\n  File \\\"x.py\\\", line 9\")",
    "stack" : [
      {
        "file" : "main.py",
        "function" : "<module>",
        "line" : 1,
        "source" : "raise ValueError(\"one\\n\\n  File \\\"x.py\\\", line 9\")"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "an assertion without a message, over several lines", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
def same(a, b):
    assert a == b

same(
    1,
    2)

"""#],
standardError: #"""
Traceback (most recent call last):
  File "/workspace/main.py", line 4, in <module>
    same(
  File "/workspace/main.py", line 2, in same
    assert a == b
           ^^^^^^
AssertionError

"""#,
text: #"""
main.py:2:12: error: AssertionError
    2 |     assert a == b
      |            ^~~~~~
  stack, innermost call last:
    main.py:4 in <module>
      same(
    main.py:2:12 in same
      assert a == b

"""#,
json: #"""
[
  {
    "code" : "AssertionError",
    "column" : 12,
    "end_column" : 18,
    "end_line" : 2,
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 2,
    "message" : "AssertionError",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "    assert a == b",
    "stack" : [
      {
        "file" : "main.py",
        "function" : "<module>",
        "line" : 4,
        "source" : "same("
      },
      {
        "column" : 12,
        "file" : "main.py",
        "function" : "same",
        "line" : 2,
        "source" : "    assert a == b"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "a failure that the interpreter ignored, then one that counts", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
class A:
    def __del__(self): 1 / 0

a = A()
del a
print(nme)

"""#],
standardError: #"""
Exception ignored in: <function A.__del__ at 0x7f01252a85e0>
Traceback (most recent call last):
  File "/workspace/main.py", line 2, in __del__
    def __del__(self): 1 / 0
                       ~~^~~
ZeroDivisionError: division by zero
Traceback (most recent call last):
  File "/workspace/main.py", line 6, in <module>
    print(nme)
          ^^^
NameError: name 'nme' is not defined

"""#,
text: #"""
main.py:6:7: error: NameError: name 'nme' is not defined
    6 | print(nme)
      |       ^~~

"""#,
json: #"""
[
  {
    "code" : "NameError",
    "column" : 7,
    "end_column" : 10,
    "end_line" : 6,
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 6,
    "message" : "name 'nme' is not defined",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "print(nme)",
    "stack" : [
      {
        "column" : 7,
        "file" : "main.py",
        "function" : "<module>",
        "line" : 6,
        "source" : "print(nme)"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "a failure in a thread of a program that succeeds", stage: .run, outcome: .exited(code: 0),
sources: ["main.py": #"""
import threading

def work(): 1 / 0

t = threading.Thread(target=work)
t.start()
t.join()

"""#],
standardError: #"""
Exception in thread Thread-1 (work):
Traceback (most recent call last):
  File "/usr/lib/python3.11/threading.py", line 1038, in _bootstrap_inner
    self.run()
  File "/usr/lib/python3.11/threading.py", line 975, in run
    self._target(*self._args, **self._kwargs)
  File "/workspace/main.py", line 3, in work
    def work(): 1 / 0
                ~~^~~
ZeroDivisionError: division by zero

"""#,
text: #"""
main.py:3:13: warning: ZeroDivisionError: division by zero
    3 | def work(): 1 / 0
      |             ^~~~~

"""#,
json: #"""
[
  {
    "code" : "ZeroDivisionError",
    "column" : 13,
    "end_column" : 18,
    "end_line" : 3,
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 3,
    "message" : "division by zero",
    "notes" : [

    ],
    "severity" : "warning",
    "source" : "def work(): 1 / 0",
    "stack" : [
      {
        "column" : 13,
        "file" : "main.py",
        "function" : "work",
        "line" : 3,
        "source" : "def work(): 1 / 0"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "a fatal error", stage: .run, outcome: .signalled(signal: 6),
sources: ["main.py": #"""
import faulthandler, os
faulthandler.enable()

def stop():
    os.abort()

stop()

"""#],
standardError: #"""
Fatal Python error: Aborted

Current thread 0x00007f824e037040 (most recent call first):
  File "/workspace/main.py", line 5 in stop
  File "/workspace/main.py", line 7 in <module>

"""#,
text: #"""
main.py:5: error: Fatal Python error: Aborted
    5 |     os.abort()
  stack, innermost call last:
    main.py:7 in <module>
      stop()
    main.py:5 in stop
      os.abort()

"""#,
json: #"""
[
  {
    "code" : "Fatal Python error",
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 5,
    "message" : "Aborted",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "    os.abort()",
    "stack" : [
      {
        "file" : "main.py",
        "function" : "<module>",
        "line" : 7,
        "source" : "stop()"
      },
      {
        "file" : "main.py",
        "function" : "stop",
        "line" : 5,
        "source" : "    os.abort()"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "python-traceback", name: "a message on exit, which is no traceback", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
import sys
sys.exit("bye")

"""#],
standardError: #"""
bye

"""#,
text: "",
json: #"""
[

]
"""#),
ParserFixture(
parser: "python-traceback", name: "input that has ended", stage: .run, outcome: .exited(code: 1),
sources: ["main.py": #"""
name = input()

"""#],
standardError: #"""
Traceback (most recent call last):
  File "/workspace/main.py", line 1, in <module>
    name = input()
           ^^^^^^^
EOFError: EOF when reading a line

"""#,
text: #"""
main.py:1:8: error: EOFError: EOF when reading a line
    1 | name = input()
      |        ^~~~~~~

"""#,
json: #"""
[
  {
    "code" : "EOFError",
    "column" : 8,
    "end_column" : 15,
    "end_line" : 1,
    "file" : "main.py",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "EOF when reading a line",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "name = input()",
    "stack" : [
      {
        "column" : 8,
        "file" : "main.py",
        "function" : "<module>",
        "line" : 1,
        "source" : "name = input()"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
  ]
}
