#!/usr/bin/env python3
"""Wrong (and a few right) programs, made of a benchmark's own solutions: samples to try scorers with.

    Scripts/mutants.py DATA [--each 2] [--seed 1] > samples.jsonl

DATA is JSONL of HumanEval, HumanEval+, MBPP or MBPP+. Of each solution that many are changed at one place: an operator, a
comparison, a number, a condition, a statement that is left out. One more has what it returns changed a little: in its
type, or by so little that it is a matter of the tolerance. The same seed gives the same samples.
"""

import argparse
import ast
import gzip
import json
import random

OPERATORS = [ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod, ast.Div]
COMPARISONS = [ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq]

# What is done to the value that a function returns. Each is written out, so that programs need nothing.
SHAPES = {
    "list or tuple": "(list(v) if type(v) is tuple else tuple(v) if type(v) is list else v)",
    "float": "(float(v) if type(v) is int else v)",
    "text": "str(v)",
    "one in a list": "[v]",
    "near": "(v * (1 + 1e-9) if type(v) is float else v)",
    "not so near": "(v + 1e-5 if type(v) is float else v)",
    "near within": "([x + 1e-7 if type(x) is float else x for x in v] if type(v) is list else v)",
    "none for false": "(v or None)",
    "sorted": "(sorted(v) if type(v) is list else v)",
    "set": "(set(v) if type(v) in (list, tuple) else v)",
    "iterator": "(iter(v) if type(v) in (list, tuple) else v)",
}


def places(tree):
    """What can be changed, as functions that change it."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in OPERATORS:
            yield lambda r, n=node: setattr(n, "op", r.choice([o for o in OPERATORS if o is not type(n.op)])())
        if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
            yield lambda r, n=node: n.ops.__setitem__(
                0, r.choice([o for o in COMPARISONS if o is not type(n.ops[0])])())
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield lambda r, n=node: setattr(n, "value", n.value + r.choice([-1, 1]))
        if isinstance(node, (ast.If, ast.While, ast.IfExp)):
            yield lambda r, n=node: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test))
        if isinstance(node, ast.BoolOp):
            yield lambda r, n=node: setattr(n, "op", ast.And() if isinstance(n.op, ast.Or) else ast.Or())
        if isinstance(getattr(node, "body", None), list) and len(node.body) > 1 and not isinstance(node, ast.Module):
            yield lambda r, n=node: n.body.pop(r.randrange(len(n.body)))


def changed(source, chance):
    """The program with one place changed, or `None`."""
    for _ in range(20):
        tree = ast.parse(source)
        found = list(places(tree))
        if not found:
            return None
        chance.choice(found)(chance)
        text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
        if text != ast.unparse(ast.parse(source)) + "\n":
            return text
    return None


def shaped(source, entry, chance):
    name = chance.choice(list(SHAPES))
    return "%s\n\n_given = %s\ndef %s(*args):\n    v = _given(*args)\n    return %s\n" % (
        source, entry, entry, SHAPES[name])


def tested(source, tests):
    """The last of a program's functions that its tests name, for MBPP does not say which one it is; or `None`."""
    named = {node.id for test in tests for node in ast.walk(ast.parse(test)) if isinstance(node, ast.Name)}
    found = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name in named]
    return found[-1] if found else None


def tasks(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8", newline="\n") as file:
        for line in file:
            if line.strip():
                task = json.loads(line)
                if "code" in task:
                    code = task["code"].replace("\r\n", "\n")
                    yield "Mbpp/%d" % task["task_id"], code, tested(code, task["test_list"])
                else:
                    opening = "" if task["task_id"].startswith("Mbpp/") else task["prompt"]
                    yield task["task_id"], opening + task["canonical_solution"], task["entry_point"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--each", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for task, source, entry in tasks(options.data):
        # By task, so that another task more or less changes no sample of the others.
        chance = random.Random("%d %s" % (options.seed, task))
        programs = [changed(source, chance) for _ in range(options.each)]
        if entry:
            programs.append(shaped(source, entry, chance))
        for program in dict.fromkeys(p for p in programs if p):
            print(json.dumps({"task_id": task, "solution": program}))


main()
