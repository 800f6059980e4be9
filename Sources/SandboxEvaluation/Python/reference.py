# Runs the reference solution and writes what is right: a line about the whole, the calls, their outcomes.
def main():
    import ast, os, random
    result = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    task = json.loads(read_text("task.json"))
    names = module(read_text("reference.txt"), "reference")
    calls, outcomes, base = [], [], 0
    reason = None
    if task["kind"] == "inputs":
        record = json.loads(read_text("record.json"))
        function = names[task["entry"]]
        for key in ("base_input", "plus_input"):
            for values in record[key] if isinstance(record[key], list) else []:
                args = restored(task["id"], values)
                calls.append({"name": task["entry"], "args": encode(list(args)), "kwargs": encode({})})
                outcomes.append(outcome(function, list(args), {}))
            if key == "base_input":
                base = len(calls)
        failed = next((x for x in outcomes if "error" in x), None)
        if failed:
            raise ValueError("the reference solution fails: " + ": ".join(failed["error"]))
    else:
        tests = read_text("tests.txt")
        tree = ast.parse(tests)
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        found = {name for name in used if callable(names.get(name)) and defined(names[name])}
        if task["entry"]:
            found = {task["entry"]}
        classes = sorted(name for name in found if isinstance(names[name], type))
        if classes:
            reason = "the tests use the class " + classes[0]

        def recorder(name):
            def call(*args, **kwargs):
                state = random.getstate()
                calls.append({"name": name, "args": encode(list(args)), "kwargs": encode(kwargs)})
                found = outcome(names[name], list(args), kwargs)
                outcomes.append(found)
                random.setstate(state)
                return replayed(found, args, kwargs, "StopIteration" in tests)
            return call

        random.seed(0)
        own = dict(names)
        own.update((name, recorder(name)) for name in found)
        if not reason:
            own["__name__"] = "tests"
            exec(compile(tests, "tests.py", "exec"), own)
        base = len(calls)
        if not reason and not all(crosses(x[part]) for x in calls for part in ("args", "kwargs")):
            reason = "an argument is of a type that does not cross"
        if not calls and not reason:
            reason = "the tests call no function of the solution"
    if reason:
        calls, outcomes = [], []
    result.write(text({"calls": len(calls), "base": base, "reason": reason}) + "\n")
    for value in calls + outcomes:
        result.write(text(value) + "\n")
    result.flush()


def defined(value):
    return getattr(value, "__module__", None) == "reference"


main()
