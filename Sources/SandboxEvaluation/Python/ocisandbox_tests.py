"""Runs tests against functions that live in another sandbox.

It stands behind ocisandbox_values.py in one file. Nothing of the program under test is in this process. Its
functions are stand-ins here: a call goes out on standard output as one line, and its answer comes in on standard
input as one line, which can stand for plain values only. The report is the one line on standard error.
"""

import ast
import builtins
import importlib
import json
import linecache
import os
import sys

SHOWN = 2000

requests = os.dup(1)
replies = os.fdopen(os.dup(0), "rb")
report = os.dup(2)
nothing = os.open("/dev/null", os.O_RDWR)
for number in range(3):
    os.dup2(nothing, number)

last = {}
# Whether the tests know of StopIteration, and whether they asked the program for anything.
told = {"stops": False, "asked": False}


class Gone(BaseException):
    """The program under test has ended, or does not follow the protocol."""

    first = None

    def __init__(self, message):
        super().__init__(message)
        # Tests that catch everything must not take it for an answer.
        Gone.first = Gone.first or self


class Senseless(Exception):
    """The tests themselves make no sense, whatever the program does."""


def write(descriptor, data):
    while data:
        data = data[os.write(descriptor, data) :]


def receive():
    line = replies.readline()
    if not line.endswith(b"\n"):
        raise Gone("it ended")
    try:
        message = loads(line)
    except (ValueError, RecursionError):
        raise Gone("its answer was no value")
    if type(message) is not dict:
        raise Gone("its answer was no value")
    return message


def show(value):
    try:
        text = repr(value)
    except BaseException:
        text = "<" + type(value).__name__ + ">"
    return text if len(text) <= SHOWN else text[:SHOWN] + "[...]"


def number_of(value):
    if type(value) is Remote:
        return value.number
    raise Senseless("a value of type " + type(value).__name__ + " cannot be given to the program")


class Remote:
    """A value that stays with the program: an iterator, a function, an object of its own."""

    __slots__ = ("number", "kind", "is_iterator")

    def __init__(self, number, kind, is_iterator):
        self.number = number
        self.kind = kind
        self.is_iterator = is_iterator

    def __repr__(self):
        return "<" + self.kind + " of the program>"

    def __iter__(self):
        if self.is_iterator:
            return self
        found = ask({"handle": self.number, "iter": True}, (), {})
        return found if type(found) is Remote and found.is_iterator else iter(found)

    def __bool__(self):
        return ask({"handle": self.number, "truth": True}, (), {}) is True

    def __next__(self):
        return ask({"handle": self.number, "next": True}, (), {})

    def __call__(self, *args, **kwargs):
        return ask({"handle": self.number}, args, kwargs)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return ask({"handle": self.number, "get": name}, (), {})


def remote(content):
    if type(content) is not list or len(content) != 4 or type(content[0]) is not int:
        raise Unreadable("handle")
    return Remote(content[0], str(content[3])[:100], content[1] is True)


def text(value):
    return value if type(value) is str else ""


def raise_error(data):
    """Raises here what was raised there: by name and message, never the object itself."""
    if type(data) is not dict:
        raise Gone("its answer was no value")
    name, message = text(data.get("name"))[:100], text(data.get("message"))
    ancestors = data.get("builtin")
    kind = Exception
    for ancestor in ancestors if type(ancestors) is list else []:
        found = getattr(builtins, ancestor, None) if type(ancestor) is str else None
        if isinstance(found, type) and issubclass(found, BaseException):
            kind = found
            break
    if issubclass(kind, StopIteration) and not told["stops"]:
        # It would end a `map` or a `zip` that the tests go through, and with it what they look at, in silence.
        kind = RuntimeError
    if kind.__name__ != name:
        kind = type(name or "Exception", (kind,), {})
    try:
        error = kind(message)
    except TypeError:
        # Such as UnicodeDecodeError, which is made of five parts.
        error = type(kind.__name__, (ValueError if issubclass(kind, ValueError) else Exception,), {})(message)
    last["raised"] = error
    last["traceback"] = text(data.get("traceback"))
    raise error


