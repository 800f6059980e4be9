#!/usr/bin/env python3
"""Breaks programs on purpose, runs them, and measures what the feedback says of them.

    Scripts/feedback-proof.py DATA

DATA is a folder with humaneval/HumanEval.jsonl.gz, humaneval-x/humaneval_js.jsonl.gz and multipl-e/humaneval-swift.jsonl;
the C programs are in Benchmarks/Programs/c. Prints the table of docs/feedback.md. The seed is fixed: the same data
give the same programs. Each is run once; the profile `compiler`, the profile `oci` and the bare standard error are
of that run. --keep FILE writes each program with what was said of it; --proof FILE is the built `feedback-proof` of
Benchmarks, which is built where it is not given.
"""
import argparse, collections, gzip, json, os, random, re, statistics, subprocess, sys

here = os.path.dirname(os.path.abspath(__file__))
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("data")
parser.add_argument("--keep")
parser.add_argument("--proof")
parser.add_argument("--language", action="append")
options = parser.parse_args()
WANTED = {"python": 110, "javascript": 90, "swift": 70, "c": 70}


def records(path):
    with (gzip.open if path.endswith(".gz") else open)(os.path.join(options.data, path), "rt") as file:
        return [json.loads(line) for line in file]


class Whole:
    """A program that is right: its lines, and the first and last line (from 1) of what may be broken."""

    def __init__(self, language, name, before, body, after):
        self.language, self.name = language, name
        self.before, self.body, self.after = before.splitlines(), body.splitlines(), after.splitlines()

    def source(self, body=None):
        return "\n".join(self.before + (self.body if body is None else body) + self.after) + "\n"


def python_programs():
    for task in records("humaneval/HumanEval.jsonl.gz"):
        tests = task["test"] + "\ncheck(%s)\n" % task["entry_point"]
        yield Whole("python", task["task_id"], task["prompt"], task["canonical_solution"].rstrip("\n"), "\n" + tests)


def javascript_programs():
    for task in records("humaneval-x/humaneval_js.jsonl.gz"):
        if task["task_id"].split("/")[1] in ("112", "155", "162"):
            continue  # broken in the data
        # console.assert only prints: a test that fails has to fail the program.
        tests = task["test"].replace("console.assert(", "assert(")
        declaration = 'const assert = require("node:assert");\n' + task["declaration"]
        yield Whole("javascript", task["task_id"], declaration, task["canonical_solution"].rstrip("\n"), "\n" + tests)


def swift_programs():
    for task in records("multipl-e/humaneval-swift.jsonl"):
        found = re.search(r"```swift\n(.*?)```", task["gpt_solution"], re.S)
        name = re.search(r"func (\w+)", task["prompt"])
        start = found and name and re.search(r"^func %s\b.*$" % name.group(1), found.group(1), re.M)
        if not start:
            continue
        lines = found.group(1)[start.end() + 1 :].split("\n")
        end = next((i for i, line in enumerate(lines) if line.startswith("}")), None)
        if end is None:
            continue
        before = found.group(1)[: start.end()]
        yield Whole("swift", task["task_id"], before, "\n".join(lines[:end]), task["tests"].lstrip("\n"))


def c_programs():
    folder = os.path.join(here, "..", "Benchmarks", "Programs", "c")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name)) as file:
            lines = file.read().splitlines()
        first = next(i for i, line in enumerate(lines) if re.match(r"(?!struct \w+ \{)\w.*\) \{$", line) and "main" not in line) + 1
        last = next(i for i, line in enumerate(lines) if "int main" in line) - 1
        while lines[last].strip() != "}":
            last -= 1
        yield Whole("c", name, "\n".join(lines[:first]), "\n".join(lines[first:last]), "\n".join(lines[last:]))


# A mutation gives the new body, the index in it of the line that is wrong, and whether only that line is right.
def lines_with(body, pattern):
    return [i for i, line in enumerate(body) if re.search(pattern, line) and not re.match(r"\s*(#|//|\"\"\"|''')", line)]


def replaced(pattern, by):
    def mutate(body, language, chance):
        places = lines_with(body, pattern)
        if not places:
            return None
        at = chance.choice(places)
        new = body[:]
        new[at] = re.sub(pattern, by, body[at], count=1)
        return (new, at, False) if new[at] != body[at] else None
    return mutate


def delete_token(body, language, chance):
    token = {"python": [r":\s*$", r"\)\s*$", r"\]"], "javascript": [r"\)", r"\{\s*$", r"\]"], "swift": [r"\)", r"\]", r"\{\s*$"], "c": [r";\s*$", r"\)", r"\{\s*$"]}[language]
    pattern = chance.choice(token)
    places = lines_with(body, pattern)
    if not places:
        return None
    at = chance.choice(places)
    new = body[:]
    new[at] = re.sub(pattern, "", body[at], count=1)
    return new, at, True


