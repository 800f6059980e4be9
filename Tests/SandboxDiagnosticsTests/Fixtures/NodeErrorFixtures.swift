// swift-format-ignore-file
import SandboxDiagnostics
import SandboxExecution

extension ParserFixture {
  /// What node 20.20.2 printed, with the workspace's path put in.
  static let nodeError: [ParserFixture] = [
ParserFixture(
parser: "node-error", name: "a type error in a method", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
function f(a) {
	return a.é.x;
}
class A { m() { return f({}) } }
new A().m();

"""#],
standardError: #"""
/workspace/main.js:2
	return a.é.x;
	           ^

TypeError: Cannot read properties of undefined (reading 'x')
    at f (/workspace/main.js:2:13)
    at A.m (/workspace/main.js:4:24)
    at Object.<anonymous> (/workspace/main.js:5:9)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
    at Module.load (node:internal/modules/cjs/loader:1266:32)
    at Module._load (node:internal/modules/cjs/loader:1091:12)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
    at node:internal/main/run_main_module:28:49

Node.js v20.20.2

"""#,
text: #"""
main.js:2:13: error: TypeError: Cannot read properties of undefined (reading 'x')
    2 |     return a.é.x;
      |                ^
  stack, innermost call last:
    main.js:5:9 in Object.<anonymous>
      new A().m();
    main.js:4:24 in A.m
      class A { m() { return f({}) } }
    main.js:2:13 in f
      return a.é.x;

"""#,
json: #"""
[
  {
    "code" : "TypeError",
    "column" : 13,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 2,
    "message" : "Cannot read properties of undefined (reading 'x')",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "\treturn a.é.x;",
    "stack" : [
      {
        "column" : 9,
        "file" : "main.js",
        "function" : "Object.<anonymous>",
        "line" : 5,
        "source" : "new A().m();"
      },
      {
        "column" : 24,
        "file" : "main.js",
        "function" : "A.m",
        "line" : 4,
        "source" : "class A { m() { return f({}) } }"
      },
      {
        "column" : 13,
        "file" : "main.js",
        "function" : "f",
        "line" : 2,
        "source" : "\treturn a.é.x;"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "a column after an emoji", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
const x = "😀é"; null.foo;

"""#],
standardError: #"""
/workspace/main.js:1
const x = "😀é"; null.foo;
                      ^

TypeError: Cannot read properties of null (reading 'foo')
    at Object.<anonymous> (/workspace/main.js:1:23)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
    at Module.load (node:internal/modules/cjs/loader:1266:32)
    at Module._load (node:internal/modules/cjs/loader:1091:12)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
    at node:internal/main/run_main_module:28:49

Node.js v20.20.2

"""#,
text: #"""
main.js:1:22: error: TypeError: Cannot read properties of null (reading 'foo')
    1 | const x = "😀é"; null.foo;
      |                       ^

"""#,
json: #"""
[
  {
    "code" : "TypeError",
    "column" : 22,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "Cannot read properties of null (reading 'foo')",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "const x = \"😀é\"; null.foo;",
    "stack" : [
      {
        "column" : 22,
        "file" : "main.js",
        "function" : "Object.<anonymous>",
        "line" : 1,
        "source" : "const x = \"😀é\"; null.foo;"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "a syntax error", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
let a = [1,
let b = 2;

"""#],
standardError: #"""
/workspace/main.js:2
let b = 2;
    ^

SyntaxError: Unexpected identifier 'b'
    at wrapSafe (node:internal/modules/cjs/loader:1464:18)
    at Module._compile (node:internal/modules/cjs/loader:1495:20)
    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
    at Module.load (node:internal/modules/cjs/loader:1266:32)
    at Module._load (node:internal/modules/cjs/loader:1091:12)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
    at node:internal/main/run_main_module:28:49

Node.js v20.20.2

"""#,
text: #"""
main.js:2:5: error: SyntaxError: Unexpected identifier 'b'
    2 | let b = 2;
      |     ^

"""#,
json: #"""
[
  {
    "code" : "SyntaxError",
    "column" : 5,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 2,
    "message" : "Unexpected identifier 'b'",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "let b = 2;",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "a syntax error with a range", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
let s = "abc;

"""#],
standardError: #"""
/workspace/main.js:1
let s = "abc;
        ^^^^^

SyntaxError: Invalid or unexpected token
    at wrapSafe (node:internal/modules/cjs/loader:1464:18)
    at Module._compile (node:internal/modules/cjs/loader:1495:20)
    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
    at Module.load (node:internal/modules/cjs/loader:1266:32)
    at Module._load (node:internal/modules/cjs/loader:1091:12)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
    at node:internal/main/run_main_module:28:49

Node.js v20.20.2

"""#,
text: #"""
main.js:1:9: error: SyntaxError: Invalid or unexpected token
    1 | let s = "abc;
      |         ^~~~~

"""#,
json: #"""
[
  {
    "code" : "SyntaxError",
    "column" : 9,
    "end_column" : 14,
    "end_line" : 1,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "Invalid or unexpected token",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "let s = \"abc;",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "a syntax error found by check", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
let a = [1, 2;

"""#],
standardError: #"""
/workspace/main.js:1
let a = [1, 2;
             ^

SyntaxError: Unexpected token ';'
    at wrapSafe (node:internal/modules/cjs/loader:1464:18)
    at checkSyntax (node:internal/main/check_syntax:78:3)

Node.js v20.20.2

"""#,
text: #"""
main.js:1:14: error: SyntaxError: Unexpected token ';'
    1 | let a = [1, 2;
      |              ^

"""#,
json: #"""
[
  {
    "code" : "SyntaxError",
    "column" : 14,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "Unexpected token ';'",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "let a = [1, 2;",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "a rejection with a message of two lines", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
async function q() {
  await null;
  throw new RangeError("multi\nline");
}
q();

"""#],
standardError: #"""
/workspace/main.js:3
  throw new RangeError("multi\nline");
        ^

RangeError: multi
line
    at q (/workspace/main.js:3:9)

Node.js v20.20.2

"""#,
text: #"""
main.js:3:9: error: RangeError: multi
    line
    3 |   throw new RangeError("multi\nline");
      |         ^

"""#,
json: #"""
[
  {
    "code" : "RangeError",
    "column" : 9,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 3,
    "message" : "multi\nline",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "  throw new RangeError(\"multi\\nline\");",
    "stack" : [
      {
        "column" : 9,
        "file" : "main.js",
        "function" : "q",
        "line" : 3,
        "source" : "  throw new RangeError(\"multi\\nline\");"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "a rejection that is no error", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
Promise.reject("str");

"""#],
standardError: #"""
node:internal/process/promises:389
      new UnhandledPromiseRejection(reason);
      ^

UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason "str".
    at throwUnhandledRejectionsMode (node:internal/process/promises:389:7)
    at processPromiseRejections (node:internal/process/promises:470:17)
    at process.processTicksAndRejections (node:internal/process/task_queues:96:32) {
  code: 'ERR_UNHANDLED_REJECTION'
}

Node.js v20.20.2

"""#,
text: #"""
error: UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason "str".
  note: node's code for it is ERR_UNHANDLED_REJECTION

"""#,
json: #"""
[
  {
    "code" : "UnhandledPromiseRejection",
    "fix_its" : [

    ],
    "message" : "This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason \"str\".",
    "notes" : [
      {
        "fix_its" : [

        ],
        "message" : "node's code for it is ERR_UNHANDLED_REJECTION",
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
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "a module that is not there", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
require("./nope");

"""#],
standardError: #"""
node:internal/modules/cjs/loader:1210
  throw err;
  ^

Error: Cannot find module './nope'
Require stack:
- /workspace/main.js
    at Module._resolveFilename (node:internal/modules/cjs/loader:1207:15)
    at Module._load (node:internal/modules/cjs/loader:1038:27)
    at Module.require (node:internal/modules/cjs/loader:1289:19)
    at require (node:internal/modules/helpers:182:18)
    at Object.<anonymous> (/workspace/main.js:1:1)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
    at Module.load (node:internal/modules/cjs/loader:1266:32)
    at Module._load (node:internal/modules/cjs/loader:1091:12)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12) {
  code: 'MODULE_NOT_FOUND',
  requireStack: [ '/workspace/main.js' ]
}

Node.js v20.20.2

"""#,
text: #"""
main.js:1:1: error: MODULE_NOT_FOUND: Cannot find module './nope'
    Require stack:
    - main.js
    1 | require("./nope");
      | ^

"""#,
json: #"""
[
  {
    "code" : "MODULE_NOT_FOUND",
    "column" : 1,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "Cannot find module './nope'\nRequire stack:\n- main.js",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "require(\"./nope\");",
    "stack" : [
      {
        "column" : 1,
        "file" : "main.js",
        "function" : "Object.<anonymous>",
        "line" : 1,
        "source" : "require(\"./nope\");"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "an ES module that is not there", stage: .run, outcome: .exited(code: 1),
sources: ["main.mjs": #"""
import x from "./nope.mjs";

"""#],
standardError: #"""
node:internal/modules/esm/resolve:283
    throw new ERR_MODULE_NOT_FOUND(
          ^

Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/workspace/nope.mjs' imported from /workspace/main.mjs
    at finalizeResolution (node:internal/modules/esm/resolve:283:11)
    at moduleResolve (node:internal/modules/esm/resolve:952:10)
    at defaultResolve (node:internal/modules/esm/resolve:1188:11)
    at ModuleLoader.defaultResolve (node:internal/modules/esm/loader:708:12)
    at #cachedDefaultResolve (node:internal/modules/esm/loader:657:25)
    at ModuleLoader.resolve (node:internal/modules/esm/loader:640:38)
    at ModuleLoader.getModuleJobForImport (node:internal/modules/esm/loader:264:38)
    at ModuleJob._link (node:internal/modules/esm/module_job:168:49) {
  code: 'ERR_MODULE_NOT_FOUND',
  url: 'file:///workspace/nope.mjs'
}

Node.js v20.20.2

"""#,
text: #"""
error: ERR_MODULE_NOT_FOUND: Cannot find module 'nope.mjs' imported from main.mjs

"""#,
json: #"""
[
  {
    "code" : "ERR_MODULE_NOT_FOUND",
    "fix_its" : [

    ],
    "message" : "Cannot find module 'nope.mjs' imported from main.mjs",
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
parser: "node-error", name: "a name that a module does not export", stage: .run, outcome: .exited(code: 1),
sources: ["main.mjs": #"""
import { nope } from "fs";
nope();

"""#],
standardError: #"""
file:///workspace/main.mjs:1
import { nope } from "fs";
         ^^^^
SyntaxError: The requested module 'fs' does not provide an export named 'nope'
    at ModuleJob._instantiate (node:internal/modules/esm/module_job:213:21)
    at async ModuleJob.run (node:internal/modules/esm/module_job:320:5)
    at async ModuleLoader.import (node:internal/modules/esm/loader:606:24)
    at async asyncRunEntryPointWithESMLoader (node:internal/modules/run_main:117:5)

Node.js v20.20.2

"""#,
text: #"""
main.mjs:1:10: error: SyntaxError: The requested module 'fs' does not provide an export named 'nope'
    1 | import { nope } from "fs";
      |          ^~~~

"""#,
json: #"""
[
  {
    "code" : "SyntaxError",
    "column" : 10,
    "end_column" : 14,
    "end_line" : 1,
    "file" : "main.mjs",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "The requested module 'fs' does not provide an export named 'nope'",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "import { nope } from \"fs\";",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "a system error", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
const fs = require("fs");
fs.readFileSync("/nonexistent");

"""#],
standardError: #"""
node:fs:573
  return binding.open(
                 ^

Error: ENOENT: no such file or directory, open '/nonexistent'
    at Object.openSync (node:fs:573:18)
    at Object.readFileSync (node:fs:452:35)
    at Object.<anonymous> (/workspace/main.js:2:4)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
    at Module.load (node:internal/modules/cjs/loader:1266:32)
    at Module._load (node:internal/modules/cjs/loader:1091:12)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
    at node:internal/main/run_main_module:28:49 {
  errno: -2,
  code: 'ENOENT',
  syscall: 'open',
  path: '/nonexistent'
}

Node.js v20.20.2

"""#,
text: #"""
main.js:2:4: error: ENOENT: no such file or directory, open '/nonexistent'
    2 | fs.readFileSync("/nonexistent");
      |    ^

"""#,
json: #"""
[
  {
    "code" : "ENOENT",
    "column" : 4,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 2,
    "message" : "no such file or directory, open '/nonexistent'",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "fs.readFileSync(\"/nonexistent\");",
    "stack" : [
      {
        "column" : 4,
        "file" : "main.js",
        "function" : "Object.<anonymous>",
        "line" : 2,
        "source" : "fs.readFileSync(\"/nonexistent\");"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "a failed assertion", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
const assert = require("assert");
assert.deepStrictEqual({ a: 1 }, { a: 2 });

"""#],
standardError: #"""
node:assert:90
  throw new AssertionError(obj);
  ^

AssertionError [ERR_ASSERTION]: Expected values to be strictly deep-equal:
+ actual - expected

  {
+   a: 1
-   a: 2
  }
    at Object.<anonymous> (/workspace/main.js:2:8)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
    at Module.load (node:internal/modules/cjs/loader:1266:32)
    at Module._load (node:internal/modules/cjs/loader:1091:12)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
    at node:internal/main/run_main_module:28:49 {
  generatedMessage: true,
  code: 'ERR_ASSERTION',
  actual: { a: 1 },
  expected: { a: 2 },
  operator: 'deepStrictEqual'
}

Node.js v20.20.2

"""#,
text: #"""
main.js:2:8: error: AssertionError: Expected values to be strictly deep-equal:
    + actual - expected

      {
    +   a: 1
    -   a: 2
      }
    2 | assert.deepStrictEqual({ a: 1 }, { a: 2 });
      |        ^
  note: node's code for it is ERR_ASSERTION

"""#,
json: #"""
[
  {
    "code" : "AssertionError",
    "column" : 8,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 2,
    "message" : "Expected values to be strictly deep-equal:\n+ actual - expected\n\n  {\n+   a: 1\n-   a: 2\n  }",
    "notes" : [
      {
        "fix_its" : [

        ],
        "message" : "node's code for it is ERR_ASSERTION",
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
    "source" : "assert.deepStrictEqual({ a: 1 }, { a: 2 });",
    "stack" : [
      {
        "column" : 8,
        "file" : "main.js",
        "function" : "Object.<anonymous>",
        "line" : 2,
        "source" : "assert.deepStrictEqual({ a: 1 }, { a: 2 });"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "a string that was thrown", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
throw "plain";

"""#],
standardError: #"""

/workspace/main.js:1
throw "plain";
^
plain
(Use `node --trace-uncaught ...` to show where the exception was thrown)

Node.js v20.20.2

"""#,
text: #"""
main.js:1:1: error: threw a value that is not an Error: plain
    1 | throw "plain";
      | ^

"""#,
json: #"""
[
  {
    "column" : 1,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "threw a value that is not an Error: plain",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "throw \"plain\";",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "an object that was thrown", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
throw { plain: 1, code: "X" };

"""#],
standardError: #"""

/workspace/main.js:1
throw { plain: 1, code: "X" };
^
{ plain: 1, code: 'X' }

Node.js v20.20.2

"""#,
text: #"""
main.js:1:1: error: threw a value that is not an Error: { plain: 1, code: 'X' }
    1 | throw { plain: 1, code: "X" };
      | ^

"""#,
json: #"""
[
  {
    "column" : 1,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "threw a value that is not an Error: { plain: 1, code: 'X' }",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "throw { plain: 1, code: \"X\" };",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "an error class of the program", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
class MyErr extends Error {
  constructor(m) { super(m); this.name = "MyErr" }
}
function g() { throw new MyErr("boo") }
[1].map(g);

"""#],
standardError: #"""
/workspace/main.js:4
function g() { throw new MyErr("boo") }
               ^

MyErr: boo
    at g (/workspace/main.js:4:22)
    at Array.map (<anonymous>)
    at Object.<anonymous> (/workspace/main.js:5:5)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
    at Module.load (node:internal/modules/cjs/loader:1266:32)
    at Module._load (node:internal/modules/cjs/loader:1091:12)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
    at node:internal/main/run_main_module:28:49

Node.js v20.20.2

"""#,
text: #"""
main.js:4:16: error: MyErr: boo
    4 | function g() { throw new MyErr("boo") }
      |                ^
  stack, innermost call last:
    main.js:5:5 in Object.<anonymous>
      [1].map(g);
    main.js:4:22 in g
      function g() { throw new MyErr("boo") }

"""#,
json: #"""
[
  {
    "code" : "MyErr",
    "column" : 16,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 4,
    "message" : "boo",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "function g() { throw new MyErr(\"boo\") }",
    "stack" : [
      {
        "column" : 5,
        "file" : "main.js",
        "function" : "Object.<anonymous>",
        "line" : 5,
        "source" : "[1].map(g);"
      },
      {
        "column" : 22,
        "file" : "main.js",
        "function" : "g",
        "line" : 4,
        "source" : "function g() { throw new MyErr(\"boo\") }"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "an error with a forged stack", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
const e = new Error("top");
e.stack = "fake\n    at evil (/etc/passwd:1:1)";
throw e;

"""#],
standardError: #"""
/workspace/main.js:3
throw e;
^

fake
    at evil (/etc/passwd:1:1)

Node.js v20.20.2

"""#,
text: #"""
main.js:3:1: error: fake
    3 | throw e;
      | ^

"""#,
json: #"""
[
  {
    "code" : "fake",
    "column" : 1,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 3,
    "message" : "fake",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "throw e;",
    "stack" : [

    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "an error with a cause", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
throw new Error("a", { cause: new TypeError("b") });

"""#],
standardError: #"""
/workspace/main.js:1
throw new Error("a", { cause: new TypeError("b") });
^

Error: a
    at Object.<anonymous> (/workspace/main.js:1:7)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    ... 4 lines matching cause stack trace ...
    at node:internal/main/run_main_module:28:49 {
  [cause]: TypeError: b
      at Object.<anonymous> (/workspace/main.js:1:31)
      at Module._compile (node:internal/modules/cjs/loader:1521:14)
      at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
      at Module.load (node:internal/modules/cjs/loader:1266:32)
      at Module._load (node:internal/modules/cjs/loader:1091:12)
      at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
      at node:internal/main/run_main_module:28:49
}

Node.js v20.20.2

"""#,
text: #"""
main.js:1:1: error: Error: a
    1 | throw new Error("a", { cause: new TypeError("b") });
      | ^
  main.js:1:31: note: caused by: TypeError: b
      1 | throw new Error("a", { cause: new TypeError("b") });
        |                               ^

"""#,
json: #"""
[
  {
    "code" : "Error",
    "column" : 1,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "a",
    "notes" : [
      {
        "column" : 31,
        "file" : "main.js",
        "fix_its" : [

        ],
        "line" : 1,
        "message" : "caused by: TypeError: b",
        "notes" : [

        ],
        "severity" : "note",
        "source" : "throw new Error(\"a\", { cause: new TypeError(\"b\") });",
        "stack" : [

        ],
        "stage" : "run",
        "values" : {

        }
      }
    ],
    "severity" : "error",
    "source" : "throw new Error(\"a\", { cause: new TypeError(\"b\") });",
    "stack" : [
      {
        "column" : 7,
        "file" : "main.js",
        "function" : "Object.<anonymous>",
        "line" : 1,
        "source" : "throw new Error(\"a\", { cause: new TypeError(\"b\") });"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "several errors in one", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
throw new AggregateError([new Error("x1"), new Error("x2")], "many");

"""#],
standardError: #"""
/workspace/main.js:1
throw new AggregateError([new Error("x1"), new Error("x2")], "many");
^

AggregateError: many
    at Object.<anonymous> (/workspace/main.js:1:7)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
    at Module.load (node:internal/modules/cjs/loader:1266:32)
    at Module._load (node:internal/modules/cjs/loader:1091:12)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
    at node:internal/main/run_main_module:28:49 {
  [errors]: [
    Error: x1
        at Object.<anonymous> (/workspace/main.js:1:27)
        at Module._compile (node:internal/modules/cjs/loader:1521:14)
        at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
        at Module.load (node:internal/modules/cjs/loader:1266:32)
        at Module._load (node:internal/modules/cjs/loader:1091:12)
        at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
        at node:internal/main/run_main_module:28:49,
    Error: x2
        at Object.<anonymous> (/workspace/main.js:1:44)
        at Module._compile (node:internal/modules/cjs/loader:1521:14)
        at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
        at Module.load (node:internal/modules/cjs/loader:1266:32)
        at Module._load (node:internal/modules/cjs/loader:1091:12)
        at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
        at node:internal/main/run_main_module:28:49
  ]
}

Node.js v20.20.2

"""#,
text: #"""
main.js:1:1: error: AggregateError: many
    1 | throw new AggregateError([new Error("x1"), new Error("x2")], "many");
      | ^
  main.js:1:27: note: one of the errors: Error: x1
      1 | throw new AggregateError([new Error("x1"), new Error("x2")], "many");
        |                           ^
  main.js:1:44: note: one of the errors: Error: x2
      1 | throw new AggregateError([new Error("x1"), new Error("x2")], "many");
        |                                            ^

"""#,
json: #"""
[
  {
    "code" : "AggregateError",
    "column" : 1,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "many",
    "notes" : [
      {
        "column" : 27,
        "file" : "main.js",
        "fix_its" : [

        ],
        "line" : 1,
        "message" : "one of the errors: Error: x1",
        "notes" : [

        ],
        "severity" : "note",
        "source" : "throw new AggregateError([new Error(\"x1\"), new Error(\"x2\")], \"many\");",
        "stack" : [

        ],
        "stage" : "run",
        "values" : {

        }
      },
      {
        "column" : 44,
        "file" : "main.js",
        "fix_its" : [

        ],
        "line" : 1,
        "message" : "one of the errors: Error: x2",
        "notes" : [

        ],
        "severity" : "note",
        "source" : "throw new AggregateError([new Error(\"x1\"), new Error(\"x2\")], \"many\");",
        "stack" : [

        ],
        "stage" : "run",
        "values" : {

        }
      }
    ],
    "severity" : "error",
    "source" : "throw new AggregateError([new Error(\"x1\"), new Error(\"x2\")], \"many\");",
    "stack" : [
      {
        "column" : 7,
        "file" : "main.js",
        "function" : "Object.<anonymous>",
        "line" : 1,
        "source" : "throw new AggregateError([new Error(\"x1\"), new Error(\"x2\")], \"many\");"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "an error without a message", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
throw new Error();

"""#],
standardError: #"""
/workspace/main.js:1
throw new Error();
^

Error
    at Object.<anonymous> (/workspace/main.js:1:7)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
    at Module.load (node:internal/modules/cjs/loader:1266:32)
    at Module._load (node:internal/modules/cjs/loader:1091:12)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
    at node:internal/main/run_main_module:28:49

Node.js v20.20.2

"""#,
text: #"""
main.js:1:1: error: Error
    1 | throw new Error();
      | ^

"""#,
json: #"""
[
  {
    "code" : "Error",
    "column" : 1,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "Error",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "throw new Error();",
    "stack" : [
      {
        "column" : 7,
        "file" : "main.js",
        "function" : "Object.<anonymous>",
        "line" : 1,
        "source" : "throw new Error();"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "broken JSON", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
JSON.parse("{x");

"""#],
standardError: #"""
<anonymous_script>:1
{x
 ^

SyntaxError: Expected property name or '}' in JSON at position 1
    at JSON.parse (<anonymous>)
    at Object.<anonymous> (/workspace/main.js:1:6)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
    at Module.load (node:internal/modules/cjs/loader:1266:32)
    at Module._load (node:internal/modules/cjs/loader:1091:12)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
    at node:internal/main/run_main_module:28:49

Node.js v20.20.2

"""#,
text: #"""
main.js:1:6: error: SyntaxError: Expected property name or '}' in JSON at position 1
    1 | JSON.parse("{x");
      |      ^

"""#,
json: #"""
[
  {
    "code" : "SyntaxError",
    "column" : 6,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "Expected property name or '}' in JSON at position 1",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "JSON.parse(\"{x\");",
    "stack" : [
      {
        "column" : 6,
        "file" : "main.js",
        "function" : "Object.<anonymous>",
        "line" : 1,
        "source" : "JSON.parse(\"{x\");"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "an argument of the wrong type", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
require("fs").readFileSync(5.5);

"""#],
standardError: #"""
node:internal/errors:541
      throw error;
      ^

TypeError [ERR_INVALID_ARG_TYPE]: The "path" argument must be of type string or an instance of Buffer or URL. Received type number (5.5)
    at Object.openSync (node:fs:571:10)
    at Object.readFileSync (node:fs:452:35)
    at Object.<anonymous> (/workspace/main.js:1:15)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
    at Module.load (node:internal/modules/cjs/loader:1266:32)
    at Module._load (node:internal/modules/cjs/loader:1091:12)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
    at node:internal/main/run_main_module:28:49 {
  code: 'ERR_INVALID_ARG_TYPE'
}

Node.js v20.20.2

"""#,
text: #"""
main.js:1:15: error: TypeError: The "path" argument must be of type string or an instance of Buffer or URL. Received type number (5.5)
    1 | require("fs").readFileSync(5.5);
      |               ^
  note: node's code for it is ERR_INVALID_ARG_TYPE

"""#,
json: #"""
[
  {
    "code" : "TypeError",
    "column" : 15,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "The \"path\" argument must be of type string or an instance of Buffer or URL. Received type number (5.5)",
    "notes" : [
      {
        "fix_its" : [

        ],
        "message" : "node's code for it is ERR_INVALID_ARG_TYPE",
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
    "source" : "require(\"fs\").readFileSync(5.5);",
    "stack" : [
      {
        "column" : 15,
        "file" : "main.js",
        "function" : "Object.<anonymous>",
        "line" : 1,
        "source" : "require(\"fs\").readFileSync(5.5);"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "a recursion without an end", stage: .run, outcome: .exited(code: 1),
sources: ["main.js": #"""
(function r() { r(); })();

"""#],
standardError: #"""
/workspace/main.js:1
(function r() { r(); })();
           ^

RangeError: Maximum call stack size exceeded
    at r (/workspace/main.js:1:12)
    at r (/workspace/main.js:1:17)
    at r (/workspace/main.js:1:17)
    at r (/workspace/main.js:1:17)
    at r (/workspace/main.js:1:17)
    at r (/workspace/main.js:1:17)
    at r (/workspace/main.js:1:17)
    at r (/workspace/main.js:1:17)
    at r (/workspace/main.js:1:17)
    at r (/workspace/main.js:1:17)

Node.js v20.20.2

"""#,
text: #"""
main.js:1:12: error: RangeError: Maximum call stack size exceeded
    1 | (function r() { r(); })();
      |            ^
  stack, innermost call last:
    main.js:1:17 in r
      (function r() { r(); })();
    main.js:1:17 in r
      (function r() { r(); })();
    main.js:1:17 in r
      (function r() { r(); })();
    main.js:1:17 in r
      (function r() { r(); })();
    main.js:1:17 in r
      (function r() { r(); })();
    main.js:1:17 in r
      (function r() { r(); })();
    main.js:1:17 in r
      (function r() { r(); })();
    main.js:1:17 in r
      (function r() { r(); })();
    main.js:1:17 in r
      (function r() { r(); })();
    main.js:1:12 in r
      (function r() { r(); })();

"""#,
json: #"""
[
  {
    "code" : "RangeError",
    "column" : 12,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "Maximum call stack size exceeded",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "(function r() { r(); })();",
    "stack" : [
      {
        "column" : 17,
        "file" : "main.js",
        "function" : "r",
        "line" : 1,
        "source" : "(function r() { r(); })();"
      },
      {
        "column" : 17,
        "file" : "main.js",
        "function" : "r",
        "line" : 1,
        "source" : "(function r() { r(); })();"
      },
      {
        "column" : 17,
        "file" : "main.js",
        "function" : "r",
        "line" : 1,
        "source" : "(function r() { r(); })();"
      },
      {
        "column" : 17,
        "file" : "main.js",
        "function" : "r",
        "line" : 1,
        "source" : "(function r() { r(); })();"
      },
      {
        "column" : 17,
        "file" : "main.js",
        "function" : "r",
        "line" : 1,
        "source" : "(function r() { r(); })();"
      },
      {
        "column" : 17,
        "file" : "main.js",
        "function" : "r",
        "line" : 1,
        "source" : "(function r() { r(); })();"
      },
      {
        "column" : 17,
        "file" : "main.js",
        "function" : "r",
        "line" : 1,
        "source" : "(function r() { r(); })();"
      },
      {
        "column" : 17,
        "file" : "main.js",
        "function" : "r",
        "line" : 1,
        "source" : "(function r() { r(); })();"
      },
      {
        "column" : 17,
        "file" : "main.js",
        "function" : "r",
        "line" : 1,
        "source" : "(function r() { r(); })();"
      },
      {
        "column" : 12,
        "file" : "main.js",
        "function" : "r",
        "line" : 1,
        "source" : "(function r() { r(); })();"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "an error that the program printed itself", stage: .run, outcome: .exited(code: 2),
sources: ["main.js": #"""
try {
  null.x;
} catch (e) {
  console.error(e);
  process.exit(2);
}

"""#],
standardError: #"""
TypeError: Cannot read properties of null (reading 'x')
    at Object.<anonymous> (/workspace/main.js:2:8)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
    at Module.load (node:internal/modules/cjs/loader:1266:32)
    at Module._load (node:internal/modules/cjs/loader:1091:12)
    at Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:164:12)
    at node:internal/main/run_main_module:28:49

"""#,
text: #"""
main.js:2:8: error: TypeError: Cannot read properties of null (reading 'x')
    2 |   null.x;
      |        ^

"""#,
json: #"""
[
  {
    "code" : "TypeError",
    "column" : 8,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 2,
    "message" : "Cannot read properties of null (reading 'x')",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "  null.x;",
    "stack" : [
      {
        "column" : 8,
        "file" : "main.js",
        "function" : "Object.<anonymous>",
        "line" : 2,
        "source" : "  null.x;"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "an abort", stage: .run, outcome: .signalled(signal: 6),
sources: ["main.js": #"""
function stop() { process.abort(); }
stop();

"""#],
standardError: #"""
----- Native stack trace -----

 1: 0xd3a3c0  [node]
 2: 0xf50bdf v8::internal::FunctionCallbackArguments::Call(v8::internal::CallHandlerInfo) [node]
 3: 0xf5144d  [node]
 4: 0xf51915 v8::internal::Builtin_HandleApiCall(int, unsigned long*, v8::internal::Isolate*) [node]
 5: 0x195e376  [node]

----- JavaScript stack trace -----

1: stop (/workspace/main.js:1:27)
2: /workspace/main.js:2:1
3: Module._compile (node:internal/modules/cjs/loader:1521:14)
4: Module._extensions..js (node:internal/modules/cjs/loader:1623:10)
5: Module.load (node:internal/modules/cjs/loader:1266:32)
6: Module._load (node:internal/modules/cjs/loader:1091:12)
7: executeUserEntryPoint (node:internal/modules/run_main:164:12)
8: node:internal/main/run_main_module:28:49



"""#,
text: #"""
main.js:1:27: error: SIGABRT: the program aborted itself
    1 | function stop() { process.abort(); }
      |                           ^
  stack, innermost call last:
    main.js:2:1
      stop();
    main.js:1:27 in stop
      function stop() { process.abort(); }

"""#,
json: #"""
[
  {
    "code" : "SIGABRT",
    "column" : 27,
    "file" : "main.js",
    "fix_its" : [

    ],
    "line" : 1,
    "message" : "the program aborted itself",
    "notes" : [

    ],
    "severity" : "error",
    "source" : "function stop() { process.abort(); }",
    "stack" : [
      {
        "column" : 1,
        "file" : "main.js",
        "line" : 2,
        "source" : "stop();"
      },
      {
        "column" : 27,
        "file" : "main.js",
        "function" : "stop",
        "line" : 1,
        "source" : "function stop() { process.abort(); }"
      }
    ],
    "stage" : "run",
    "values" : {

    }
  }
]
"""#),
ParserFixture(
parser: "node-error", name: "a heap that is full", stage: .run, outcome: .signalled(signal: 6),
sources: ["main.js": #"""
const a = [];
while (true) a.push(new Array(1000).fill(1.5));

"""#],
standardError: #"""

<--- Last few GCs --->

[30017:0x2ae9dc00]       41 ms: Mark-Compact 17.5 (50.0) -> 17.1 (50.0) MB, 1.26 / 0.00 ms  (+ 1.4 ms in 4 steps since start of marking, biggest step 1.1 ms, walltime since start of marking 3 ms) (average mu = 1.000, current mu = 1.000) finalize increment[30017:0x2ae9dc00]       58 ms: Mark-Compact 33.0 (50.0) -> 32.8 (66.0) MB, 7.75 / 0.00 ms  (average mu = 0.531, current mu = 0.531) allocation failure; scavenge might not succeed


<--- JS stacktrace --->

FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory
----- Native stack trace -----

 1: 0xb78db3 node::OOMErrorHandler(char const*, v8::OOMDetails const&) [node]
 2: 0xee8300 v8::Utils::ReportOOMFailure(v8::internal::Isolate*, char const*, v8::OOMDetails const&) [node]
 3: 0xee85e7 v8::internal::V8::FatalProcessOutOfMemory(v8::internal::Isolate*, char const*, v8::OOMDetails const&) [node]
 4: 0x10fb205  [node]
 5: 0x1113088 v8::internal::Heap::CollectGarbage(v8::internal::AllocationSpace, v8::internal::GarbageCollectionReason, v8::GCCallbackFlags) [node]
 6: 0x10e91f1 v8::internal::HeapAllocator::AllocateRawWithLightRetrySlowPath(int, v8::internal::AllocationType, v8::internal::AllocationOrigin, v8::internal::AllocationAlignment) [node]
 7: 0x10ea385 v8::internal::HeapAllocator::AllocateRawWithRetryOrFailSlowPath(int, v8::internal::AllocationType, v8::internal::AllocationOrigin, v8::internal::AllocationAlignment) [node]
 8: 0x10c78d6 v8::internal::Factory::NewFillerObject(int, v8::internal::AllocationAlignment, v8::internal::AllocationType, v8::internal::AllocationOrigin) [node]
 9: 0x15247d6 v8::internal::Runtime_AllocateInYoungGeneration(int, unsigned long*, v8::internal::Isolate*) [node]
10: 0x195e476  [node]

"""#,
text: #"""
error: FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory

"""#,
json: #"""
[
  {
    "code" : "FATAL ERROR",
    "fix_its" : [

    ],
    "message" : "Reached heap limit Allocation failed - JavaScript heap out of memory",
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
