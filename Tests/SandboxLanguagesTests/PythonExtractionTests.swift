import SandboxLanguages
import Testing

@Suite("Programs in answers that ask for a Python function")
struct PythonExtractionTests {
  private static let opening = """
    from typing import List


    def helper(x):
        return x + 1


    def f(a: List[int]) -> int:
        \"""Adds.\"""

    """

  private static func program(_ answer: String, opening: String = opening) -> String {
    PythonExtraction(entryPoint: "f", opening: opening).program(in: answer)
  }

  @Test(
    "What is kept of a whole program",
    arguments: [
      (
        "prose before and after", "Sure!\n```python\ndef f(a):\n    return 1\n```\nIt returns 1.\n",
        "def f(a):\n    return 1\n"
      ),
      ("an unclosed fence", "```python\ndef f(a):\n    return 1\n", "def f(a):\n    return 1\n"),
      (
        "no fence", "Here it is:\n\ndef f(a):\n    return 1\n\nThis works because 1 is 1.\n",
        "def f(a):\n    return 1\n\n"
      ),
      (
        "decorators",
        "import functools\n\n@functools.cache\n@functools.wraps(print)\ndef f(a):\n    return 1\n",
        "import functools\n\n@functools.cache\n@functools.wraps(print)\ndef f(a):\n    return 1\n"
      ),
      ("a generator", "def f(a):\n    yield from a\n", "def f(a):\n    yield from a\n"),
      ("async", "async def f(a):\n    return 1\n", "async def f(a):\n    return 1\n"),
      (
        "conditional imports",
        "try:\n    import numpy as np\nexcept ImportError:\n    np = None\n\ndef f(a):\n    return 1\n",
        "try:\n    import numpy as np\nexcept ImportError:\n    np = None\n\ndef f(a):\n    return 1\n"
      ),
      (
        "helpers, however many steps away, in any order",
        "def f(a):\n    return g(a)\ndef unused():\n    pass\nN = 3\ndef g(a):\n    return h(a)\ndef h(a): return N\n",
        "def f(a):\n    return g(a)\nN = 3\ndef g(a):\n    return h(a)\ndef h(a): return N\n"
      ),
      (
        "a name in an f-string",
        "def f(a):\n    return f\"{g(a)}\"\ndef g(a):\n    return 1\n",
        "def f(a):\n    return f\"{g(a)}\"\ndef g(a):\n    return 1\n"
      ),
      (
        "examples, assertions and main",
        "def f(a):\n    return 1\n\nassert f([]) == 2\nprint(f(input()))\nif __name__ == \"__main__\":\n    f(1)\n",
        "def f(a):\n    return 1\n\n"
      ),
      (
        "a class",
        "class C:\n    x = 1\n\n    def m(self): return 2\n\ndef f(a):\n    return C().m()\n",
        "class C:\n    x = 1\n\n    def m(self): return 2\n\ndef f(a):\n    return C().m()\n"
      ),
      (
        "a nested assignment",
        "if True:\n    N = 1\nelse:\n    N = 2\n\ndef f(a):\n    return N\n",
        "if True:\n    N = 1\nelse:\n    N = 2\n\ndef f(a):\n    return N\n"
      ),
      (
        "a fence in a docstring",
        "````python\ndef f(a):\n    '''\n    ```\n    f(1)\n    ```\n    '''\n    return 1\n````\n",
        "def f(a):\n    '''\n    ```\n    f(1)\n    ```\n    '''\n    return 1\n"
      ),
      (
        "thoughts", "<think>\n```python\ndef f(a): return 0\n```\n</think>\ndef f(a): return 1\n",
        "def f(a): return 1\n"
      ),
      ("a mark of the end", "def f(a): return 1\n<|EOT|>\nand more", "def f(a): return 1\n"),
      (
        "a block for another language",
        "```bash\npip install f\n```\n```python\ndef f(a):\n    return 1\n```",
        "def f(a):\n    return 1\n"
      ),
      (
        "an example in a block of its own",
        "```python\ndef f(a):\n    return 1\n```\nUse:\n```python\nprint(f(1))\nprint(f(2))\nprint(f(3))\n```",
        "def f(a):\n    return 1\n"
      ),
      (
        "a helper in a block of its own",
        "```python\ndef g(a):\n    return 2\n```\nand\n```python\ndef f(a):\n    x = g(a)\n    return x\n```",
        "def g(a):\n    return 2\ndef f(a):\n    x = g(a)\n    return x\n"
      ),
      (
        "two versions: of the longest the last",
        "```python\ndef f(a):\n    return 1\n```\n```python\ndef f(a):\n    return 2\n```",
        "def f(a):\n    return 2\n"
      ),
      (
        "what was cut off after it", "def f(a):\n    return 1\n\ndef g(a):\n    x = [1,\n",
        "def f(a):\n    return 1\n\n"
      ),
      (
        "what reads an input, or shows the function at work",
        "def f(n):\n    result = n\n    return result\nn = int(input())\nresult = f('x')\nx = f\nprint(result)\n",
        "def f(n):\n    result = n\n    return result\n"
      ),
      (
        "a table that is filled",
        "T = [0] * 9\nU = []\nfor i in range(9):\n    T[i] = g(i)\nU.append(1)\nprint(T)\nfor x in T: print(x)\nassert T\ndef g(i): return i\ndef f(a):\n    return T[a] + U[0]\n",
        "T = [0] * 9\nU = []\nfor i in range(9):\n    T[i] = g(i)\nU.append(1)\ndef g(i): return i\ndef f(a):\n    return T[a] + U[0]\n"
      ),
      (
        "a deeper recursion",
        "import sys\nsys.setrecursionlimit(9999)\ndef f(a):\n    return f(a - 1) if a else 0\n",
        "import sys\nsys.setrecursionlimit(9999)\ndef f(a):\n    return f(a - 1) if a else 0\n"
      ),
      (
        "an import with more behind it", "import math; K = 1\ndef f(a): return math.floor(K)\n",
        "import math; K = 1\ndef f(a): return math.floor(K)\n"
      ),
      (
        "a mark of the byte order, and all of it indented",
        "\u{FEFF}```python\n\u{FEFF}\tdef f(a):\n\n\t\treturn 1\n```\n",
        "def f(a):\n\n\treturn 1\n"
      ),
      (
        "prose that starts like code",
        "from the list we take one\nif you want, import it\ndef f(a):\n    return 1\nclass is over\n",
        "def f(a):\n    return 1\n"
      ),
    ])
  func whole(name: String, answer: String, expected: String) {
    #expect(Self.program(answer, opening: "") == expected, "\(name)")
  }