def rename_use(body, language, chance):
    keywords = {"for", "in", "if", "else", "while", "return", "let", "var", "const", "int", "char", "not", "and", "or", "True", "False", "None", "true", "false", "null", "lambda", "def", "range", "len", "sizeof", "function", "func", "struct", "void", "import", "from", "is", "elif", "break", "continue", "i", "guard", "switch", "case"}
    uses = []
    for at, line in enumerate(body):
        if re.match(r"\s*(#|//)", line):
            continue
        for found in re.finditer(r"(?<![\w.\"'])([a-z_]{3,})\b(?=[^\"']*$)(?!\s*=[^=])(?!\s*:)", line):
            if found.group(1) not in keywords and re.search(r"=|\b(return|if|while|in)\b", line[: found.start()]):
                uses.append((at, found))
    if not uses:
        return None
    at, found = chance.choice(uses)
    new = body[:]
    new[at] = body[at][: found.start()] + found.group(1) + "_x" + body[at][found.end() :]
    return new, at, True


def insert(texts):
    def mutate(body, language, chance):
        first = next((i for i, line in enumerate(body) if line.strip() and not line.strip().startswith(('"""', "'''", "#"))), None)
        if first is None:
            return None
        space = re.match(r"\s*", body[first]).group()
        text = [space + line for line in texts[language].split("\n")]
        return body[:first] + text + body[first:], first, True
    return mutate


FUNCTION = {
    "python": r"(async )?def ", "javascript": r"const \w+ = |(async )?function", "swift": r"func ", "c": r"\w.*\) \{$",
}
MUTATIONS = {
    "delete a token": delete_token,
    "rename a use": rename_use,
    "swap an operator": lambda body, language, chance: chance.choice([
        replaced(r" \+ ", " - "), replaced(r" < ", " >= "), replaced(r" == ", " != "), replaced(r" % ", " * "), replaced(r" > ", " <= "),
    ])(body, language, chance),
    "drop a return": lambda body, language, chance: replaced(
        r"\breturn (?=\S)", {"python": "", "javascript": "", "swift": "_ = ", "c": "(void)"}[language])(body, language, chance),
    "off by one": lambda body, language, chance: chance.choice([
        replaced(r"\[(i|j|k|n|middle|index|idx)\]", r"[\1 + 1]"), replaced(r"range\((\w+|len\(\w+\))\)", r"range(\1 + 1)"),
        replaced(r"< (\w+(?:\.length|\.count)?)(?=[;)])", r"<= \1"), replaced(r"\.\.<", "..."), replaced(r" - 1\b", ""), replaced(r" \+ 1\b", " + 2"),
    ])(body, language, chance),
    "infinite loop": insert({"python": "while True: pass", "javascript": "while (true) {}", "swift": "while true {}", "c": "while (1) {}"}),
    "dereference null": insert({
        "python": "None.missing", "javascript": "null.missing;", "swift": "_ = Optional<Int>.none!",
        "c": "*(volatile int *)0 = 1;"}),
    "index past the end": insert({
        "python": "[0, 1][2]", "javascript": "[[0], [1]][2][0];", "swift": "_ = [0, 1][Int(\"2\")!]",
        "c": "volatile int past[2] = {0}; past[(int)sizeof past * 100000] = 1;"}),
}


def broken(whole, kind, chance):
    language = whole.language
    found = MUTATIONS[kind](whole.body, language, chance)
    if not found:
        return None
    body, at, exact = found
    first = len(whole.before)
    begins = max((i + 1 for i, line in enumerate(whole.before) if re.match(FUNCTION[language], line)), default=first)
    return {
        "id": "%s %s: %s" % (language, whole.name, kind), "language": language, "kind": kind,
        "source": whole.source(body), "line": first + at + 1, "exact": exact,
        "function": [begins, first + len(body) + 1],
    }


