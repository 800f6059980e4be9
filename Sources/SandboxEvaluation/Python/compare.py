# Compares what the candidate gave with what is right, by the rules of EvalPlus.
SET_EQUALITY = {
    "similar_elements", "find_char_long", "common_in_nested_lists", "extract_singly", "larg_nnum",
    "intersection_array", "find_dissimilar", "Diff"}
NOT_NONE = {"check_str", "text_match_three", "text_starta_endb"}
RELATIVE = 1e-07
INFINITY = float("inf")


def poly(coefficients, x):
    return sum(c * x ** i for i, c in enumerate(coefficients))


def surface_area(base_edge, height):
    """Of a pyramid whose height is that of its tip, and not that of its sides (Mbpp/581)."""
    slant = ((base_edge / 2) ** 2 + height ** 2) ** 0.5
    return round(base_edge ** 2 + 2 * base_edge * slant)


def digit_distance(one, other):
    """Of numbers that have the same number of digits, the shorter one by zeros in front (Mbpp/558)."""
    width = max(len(str(one)), len(str(other)))
    return sum(abs(int(a) - int(b)) for a, b in zip(str(one).zfill(width), str(other).zfill(width)))


# What these tasks ask for can be read in another way, which is as right.
OTHER_READINGS = {"surface_Area": surface_area, "digit_distance_nums": digit_distance}


def is_floats(value):
    return type(value) is float or (type(value) in (list, tuple) and bool(value) and all(
        type(x) is float for x in value))


def close(actual, expected, atol):
    if type(expected) in (list, tuple):
        return type(actual) in (list, tuple) and len(actual) == len(expected) and all(
            close(a, b, atol) for a, b in zip(actual, expected))
    numbers = (bool, int, float, complex)
    if type(actual) not in numbers or type(expected) not in numbers:
        return actual == expected
    if actual == expected or actual != actual and expected != expected:
        return True
    try:
        # Nothing is near to Infinity, which everything would be by the formula.
        return abs(expected) < INFINITY and abs(actual - expected) <= atol + RELATIVE * abs(expected)
    except OverflowError:
        return False


def is_right(task, call, actual, expected, atol):
    entry = task["entry"]
    if task["id"].startswith("HumanEval/") and entry == "find_zero":
        args = decode(call["args"])
        return type(actual) in (int, float) and abs(poly(*args, actual)) <= atol
    if task["id"].startswith("Mbpp/"):
        if entry == "are_equivalent":
            return True
        if entry == "sum_div" and actual == 0:
            return True
        if entry in OTHER_READINGS:
            try:
                other = OTHER_READINGS[entry](*decode(call["args"]))
                if abs(actual - other) <= atol:
                    return True
            except (ArithmeticError, TypeError, ValueError):
                pass
        if entry in SET_EQUALITY:
            return set(actual) == set(expected)
        if entry in NOT_NONE:
            if type(actual) is bool:
                return actual == (expected is not None and expected is not False)
            return (actual is not None) == (expected is not None)
    if actual == expected:
        return True
    if isinstance(expected, float) and expected != expected:
        return isinstance(actual, float) and actual != actual
    if atol == 0:
        return False
    return type(actual) is type(expected) and close(actual, expected, atol)


def main():
    import os
    task = json.loads(read_text("task.json"))
    calls, expected, outcomes = (read_lines(n + ".jsonl") for n in ("calls", "expected", "outcomes"))
    failed, first = [], None
    atol = task["atol"]
    for index, line in enumerate(calls):
        if index >= len(outcomes):
            failed.append(index)
            first = first or {"status": "unfinished", "index": index}
            continue
        try:
            found = json.loads(outcomes[index])
            right = decode(json.loads(expected[index])["value"])
            if atol == 0 and is_floats(right):
                atol = 1e-6
            if "value" in found and outcomes[index] == expected[index]:
                if task["entry"] != "find_zero":
                    continue
            good = "value" in found and is_right(
                task, json.loads(line), decode(found["value"]), right, atol)
        except Exception:
            found, right, good = {}, None, False
        if good:
            continue
        failed.append(index)
        if first is None:
            call = json.loads(line)
            first = {"status": "failed", "index": index, "input": repr(decode(call["args"]))[:1000],
                     "expected": repr(right)[:1000], "error": "error" in found,
                     "actual": repr(decode(found["value"]))[:1000] if "value" in found else
                     ": ".join(found.get("error", ["no value"])), "trace": found.get("trace", "")}
    sys.stdout.write(text({"failed": failed, "first": first}))


main()