def ask(request, args, kwargs):
    request["args"] = [encode(value, number_of) for value in args]
    if kwargs:
        request["kwargs"] = {key: encode(value, number_of) for key, value in kwargs.items()}
    write(requests, dumps(request))
    answer = receive()
    if "error" in answer:
        raise_error(answer["error"])
    if answer.get("stop") is True:
        raise StopIteration
    if "missing" in answer:
        error = NameError("name '" + request["call"] + "' is not defined")
        last["raised"], last["traceback"], last["missing"] = error, "", request.get("call", "")
        raise error
    try:
        value = decode(answer.get("value"), remote)
        after = answer.get("args", {})
        for key, changed in after.items() if type(after) is dict else ():
            if key.isdecimal() and int(key) < len(args):
                become(args[int(key)], decode(changed, remote))
    except RecursionError:
        raise Gone("its answer was nested too deeply")
    except (Unreadable, ValueError, TypeError, OverflowError, ArithmeticError):
        raise Gone("its answer was no value")
    return value


def stand_in(name):
    def function(*args, **kwargs):
        shown = [show(value) for value in args] + [k + "=" + show(v) for k, v in kwargs.items()]
        call = name + "(" + ", ".join(shown) + ")"
        last.clear()
        last["call"] = call if len(call) <= SHOWN else call[:SHOWN] + "[...])"
        told["asked"] = True
        value = ask({"call": name}, args, kwargs)
        last["value"] = show(value)
        return value

    function.__name__ = function.__qualname__ = name
    return function


def names_in(node):
    return {item.id for item in ast.walk(node) if isinstance(item, ast.Name)}


def expected_of(frame, line, functions):
    """What an assertion `call == value` wanted: the side that does not ask the program."""
    try:
        tree = ast.parse(linecache.getline(frame.f_code.co_filename, line).strip())
        test = tree.body[0].test
        if len(test.ops) == 1 and isinstance(test.ops[0], (ast.Eq, ast.Is)):
            for side in (test.comparators[0], test.left):
                if not names_in(side) & functions:
                    code = compile(ast.Expression(side), "<expected>", "eval")
                    return show(eval(code, frame.f_globals, frame.f_locals))
    except BaseException:
        pass
    return None


def failure(error, functions):
    """What is known of why the tests did not go through."""
    if isinstance(error, Gone):
        return {"kind": "gone", "message": str(error)}
    if isinstance(error, Senseless):
        return {"kind": "tests", "message": str(error)}
    result = {"message": str(error)[:SHOWN], "name": type(error).__name__}
    if error is last.get("raised"):
        result["kind"] = "program"
        result["traceback"] = last["traceback"]
        if "missing" in last:
            result["missing"] = last["missing"]
    else:
        result["kind"] = "wrong"
        trace, frame, line = error.__traceback__, None, None
        while trace:
            if trace.tb_frame.f_code.co_filename == "tests.py":
                frame, line = trace.tb_frame, trace.tb_lineno
            trace = trace.tb_next
        if frame:
            result["line"] = line
            result["source"] = linecache.getline("tests.py", line).strip()[:SHOWN]
            expected = expected_of(frame, line, functions)
            if expected is not None:
                result["expected"] = expected
    if "call" in last:
        result["call"] = last["call"]
    if "value" in last:
        result["actual"] = last["value"]
    return result


def finish(message):
    write(report, json.dumps(message).encode() + b"\n")
    os._exit(0)


def is_right(value, expected):
    if type(value) is Remote and isinstance(expected, (list, tuple)):
        value = list(value)
    return same(value, expected)


def same(value, expected):
    """Equal, or NaN where NaN is expected, also within lists, tuples and dictionaries."""
    if value == expected:
        return True
    if type(value) is not type(expected):
        return False
    if type(expected) is float:
        return value != value and expected != expected
    if type(expected) is complex:
        return same(value.real, expected.real) and same(value.imag, expected.imag)
    if type(expected) in (list, tuple):
        return len(value) == len(expected) and all(map(same, value, expected))
    if type(expected) is dict:
        return value.keys() == expected.keys() and all(same(value[key], expected[key]) for key in expected)
    return False


# Python's own in calls and in what is expected of them, besides its built-in functions and its modules.
KNOWN = {"Decimal": Decimal, "Fraction": Fraction, "deque": deque}
MODULES = getattr(sys, "stdlib_module_names", ())