def programs():
    result = []
    for make in (python_programs, javascript_programs, swift_programs, c_programs):
        wholes = list(make())
        language = wholes[0].language
        if options.language and language not in options.language:
            continue
        right = [{"id": whole.name, "language": language, "source": whole.source()} for whole in wholes]
        run(right)
        names = {item["id"] for item in right if item["verdict"] == "ok"}
        wholes = [whole for whole in wholes if whole.name in names]
        chance = random.Random(2402)
        chance.shuffle(wholes)
        made, kinds, tries = [], list(MUTATIONS), 0
        seen = set()
        while len(made) < WANTED[language] * 3 // 2 and tries < 5000:
            kind = kinds[tries % len(kinds)]
            item = broken(wholes[(tries // len(kinds)) % len(wholes)], kind, chance)
            tries += 1
            if item and item["source"] not in seen:
                seen.add(item["source"])
                item["id"] += " (%d)" % len(made)
                made.append(item)
        result += made
    return result


def build():
    if options.proof:
        return
    folder = os.path.join(here, "..", "Benchmarks")
    subprocess.run(["swift", "build", "-c", "release", "--product", "feedback-proof"], cwd=folder, check=True, stdout=sys.stderr)


def run(items):
    proof = options.proof or os.path.join(here, "..", "Benchmarks", ".build/release/feedback-proof")
    text = "".join(json.dumps({key: item[key] for key in ("id", "language", "source")}) + "\n" for item in items)
    done = subprocess.run([proof], input=text, text=True, check=True, stdout=subprocess.PIPE)
    outcomes = {outcome["id"]: outcome for outcome in map(json.loads, done.stdout.splitlines())}
    for item in items:
        item.update(outcomes[item["id"]])


def stage(item):
    """What kind of failure it is."""
    if item["verdict"] == "compile_error" or item.get("code") in ("SyntaxError", "IndentationError", "TabError"):
        return "compile"
    if item["verdict"] == "time_limit":
        return "time limit"
    said = item["compiler"] + item["raw"]
    if item.get("code") in ("AssertionError", "ERR_ASSERTION") or "ERR_ASSERTION" in said or "Assertion" in said:
        return "wrong answer"
    return "crash"


def lines_named(text):
    return {int(number) for number in re.findall(r"(?:\bmain\.\w+:|\bmain\.\w+\", line |\bline )(\d+)", text)}


def is_right(item, text):
    named = lines_named(text)
    first, last = item["function"]
    kind = stage(item)
    if kind == "wrong answer" or kind == "crash" and not item["exact"]:
        return any(first <= line <= last for line in named)
    return item["line"] in named


def has_cause(item, text):
    kind = stage(item)
    if kind == "time limit":
        return bool(re.search(r"time|running", text))
    if kind == "crash":
        return bool(re.search(r"Error|error|SIG|Fatal|memory|recursion", text))
    if kind == "compile":
        return "rror" in text
    return bool(re.search(r"[Aa]ssert", text))


def shows_values(item, text):
    """Whether what the program gave can be read, beside what was expected, which the test's line says."""
    return bool(re.search(r"^ {2}\S.* = |^\s*[+-] |\bactual\b|expected .* (got|but)|!==? ", text, re.M)) and "ssert" in text


def table(items):
    rows = [item for item in items if item["verdict"] != "ok"]
    chosen, count = [], collections.Counter()
    for item in rows:
        if count[item["language"]] < WANTED[item["language"]]:
            count[item["language"]] += 1
            chosen.append(item)
    print("%d broken programs: %s. (%d more were no worse for being changed, or not needed.)\n" % (
        len(chosen), ", ".join("%d in %s" % (count[name], name) for name in WANTED if count[name]), len(items) - len(chosen)))
    print("| what is measured | of | compiler | raw stderr | oci |")
    print("|---|---|---|---|---|")

    def row(title, group, measure):
        if group:
            shares = ["%.1f %%" % (100 * sum(measure(item, item[name]) for item in group) / len(group)) for name in ("compiler", "raw", "oci")]
            print("| %s | %d | %s |" % (title, len(group), " | ".join(shares)))

    by = collections.defaultdict(list)
    for item in chosen:
        by[stage(item)].append(item)
    pointed = [item for item in by["compile"] if is_right(item, item["raw"])]
    row("right line: does not compile, the compiler names it", pointed, is_right)
    row("right line: does not compile, all", by["compile"], is_right)
    row("right line: crash", by["crash"], is_right)
    row("right line: time limit", by["time limit"], is_right)
    row("line in the broken function: wrong answer", by["wrong answer"], is_right)
    row("expected and actual: wrong answer", by["wrong answer"], shows_values)
    row("a cause", chosen, has_cause)
    for name in WANTED:
        row("right line, %s" % name, [item for item in chosen if item["language"] == name], is_right)
    tokens = ["%d" % statistics.median(len(item[name]) / 4 for item in chosen) for name in ("compiler", "raw", "oci")]
    print("| tokens, median (characters / 4) | %d | %s |" % (len(chosen), " | ".join(tokens)))
    return chosen


build()
items = programs()
run(items)
chosen = table(items)
if options.keep:
    with open(options.keep, "w") as file:
        for item in chosen:
            item["stage"], item["right"] = stage(item), is_right(item, item["compiler"])
            file.write(json.dumps(item) + "\n")