  @Test(
    "What goes on from the prompt",
    arguments: [
      "    return sum(a)\n", "return sum(a)", "\n    return sum(a)\n\nThis adds them.\n",
      "```python\n    return sum(a)\n```", "return sum(a)\n\n\nprint(f([1]))\n",
      "    \"\"\"Again.\"\"\"\n    return sum(a)\n",
      "\"\"\"Again,\n    long.\n    \"\"\"\n    return sum(a)\n",
      "total = sum(a)\n    return total\n", "total = sum(a)\nreturn total\n",
      "for x in a:\n        pass\n    return sum(a)\n", "for x in a:\n    pass\nreturn sum(a)\n",
    ])
  func continuation(answer: String) async throws {
    let program = Self.program(answer)
    #expect(program.hasPrefix("from typing import List\n"), "\(program)")
    #expect(program.contains("def f(a: List[int]) -> int:\n"), "\(program)")
    #expect(!program.contains("adds them") && !program.contains("print("), "\(program)")
    for line in program.split(separator: "\n") where line.contains("return sum") {
      #expect(line == "    return sum(a)")
    }
  }

  @Test("A whole program gets what the prompt gave and it needs, and no more")
  func openingOfWhole() {
    #expect(
      Self.program("def f(a: List[int]):\n    return helper(1)\n")
        == "from typing import List\n\n\ndef helper(x):\n    return x + 1\n\n\n"
        + "def f(a: List[int]):\n    return helper(1)\n")
    #expect(
      Self.program("def helper(x):\n    return 0\ndef f(a):\n    return helper(1)\n")
        == "from typing import List\n\n\ndef helper(x):\n    return 0\ndef f(a):\n    return helper(1)\n"
    )
  }

  @Test("What must come first comes before what the prompt gave")
  func future() {
    #expect(
      Self.program("from __future__ import annotations\ndef f(a: Own):\n    return 1\n")
        == "from __future__ import annotations\nfrom typing import List\n\n\ndef f(a: Own):\n    return 1\n"
    )
  }

  @Test("A long answer takes no time to speak of, whatever it is made of")
  func linear() {
    for piece in [
      "def f(a):\n    return 1\n", "(", "\"\"\"", "```python\n", "x = 1\n", "@a\n", "a b c. ",
      "\\\n", "\u{1F1E9}\u{1F1EA}", "\u{301}", "from __future__ import annotations\n",
    ] {
      let text = String(repeating: piece, count: 100_000 / piece.utf8.count)
      _ = Self.program(text)
    }
  }
}