class Call:
    """A call to make: its code, the functions of the program in it, and what it should give."""

    def __init__(self, case):
        self.text, self.raises = case["call"], case.get("raises")
        tree, self.code = parsed(self.text, "call")
        bound = {node.id for node in ast.walk(tree) if type(node) is ast.Name and type(node.ctx) is not ast.Load}
        bound |= {node.arg for node in ast.walk(tree) if type(node) is ast.arg}
        names = [node for node in ast.walk(tree) if type(node) is ast.Name and node.id not in bound]
        self.space = pythons_own(tree)
        self.functions = {node.id for node in names} - self.space.keys() - set(dir(builtins))
        if not self.functions:
            if not names:
                raise Senseless("'call' calls no function: " + self.text[:SHOWN])
            first = min(names, key=lambda node: (node.lineno, node.col_offset)).id
            self.functions = {first}
        for name in self.functions:
            self.space[name] = stand_in(name)
        if case.get("record") is not None:
            try:
                self.expected = json.loads(case["record"])["expected"]
            except RecursionError:
                raise Senseless("'expected' is nested too deeply")
        elif case.get("expected") is not None:
            tree, code = parsed(case["expected"], "expected_expression")
            try:
                self.expected = eval(code, pythons_own(tree))
            except BaseException as error:
                words = type(error).__name__ + ": " + str(error)[:SHOWN]
                raise Senseless("'expected_expression' has no value: " + words)


def parsed(text, key):
    try:
        tree = ast.parse(text.strip(), key, "eval")
        return tree, compile(tree, key, "eval", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        words = error.msg if isinstance(error, SyntaxError) else str(error)
        raise Senseless("'" + key + "' is no expression in Python (" + words + "): " + text[:SHOWN])


def pythons_own(tree):
    """What stands for Python's own in an expression: modules where they stand before a dot."""
    space = {"__name__": "tests", "__builtins__": builtins}
    for node in ast.walk(tree):
        if type(node) is ast.Name and node.id in KNOWN:
            space[node.id] = KNOWN[node.id]
        elif type(node) is ast.Attribute and type(node.value) is ast.Name and node.value.id in MODULES:
            space[node.value.id] = importlib.import_module(node.value.id)
    return space


def check_call(case):
    """None where the call is right, else why not."""
    try:
        value = eval(case.code, case.space)
    except BaseException as error:
        if case.raises and error is last.get("raised"):
            if case.raises in [kind.__name__ for kind in type(error).__mro__]:
                return None
        result = failure(error, set())
        if case.raises:
            result["expected"] = case.raises
        return result
    if case.raises:
        return {"kind": "wrong", "expected": case.raises, "actual": show(value), "call": case.text}
    if is_right(value, case.expected):
        return None
    return {"kind": "wrong", "expected": show(case.expected), "actual": show(value), "call": case.text}


def main():
    with open("plan.json", "rb") as file:
        plan = json.load(file)
    functions = plan["functions"]
    space = {"__name__": "tests", "__builtins__": builtins}
    cases = []
    calls = []
    has_started = False
    try:
        # Before anything is heard of the program: what makes no sense here is not its fault.
        for name in ("support", "tests"):
            try:
                compile(plan[name], name + ".py", "exec", dont_inherit=True)
            except (SyntaxError, ValueError) as error:
                raise Senseless(str(error))
        for case in plan["calls"]:
            calls.append(Call(case))
    except Senseless as error:
        found = failure(error, set())
        if plan["calls"]:
            found["index"] = len(calls)
        finish({"cases": [], "failure": found})
    try:
        started = receive()
        last.clear()
        if "error" in started:
            raise_error(started["error"])
        has_started = True
        for name in ("support", "tests"):
            code = compile(plan[name], name + ".py", "exec", dont_inherit=True)
            told["stops"] |= "StopIteration" in plan[name]
            lines = plan[name].splitlines(keepends=True)
            linecache.cache[name + ".py"] = (len(plan[name]), None, lines, name + ".py")
            if name == "tests":
                for function in functions:
                    space[function] = stand_in(function)
                if functions:
                    space.setdefault("candidate", space[functions[0]])
            exec(code, space)
        for case in calls:
            last.clear()
            result = check_call(case)
            if result and result["kind"] == "tests":
                finish({"cases": [], "failure": dict(result, index=len(cases))})
            cases.append(result)
            if Gone.first:
                break
            if result and plan["stops"]:
                break
        if Gone.first:
            raise Gone.first
        if functions and not told["asked"]:
            raise Senseless(
                "it calls none of the functions that it is given ("
                + ", ".join(functions)
                + "): where its tests are functions or classes, let it call them at its end"
            )
    except BaseException as error:
        error = Gone.first or error
        if has_started and functions and not told["asked"] and not isinstance(error, (Gone, Senseless)):
            # Nothing was asked of the program yet, so that it is not to blame.
            error = Senseless(
                type(error).__name__
                + ": "
                + str(error)[:SHOWN]
                + "\nhint: that is before it called any function of the program; what --function names is there "
                "without an import"
            )
        finish({"cases": cases, "failure": failure(error, set(functions) | {"candidate"})})
    finish({"cases": cases, "failure": None})


main()
